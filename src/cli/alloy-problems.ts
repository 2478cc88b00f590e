import { type Parsed, withoutEchoes } from '../alloy/parse.ts';
import { codeFrame } from '../model/frame.ts';
import type { Problem } from '../model/problem.ts';

/** What is wrong in an Alloy file, in the shape of all problems. */
export const alloyProblems = (file: string, { source, errors }: Parsed): readonly Problem[] =>
  withoutEchoes(errors).map(({ message, hint, line, column }) => ({
    code: 'config.syntax',
    message,
    hint,
    at: { file, line, column },
    detail: codeFrame(source, line, column),
  }));
