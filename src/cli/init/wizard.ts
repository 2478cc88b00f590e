import type { Host } from '../../model/host.ts';
import type { Problem } from '../../model/problem.ts';
import type { Secret } from '../../model/secret.ts';
import { groupProblems } from '../../report/groups.ts';
import { paintWith } from '../../report/paint.ts';
import { count, oneLine, wrap } from '../../report/plain.ts';
import { say, toPrintable } from '../../report/printable.ts';
import { errorTexts, warningTexts } from '../../report/problem-text.ts';
import { importInventory } from '../commands/inventory.ts';
import { askSecret, askYes, ON_STDERR } from '../terminal/ask.ts';
import { printProblems, type Terminal } from '../terminal/terminal.ts';
import { printKeys, recordKeys } from '../trust/record-keys.ts';
import { resultOf, throwAll } from '../usage.ts';
import { type GivenAnswers, givenAnswer, refuseUnused } from './answers-file.ts';
import { draftForLogin, targetsOf } from './draft-inventory.ts';
import { findSoftware } from './find-software.ts';
import { checkLogins, checkSudo, checkUrl, useOf } from './live-checks.ts';
import { type Answer, type Answers, BACK, type Known } from './question.ts';
import { nextQuestion, questionsOf } from './questions.ts';
import { isEmpty, secretAt } from './secret-places.ts';
import { findingsOf } from './software-questions.ts';
import { hasJoints } from './template-questions.ts';

export interface WizardOptions {
  readonly terminal: Terminal;
  /** Answers from a file; null: a person is asked. */
  readonly given: GivenAnswers | null;
  /** The inventory that will be written, and its text if there is one. */
  readonly file: string;
  readonly existing: string | null;
}

export interface WizardState {
  readonly answers: Answers;
  readonly known: Known;
  /** The converted Ansible inventory; null: none was named. */
  readonly imported: string | null;
  /** Hosts whose sudo asks for a password. */
  readonly withPassword: readonly Host[];
  /** Passwords typed to be tried, by their place or `ask`. They are kept for this run only. */
  readonly typed: ReadonlyMap<string, Secret>;
}

/**
 * Asks until every question is answered, and tries logins, passwords and URLs right away. Going back
 * leads to the previous question, whose answer is kept to be changed.
 *
 * @throws ToolError `usage` of an answers file, and Inquirer's error at Ctrl-C
 */
export async function runWizard(begun: Known, options: WizardOptions): Promise<WizardState> {
  const { given } = options;
  const earlier = new Map<string, Answer>();
  const before: WizardState[] = [];
  tell(options, 'dim', 'Esc goes back to the previous question, Ctrl-C leaves.');
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
    const answer = given
      ? givenAnswer(question, given)
      : await (await import('./question-prompts.ts')).promptFor(
          question,
          ON_STDERR,
          earlier.get(question.id),
        );
    if (answer === BACK) {
      state = before.pop() ?? state;
      continue;
    }
    before.push(state);
    earlier.set(question.id, answer);
    state = { ...state, answers: { ...state.answers, [question.id]: answer } };
    state = await tryAnswer(question.id, state, options);
  }
  const asked = questionsOf(state.answers, state.known).map(({ id }) => id);
  if (given) refuseUnused(given, asked);
  return state;
}

/** Acts on an answer before the next question; it may turn out wrong and be asked for again. */
async function tryAnswer(
  id: string,
  state: WizardState,
  options: WizardOptions,
): Promise<WizardState> {
  const { sudo, sudoPassword } = state.answers;
  if (id === 'ansible') return readAnsible(state, options);
  if (options.given?.check === false) return state;
  if (id === 'identity') return tryLogins(state, options);
  if (id === 'sudo' && sudo === 'ask') return trySudo('ask', state, options);
  if (id === 'sudoPassword') return trySudo(String(sudoPassword), state, options);
  if (id === 'template') return lookForSoftware(state, options);
  if (/_url$/.test(id)) return tryUrl(id, state, options);
  return state;
}

/** Without some answers: they are asked for again. */
const without = (state: WizardState, ...ids: readonly string[]): WizardState => ({
  ...state,
  answers: Object.fromEntries(Object.entries(state.answers).filter(([id]) => !ids.includes(id))),
});

/** Tells a person how a trial goes. */
function tell(
  { given, terminal }: WizardOptions,
  how: 'dim' | 'green',
  words: string,
  more = '',
): void {
  if (!given)
    terminal.err(toPrintable(`${paintWith(terminal.errColour)[how](`  ${words}`)}${more}\n`));
}

async function readAnsible(state: WizardState, options: WizardOptions): Promise<WizardState> {
  const { terminal, given } = options;
  const read = await resultOf(() => importInventory(String(state.answers.ansible)));
  if (!read.ok) {
    if (given) throwAll(read.problems);
    printProblems(terminal, read.problems, []);
    return without(state, 'source', 'ansible');
  }
  const { text, inventory } = read.value;
  printProblems(terminal, [], inventory.warnings);
  tell(options, 'green', 'read', ` ${count(inventory.hosts.size, 'host')}`);
  const namesUser = inventory.input.defaults?.ssh?.user !== undefined;
  return { ...state, known: { ...state.known, namesUser }, imported: text };
}

