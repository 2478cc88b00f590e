import type { ConfigWarnings } from './config-problems.ts';
import type { InventoryWarnings } from './inventory-problems.ts';
import type { Reasons } from './reasons.ts';
import type { SecretWarnings } from './secret-problems.ts';

/** Params of the warnings, but for those of the Alloy language, whose codes are their rules. */
export interface WarningProblems extends ConfigWarnings, InventoryWarnings, SecretWarnings {
  'retry.gone': Reasons<'hosts', { hosts: readonly string[] }>;
  'retry.nothing': Reasons<'all-finished' | 'not-chosen', { run: string }>;
  'plan.inventory': Reasons<'changed'>;
  'plan.left': Reasons<'not-planned', { hosts: readonly string[] }>;
  'plan.others': Reasons<'not-in-plan', { hosts: number }>;
  'secret.short': Reasons<'too-short-to-mask'>;
  'fmt.template': Reasons<'skipped', { files: readonly string[] }>;
  'access.docker': Reasons<'like-root'>;
  'alloy.components': Reasons<
    'unhealthy',
    { components: readonly { readonly id: string; readonly health: string }[] }
  >;
  'alloy.no-validate': Reasons<'too-old'>;
  'data.lost': Reasons<'purge'>;
  /** `removes`: variables that are removed. */
  'host.adopt': Reasons<'taken-over', { path: string; removes: readonly string[] }>;
  'host.clock': Reasons<'off', { aheadS: number }> | Reasons<'no-time-server'>;
  'host.dpkg-lock': Reasons<'held', { command: string; pid: number }>;
  /** `date`: "2027-08-22". */
  'key.expires': Reasons<'soon', { days: number; date: string }>;
  'key.expired': Reasons<'on-host', { path: string }>;
  'repository.kept': Reasons<'in-use', { packages: readonly string[] }>;
  'repository.no-route': Reasons<'no-route', { address: string; said: string }>;
  'repository.sources': Reasons<'not-serving', { paths: readonly string[] }>;
  'run.in-progress': Reasons<'locked', { run: string; who: string }>;
  'run.replanned': Reasons<'host-changed'>;
  'run.taken-back': Reasons<'rolled-back', { run: string }>;
  'run.unfinished': Reasons<'cut-off', { run: string }>;
  'sudo.log-input': Reasons<'to-file', { path: string }> | Reasons<'enabled'>;
  'unit.drop-ins': Reasons<'foreign', { paths: readonly string[] }>;
}
