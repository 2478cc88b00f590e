import type { Host } from '../model/host.ts';
import type { Exit } from '../model/ports.ts';
import { type Problem, type Result, ToolError, type Warning } from '../model/problem.ts';
import type { Usage } from '../model/problems/usage.ts';
import type { WarningProblems } from '../model/problems/warning.ts';
import { someNames } from '../report/plain.ts';
import { usageTexts } from '../report/problems/usage.ts';
import { warningTexts } from '../report/problems/warning.ts';

export const usageProblem = (params: Usage): Problem => ({
  code: 'usage',
  ...usageTexts.usage[params.reason](params as never, 'HOST'),
});

export const usageError = (params: Usage): ToolError => new ToolError(usageProblem(params));

export function warningOf<C extends keyof WarningProblems>(
  code: C,
  params: WarningProblems[C],
): Warning {
  const texts = warningTexts[code] as Record<string, (params: never, host: string) => object>;
  return { code, ...texts[params.reason]!(params as never, 'HOST') } as Warning;
}

export const planHostsMissing = (hosts: readonly string[]): ToolError =>
  new ToolError({
    code: 'apply.stale',
    message: `the saved plan contains hosts that the inventory no longer has: ${someNames(hosts, 200)}`,
    hint: 'Plan again: alloyup plan --out FILE',
  });

/** @throws ToolError with all of the problems, if there are any */
export function throwAll(problems: readonly Problem[]): void {
  const [first, ...more] = problems;
  if (first) throw new ToolError(first, ...more);
}

/** @throws ToolError with all of its problems */
export function orThrow<T>(result: Result<T>): T {
  if (!result.ok) throwAll(result.problems);
  return (result as { readonly value: T }).value;
}

export const sudoFailed = (host: Host, { code, signal }: Exit, err: string): Problem => ({
  code: 'sudo.refused',
  message: `${host.name}: sudo failed (${code === null ? signal : `exit ${code}`})`,
  hint: `Try it by hand: ssh ${host.address} sudo true`,
  detail: err.trim().split('\n').slice(-3).join('\n'),
});