/** Tries a password on the hosts whose sudo asked for one, and on no other. */
async function trySudo(
  place: string,
  state: WizardState,
  options: WizardOptions,
): Promise<WizardState> {
  const { terminal, given, file } = options;
  const { withPassword } = state;
  if (withPassword.length === 0) return state;
  const hosts = count(withPassword.length, 'host');
  const stored = place === 'ask' ? null : await secretAt(place, file, terminal);
  if (given && stored === null) return state;
  for (let password = stored; ; password = null) {
    const kept = place.startsWith('file:') ? '' : ', it is not stored';
    password ??= await askSecret(say`sudo password, to try it now${kept} (empty: skip)`);
    if (isEmpty(password)) return state;
    tell(options, 'dim', `trying sudo on ${hosts} ...`);
    const problems = await checkSudo(withPassword, password, terminal);
    if (problems.length === 0) {
      tell(options, 'green', 'accepted', ` by sudo on ${hosts}`);
      return { ...state, typed: new Map([...state.typed, [place, password]]) };
    }
    const accepted = withPassword.length - problems.length;
    printFirst(problems, `sudo accepted it on ${accepted} of ${hosts}`, options);
    if (given || !(await askYes(say`Try another password?`, true))) return state;
  }
}

const SHOWN = 3;

/** The first few problems, each once for all its hosts, as warnings if nobody is asked, and a summary. */
function printFirst(problems: readonly Problem[], summary: string, options: WizardOptions): void {
  const { terminal, given } = options;
  const { err, errColour, width } = terminal;
  const groups = groupProblems(problems);
  const shown = groups.slice(0, SHOWN);
  const style = { paint: paintWith(errColour), width };
  err(toPrintable((given ? warningTexts(shown, style) : errorTexts(shown, style)).join('\n')));
  const more = groups.length - shown.length;
  err(toPrintable(`${more > 0 ? `\nand ${count(more, 'other problem')}. ` : ''}${summary}.\n`));
}

/** Nobody should wonder for longer than that. */
const SLOW_MS = 3000;

/** Finds out from what else data can be collected. In silence: a host on which nothing is found is no news. */
async function lookForSoftware(state: WizardState, options: WizardOptions): Promise<WizardState> {
  const { answers, known, imported, withPassword, typed } = state;
  const { terminal, given, file, existing } = options;
  if (given || known.root === null || !hasJoints(answers.template)) return state;
  const before = existing ?? imported;
  const { targets } = await targetsOf(draftForLogin(before, answers, known), file);
  const place = answers.sudo === 'ask' ? 'ask' : String(answers.sudoPassword);
  const roots = { root: known.root, withPassword, password: typed.get(place) ?? null };
  const hosts = count(targets.length, 'host');
  const slow = setTimeout(
    () => tell(options, 'dim', `looking at what runs on ${hosts} ...`),
    SLOW_MS,
  );
  const looked = await findSoftware(targets, roots, terminal).finally(() => clearTimeout(slow));
  return { ...state, known: { ...known, software: findingsOf(looked, targets.length, before) } };
}

async function tryUrl(
  id: string,
  state: WizardState,
  options: WizardOptions,
): Promise<WizardState> {
  const { terminal, given } = options;
  const url = state.answers[id];
  if (typeof url !== 'string' || url === '') return state;
  const use = useOf(id, state.answers.template);
  if (use === null) return state;
  const why = await checkUrl(url, use);
  if (why === null) {
    tell(options, 'green', 'responds', ' to this machine');
    return state;
  }
  const { errColour, width } = terminal;
  const warning = `${url} does not work from this machine: ${why}`;
  terminal.err(
    toPrintable(
      `${paintWith(errColour).yellow('  warning')}: ${wrap(oneLine(warning), width, 4, 11)}\n`,
    ),
  );
  return given || (await askYes(say`Use it anyway?`, true)) ? state : without(state, id);
}

const HOW_ROOT = {
  none: ', as root',
  passwordless: '; sudo needs no password',
  password: '; sudo needs a password',
} as const;

async function tryLogins(state: WizardState, options: WizardOptions): Promise<WizardState> {
  const { terminal, given, file, existing } = options;
  const { answers, known, imported } = state;
  const draft = draftForLogin(existing ?? imported, answers, known);
  const hosts = (await targetsOf(draft, file)).targets.map(({ host }) => host);
  if (hosts.length === 0) return state;
  tell(options, 'dim', `trying ${count(hosts.length, 'login')} ...`);
  await recordKeys(hosts, {
    terminal,
    timeoutMs: 15_000,
    forks: 32,
    agree: async (found) => {
      if (given) return given.trust;
      printKeys(found, terminal);
      return askYes(
        found.length === 1
          ? say`Is this your host's key? Record it?`
          : say`Are these your hosts' keys? Record them?`,
      );
    },
  });
  const { problems, root, withPassword } = await checkLogins(hosts, terminal);
  const next = { ...state, known: { ...known, root }, withPassword };
  const tried = count(hosts.length, 'host');
  if (problems.length === 0) {
    tell(options, 'green', 'logged in', ` to ${tried}${root ? HOW_ROOT[root] : ''}`);
    return next;
  }
  const failed = problems.length;
  printFirst(problems, `Logged in to ${hosts.length - failed} of ${tried}`, options);
  if (
    given ||
    (await askYes(say`Continue anyway? (no: change user or key)`, failed < hosts.length))
  )
    return next;
  return without({ ...state, known: { ...known, root: null } }, 'user', 'identity');
}
