import { RULES, type Rule } from '../../src/alloy/check/rules.ts';

const SEVERITY: Readonly<Record<Rule['kind'], string>> = {
  language: 'error',
  knowledge: 'warning, error with --strict',
  note: 'note',
};

/** docs/checks.md */
export function describeRules(): string {
  let text = `# Checks of Alloy configurations

What \`alloyup validate\` finds. Generated from the rules by \`node build.mjs run scripts/alloy-checks.ts\`; a test keeps
it current.

- **error**: no version of Alloy can load the configuration, or alloyup could not verify that it did. Nothing is sent to
  a host.
- **warning, error with --strict**: according to the components of Alloy 1.18, \`alloy validate\` or the start fails.
  Another version may accept it: \`alloy validate\` on the host decides.
- **note**: Alloy runs the configuration, and it is probably not what was meant; an opinion; or something that could
  not be checked. Nothing makes an error of it, \`--strict\` neither.

A comment silences a warning or note on its line, or on the next line where it stands alone:
\`// alloyup: allow exposure.listen\`. Several rules may follow \`allow\`. A comment that silences nothing is a note
itself.

Codes of syntax errors begin with \`syntax.\`; their messages are Alloy's own.

| code | severity | finds | what to do |
| --- | --- | --- | --- |
`;
  const sorted = [...RULES].sort((a, b) => a.code.localeCompare(b.code));
  for (const { code, kind, finds, fix } of sorted) {
    text += `| \`${code}\` | ${SEVERITY[kind]} | ${cell(finds)} | ${cell(fix)} |\n`;
  }
  return text;
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
