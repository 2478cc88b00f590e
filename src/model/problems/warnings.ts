import type { ConfigWarnings, UnusedSetting } from './config-problems.ts';
import type { SecretWarnings } from './secret-problems.ts';

/** Params of the warnings, but for those of the Alloy language, whose codes are their rules. */
export interface WarningProblems extends ConfigWarnings, SecretWarnings {
  'inventory.unused': UnusedSetting;
}
