import { checkFiles } from '../../alloy/check/check.ts';
import type { CheckOptions } from '../../alloy/check/model.ts';
import { parse } from '../../alloy/parser.ts';
import type { Problem, Warning } from '../../model/problem.ts';
import { type Findings, findingsJson } from '../../report/ndjson.ts';
import { count } from '../../report/plain.ts';
import { warningSum } from '../../report/problem-text.ts';
import type { Command, Invocation } from '../args/option-table.ts';
import { findingsOf, readAlloyFiles } from '../files/alloy-files.ts';
import { reportFindings } from '../runs/github-actions.ts';
import { printProblems } from '../terminal/terminal.ts';
import { resultOf } from '../usage.ts';

/** Exits 64 if there is an error. Reads no secrets and runs nothing. */
export const validate: Command = async (invocation) => {
  const { args } = invocation;
  if (args.length > 0)
    return conclude(validateFiles(invocation), count(args.length, 'file'), invocation);
  const { validateInventory } = await import('../hosts/make-targets.ts');
  const found = await resultOf(() => validateInventory(invocation));
  const { hosts, ...findings } = found.ok
    ? found.value
    : { hosts: 0, problems: found.problems, warnings: [] };
  return conclude(findings, count(hosts, 'host'), invocation);
};

/** Each file is a configuration of its own; a directory is a single one, as Alloy reads it. */
function validateFiles({ args, options }: Invocation) {
  const problems: Problem[] = [];
  const warnings: Warning[] = [];
  const check: CheckOptions = {
    stability: 'generally-available',
    strict: options.strict,
    check: null,
    version: options.alloyVersion,
    versionIs: 'asked',
  };
  for (const group of readAlloyFiles(args, { deep: false })) {
    const files = group.map(({ name, bytes }) => ({ name, parsed: parse(bytes) }));
    const diagnostics = checkFiles(files, check);
    for (const { name, parsed } of files) {
      const own = diagnostics.filter(({ file }) => file === name);
      const found = findingsOf(name, parsed, own);
      for (const one of found.problems) problems.push(one);
      for (const one of found.warnings) warnings.push(one);
    }
  }
  return { problems, warnings };
}

function conclude(
  { problems, warnings }: Omit<Findings, 'schema' | 'exitCode'>,
  subject: string,
  { options, terminal }: Invocation,
): number {
  const exitCode = problems.length > 0 ? 64 : 0;
  reportFindings('validate', { problems, warnings }, terminal);
  if (options.output !== 'text') {
    terminal.out(findingsJson({ exitCode, problems, warnings }));
    return exitCode;
  }
  const shown = options.quiet && exitCode === 0 ? [] : warnings;
  printProblems(terminal, problems, shown);
  if (exitCode === 0 && !options.quiet)
    terminal.out(`${subject} checked: ${warningSum(warnings) || 'no problems'}\n`);
  return exitCode;
}
