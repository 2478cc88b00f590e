import process from 'node:process';
import type { Host } from '../../model/host.ts';
import { type Problem, ToolError } from '../../model/problem.ts';
import type { Secret } from '../../model/secret.ts';
import type { Paint } from '../../report/paint.ts';
import { count, wrap } from '../../report/plain.ts';
import { problemsText } from '../../report/problem-text.ts';
import { type Imported, importInventory } from '../hosts/import-inventory.ts';
import { answered, askSecret, askYes } from '../terminal/ask.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { keyTable } from '../trust/key-table.ts';
import { recordKeys } from '../trust/record-keys.ts';
import { type GivenAnswers, givenAnswer, refuseUnused } from './answers-file.ts';
import { checkLogins, checkSudo, checkUrl } from './live-checks.ts';
import type { Answer, Answers, Known, Question } from './question.ts';
import { nextQuestion, questionsOf } from './questions.ts';
import { isEmpty, secretAt } from './secret-places.ts';

export interface WizardOptions {
  readonly terminal: Terminal;
  readonly paint: Paint;
  /** Answers from a file; null: a person is asked. */
  readonly given: GivenAnswers | null;
  /** The inventory that will be written. */
  readonly file: string;
  /** The hosts that the answers so far name, ready to be logged in to. */
  readonly hostsOf: (state: WizardState) => Promise<readonly Host[]>;
}

export interface WizardState {
  readonly answers: Answers;
  readonly known: Known;
  /** The converted Ansible inventory; null: none was named. */
  readonly imported: Imported | null;
  /** Hosts whose sudo asks for a password. */
  readonly withPassword: readonly Host[];
  /** Passwords typed to be tried, by their place or `ask`. They are kept for this run only. */
  readonly typed: ReadonlyMap<string, Secret>;
}

/**
 * Asks until every question is answered, and tries logins, passwords and URLs right away.
 *
 * @throws NoAnswer Ctrl-C at a question
 * @throws ToolError `usage` of an answers file
 */
export async function runWizard(begun: Known, options: WizardOptions): Promise<WizardState> {
  const { given } = options;
  let state: WizardState = {
    answers: {},
    known: begun,
    imported: null,
    withPassword: [],
    typed: new Map(),
  };
  for (;;) {
    const question = nextQuestion(state.answers, state.known);
    if (question === undefined) break;
    const answer = given ? givenAnswer(question, given) : await askPerson(question);
    state = { ...state, answers: { ...state.answers, [question.id]: answer } };
    state = await tryAnswer(question, state, options);
  }
  if (given)
    refuseUnused(
      given,
      questionsOf(state.answers, state.known).map(({ id }) => id),
    );
  return state;
}

/** @throws NoAnswer */
async function askPerson(question: Question): Promise<Answer> {
  const { promptFor } = await import('./question-prompts.ts');
  return answered(promptFor(question, { output: process.stderr }));
}

/** Acts on an answer before the next question; it may turn out wrong and be asked for again. */
async function tryAnswer(
  { id }: Question,
  state: WizardState,
  options: WizardOptions,
): Promise<WizardState> {
  const { sudo, sudoPassword } = state.answers;
  if (id === 'ansible') return readAnsible(state, options);
  if (options.given?.check === false) return state;
  if (id === 'identity') return tryLogins(state, options);
  if (id === 'sudo' && sudo === 'ask') return trySudo('ask', state, options);
  if (id === 'sudoPassword') return trySudo(String(sudoPassword), state, options);
  if (/_url$/.test(id)) return tryUrl(id, state, options);
  return state;
}

/** Without some answers: they are asked for again. */
const without = (answers: Answers, ...ids: readonly string[]): Answers =>
  Object.fromEntries(Object.entries(answers).filter(([id]) => !ids.includes(id)));

async function readAnsible(
  state: WizardState,
  { terminal, paint, given }: WizardOptions,
): Promise<WizardState> {
  const style = { paint, width: terminal.width };
  try {
    const imported = await importInventory(String(state.answers.ansible));
    terminal.err(problemsText([], imported.warnings, style));
    if (!given) terminal.err(`${paint.green('  read')} ${count(imported.hosts, 'host')}\n`);
    const known = { ...state.known, namesUser: imported.namesUser };
    return { ...state, known, imported };
  } catch (error) {
    if (given || !(error instanceof ToolError)) throw error;
    terminal.err(problemsText(error.problems, [], style));
    return { ...state, answers: without(state.answers, 'source', 'ansible') };
  }
}

