import type { Host } from '../../model/host.ts';
import type { Paint } from '../../report/paint.ts';
import { count, wrap } from '../../report/plain.ts';
import { problemsText } from '../../report/problem.ts';
import { NoAnswer } from '../ask.ts';
import type { Terminal } from '../terminal.ts';
import { meetAll } from '../trust/meet.ts';
import { keyTable } from '../trust/table.ts';
import { type GivenAnswers, givenAnswer, refuseUnused } from './answers-file.ts';
import { promptOf } from './prompt.ts';
import type { Answer, Answers, Known, Question } from './question.ts';
import { nextQuestion, questionsOf } from './questions.ts';
import { tryLogins, tryUrl } from './tries.ts';

/** How answers come about. */
export interface Interviewer {
  readonly terminal: Terminal;
  readonly paint: Paint;
  /** null: a person is asked. */
  readonly given: GivenAnswers | null;
  /** The hosts that the answers so far name, as they would be logged in on. */
  readonly hostsOf: (answers: Answers) => Promise<readonly Host[]>;
}

export interface Interview {
  readonly answers: Answers;
  readonly known: Known;
}

/**
 * Asks until nothing is open, and tries on the spot what can be tried.
 *
 * @throws NoAnswer Ctrl-C at a question
 * @throws ToolError `usage` of an answers file
 */
export async function interview(begun: Known, interviewer: Interviewer): Promise<Interview> {
  const { given } = interviewer;
  let state: Interview = { answers: {}, known: begun };
  for (;;) {
    const question = nextQuestion(state.answers, state.known);
    if (question === undefined) break;
    const answer = given ? givenAnswer(question, given) : await askPerson(question);
    state = { ...state, answers: { ...state.answers, [question.id]: answer } };
    state = await tried(question, state, interviewer);
  }
  if (given)
    refuseUnused(
      given,
      questionsOf(state.answers, state.known).map(({ id }) => id),
    );
  return state;
}

/** @throws NoAnswer */
export async function askPerson(question: Question): Promise<Answer> {
  const prompt = await promptOf(question);
  try {
    return await prompt({ output: process.stderr });
  } catch (error) {
    if (error instanceof Error && /ExitPrompt|AbortPrompt/.test(error.name)) throw new NoAnswer();
    throw error;
  }
}

const yes = (message: string, fallback: boolean): Promise<Answer> =>
  askPerson({ id: '', section: 'hosts', kind: 'yes', message, fallback, example: 'true' });

/** What an answer leads to before the next question: it may be taken back. */
async function tried(
  question: Question,
  state: Interview,
  interviewer: Interviewer,
): Promise<Interview> {
  if (interviewer.given?.check === false) return state;
  if (question.id === 'identity') return triedLogin(state, interviewer);
  if (/_url$/.test(question.id)) return triedUrl(question, state, interviewer);
  return state;
}

async function triedUrl(
  { id }: Question,
  state: Interview,
  { terminal, paint, given }: Interviewer,
): Promise<Interview> {
  const url = state.answers[id];
  if (typeof url !== 'string' || url === '') return state;
  const why = await tryUrl(url);
  if (why === null) {
    if (!given) terminal.err(`${paint.green('  answers')} from this machine\n`);
    return state;
  }
  terminal.err(
    `${paint.yellow('  warning')}: ${wrap(`nobody answers at ${url} from this machine: ${why}`, terminal.width, 4, 11)}\n`,
  );
  if (given || (await yes('Take it all the same?', true))) return state;
  const { [id]: _, ...answers } = state.answers;
  return { ...state, answers };
}

async function triedLogin(state: Interview, interviewer: Interviewer): Promise<Interview> {
  const { terminal, paint, given } = interviewer;
  const hosts = await interviewer.hostsOf(state.answers);
  if (hosts.length === 0) return state;
  if (!given) terminal.err(paint.dim(`  trying ${count(hosts.length, 'login')} ...\n`));
  await meetAll(hosts, {
    terminal,
    timeoutMs: 15_000,
    forks: 32,
    agree: async (found) => {
      if (given) return given.trust;
      terminal.err(keyTable(found, { paint, width: terminal.width, home: terminal.home }));
      return (
        (await yes(
          `Are these the keys of your hosts? Record ${found.length === 1 ? 'it' : 'them'}?`,
          false,
        )) === true
      );
    },
  });
  const { problems, tried, root } = await tryLogins(hosts, terminal);
  const known = { ...state.known, root };
  if (problems.length === 0) {
    const how = {
      none: 'as root',
      passwordless: 'sudo asks for nothing',
      password: 'sudo asks for a password',
    };
    if (!given)
      terminal.err(
        `${paint.green('  logged in')} on ${count(tried, 'host')}${root ? `, ${how[root]}` : ''}\n`,
      );
    return { ...state, known };
  }
  const shown = problems.slice(0, MOST);
  terminal.err(
    problemsText(given ? [] : shown, given ? shown : [], { paint, width: terminal.width }),
  );
  terminal.err(`${tried - problems.length} of ${count(tried, 'host')} let us in.\n`);
  if (given) return { ...state, known };
  if (
    (await yes('Go on all the same? (no: another user or key)', problems.length < tried)) === true
  )
    return { ...state, known };
  const { user: _, identity: __, ...answers } = state.answers;
  return { answers, known: { ...state.known, root: null } };
}

/** Hosts whose trouble is told in full. */
const MOST = 3;
