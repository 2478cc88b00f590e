import { checkFiles } from '../../alloy/check/check.ts';
import type { CheckOptions } from '../../alloy/check/model.ts';
import { parse } from '../../alloy/parse.ts';
import type { Problem, Warning } from '../../model/problem.ts';
import { paintWith } from '../../report/paint.ts';
import { count } from '../../report/plain.ts';
import { problemsText } from '../../report/problem.ts';
import { readAlloyFiles } from '../files/alloy-files.ts';
import { type Findings, findingsOf } from '../files/alloy-problems.ts';
import { tellFindings } from '../runs/github-actions.ts';
import type { Command, Invocation } from '../args/invocation.ts';

/** `alloyup validate`: 0, or 64 where there is an error. Reads no secret, runs nothing. */
export const validate: Command = async (invocation) => {
  const { args } = invocation;
  if (args.length > 0)
    return conclude(validateFiles(invocation), count(args.length, 'file'), invocation);
  const { validateInventory } = await import('../validate-inventory.ts');
  const { hosts, ...findings } = await validateInventory(invocation);
  return conclude(findings, count(hosts, 'host'), invocation);
};

/** Each file is a configuration of its own; a folder is one, as Alloy reads it. */
function validateFiles({ args, options }: Invocation): Findings {
  const problems: Problem[] = [];
  const warnings: Warning[] = [];
  const check: CheckOptions = {
    stability: 'generally-available',
    strict: options.strict,
    check: 'http',
  };
  for (const group of readAlloyFiles(args, { deep: false })) {
    const files = group.map(({ name, bytes }) => ({ name, parsed: parse(bytes) }));
    const diagnostics = checkFiles(files, check);
    for (const { name, parsed } of files) {
      const found = findingsOf(
        name,
        parsed,
        diagnostics.filter(({ file }) => file === name),
      );
      problems.push(...found.problems);
      warnings.push(...found.warnings);
    }
  }
  return { problems, warnings };
}

/** Prints the findings and gives the exit code. Advice stays a warning with --strict, too. */
function conclude(
  { problems, warnings }: Findings,
  subject: string,
  { options, terminal }: Invocation,
): number {
  const exitCode = problems.length > 0 ? 64 : 0;
  tellFindings('validate', problems, warnings, terminal);
  if (options.output !== 'text') {
    terminal.out(`${JSON.stringify({ schema: 1, exitCode, problems, warnings })}\n`);
    return exitCode;
  }
  const style = { paint: paintWith(options.color && terminal.errColour), width: terminal.width };
  const shown = options.quiet && exitCode === 0 ? [] : warnings;
  terminal.err(problemsText(problems, shown, style));
  if (exitCode === 0 && !options.quiet)
    terminal.out(
      `${subject} checked: ${warnings.length === 0 ? 'fine' : count(warnings.length, 'warning')}\n`,
    );
  return exitCode;
}
