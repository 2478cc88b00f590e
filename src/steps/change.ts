import type { FileFact } from '../model/facts.ts';
import type { Action, Change, FileDiff, StepId } from '../model/plan.ts';
import { Secret } from '../model/secret.ts';
import { unifiedDiff } from './textdiff.ts';

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

const hashOf = (content: string | Secret): string => new Secret(content).sha256();

export const contentDiffers = (wanted: Wanted, fact: FileFact | undefined): boolean =>
  fact?.kind !== 'file' || fact.sha256 !== hashOf(wanted.content);

export const modeDiffers = (wanted: Wanted, fact: FileFact | undefined): boolean =>
  fact?.kind === 'file' &&
  (fact.mode !== wanted.mode || fact.user !== wanted.user || fact.group !== wanted.group);

/** The action and the diff that make one file what it shall be; undefined when it is. */
export function fileChange(
  wanted: Wanted,
  fact: FileFact | undefined,
): { readonly action: Action; readonly diff: FileDiff } | undefined {
  const { path, content, mode, user, group } = wanted;
  if (contentDiffers(wanted, fact)) {
    const there = fact?.kind === 'file';
    return {
      action: { do: 'file', path, content, mode, user, group },
      diff: {
        path,
        kind: there ? 'change' : 'create',
        text: shownDiff(there ? fact.content : '', content),
      },
    };
  }
  if (!modeDiffers(wanted, fact)) return undefined;
  return {
    action: { do: 'mode', path, mode, user, group },
    diff: {
      path,
      kind: 'mode',
      text: `@@ ${fact!.mode} ${fact!.user}:${fact!.group} -> ${mode} ${user}:${group} @@`,
    },
  };
}

/** null where either side may hold a secret, or cannot be read. */
const shownDiff = (before: string | Secret | null, after: string | Secret): string | null =>
  typeof before === 'string' && typeof after === 'string' ? unifiedDiff(before, after) : null;