/** Tries a password on the hosts whose sudo asked for one, and on no other. */
async function trySudo(
  place: string,
  state: WizardState,
  options: WizardOptions,
): Promise<WizardState> {
  const { terminal, paint, given, file } = options;
  const { withPassword } = state;
  if (withPassword.length === 0) return state;
  const hosts = count(withPassword.length, 'host');
  const stored = place === 'ask' ? null : await secretAt(place, file, terminal);
  if (given && stored === null) return state;
  for (let password = stored; ; password = null) {
    const kept = place.startsWith('file:') ? '' : ', it is not stored';
    password ??= await askSecret(`sudo password, to try it now${kept} (empty: skip)`);
    if (isEmpty(password)) return state;
    if (!given) terminal.err(paint.dim(`  trying sudo on ${hosts} ...\n`));
    const problems = await checkSudo(withPassword, password, terminal);
    if (problems.length === 0) {
      if (!given) terminal.err(`${paint.green('  accepted')} by sudo on ${hosts}\n`);
      return { ...state, typed: new Map([...state.typed, [place, password]]) };
    }
    const accepted = withPassword.length - problems.length;
    printProblems(problems, `sudo accepted it on ${accepted} of ${hosts}`, options);
    if (given || !(await askYes('Try another password?', true))) return state;
  }
}

const SHOWN = 3;

/** The first few problems, as warnings if nobody is asked, and a summary. */
function printProblems(
  problems: readonly Problem[],
  summary: string,
  { terminal, paint, given }: WizardOptions,
): void {
  const shown = problems.slice(0, SHOWN);
  const style = { paint, width: terminal.width };
  terminal.err(given ? problemsText([], shown, style) : problemsText(shown, [], style));
  terminal.err(`${summary}.\n`);
}

async function tryUrl(
  id: string,
  state: WizardState,
  { terminal, paint, given }: WizardOptions,
): Promise<WizardState> {
  const url = state.answers[id];
  if (typeof url !== 'string' || url === '') return state;
  const why = await checkUrl(url);
  if (why === null) {
    if (!given) terminal.err(`${paint.green('  responds')} to this machine\n`);
    return state;
  }
  terminal.err(
    `${paint.yellow('  warning')}: ${wrap(`${url} does not respond to this machine: ${why}`, terminal.width, 4, 11)}\n`,
  );
  if (given || (await askYes('Use it anyway?', true))) return state;
  return { ...state, answers: without(state.answers, id) };
}

async function tryLogins(state: WizardState, options: WizardOptions): Promise<WizardState> {
  const { terminal, paint, given } = options;
  const hosts = await options.hostsOf(state);
  if (hosts.length === 0) return state;
  if (!given) terminal.err(paint.dim(`  trying ${count(hosts.length, 'login')} ...\n`));
  await recordKeys(hosts, {
    terminal,
    timeoutMs: 15_000,
    forks: 32,
    agree: async (found) => {
      if (given) return given.trust;
      terminal.err(keyTable(found, { paint, width: terminal.width, home: terminal.home }));
      return askYes(
        found.length === 1
          ? "Is this your host's key? Record it?"
          : "Are these your hosts' keys? Record them?",
        false,
      );
    },
  });
  const { problems, root, withPassword } = await checkLogins(hosts, terminal);
  const next = { ...state, known: { ...state.known, root }, withPassword };
  const tried = count(hosts.length, 'host');
  if (problems.length === 0) {
    const how = {
      none: ', as root',
      passwordless: '; sudo needs no password',
      password: '; sudo needs a password',
    };
    if (!given) terminal.err(`${paint.green('  logged in')} to ${tried}${root ? how[root] : ''}\n`);
    return next;
  }
  const failed = problems.length;
  printProblems(problems, `Logged in to ${hosts.length - failed} of ${tried}`, options);
  if (given || (await askYes('Continue anyway? (no: change user or key)', failed < hosts.length)))
    return next;
  return {
    ...state,
    answers: without(state.answers, 'user', 'identity'),
    known: { ...state.known, root: null },
  };
}
