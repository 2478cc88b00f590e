import type { FileFact } from '../model/facts.ts';
import type { Action, Change, FileDiff, StepId } from '../model/plan.ts';
import { Secret } from '../model/secret.ts';
import { type Hide, unifiedDiff } from './textdiff.ts';

/** A change with nothing in it but what is said. */
export const change = (
  step: StepId,
  title: string,
  more: Partial<Omit<Change, 'step' | 'title'>>,
): Change => ({
  step,
  title,
  before: null,
  after: null,
  diffs: [],
  actions: [],
  warnings: [],
  needs: 'nothing',
  ...more,
});

/** A file as it shall be. */
export interface Wanted {
  readonly path: string;
  readonly content: string | Secret;
  readonly mode: string;
  readonly user: string;
  readonly group: string;
}

/** Whether one of the changes has such an action. */
export const includes = (changes: readonly Change[], action: Action['do']): boolean =>
  changes.some(({ actions }) => actions.some((one) => one.do === action));

const hashOf = (content: string | Secret): string => new Secret(content).sha256();

export const contentDiffers = (
  wanted: Pick<Wanted, 'content'>,
  fact: FileFact | undefined,
): boolean => fact?.kind !== 'file' || fact.sha256 !== hashOf(wanted.content);

/** An action, and what it changes. */
export interface FileChange {
  readonly action: Action;
  readonly diff: FileDiff;
}

/** What makes one file what it shall be; undefined when it is. */
export function fileChange(
  wanted: Wanted,
  fact: FileFact | undefined,
  hide: Hide,
): FileChange | undefined {
  if (!contentDiffers(wanted, fact)) return modeChange(wanted, fact);
  const { path, content } = wanted;
  const there = fact?.kind === 'file';
  return {
    action: { do: 'file', ...wanted },
    diff: {
      path,
      kind: there ? 'change' : 'create',
      text: shownDiff(there ? fact.content : '', content, hide),
    },
  };
}

/** What gives a file its mode and owner; undefined when it has them, or is not there. */
export function modeChange(
  { path, mode, user, group }: Wanted,
  fact: FileFact | undefined,
): FileChange | undefined {
  if (fact?.kind !== 'file') return undefined;
  const before = `${fact.mode} ${fact.user}:${fact.group}`;
  const after = `${mode} ${user}:${group}`;
  if (before === after) return undefined;
  return {
    action: { do: 'mode', path, mode, user, group },
    diff: { path, kind: 'mode', text: `@@ ${before} -> ${after} @@` },
  };
}

/** null where either side may hold a secret, or cannot be read. */
const shownDiff = (
  before: string | Secret | null,
  after: string | Secret,
  hide: Hide,
): string | null =>
  typeof before === 'string' && typeof after === 'string' ? unifiedDiff(before, after, hide) : null;
