import type { Action, Change, Expectation, Plan, StepId } from '../model/plan.ts';
import { Secret } from '../model/secret.ts';
import applyVerbs from './apply.sh';
import hostHelper from './host.pl';
import { quote, quoteAll } from './quote.ts';
import undoVerbs from './undo.sh';

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
 * The script that brings one host from its facts to its plan: POSIX sh, to be spooled by launch.sh
 * and run as root. Everything stands in functions and the last line calls `main`, so that a script
 * cut short does nothing.
 */
export function applyScript(input: ApplyScriptInput): Secret {
  const { plan, rollback } = input;
  const actions = numbered(plan.changes);
  const settings = head(input, {
    ROLLBACK: rollback ? '1' : '0',
    LIST: plan.listPath,
    ROOM: actions.some(({ action }) => action.do === 'install' || action.do === 'uninstall')
      ? '/var/lib/alloyup /etc /usr'
      : '/var/lib/alloyup /etc',
    CHECK: plan.proof.check,
    SERVICE: plan.proof.service,
    KNOWN: plan.proof.components.known ? '1' : '',
    WATCH_S: String(plan.proof.watchS),
  });
  const steps = plan.changes.map(({ step }) =>
    quoteAll([
      'step',
      step,
      ...actions.filter((one) => one.step === step).map(({ n }) => String(n)),
    ]),
  );
  return new Secret(
    settings,
    undoVerbs,
    applyVerbs,
    actions.map(doFunction).join(''),
    writeHelpers(input.probe, undoScript(settings, actions)),
    ...writeContent(plan, actions),
    `check() {\n${plan.expect.map(expectation).join(' &&\n') || ':'}\n}\n`,
    `work() {\n${[...steps, '{ prove || { out fail service 1; false; }; }', receipt(plan)].join(' &&\n')}\n}\n`,
    MAIN,
    `main\n#end ${input.run}\n`,
  );
}

/** Waits for the lock and takes back what an earlier run left unfinished. */
export const settleScript = (input: ScriptRun): Secret =>
  new Secret(
    head(input, { CHECK: 'none', ROLLBACK: '0', LIST: '' }),
    undoVerbs,
    applyVerbs,
    writeHelpers(input.probe, null),
    `main() {
  rm -f "$0"
  take_lock || { out result locked; exit 75; }
  write_helpers || exit 1
  finish_earlier
  case $? in 0 | 3) out result ok ;; *) out result stuck ;; esac
  rm -rf "$D"
}
main
#end ${input.run}
`,
  );

/**
 * Takes finished runs back, newest first, down to and including \`toRun\` (the newest when null).
 * Nothing is touched when a file is no longer what the run wrote.
 */
export const rollbackScript = (input: ScriptRun & { readonly toRun: string | null }): Secret =>
  new Secret(
    head(input, { CHECK: 'none', ROLLBACK: '0', LIST: '', TO_RUN: input.toRun ?? '' }),
    undoVerbs,
    applyVerbs,
    writeHelpers(input.probe, null),
    `main() {
  rm -f "$0"
  take_lock || { out result locked; exit 75; }
  write_helpers || exit 1
  finish_earlier
  case $? in 0 | 3) ;; *) rm -rf "$D"; out result stuck; last_words; exit 1 ;; esac
  roll_back
  rm -rf "$D"
  last_words
}
main
#end ${input.run}
`,
  );

const MAIN = `
on_exit() {
  [ -z "$ended" ] || return 0
  ended=1
  out fail "\${current_step:-service}" 1
  give_up
  last_words
}
main() {
  rm -f "$0"
  ended=
  trap on_exit EXIT
  trap 'exit 143' TERM INT HUP
  take_lock || { ended=1; out result locked; exit 75; }
  write_helpers && write_content || { ended=1; rm -rf "$D" "$C/content"; out problem host.disk "no room for the run's files in $S or $C"; out result failed; last_words; exit 1; }
  finish_earlier || { ended=1; rm -rf "$D" "$C/content"; out stale 'an unfinished run was taken back first'; out result stale; last_words; exit 1; }
  check || { ended=1; rm -rf "$D" "$C/content"; out result stale; last_words; exit 1; }
  room $ROOM || { ended=1; rm -rf "$D" "$C/content"; out result failed; last_words; exit 1; }
  arm || { out problem apply.failed 'the way back could not be prepared'; exit 1; }
  if work; then ended=1; finish ok; out result ok; last_words; exit 0; fi
  ended=1
  give_up
  last_words
  exit 1
}
`;

