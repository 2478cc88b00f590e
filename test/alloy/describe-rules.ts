import { RULES, type Rule } from '../../src/alloy/check/rules.ts';
import { ruleExamples } from './rule-examples.ts';

const SEVERITY: Readonly<Record<Rule['kind'], string>> = {
  language: 'error',
  knowledge: 'warning, error with --strict',
  note: 'note',
};

/**
 * docs/checks.md
 * @param root of the repository
 */
export function describeRules(root: string): string {
  const sorted = [...RULES].sort((a, b) => a.code.localeCompare(b.code));
  const examples = new Map(ruleExamples(root).map((example) => [example.code, example]));
  let text = `# Checks of Alloy configurations

What \`alloyup validate\` finds. Generated from the rules by \`node build.mjs run scripts/alloy-checks.ts\`; a test keeps
it current, and checks both examples of each rule.

- **error**: no version of Alloy can load the configuration, or it makes Alloy panic, or alloyup could not verify that it
  was loaded. Nothing is sent to a host.
- **warning, error with --strict**: \`alloy validate\` or the start fails, as far as is known of the version of Alloy. A
  build of somebody's own may accept it: \`alloy validate\` on the host decides.
- **note**: Alloy runs the configuration, and it is probably not what was meant; an opinion; or something that could
  not be checked. Nothing makes an error of it, \`--strict\` neither.

A comment silences a warning or note on its line, or on the next line where it stands alone:
\`// alloyup: allow exposure.listen\`. Several rules may follow \`allow\`. A comment that silences nothing is a note
itself.

Codes of syntax errors begin with \`syntax.\`; their messages are Alloy's own.

| code | severity | finds |
| --- | --- | --- |
`;
  for (const { code, kind, finds } of sorted) {
    text += `| [\`${code}\`](#${anchorOf(code)}) | ${SEVERITY[kind]} | ${cell(finds)} |\n`;
  }
  for (const { code, kind, since, finds, fix } of sorted) {
    const { fails, passes } = examples.get(code)!;
    text += `
## ${code}

Since ${since}. Severity: ${SEVERITY[kind]}. It finds ${escaped(finds)}.

${escaped(fix)}.

Fails:

\`\`\`alloy
${fails}\`\`\`

Passes:

\`\`\`alloy
${passes}\`\`\`
`;
  }
  return text;
}

/** The anchor that GitHub gives the heading of a rule. */
const anchorOf = (code: string): string => code.replaceAll('.', '');

const escaped = (text: string): string => text.replaceAll('<', '&lt;');
const cell = (text: string): string => escaped(text).replaceAll('|', '\\|');
