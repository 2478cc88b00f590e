import type { Notice } from '../src/model/problem.ts';
import { textOf } from '../src/report/text-of.ts';
import { entriesOf, PROBLEMS, WARNINGS } from './problem-catalogue/all.ts';

const INTRODUCTION = `# Problems and warnings

alloyup prints every problem with a code: \`error[ssh.auth]\`. This page lists the codes, what they mean, each reason that a
code can have, and what to do. Codes and reasons are stable: match on them, not on the text.

In \`--output json\` and \`--output ndjson\` a problem is an object: \`code\`, \`params\` (\`params.reason\` and the values that the
message is made from), \`message\`, \`hint\`, \`docs\` (its place on this page), and where they apply \`host\`, \`at\` (file, line and
column), \`detail\` (the lines around that place, or what a command printed) and \`transient\` (trying again may help).

This page is made from the texts in \`src/report/problems\`. \`HOST\` stands for the host's name.
`;

export const problemsPage = (): string =>
  [
    INTRODUCTION,
    '## Problems\n',
    ...entriesOf(PROBLEMS).map(section),
    '## Warnings\n',
    'A warning stops nothing. Warnings about an Alloy configuration carry the code of their rule: see [checks.md](checks.md).\n',
    ...entriesOf(WARNINGS).map(section),
  ].join('\n');

function section([code, { means, examples }]: ReturnType<typeof entriesOf>[number]): string {
  const rows = Object.entries(examples).map(([reason, params]) => {
    const { message, hint } = textOf({ code, params: { reason, ...params } } as unknown as Notice);
    return `| \`${reason}\` | ${cell(message)} | ${cell(hint)} |\n`;
  });
  return `### ${code}\n\n${means}\n\n| Reason | Example | What to do |\n|---|---|---|\n${rows.join('')}`;
}

/** Text, not Markdown, in a table. */
const cell = (text: string): string =>
  text.replace(/[\\`*_{}[\]<>|~]/g, '\\$&').replace(/\s+/g, ' ');
