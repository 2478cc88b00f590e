import type { Asker } from '../asker.ts';
import type { Undelivered } from './host-problems.ts';
import type { SkippedKey } from './inventory-problems.ts';
import type { QueueWarnings } from './queue-problems.ts';
import type { Reasons } from './reasons.ts';

/** `files` match, and `denied` of them cannot be read. `owner`: "root:adm". */
export interface Denied {
  readonly path: string;
  readonly blocker: string;
  readonly mode: string;
  readonly owner: string;
  readonly files: number;
  readonly denied: number;
  readonly whole: boolean;
}

/** Params of the warnings, but for those of the Alloy language, whose codes are their rules. */
export interface WarningProblems extends QueueWarnings {
  'retry.gone': Reasons<'hosts', { hosts: readonly string[] }>;
  'retry.nothing': Reasons<'all-finished' | 'not-chosen', { run: string }>;
  /** `shard`: "3/4"; `hosts`: of all shards. */
  'shard.empty': Reasons<'no-hosts', { shard: string; hosts: number }>;
  'shard.order': Reasons<'within-shard', { shard: string }>;
  'plan.inventory': Reasons<'changed'>;
  'plan.left': Reasons<'not-planned', { hosts: readonly string[] }>;
  'plan.others': Reasons<'not-in-plan', { hosts: number }>;
  'secret.short': Reasons<'too-short-to-mask'>;
  /** `by`: `alloy 1.18.1`. */
  'fmt.differs': Reasons<'from-alloy', { file: string; by: string }>;
  'fmt.template': Reasons<'skipped', { files: readonly string[] }>;
  /** `variable`: which one of the environment; `known`: what may be there. */
  'telemetry.off':
    | Reasons<'endpoint', { variable: string }>
    | Reasons<'protocol', { variable: string; value: string; known: readonly string[] }>;
  /** `endpoint`: host and port; `said`: by the SDK, of the first failure. */
  'telemetry.lost': Reasons<'not-delivered', { endpoint: string; said: string }>;
  'template.raw': Reasons<'raw', { text: string }>;
  'environment.missing': Reasons<'not-set', { variable: string }>;
  'file.unreadable': Reasons<'for-service', Record<'path' | 'mode' | 'user' | 'group', string>>;
  'secret.readable': Reasons<'readable-by-others', { path: string }>;
  'inventory.ambiguous': Reasons<'host-and-group', { name: string }>;
  'inventory.unfilled': Reasons<'placeholder', { placeholder: string; setting: string }>;
  'inventory.unused':
    | Reasons<'empty-group', { group: string }>
    | Reasons<'variable', { variable: string }>
    /** The unit itself sets it later. */
    | Reasons<'overridden-argument', { argument: string }>
    | Reasons<'tolerated-component', { component: string }>;
  /** `argument`: the first of `--cluster` in `alloy.args`, where there is no `alloy.cluster`. */
  'cluster.unmanaged': Reasons<'arguments', { argument: string }>;
  /** Alloy's HTTP server has to listen where other members reach it. */
  /** `not-seen`: members that are not chosen or were not reached. `unchecked`: with `check: service`. */
  'cluster.members':
    | Reasons<'not-seen', { cluster: string; members: readonly string[] }>
    | Reasons<'unchecked', { cluster: string }>;
  'cluster.open': Reasons<'no-tls', { listen: string }>;
  'ansible.left': Reasons<'connection', { host: string; connection: string }>;
  'ansible.ignored':
    | SkippedKey
    | Reasons<'older-name', { variable: string; current: string }>
    | Reasons<'vault' | 'template' | 'alloy-version', { variable: string }>
    | Reasons<'become-off' | 'become-password' | 'host-key-checking-off', { variable: string }>
    | Reasons<'own-variable' | 'no-counterpart', { variable: string }>
    | Reasons<'become-user' | 'become-method', { variable: string; value: string }>
    | Reasons<'ssh-arguments', { variable: string; args: readonly string[] }>;
  /** `by`: who needs it; empty: the inventory alone. */
  'access.docker': Reasons<'like-root', { by: readonly Asker[] }>;
  'access.absent': Reasons<'no-path', { path: string }>;
  'account.kept': Reasons<'not-of-package'>;
  'alloy.components': Reasons<
    'unhealthy',
    { components: readonly { readonly id: string; readonly health: string }[] }
  >;
  'alloy.delivery':
    | Reasons<'not-delivered', { destinations: readonly Undelivered[] }>
    /** Delivery is required, and these have had nothing to send. */
    | Reasons<'nothing-to-send', { destinations: readonly string[] }>
    | Reasons<'unseen'>;
  'alloy.no-validate': Reasons<'too-old'>;
  /** `version`: null on a host; `said`: the first line of the panic. */
  'alloy.crashed': Reasons<'validate', { version: string | null; said: string }>;
  /** `pin`: "version 1.17.*". */
  'apt.pin': Reasons<'against', { path: string; pin: string; priority: number; version: string }>;
  'data.kept': Reasons<'mounted', { path: string }>;
  'data.lost': Reasons<'purge'>;
  /** `loses`: variables whose values are removed or replaced. */
  'host.adopt': Reasons<'taken-over', { path: string; loses: readonly string[] }>;
  'host.clock': Reasons<'off', { aheadS: number }> | Reasons<'no-time-server'>;
  'host.dpkg-lock': Reasons<'held', { command: string; pid: number }>;
  /** `date`: "2027-08-22". */
  /** `blocker` is what refuses; `whole`: nothing of it can be read; `give`: what to let it read. */
  'read.denied':
    | Reasons<'group', Denied & { group: string }>
    | Reasons<'readable', Denied & { give: string }>
    | Reasons<'elsewhere', Denied>;
  'read.missing': Reasons<'absent' | 'no-match', { path: string }>;
  'key.expires': Reasons<'soon', { days: number; date: string }>;
  'key.expired': Reasons<'on-host', { path: string }>;
  'repository.kept': Reasons<'in-use', { packages: readonly string[] }>;
  'repository.no-route': Reasons<'no-route', { address: string; said: string }>;
  'repository.sources': Reasons<'not-serving', { paths: readonly string[] }>;
  'run.in-progress': Reasons<'locked', { run: string; who: string }>;
  'run.replanned': Reasons<'host-changed'>;
  'run.silent': Reasons<'not-planned', { hosts: readonly string[] }>;
  'run.taken-back': Reasons<'rolled-back', { run: string }>;
  'run.unfinished': Reasons<'cut-off', { run: string }>;
  'sudo.log-input': Reasons<'to-file', { path: string }> | Reasons<'enabled'>;
  'unit.drop-ins': Reasons<'foreign', { paths: readonly string[] }>;
}
