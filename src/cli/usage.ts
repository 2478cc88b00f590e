import { type Problem, ToolError } from '../model/problem.ts';

/** A wrong word on the command line or in the environment. */
export const usageProblem = (message: string, hint: string): Problem => ({
  code: 'usage',
  message,
  hint,
});

export const usageError = (message: string, hint: string): ToolError =>
  new ToolError(usageProblem(message, hint));

/** 64 for what was wrong before the first connection, 1 for what only the world could tell. */
export function exitCodeOfProblems(problems: readonly Problem[]): number {
  return problems.every(({ code }) => EARLY.test(code)) ? 64 : 1;
}

const EARLY = /^(usage|inventory\.|template\.|config\.|secret\.|key\.|run\.missing)/;
