import type { Action, Change, Expectation, Plan, SeenFile, StepId } from '../model/plan.ts';
import { Secret, sha256 } from '../model/secret.ts';
import runVerbs from './apply.pl';
import { bare } from './bare.ts';
import hostHelper from './host.pl';
import packageVerbs from './packages.sh';
import { perlQuote, quote, quoteAll } from './quote.ts';
import seldomVerbs from './seldom.pl';
import undoVerbs from './undo.sh';
import waitHelper from './wait.pl';

/** What every script needs to know of its run. */
export interface ScriptRun {
  /** `20261123T101500Z-3f9a`: letters, digits and dashes. */
  readonly run: string;
  /** First word of each line that is the script's own; not to be guessed by a package script. */
  readonly nonce: string;
  /** Who started it, from where; for the audit log and for whoever waits. One line. */
  readonly who: string;
  /** Seconds to wait for another run on this host. */
  readonly lockWaitS: number;
  /** The probe (shell/probe.ts), run again at the end. */
  readonly probe: string;
  readonly listen: { readonly address: string; readonly port: number };
}

export interface ApplyScriptInput extends ScriptRun {
  readonly plan: Plan;
  /** Take a failed run back. */
  readonly rollback: boolean;
}

/** An action with its number, which names its functions, its content and its place in the journal. */
interface Numbered {
  readonly n: number;
  readonly step: StepId;
  readonly action: Action;
}

const numbered = (changes: readonly Change[]): readonly Numbered[] => {
  let n = 0;
  return changes.flatMap(({ step, actions }) =>
    actions.map((action) => {
      n += 1;
      return { n, step, action };
    }),
  );
};

/**
 * The script that brings one host from its facts to its plan: perl, to be spooled by launch.pl and run
 * as root. The last line calls `main`, so that a script cut short does nothing.
 */
export function applyScript(input: ApplyScriptInput): Secret {
  const { plan, rollback } = input;
  const { proof, seen } = plan;
  const actions = numbered(plan.changes);
  const verbs = actions.map(({ action }) => action.do);
  const packaged = verbs.includes('install') || verbs.includes('uninstall');
  const shell = shellHead(input, plan.listPath);
  const steps = plan.changes.map(({ step }) =>
    list([
      perlQuote(step),
      ...actions.filter((one) => one.step === step).map(({ n, action }) => doing(n, action)),
    ]),
  );
  return script(
    input,
    {
      does: 'apply',
      rollback: rollback ? '1' : '',
      room: packaged ? '/var/lib/alloyup /etc /usr' : '/var/lib/alloyup /etc',
      check: proof.check,
      service: proof.service,
      known: proof.components.known ? '1' : '',
      watch: String(proof.watchS),
      seen_at: String(seen.at),
      active: seen.active,
      invocation: seen.invocation,
    },
    {
      undo: undoScript(shell, actions),
      ...(verbs.some((verb) => SHELL_VERBS.has(verb)) && {
        packages: `${shell}\n${bare(undoVerbs)}\n${bare(packageVerbs)}`,
      }),
    },
    `@expect=(${plan.expect.map(expectation).join(',')});\n`,
    `@seen=(${seen.files.map(sight).join(',')});\n`,
    `@before=(${seen.components.map(({ id, health }) => words(id, health)).join(',')});\n`,
    `@steps=(${steps.join(',')});\n`,
    `@components=(${proof.components.ids.map(perlQuote).join(',')});\n`,
    `@tolerate=(${proof.tolerate.map(perlQuote).join(',')});\n`,
    `@receipt=(${proof.receiptFiles.map(perlQuote).join(',')});\n`,
    ...actions.flatMap(({ n, action }) =>
      'content' in action ? [`$content{${n}}=`, literalOf(action.content), ';\n'] : [],
    ),
  );
}

/** Waits for the lock and takes back what an earlier run left unfinished. */
export const settleScript = (input: ScriptRun): Secret => script(input, { does: 'settle' }, {});

/**
 * Takes finished runs back, newest first, down to and including `toRun` (the newest when null).
 * Nothing is touched when a file is no longer what the run wrote.
 */
export const rollbackScript = (input: ScriptRun & { readonly toRun: string | null }): Secret =>
  script(input, { does: 'rollback', to_run: input.toRun ?? '' }, {});

/** Settings and texts first, then what they are for; `evaluate` stands where no variable is in its way. */
function script(
  input: ScriptRun,
  more: Readonly<Record<string, string>>,
  texts: Readonly<Record<string, string>>,
  ...data: readonly (string | Secret)[]
): Secret {
  const settings = {
    run: input.run,
    nonce: input.nonce,
    who: input.who,
    address: input.listen.address,
    port: String(input.listen.port),
    lock_wait: String(input.lockWaitS),
    check: 'none',
    rollback: '',
    ...more,
  };
  return new Secret(
    'sub evaluate { eval $_[0] }\n',
    `%in=(${pairs(settings)});\n`,
    `%text=(${pairs({ host: HOST, wait: WAIT, seldom: SELDOM, probe: input.probe, ...texts })});\n`,
    ...data,
    'evaluate($text{host}) or die $@;\n',
    RUN,
    `main();\n#end ${input.run}\n`,
  );
}

