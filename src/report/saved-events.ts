import * as z from 'zod';
import schema from '../../schema/run-event.schema.json' with { type: 'json' };
import type { RunEvent } from '../model/event.ts';
import type { Notice } from '../model/problem.ts';
import { isNotice } from './ndjson.ts';
import { type Cleaned, cleaned } from './redact.ts';
import { textOf } from './text-of.ts';

/** What is wrong with a line: the path of the value, or null where the line is none of ours. */
export interface Damage {
  readonly where: string | null;
}

/** One schema for each type of event: to try them all would take long. */
const schemas = new Map<string, z.ZodType>();

function schemaOf(type: string): z.ZodType | undefined {
  if (schemas.size === 0)
    for (const one of schema.oneOf)
      schemas.set(
        one.properties.type.const,
        z.fromJSONSchema({ ...one, $defs: schema.$defs } as Parameters<typeof z.fromJSONSchema>[0]),
      );
  return schemas.get(type);
}

/**
 * A line of a run log, which somebody may have edited. What it says is as the types say, and every notice in
 * it has a text.
 */
export function readSavedEvent(line: string): Cleaned<RunEvent> | Damage {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { where: null };
  }
  const type = (value as Partial<RunEvent> | null)?.type;
  const known = typeof type === 'string' ? schemaOf(type) : undefined;
  if (!known) return { where: null };
  const checked = known.safeParse(value);
  if (!checked.success) return { where: pathOf(checked.error.issues[0]!) };
  const broken = brokenNotice(value, []);
  return broken === null ? cleaned(value as RunEvent) : { where: broken.join('.') };
}

/** The deepest place that a problem of a union points to. */
function pathOf(issue: z.core.$ZodIssue): string {
  return issue.path.join('.');
}

/** Where a notice stands whose params are not those of its code. */
function brokenNotice(value: unknown, path: readonly string[]): readonly string[] | null {
  if (typeof value !== 'object' || value === null) return null;
  if ('code' in value && !(isNotice(value) && hasText(value))) return [...path, 'params'];
  for (const [key, part] of Object.entries(value)) {
    const found = brokenNotice(part, [...path, key]);
    if (found) return found;
  }
  return null;
}

function hasText(notice: Notice): boolean {
  try {
    const { message, hint } = textOf(notice);
    return typeof message === 'string' && typeof hint === 'string';
  } catch {
    return false;
  }
}
