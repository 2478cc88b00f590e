import type { Host } from '../../model/host.ts';
import { type Problem, ToolError } from '../../model/problem.ts';
import type { Secret } from '../../model/secret.ts';
import type { Paint } from '../../report/paint.ts';
import { count, wrap } from '../../report/plain.ts';
import { problemsText } from '../../report/problem.ts';
import { askSecret, NoAnswer } from '../terminal/ask.ts';
import { type Imported, importInventory } from '../hosts/import-inventory.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { meetAll } from '../trust/record-keys.ts';
import { keyTable } from '../trust/key-table.ts';
import { type GivenAnswers, givenAnswer, refuseUnused } from './answers-file.ts';
import { promptOf } from './question-prompts.ts';
import type { Answer, Answers, Known, Question } from './question.ts';
import { nextQuestion, questionsOf } from './questions.ts';
import { isEmpty, secretAt } from './secret-places.ts';
import { tryLogins, trySudo, tryUrl } from './live-checks.ts';

/** How answers come about. */
export interface Interviewer {
  readonly terminal: Terminal;
  readonly paint: Paint;
  /** null: a person is asked. */
  readonly given: GivenAnswers | null;
  /** The inventory that will be written. */
  readonly file: string;
  /** The hosts that the answers so far name, as they would be logged in on. */
  readonly hostsOf: (state: Interview) => Promise<readonly Host[]>;
}

export interface Interview {
  readonly answers: Answers;
  readonly known: Known;
  /** What an inventory of Ansible came to; null: none was named. */
  readonly imported: Imported | null;
  /** Hosts whose sudo asks for a password. */
  readonly guarded: readonly Host[];
  /** Passwords that were typed to be tried, by their place or `ask`. They go no further than this run. */
  readonly typed: ReadonlyMap<string, Secret>;
}

/**
 * Asks until nothing is open, and tries on the spot what can be tried.
 *
 * @throws NoAnswer Ctrl-C at a question
 * @throws ToolError `usage` of an answers file
 */
export async function interview(begun: Known, interviewer: Interviewer): Promise<Interview> {
  const { given } = interviewer;
  let state: Interview = {
    answers: {},
    known: begun,
    imported: null,
    guarded: [],
    typed: new Map(),
  };
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
  const { id } = question;
  if (id === 'ansible') return readAnsible(state, interviewer);
  if (interviewer.given?.check === false) return state;
  if (id === 'identity') return triedLogin(state, interviewer);
  if (id === 'sudo' && state.answers.sudo === 'ask') return triedSudo('ask', state, interviewer);
  if (id === 'sudoPassword')
    return triedSudo(String(state.answers.sudoPassword), state, interviewer);
  if (/_url$/.test(id)) return triedUrl(question, state, interviewer);
  return state;
}

const without = (answers: Answers, ...ids: readonly string[]): Answers =>
  Object.fromEntries(Object.entries(answers).filter(([id]) => !ids.includes(id)));

async function readAnsible(
  state: Interview,
  { terminal, paint, given }: Interviewer,
): Promise<Interview> {
  const style = { paint, width: terminal.width };
  try {
    const imported = await importInventory(String(state.answers.ansible));
    terminal.err(problemsText([], imported.warnings, style));
    if (!given) terminal.err(`${paint.green('  read')}: ${count(imported.hosts, 'host')}\n`);
    const known = { ...state.known, namesUser: imported.namesUser };
    return { ...state, known, imported };
  } catch (error) {
    if (given || !(error instanceof ToolError)) throw error;
    terminal.err(problemsText(error.problems, [], style));
    return { ...state, answers: without(state.answers, 'source', 'ansible') };
  }
}

/** A password is tried where the login has shown that one is asked for; nobody else learns it. */
async function triedSudo(
  place: string,
  state: Interview,
  { terminal, paint, given, file }: Interviewer,
): Promise<Interview> {
  const { guarded } = state;
  if (guarded.length === 0) return state;
  const there = place === 'ask' ? null : await secretAt(place, file, terminal);
  if (given && there === null) return state;
  for (let password = there; ; password = null) {
    password ??= await askSecret(
      `sudo password, to try it now${place.startsWith('file:') ? '' : '; it is not kept'} (empty: skip)`,
      terminal,
      '',
    );
    if (isEmpty(password)) return state;
    if (!given) terminal.err(paint.dim(`  trying sudo on ${count(guarded.length, 'host')} ...\n`));
    const problems = await trySudo(guarded, password, terminal);
    if (problems.length === 0) {
      if (!given)
        terminal.err(`${paint.green('  taken')} by sudo on ${count(guarded.length, 'host')}\n`);
      return { ...state, typed: new Map([...state.typed, [place, password]]) };
    }
    tell(problems, guarded.length, 'took it', { terminal, paint, given });
    if (given || (await yes('Try another password?', true)) !== true) return state;
  }
}

/** The first few in full, as warnings where nobody is there to be asked, and how many there are. */
function tell(
  problems: readonly Problem[],
  of: number,
  what: string,
  { terminal, paint, given }: Pick<Interviewer, 'terminal' | 'paint' | 'given'>,
): void {
  const shown = problems.slice(0, MOST);
  terminal.err(
    problemsText(given ? [] : shown, given ? shown : [], { paint, width: terminal.width }),
  );
  terminal.err(`${of - problems.length} of ${count(of, 'host')} ${what}.\n`);
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
  return { ...state, answers: without(state.answers, id) };
}

async function triedLogin(state: Interview, interviewer: Interviewer): Promise<Interview> {
  const { terminal, paint, given } = interviewer;
  const hosts = await interviewer.hostsOf(state);
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
  const { problems, tried, root, guarded } = await tryLogins(hosts, terminal);
  const next = { ...state, known: { ...state.known, root }, guarded };
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
    return next;
  }
  tell(problems, tried, 'let us in', interviewer);
  if (given) return next;
  if (
    (await yes('Go on all the same? (no: another user or key)', problems.length < tried)) === true
  )
    return next;
  return {
    ...state,
    answers: without(state.answers, 'user', 'identity'),
    known: { ...state.known, root: null },
  };
}

/** Hosts whose trouble is told in full. */
const MOST = 3;
