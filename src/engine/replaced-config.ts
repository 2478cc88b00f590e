import { CONFIG_PATH, type Desired } from '../model/desired.ts';
import type { Facts } from '../model/facts.ts';

/** The text that is on the host; null: none, or nothing is in it. */
export function configOn({ files }: Facts): string | null {
  const text = files[CONFIG_PATH]?.content;
  return typeof text === 'string' && text.trim() !== '' ? text : null;
}

/** The same, if it is another than the desired one. */
export function replacedConfig(desired: Desired, facts: Facts): string | null {
  const before = configOn(facts);
  return before === desired.config ? null : before;
}
