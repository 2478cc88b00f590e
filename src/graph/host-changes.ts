import type { Target } from '../model/desired.ts';
import type { GraphChanges } from '../model/graph-changes.ts';
import { graphDifference } from './changes.ts';

/** Kept answers: more than a fleet has of templates and versions of them. */
const MOST_KEPT = 200;

const known = new Map<string, { readonly name: string; readonly found: GraphChanges | null }>();

/**
 * What the new configuration of a host does to its components, in place of the text `before`; null: nothing. Hosts whose
 * texts differ in their own names alone are compared once: a fleet may have thousands.
 */
export function hostChanges(
  { host: { name }, desired }: Pick<Target, 'host' | 'desired'>,
  before: string,
): GraphChanges | null {
  const { config, stability, check } = desired;
  const key = JSON.stringify([withoutName([before, config], name), stability]);
  const kept = known.get(key);
  if (kept) return withName(kept.found, kept.name, name);
  const found = graphDifference(before, config, { stability, strict: false, check });
  if (known.size >= MOST_KEPT) known.delete(known.keys().next().value!);
  known.set(key, { name, found: found?.changes ?? null });
  return found?.changes ?? null;
}

/** Equal for hosts whose texts differ in their own names alone. */
export const withoutName = (texts: readonly string[], name: string) =>
  // a name that is a word of its own may stand in the text and mean something else
  /[\d.-]/.test(name) ? texts.map((text) => text.split(name)) : texts;

/** What was found for another host. */
function withName(found: GraphChanges | null, of: string, name: string): GraphChanges | null {
  if (!found || of === name) return found;
  return JSON.parse(JSON.stringify(found), (_, value) =>
    typeof value === 'string' ? value.replaceAll(of, name) : value,
  ) as GraphChanges;
}
