import { ok, type Problem, type Result, ToolError } from '../model/problem.ts';
import type { CommandLineProblem } from '../model/problems/command-line-problems.ts';

export const usageProblem = (params: CommandLineProblem): Problem => ({ code: 'usage', params });

export const usageError = (params: CommandLineProblem): ToolError =>
  new ToolError(usageProblem(params));

/** @throws ToolError with all of the problems, if there are any */
export function throwAll(problems: readonly Problem[]): void {
  if (problems.length > 0) throw ToolError.of(problems);
}

/** What `work` returns, or the problems that it throws. */
export const resultOf = <T>(work: () => Promise<T>): Promise<Result<T>> =>
  work().then(ok, (error: unknown) => {
    if (!(error instanceof ToolError)) throw error;
    return { ok: false, problems: error.problems };
  });

/** @throws ToolError with all of its problems */
export function orThrow<T>(result: Result<T>): T {
  if (!result.ok) throwAll(result.problems);
  return (result as { readonly value: T }).value;
}
