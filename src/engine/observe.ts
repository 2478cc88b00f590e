import { readFlow } from '../host/samples.ts';
import type { Target } from '../model/desired.ts';
import type { Facts, FlowFact } from '../model/facts.ts';
import { type Problem, ToolError } from '../model/problem.ts';
import { FLOW_SERIES } from '../plan/flow.ts';
import { gatherFacts } from './gather-facts.ts';
import { createSession } from './session.ts';
import type { World } from './world.ts';

/** What a host that runs was seen to do, or why it could not be looked at. */
export type Observation =
  | {
      readonly ok: true;
      readonly facts: Facts;
      /** null: nobody answered, or Alloy is not asked. */
      readonly flow: FlowFact | null;
    }
  | { readonly ok: false; readonly problem: Problem };

/**
 * Logs in and reads the facts, with two readings of what flows, `seconds` apart. Changes nothing, and never throws a
 * host's problem.
 */
export async function observeHost(
  target: Target,
  world: World,
  { connectTimeoutS, seconds }: { readonly connectTimeoutS: number; readonly seconds: number },
): Promise<Observation> {
  const session = createSession(world.transport, target.host, {
    limits: () => ({ timeoutMs: connectTimeoutS * 1000, signal: world.abandon }),
    onConnected: () => {},
  });
  try {
    const flow = { seconds, series: FLOW_SERIES };
    const { facts, raw } = await gatherFacts(target, session, world, { flow });
    return { ok: true, facts, flow: readFlow(raw) };
  } catch (error) {
    if (error instanceof ToolError) return { ok: false, problem: error.problem };
    throw error;
  } finally {
    session.close();
  }
}
