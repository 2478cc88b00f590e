import { createHash } from 'node:crypto';
import * as z from 'zod';
import schema from '../../schema/saved-plan.schema.json' with { type: 'json' };
import { DROP_IN_PATH, KEYRING_PATH, LIST_PATH, PROXY_PATH } from '../model/desired.ts';
import type { Expectation, Needs, Plan, StepId } from '../model/plan.ts';
import { fail, ok, type Problem, type Result } from '../model/problem.ts';
import type { Wave } from '../model/rollout.ts';

/**
 * What `plan --out` writes and `apply FILE` holds the hosts to. Holds no secret and no hash that
 * one went into: it is made to be an artifact of a pipeline.
 */
export interface SavedPlan {
  readonly schema: 1;
  readonly kind: 'alloyup.plan';
  /** Version of alloyup that planned. */
  readonly version: string;
  /** The run that planned. */
  readonly run: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** SHA-256 of the inventory's text, hex. Another text alone refuses nothing: it is told. */
  readonly inventory: { readonly file: string; readonly sha256: string };
  /** Foreign configurations may be taken over: whoever approved the plan approved that. */
  readonly adopt: boolean;
  readonly hosts: Readonly<Record<string, SavedHost>>;
  /** Hosts that no plan could be made for; they are not touched. */
  readonly left: readonly string[];
  /** "2/4": it was made for this part of the hosts; absent: for all that were chosen. */
  readonly shard?: string;
  /** In which waves the hosts are changed; absent: in one, or as an older version decided. */
  readonly waves?: readonly Wave[];
  /** SHA-256 of all of the above, hex: whoever edits the file is told. */
  readonly sha256: string;
}

export interface SavedHost {
  /** SHA-256 of all that the plan would do, hex. */
  readonly hash: string;
  readonly changes: readonly {
    readonly step: StepId;
    readonly title: string;
    readonly needs: Needs;
  }[];
  readonly expect: readonly Expectation[];
}

/** Our own files, which never hold a secret: only their hashes may be shown. */
const OPEN_PATHS: ReadonlySet<string> = new Set([
  DROP_IN_PATH,
  KEYRING_PATH,
  LIST_PATH,
  PROXY_PATH,
]);

export function savedHost(plan: Plan): SavedHost {
  const expect = plan.expect.flatMap(shownExpectation);
  const changes = plan.changes.map(({ step, title, needs }) => ({ step, title, needs }));
  // diffs are masked, and a Secret has no text here: its new value alone is no new plan
  const whole = plan.changes.map(({ warnings, ...change }) => change);
  // how long a service is watched is said when the plan is applied; all else that decides is approved
  const { check, listen, components, tolerate, version, delivery } = plan.proof;
  const proof = { check, listen, components, tolerate, version, delivery };
  const all = { changes: whole, expect, listPath: plan.listPath, proof };
  return {
    hash: createHash('sha256').update(JSON.stringify(all)).digest('hex'),
    changes,
    expect,
  };
}

/**
 * The process alone may be another one: a reboot in between is no other plan, and where it is one
 * (a reload becomes nothing), the changes say so.
 */
function shownExpectation(expectation: Expectation): readonly Expectation[] {
  if (expectation.of === 'invocation') return [];
  if (expectation.of !== 'file' || OPEN_PATHS.has(expectation.path)) return [expectation];
  return [{ ...expectation, sha256: expectation.sha256 === null ? null : '' }];
}

/** Why a host must not be touched by a saved plan; undefined: its plan is still the one that was saved. */
export function movedProblem(host: string, saved: SavedHost, plan: Plan): Problem | undefined {
  const now = savedHost(plan);
  if (now.hash === saved.hash) return undefined;
  const [before, after] = [saved, now].map(({ changes }) => changes.map(lineOf)) as [
    string[],
    string[],
  ];
  return {
    code: 'apply.stale',
    host,
    params: {
      reason: 'plan-differs',
      removed: before.filter((line) => !after.includes(line)),
      added: after.filter((line) => !before.includes(line)),
    },
  };
}

const lineOf = ({ step, title }: SavedHost['changes'][number]): string => `${step}: ${title}`;

/** A plan with its hash, as it is saved. */
export const sealed = (plan: Omit<SavedPlan, 'sha256'>): SavedPlan => ({
  ...plan,
  sha256: createHash('sha256').update(JSON.stringify(plan)).digest('hex'),
});

/**
 * Reads what `plan --out` wrote.
 * @param file how the user calls it
 * @param version of alloyup, which alone knows the plans that it saves
 */
export function parseSavedPlan(text: string, file: string, version: string): Result<SavedPlan> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return fail({ code: 'usage', params: { reason: 'plan-not-json', file } });
  }
  const plan = value as Partial<SavedPlan> | null;
  if (plan?.kind !== 'alloyup.plan')
    return fail({ code: 'usage', params: { reason: 'not-a-plan', file } });
  const checked = planSchema().safeParse(value);
  if (!checked.success) {
    const { version: savedBy = 'unknown' } = plan;
    const isOurs = plan.schema === 1 && [version, 'unknown'].includes(savedBy);
    const where = checked.error.issues[0]!.path.join('.');
    return fail({
      code: 'usage',
      params:
        isOurs || typeof savedBy !== 'string'
          ? { reason: 'plan-damaged', file, where }
          : { reason: 'plan-version', file, version: savedBy },
    });
  }
  const { sha256, ...rest } = plan as SavedPlan;
  if (sealed(rest).sha256 === sha256) return ok(plan as SavedPlan);
  return fail({ code: 'usage', params: { reason: 'plan-edited', file } });
}

const planSchema = () =>
  z
    .fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0])
    .superRefine((value, context) => {
      for (const [name, { hash }] of Object.entries((value as SavedPlan).hosts))
        if (!/^[0-9a-f]{64}$/.test(hash))
          context.addIssue({ code: 'custom', path: ['hosts', name, 'hash'] });
    });
