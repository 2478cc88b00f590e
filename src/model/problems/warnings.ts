import type { ConfigWarnings } from './config-problems.ts';
import type { InventoryWarnings } from './inventory-problems.ts';
import type { SecretWarnings } from './secret-problems.ts';

/** Params of the warnings, but for those of the Alloy language, whose codes are their rules. */
export interface WarningProblems extends ConfigWarnings, InventoryWarnings, SecretWarnings {
  'retry.gone': { readonly reason: 'hosts'; readonly hosts: readonly string[] };
  'retry.nothing':
    | { readonly reason: 'all-finished'; readonly run: string }
    | { readonly reason: 'not-chosen'; readonly run: string };
  'plan.inventory': { readonly reason: 'changed' };
  'plan.left': { readonly reason: 'not-planned'; readonly hosts: readonly string[] };
  'plan.others': { readonly reason: 'not-in-plan'; readonly hosts: number };
  'secret.short': { readonly reason: 'too-short-to-mask' };
  'fmt.template': { readonly reason: 'skipped'; readonly files: readonly string[] };
  'access.docker': { readonly reason: 'like-root' };
  'alloy.components': {
    readonly reason: 'unhealthy';
    readonly components: readonly { readonly id: string; readonly health: string }[];
  };
  'alloy.no-validate': { readonly reason: 'too-old' };
  'data.lost': { readonly reason: 'purge' };
  'host.adopt': {
    readonly reason: 'taken-over';
    readonly path: string;
    /** Variables whose values are removed or replaced. */
    readonly loses: readonly string[];
  };
  'host.clock':
    | { readonly reason: 'off'; readonly aheadS: number }
    | { readonly reason: 'no-time-server' };
  'host.dpkg-lock': { readonly reason: 'held'; readonly command: string; readonly pid: number };
  'key.expires': {
    readonly reason: 'soon';
    readonly days: number;
    /** "2027-08-22". */
    readonly date: string;
  };
  'key.expired': { readonly reason: 'on-host'; readonly path: string };
  'repository.kept': { readonly reason: 'in-use'; readonly packages: readonly string[] };
  'repository.no-route': {
    readonly reason: 'no-route';
    readonly address: string;
    readonly said: string;
  };
  'repository.sources': { readonly reason: 'not-serving'; readonly paths: readonly string[] };
  'run.in-progress': { readonly reason: 'locked'; readonly run: string; readonly who: string };
  'run.replanned': { readonly reason: 'host-changed' };
  'run.taken-back': { readonly reason: 'rolled-back'; readonly run: string };
  'run.unfinished': { readonly reason: 'cut-off'; readonly run: string };
  'sudo.log-input':
    | { readonly reason: 'to-file'; readonly path: string }
    | { readonly reason: 'enabled' };
  'unit.drop-ins': { readonly reason: 'foreign'; readonly paths: readonly string[] };
}