/** Shell assignments in front of every script. */
const head = (input: ScriptRun, more: Readonly<Record<string, string>>): string => {
  const settings = {
    RUN: input.run,
    NONCE: input.nonce,
    WHO: input.who,
    ADDRESS: input.listen.address,
    PORT: String(input.listen.port),
    LOCK_WAIT_S: String(input.lockWaitS),
    ...more,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${quote(value)}\n`);
  return `#!/bin/sh\nset -u\numask 077\n${lines.join('')}`;
};

/** The undo script as it is kept on the host: no contents, so no secrets. */
const undoScript = (settings: string, actions: readonly Numbered[]): string =>
  `${settings}\n${undoVerbs}\n${actions.map(undoFunction).join('')}undo_main "$1"\n`;

/** A shell function that lays out the helpers and, where there is something to take back, how. */
const writeHelpers = (probe: string, undo: string | null): string =>
  [
    'write_helpers() {',
    'mkdir -p "$D" "$C/content" || return 1',
    here('"$D/host.pl"', hostHelper),
    here('"$C/probe.pl"', probe),
    ...(undo === null ? [] : [here('"$D/undo.sh"', undo)]),
    'export ALLOYUP_NONCE="$NONCE" ALLOYUP_ADDRESS="$ADDRESS" ALLOYUP_PORT="$PORT"',
    '}\n',
  ].join('\n');

/** A shell function that lays out what will be written, and what the proof compares with. */
function writeContent(plan: Plan, actions: readonly Numbered[]): readonly (string | Secret)[] {
  const { components, tolerate } = plan.proof;
  const files = actions.flatMap(({ n, action }) =>
    'content' in action ? [new Secret(here(`"$C/content/${n}"`, action.content), '\n')] : [],
  );
  return [
    'write_content() {\n',
    here('"$C/content/components"', components.ids.join('\n')),
    '\n',
    here('"$C/content/tolerate"', tolerate.join('\n')),
    '\n',
    ...files,
    '}\n',
  ];
}

/** Base64 in a here-document: any bytes pass, and no line of theirs can end it. */
function here(target: string, content: string | Secret): string {
  const text = content instanceof Secret ? content.reveal() : content;
  const encoded = Buffer.from(text, 'utf8').toString('base64').replace(/.{76}/g, '$&\n');
  return `base64 -d >${target} <<'EOF' || return 1\n${encoded}\nEOF`;
}

const doFunction = ({ n, action }: Numbered): string => `do_${n}() { ${doing(n, action)}; }\n`;
const undoFunction = ({ n, action }: Numbered): string =>
  `undo_${n}() { ${undoing(n, action)}; }\n`;

function doing(n: number, action: Action): string {
  const call = (verb: string, ...words: readonly string[]) => quoteAll([verb, String(n), ...words]);
  switch (action.do) {
    case 'folder':
    case 'file':
    case 'mode':
      return call(action.do, action.path, action.mode, `${action.user}:${action.group}`);
    case 'delete':
      return call('delete', action.path);
    case 'delete-tree':
      return call('delete_tree', action.path);
    case 'try-environment':
      return 'try_environment';
    case 'mend-dpkg':
      return 'mend_dpkg';
    case 'refresh':
      return call('refresh');
    case 'install':
      return call('install_package', action.version);
    case 'hold':
      return call('hold', action.held ? 'hold' : 'install');
    case 'join-groups':
      return call('join_groups', ...action.groups);
    case 'own-tree':
      return call('own_tree', action.path, action.user, action.group);
    case 'daemon-reload':
      return 'systemctl daemon-reload';
    case 'validate':
      return call('validate', ...action.flags);
    case 'enable':
    case 'disable':
    case 'unmask':
      return call(action.do);
    case 'reload':
    case 'restart':
    case 'stop':
      return action.do;
    case 'uninstall':
      return call('uninstall', action.purge ? 'purge' : 'remove');
    case 'delete-account':
      return call('delete_account');
  }
}

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
      return one.sha256 === null
        ? quoteAll(['same_file', one.path, '-'])
        : quoteAll(['same_file', one.path, one.sha256, one.mode, one.owner]);
    case 'package':
      return quoteAll(['same_package', one.status, one.version ?? '-', one.held ? 'held' : 'free']);
    case 'invocation':
      return quoteAll(['same_invocation', one.id]);
  }
}

const receipt = ({ proof }: Plan): string =>
  proof.check === 'none' ? ':' : quoteAll(['receipt', ...proof.receiptFiles]);