const HOST = bare(hostHelper);
const WAIT = bare(waitHelper);
const SELDOM = bare(seldomVerbs);
const RUN = bare(runVerbs);

const pairs = (entries: Readonly<Record<string, string>>): string =>
  Object.entries(entries)
    .map(([key, value]) => `${key}=>${perlQuote(value)}`)
    .join(',');
const list = (parts: readonly string[]): string => `[${parts.join(',')}]`;
const words = (...parts: readonly string[]): string => list(parts.map(perlQuote));

const literalOf = (content: string | Secret): string | Secret =>
  content instanceof Secret ? new Secret(perlQuote(content.reveal())) : perlQuote(content);

/** Assignments in front of what runs in a shell. */
function shellHead(input: ScriptRun, listPath: string): string {
  const settings = {
    RUN: input.run,
    NONCE: input.nonce,
    WHO: input.who,
    ADDRESS: input.listen.address,
    PORT: String(input.listen.port),
    LIST: listPath,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${quote(value)}\n`);
  return `#!/bin/sh\nset -u\numask 077\n${lines.join('')}`;
}

/** The undo script as it is kept on the host: no contents, so no secrets. */
const undoScript = (head: string, actions: readonly Numbered[]): string =>
  `${head}\n${bare(undoVerbs)}\n${actions.map(undoFunction).join('')}undo_main "$1"\n`;

const undoFunction = ({ n, action }: Numbered): string =>
  `undo_${n}() { ${undoing(n, action)}; }\n`;

/** The verbs of packages.sh. */
const SHELL_VERBS: ReadonlySet<Action['do']> = new Set([
  'refresh',
  'install',
  'uninstall',
  'hold',
  'try-environment',
  'mend-dpkg',
  'join-groups',
  'own-tree',
  'delete-account',
] as const);

/** A verb of apply.pl or seldom.pl, its number, its arguments. */
function doing(n: number, action: Action): string {
  const call = (...args: readonly string[]) =>
    SHELL_VERBS.has(action.do)
      ? words('packages', String(n), action.do, ...args)
      : words(action.do, String(n), ...args);
  switch (action.do) {
    case 'folder':
    case 'mode':
      return call(action.path, action.mode, `${action.user}:${action.group}`);
    case 'file':
      return call(
        action.path,
        action.mode,
        `${action.user}:${action.group}`,
        hashOf(action.content),
      );
    case 'delete':
    case 'delete-tree':
      return call(action.path);
    case 'install':
      return call(action.version);
    case 'hold':
      return call(action.held ? 'hold' : 'install');
    case 'join-groups':
      return call(...action.groups);
    case 'own-tree':
      return call(action.path, action.user, action.group);
    case 'validate':
      return call(...action.flags);
    case 'uninstall':
      return call(action.purge ? 'purge' : 'remove');
    case 'try-environment':
    case 'mend-dpkg':
    case 'refresh':
    case 'daemon-reload':
    case 'enable':
    case 'disable':
    case 'unmask':
    case 'reload':
    case 'restart':
    case 'stop':
    case 'delete-account':
      return call();
  }
}

const hashOf = (content: string | Secret): string =>
  content instanceof Secret ? content.sha256() : sha256(content);

function undoing(n: number, action: Action): string {
  const call = (verb: string, ...words: readonly string[]) => quoteAll([verb, String(n), ...words]);
  switch (action.do) {
    case 'folder':
    case 'file':
    case 'mode':
    case 'delete':
      return call(`undo_${action.do}`, action.path);
    case 'refresh':
      return call('undo_refresh');
    case 'install':
    case 'uninstall':
      return call('undo_install');
    case 'hold':
      return call('undo_hold');
    case 'join-groups':
      return call('undo_groups', ...action.groups);
    case 'own-tree':
      return call('undo_own_tree', action.path);
    case 'enable':
    case 'disable':
    case 'unmask':
      return call(`undo_${action.do}`);
    // reading changes nothing; the service is put back after all else; data of a purge is gone for good
    case 'try-environment':
    case 'mend-dpkg':
    case 'daemon-reload':
    case 'validate':
    case 'reload':
    case 'restart':
    case 'stop':
    case 'delete-account':
    case 'delete-tree':
      return 'undo_none';
  }
}

function expectation(one: Expectation): string {
  switch (one.of) {
    case 'file':
      return words('file', one.path, one.sha256 ?? '-', one.mode, one.owner);
    case 'package':
      return words('package', one.status, one.version ?? '-', one.held ? 'held' : 'free');
    case 'invocation':
      return words('invocation', one.id);
  }
}

const sight = ({ path, sha256: hash, ctimeMs, size }: SeenFile): string =>
  words(path, hash, String(ctimeMs), String(size));
