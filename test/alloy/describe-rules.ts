import { RULES } from '../../src/alloy/check/check.ts';
import type { Rule } from '../../src/alloy/check/model.ts';

const SEVERITY: Readonly<Record<Rule['kind'], string>> = {
  language: 'error',
  knowledge: 'warning, error with --strict',
  advice: 'warning',
};

/** docs/checks.md */
export function describeRules(): string {
  const family = (code: string) => code.split('.')[0]!;
  let text = `# What \`alloyup validate\` looks for in an Alloy configuration

Made by \`node build.mjs run scripts/alloy-checks.ts\` from the rules; a test holds it to them.

- **error**: Alloy cannot load it, in any version; or nobody could tell whether it did. Nothing is sent to a host.
- **warning, error with --strict**: what is known of Alloy 1.18 and its components says that \`alloy validate\` or
  the start fails. Another version may know more: the host's own \`alloy validate\` decides.
- **warning**: it runs, and is probably not what was meant.

Syntax errors have codes that begin with \`syntax.\`; their messages are those of Alloy.

| code | severity | finds | what to do |
| --- | --- | --- | --- |
`;
  const sorted = [...RULES].sort((a, b) => family(a.code).localeCompare(family(b.code)));
  for (const { code, kind, finds, fix } of sorted) {
    text += `| \`${code}\` | ${SEVERITY[kind]} | ${cell(finds)} | ${cell(fix)} |\n`;
  }
  return text;
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
