import type { Target } from '../model/desired.ts';
import type { Facts } from '../model/facts.ts';
import type { Supplies } from '../model/plan.ts';
import { type Problem, ToolError } from '../model/problem.ts';
import { type Extras, examineScript, readExtras } from '../shell/examine.ts';
import { probe, supply } from './probe-run.ts';
import { runAsRoot } from './root-command.ts';
import { createSession } from './session.ts';
import type { World } from './world.ts';

/** A host that was looked at, or why it could not be. */
export type Examination =
  | {
      readonly ok: true;
      readonly facts: Facts;
      readonly supplies: Supplies;
      readonly extras: Extras;
      /** Milliseconds that the host's clock is ahead of ours; less than half a second is not told apart. */
      readonly aheadMs: number;
    }
  | { readonly ok: false; readonly problem: Problem };

const TIMEOUT_MS = 30_000;

/** Logs in and reads; changes nothing, and fetches nothing. Never throws for a host's trouble. */
export async function examineHost(
  target: Target,
  world: World,
  { connectTimeoutS }: { readonly connectTimeoutS: number },
): Promise<Examination> {
  const session = createSession(world.transport, target.host, {
    timeoutMs: connectTimeoutS * 1000,
    signal: world.abandon,
    onConnected: () => {},
  });
  try {
    // the login is not to be counted into the clock's difference
    const said = await runAsRoot(session, target.host, ['sh', '-s'], examineScript, {
      timeoutMs: TIMEOUT_MS,
      signal: world.abandon,
    });
    const asked = world.now();
    const facts = await probe(target, session, world);
    const answered = world.now();
    const apart = facts.takenAt - (asked + answered) / 2;
    // within the time that the answer took, nobody can say
    const aheadMs = Math.abs(apart) <= (answered - asked) / 2 + 500 ? 0 : apart;
    const supplies = await supply(target, facts, world, false);
    return { ok: true, facts, supplies, extras: readExtras(said.out), aheadMs };
  } catch (error) {
    if (error instanceof ToolError) return { ok: false, problem: error.problem };
    throw error;
  } finally {
    session.close();
  }
}
