import type { runFleet } from '../../engine/fleet.ts';
import type { RunOptions, World } from '../../engine/world.ts';
import type { Target } from '../../model/desired.ts';
import type { Verb } from '../../model/event.ts';
import { ToolError } from '../../model/problem.ts';
import type { SavedPlan } from '../../plan/saved-plan.ts';
import { type Dispatch, openDispatch, type Said } from '../../queue/dispatch.ts';
import type { RunRecord, RunScope } from '../../queue/protocol.ts';
import { PATIENCE_S } from '../../queue/redis.ts';
import { createRemoteHostRun } from '../../queue/remote-host-run.ts';
import { runOf, runsOf, scopeOf } from '../../queue/runs.ts';
import { count } from '../../report/plain.ts';
import { say } from '../../report/printable.ts';
import { VERSION } from '../alloyup-version.ts';
import { type Invocation, OPTIONS, type Options } from '../args/option-table.ts';
import type { ChosenHosts } from '../hosts/chosen-hosts.ts';
import { makeTargets, reachOnly } from '../hosts/make-targets.ts';
import { throwAll, usageError } from '../usage.ts';
import { inventoryDigest } from './inventory-digest.ts';
import { openQueue } from './queue-server.ts';
import { heardText } from './told-text.ts';

/** A run that workers do. */
export interface DispatchedRun {
  /** The run that is continued; null: it is a new one. */
  readonly earlier: { readonly record: RunRecord; readonly scope: RunScope } | null;
  /** Its hosts, without any secret. @throws ToolError */
  targets(chosen: ChosenHosts): ReturnType<typeof readDispatchedTargets>;
  /** Orders that are given at once: workers decide how many they take. */
  readonly forks: number;
  readonly hostRun: NonNullable<Parameters<typeof runFleet>[3]>;
  /** Announces the run. */
  begin(
    world: Pick<World, 'emit' | 'stop' | 'abandon' | 'expected' | 'planned' | 'configured'>,
    about: {
      readonly options: RunOptions;
      readonly chosen: ChosenHosts;
      readonly plan: SavedPlan | null;
    },
  ): Promise<void>;
  readonly approved: boolean;
  approve(): void;
  /** Nobody knows any more how hosts end; the run can be continued. */
  readonly isLost: boolean;
  close(isCrash: boolean): Promise<void>;
}

/** @throws ToolError `usage` | `queue.unreachable` | `queue.run` */
export async function openDispatchedRun(
  verb: Verb,
  invocation: Invocation,
): Promise<DispatchedRun> {
  const { options, terminal } = invocation;
  let lostAt = 0;
  let isClosed = false;
  let dispatch: Dispatch | null = null;
  const tell = (what: Said): void => terminal.err(say`alloyup: ${wordsOf(what)}\n`);
  const { server, signer } = await openQueue(invocation, {
    onLost() {
      lostAt = Date.now();
      tell({ what: 'lost', place: server.place, seconds: PATIENCE_S });
      dispatch?.lost(true);
    },
    onBack() {
      const seconds = Math.round((Date.now() - lostAt) / 1000);
      tell({ what: 'back', place: server.place, seconds });
      dispatch?.lost(false);
    },
  });
  const find = async (wanted: string) => {
    const { records } = await runsOf(server.client, signer);
    const [only, ...others] = records.filter(({ run }) => run.includes(wanted));
    if (!only || others.length > 0)
      throw noRun(
        wanted,
        records.map(({ run }) => run),
      );
    const record = (await runOf(server.client, only.run, signer))!;
    const scope = await scopeOf(server.client, only.run, signer);
    if (!scope) throw noRun(wanted, []);
    if (record.verb !== verb)
      throw new ToolError({
        code: 'queue.run',
        params: { reason: 'other-verb', run: record.run, verb: record.verb },
      });
    if (record.version !== VERSION)
      throw new ToolError({
        code: 'queue.run',
        params: { reason: 'other-version', run: record.run, version: record.version },
      });
    return { record, scope };
  };
  let earlier: DispatchedRun['earlier'] = null;
  try {
    if (options.attach !== null) earlier = await find(options.attach);
  } catch (error) {
    server.close();
    throw error;
  }
  let ports: Parameters<DispatchedRun['begin']>[0];
  return {
    earlier,
    targets: (chosen) => readDispatchedTargets(chosen, invocation, verb),
    forks: options.forks === OPTIONS.forks.defaultValue ? MOST_ORDERS : options.forks,
    hostRun: (target, clusters) =>
      createRemoteHostRun(target, ports, clusters, dispatch!, (of, before) =>
        ports.configured?.(of, before && heardText(before, of.desired.config)),
      ),
    async begin(world, { options: run, chosen, plan }) {
      ports = world;
      const digest = inventoryDigest(chosen);
      const saved = plan?.sha256 ?? null;
      if (earlier) checkSame(earlier, digest, saved);
      const { run: id, verb: does, forks, who, waves, keepLogin: _, ...rest } = run;
      const now = Date.now();
      const record: RunRecord = earlier?.record ?? {
        run: id,
        verb: does,
        version: VERSION,
        digest,
        who,
        revision: 0,
        stopping: false,
        approved: run.unattended,
        startedAt: now,
        expiresAt: now,
        hosts: chosen.settings.length,
        configurations: world.configured !== undefined,
        unwatched: [],
        options: rest,
      };
      const scope: RunScope = earlier?.scope ?? {
        run: id,
        hosts: chosen.settings.map(({ name }) => name),
        forks,
        waves: waves ?? [],
        rollout: rolloutFlags(options),
        plan: saved,
      };
      dispatch = await openDispatch({
        server,
        signer,
        record,
        scope,
        attached: earlier !== null,
        warn: (warning) => world.emit({ type: 'run.warning', warning }),
        say: tell,
      });
      const { stop, abandon } = world;
      stop.addEventListener('abort', () => dispatch!.stop(), { once: true });
      abandon.addEventListener('abort', () => dispatch!.abandon(), { once: true });
    },
    get approved() {
      return dispatch?.approved ?? false;
    },
    approve: () => dispatch?.approve(),
    get isLost() {
      return dispatch?.gone ?? false;
    },
    async close(isCrash) {
      if (isClosed) return;
      isClosed = true;
      await dispatch?.close(isCrash);
      server.close();
    },
  };
}

