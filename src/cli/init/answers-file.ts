import { parse } from 'yaml';
import { nearest } from '../../model/frame.ts';
import { readTextFile } from '../../sources/text-file.ts';
import { throwAll, usageError, usageProblem } from '../usage.ts';
import { type Answer, exampleOf, type Question, whyInvalid } from './question.ts';

const MAX_BYTES = 1024 * 1024;

/** The answers of a file, and what may be done without asking. @throws ToolError `usage` */
export async function readAnswers(path: string) {
  const read = await readTextFile(path, MAX_BYTES);
  if (!read.ok)
    throw usageError({ reason: 'unreadable', of: 'answers', path, failure: read.failure });
  return answersIn(read.text, path);
}

/** @throws ToolError `usage` */
export function answersIn(text: string, path: string) {
  let value: unknown;
  try {
    // an alias may hold itself, and yaml would print what it finds unusual
    value = parse(text, { maxAliasCount: 0, logLevel: 'error' });
  } catch (error) {
    const said = (error as Error).message.split('\n')[0]!;
    throw usageError({ reason: 'answers-syntax', path, said });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw usageError({ reason: 'no-answers', path });
  const { trust, check, ...values } = value as Record<string, unknown>;
  return {
    file: path,
    values: new Map(Object.entries(values)),
    /** Unknown host keys are recorded. */
    trust: trust === true,
    /** Logins, sudo and URLs are tried. */
    check: check !== false,
  };
}

export type GivenAnswers = ReturnType<typeof answersIn>;

/** The answer to a question, or its fallback. @throws ToolError `usage` */
export function givenAnswer(question: Question, { values, file: path }: GivenAnswers): Answer {
  const { id, fallback, message } = question;
  const written = values.get(id);
  const example = exampleOf(question);
  if (!values.has(id)) {
    if (fallback !== undefined) return fallback;
    throw usageError({ reason: 'answer-missing', path, id, question: message, example });
  }
  const answer = shaped(question, written);
  const said = whyInvalid(question, answer);
  if (said === null) return answer as Answer;
  const value = JSON.stringify(written);
  throw usageError({ reason: 'answer-invalid', path, id, value, said, example });
}

/** YAML reads an instance ID as a number, and a list may be written as text. */
function shaped({ kind }: Question, value: unknown): unknown {
  if (kind === 'text' || kind === 'choice')
    return typeof value === 'number' ? String(value) : value;
  const items = typeof value === 'string' ? value.split('\n') : value;
  // a map has no text, and its key may be `toString`
  const texts = Array.isArray(items) && items.every((item) => typeof item !== 'object');
  return texts ? items.map((item) => String(item).trim()).filter(Boolean) : value;
}

/** @throws ToolError `usage` for answers that no question asked for: a typo would go unnoticed */
export function refuseUnused({ values, file: path }: GivenAnswers, known: readonly string[]): void {
  const unused = [...values.keys()].filter((id) => !known.includes(id));
  throwAll(
    unused.map((id) =>
      usageProblem({
        reason: 'answer-unused',
        path,
        id,
        nearest: nearest(id, known) ?? null,
        known,
      }),
    ),
  );
}
