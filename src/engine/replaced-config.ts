import { CONFIG_PATH, type Desired } from '../model/desired.ts';
import type { Facts } from '../model/facts.ts';

/** The text that is on the host, if it is one, and another than the desired one. */
export function replacedConfig(desired: Desired, facts: Facts): string | null {
  const before = facts.files[CONFIG_PATH]?.content;
  if (typeof before !== 'string' || before === desired.config) return null;
  return before.trim() === '' ? null : before;
}