const MOST_ORDERS = 2000;

const noRun = (run: string, known: readonly string[]): ToolError =>
  new ToolError({ code: 'queue.run', params: { reason: 'unknown', run, known } });

function checkSame(
  { record, scope }: NonNullable<DispatchedRun['earlier']>,
  digest: string,
  plan: string | null,
): void {
  const { run } = record;
  if (record.digest !== digest)
    throw new ToolError({ code: 'queue.run', params: { reason: 'other-inventory', run } });
  if (scope.plan !== plan)
    throw new ToolError({ code: 'queue.run', params: { reason: 'other-plan', run } });
}

const rolloutFlags = ({ canary, serial, maxFail, pause }: Options): RunScope['rollout'] => ({
  ...(canary === null ? {} : { canary }),
  ...(serial === null ? {} : { serial }),
  ...(maxFail === null ? {} : { maxFail }),
  ...(pause === null ? {} : { pauseS: pause }),
});

/**
 * The targets of a run that others do: without any secret, which only workers read.
 *
 * @throws ToolError with all problems of all hosts: nothing was touched
 */
async function readDispatchedTargets(all: ChosenHosts, invocation: Invocation, verb: Verb) {
  const chosen = verb === 'rollback' ? reachOnly(all) : all;
  if (invocation.options.askSudoPassword || chosen.settings.some(({ sudo }) => sudo.kind === 'ask'))
    throw usageError({ reason: 'queue-sudo' });
  const local = chosen.settings.filter(({ ssh }) => ssh.transport === 'local');
  if (local.length > 0)
    throw usageError({ reason: 'queue-local', hosts: local.map(({ name }) => name) });
  const { targets, problems, warnings } = await makeTargets(chosen, { planned: true });
  throwAll(problems);
  const found: Target[] = [...targets];
  return { targets: found, secrets: [], warnings: [...chosen.warnings, ...warnings] };
}

function wordsOf(what: Said): string {
  switch (what.what) {
    case 'lost':
      return `the connection to Redis at ${what.place} is lost; workers go on with the hosts that they have. Waiting for it for ${what.seconds} s at most`;
    case 'back':
      return `the connection to Redis at ${what.place} is back after ${what.seconds} s`;
    case 'no-workers': {
      const { others, seconds } = what;
      const there =
        others.length === 0
          ? 'no worker is there'
          : `none of ${count(others.length, 'worker')} takes part: see alloyup queue status`;
      return `${there}. Waiting for one for ${seconds} s at most: alloyup worker --queue ...`;
    }
    case 'workers':
      return `${count(what.workers, 'worker')} for ${count(what.hosts, 'host')} at once`;
    case 'owned':
      return `the run still has a dispatcher; waiting for ${what.seconds} s whether it is gone`;
  }
}
