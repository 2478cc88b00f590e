import { type Extras, readExtras } from '../host/facts.ts';
import type { Target } from '../model/desired.ts';
import type { Facts } from '../model/facts.ts';
import type { Supplies } from '../model/plan.ts';
import { type Problem, ToolError } from '../model/problem.ts';
import { gatherFacts, gatherSupplies } from './gather-facts.ts';
import { createSession } from './session.ts';
import type { World } from './world.ts';

/** What was found on a host, or why it could not be examined. */
export type Examination =
  | {
      readonly ok: true;
      readonly facts: Facts;
      readonly supplies: Supplies;
      readonly extras: Extras;
      /** Milliseconds that the host's clock is ahead of ours; 0 when the difference is too small to measure. */
      readonly aheadMs: number;
      /** Why the repository's key or index could not be fetched; null: they could, or are not needed. */
      readonly repository: Problem | null;
    }
  | { readonly ok: false; readonly problem: Problem };

/** Logs in, reads, and fetches what a run would fetch. Changes nothing, and never throws a host's problem. */
export async function examineHost(
  target: Target,
  world: World,
  { connectTimeoutS }: { readonly connectTimeoutS: number },
): Promise<Examination> {
  const session = createSession(world.transport, target.host, {
    limits: () => ({ timeoutMs: connectTimeoutS * 1000, signal: world.abandon }),
    onConnected: () => {},
  });
  try {
    const { facts, raw, aheadMs } = await gatherFacts(target, session, world, { extras: true });
    const extras = readExtras(raw);
    const fetched = await gatherSupplies(target, facts, world, { fetch: true }).catch(problemOf);
    const repository = 'code' in fetched ? fetched : null;
    const supplies =
      'code' in fetched ? await gatherSupplies(target, facts, world, { fetch: false }) : fetched;
    return { ok: true, facts, extras, aheadMs, supplies, repository };
  } catch (error) {
    return { ok: false, problem: problemOf(error) };
  } finally {
    session.close();
  }
}

function problemOf(error: unknown): Problem {
  if (error instanceof ToolError) return error.problem;
  throw error;
}
