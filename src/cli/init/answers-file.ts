import { parse } from 'yaml';
import { nearest } from '../../model/frame.ts';
import { type Problem, ToolError } from '../../model/problem.ts';
import { fileFailure } from '../../report/problems/file-texts.ts';
import { readTextFile } from '../../sources/text-file.ts';
import { usageError, usageProblem } from '../usage.ts';
import { type Answer, type Question, wrongAnswer } from './question.ts';

/** What was answered beforehand, and what may be done without asking. */
export interface GivenAnswers {
  readonly file: string;
  readonly values: ReadonlyMap<string, unknown>;
  /** `trust: true`: host keys that nobody has met are recorded. */
  readonly trust: boolean;
  /** `check: false`: no login, no sudo and no URL is tried. */
  readonly check: boolean;
}

const BYTES = 1024 * 1024;

/** @throws ToolError `usage` */
export async function readAnswers(file: string): Promise<GivenAnswers> {
  const read = await readTextFile(file, BYTES);
  if (!read.ok)
    throw usageError(
      `the answers ${file} ${fileFailure(read.failure)}`,
      'mend the path of --answers',
    );
  let value: unknown;
  try {
    value = parse(read.text);
  } catch (error) {
    throw usageError(`${file}: ${(error as Error).message.split('\n')[0]}`, 'mend the YAML there');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw usageError(`${file} holds no answers`, 'write one a line, such as template: linux-host');
  const { trust = false, check = true, ...values } = value as Record<string, unknown>;
  return {
    file,
    values: new Map(Object.entries(values)),
    trust: trust === true,
    check: check !== false,
  };
}

/** A given answer in the shape of its question; undefined: it was not given and need not be. */
export function givenAnswer(question: Question, { values, file }: GivenAnswers): Answer {
  const { id, fallback, example, message } = question;
  if (!values.has(id)) {
    if (fallback !== undefined) return fallback;
    throw usageError(
      `${file} does not answer ${id}: ${message}`,
      `add a line, such as ${id}: ${example}`,
    );
  }
  const answer = shaped(question, values.get(id));
  const wrong = wrongAnswer(question, answer);
  if (wrong !== null)
    throw usageError(
      `${file}: ${id} cannot be ${JSON.stringify(values.get(id))}`,
      `${wrong}; e.g. ${id}: ${example}`,
    );
  return answer as Answer;
}

function shaped({ kind }: Question, value: unknown): unknown {
  if (kind === 'lines' || kind === 'checks') {
    if (typeof value === 'string')
      return value
        .split('\n')
        .map((line) => line.trim())
        .filter(Boolean);
    return Array.isArray(value) ? value.map(String) : value;
  }
  return typeof value === 'number' ? String(value) : value;
}

/** @throws ToolError `usage` for answers that nothing asked for: a typing error would be passed over */
export function refuseUnused({ values, file }: GivenAnswers, asked: readonly string[]): void {
  const problems: readonly Problem[] = [...values.keys()]
    .filter((id) => !asked.includes(id))
    .map((id) => {
      const meant = nearest(id, asked);
      return usageProblem(
        `${file}: nothing asks for ${id}`,
        meant ? `did you mean ${meant}?` : `take it out; asked was for ${asked.join(', ')}`,
      );
    });
  if (problems.length > 0) throw new ToolError(problems[0]!, ...problems.slice(1));
}
