import type { Target } from '../model/desired.ts';
import type { Facts } from '../model/facts.ts';
import type { Supplies } from '../model/plan.ts';
import { type Problem, ToolError } from '../model/problem.ts';
import { type Extras, examineScript, packagesFrom, readExtras } from '../shell/examine.ts';
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
      /** Why the repository's key or index could not be had; null: they could, or nobody needs them. */
      readonly repository: Problem | null;
    }
  | { readonly ok: false; readonly problem: Problem };

const TIMEOUT_MS = 30_000;

/** Logs in and reads, and fetches what a run would fetch; changes nothing. Never throws for a host's trouble. */
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
  const command = ['sh', '-s', '--', ...packagesFrom(target.desired.repository)] as const;
  try {
    // the login is not to be counted into the clock's difference
    const said = await runAsRoot(session, target.host, command, examineScript, {
      timeoutMs: TIMEOUT_MS,
      signal: world.abandon,
    });
    const asked = world.now();
    const facts = await probe(target, session, world);
    const answered = world.now();
    const apart = facts.takenAt - (asked + answered) / 2;
    // within the time that the answer took, nobody can say
    const aheadMs = Math.abs(apart) <= (answered - asked) / 2 + 500 ? 0 : apart;
    const extras = readExtras(said.out);
    const repository = await supply(target, facts, world, true).catch(thrown);
    return 'keyrings' in repository
      ? { ok: true, facts, extras, aheadMs, supplies: repository, repository: null }
      : {
          ok: true,
          facts,
          extras,
          aheadMs,
          supplies: await supply(target, facts, world, false),
          repository,
        };
  } catch (error) {
    if (error instanceof ToolError) return { ok: false, problem: error.problem };
    throw error;
  } finally {
    session.close();
  }
}

function thrown(error: unknown): Problem {
  if (error instanceof ToolError) return error.problem;
  throw error;
}
