import process from 'node:process';
import pLimit from 'p-limit';
import { scrapeInterval } from '../../alloy/delivery-deadlines.ts';
import { type Observation, observeHost } from '../../engine/observe.ts';
import type { World } from '../../engine/world.ts';
import type { Graph } from '../../graph/graph.ts';
import { withNotes } from '../../graph/graph.ts';
import { differences, liveNotes, mergedGraph, type SeenHost } from '../../graph/live.ts';
import type { Target } from '../../model/desired.ts';
import type { Problem } from '../../model/problem.ts';
import { deliveriesOf } from '../../plan/delivery.ts';
import { flowsOf } from '../../plan/flow.ts';
import { paintWith } from '../../report/paint.ts';
import { count, someNames } from '../../report/plain.ts';
import { say } from '../../report/printable.ts';
import { problemText } from '../../report/problem-text.ts';
import { createMask, openCleaner } from '../../report/redact.ts';
import type { Invocation } from '../args/option-table.ts';
import { createWorld } from '../create-world.ts';
import { type DrawnHosts, drawnHosts } from '../hosts/drawn-hosts.ts';
import { readTargets } from '../hosts/make-targets.ts';
import { SIGNALS } from '../terminal/interrupts.ts';
import { usageError } from '../usage.ts';

const UNREACHED = { type: 'host.finished', outcome: 'unreachable' } as const;

/** Seconds between two readings where nothing is scraped, and at most where nobody asks for more. */
const SECONDS = 10;
const MOST_S = 60;

/**
 * Draws hosts with what they report: once, or with --watch again and again until it is ended. Returns the exit code:
 * 1 when a host could not be asked.
 */
export async function drawLive(
  invocation: Invocation,
  write: (drawn: Graph, refreshS: number | null) => Promise<void>,
): Promise<number> {
  const { options, terminal } = invocation;
  if (options.rewrite && options.out === null) throw usageError({ reason: 'watch-needs-file' });
  const drawn = await drawnHosts(invocation, { confined: false });
  const { targets, secrets } = await readTargets(drawn.chosen, invocation, 'status');
  const scraped = scrapeInterval(drawn.hosts.flatMap(({ parsed }) => parsed));
  const seconds = options.interval ?? Math.min(MOST_S, scraped ?? SECONDS);
  if (options.interval === null && (scraped ?? 0) > MOST_S)
    terminal.err(
      say`Some targets are scraped only every ${scraped!} s. To count them, use --interval ${scraped!}.\n`,
    );
  const stop = new AbortController();
  const end = (): void => stop.abort();
  for (const signal of SIGNALS) process.on(signal, end);
  const mask = createMask(secrets);
  const clean = openCleaner(mask);
  const world = createWorld(terminal, {
    mask,
    stop: stop.signal,
    abandon: stop.signal,
  });
  const look = async (): Promise<readonly Problem[]> => {
    const seen = await observeAll(targets, world, { ...options, seconds });
    if (stop.signal.aborted) return [];
    const { graph, problems } = picture(drawn, targets, seen, world);
    await write(graph, options.rewrite ? seconds : null);
    return problems;
  };
  try {
    if (!options.quiet)
      terminal.err(
        say`Reading ${targets.length === 1 ? drawn.title : count(targets.length, 'host')} twice, ${seconds} s apart ...\n`,
      );
    let problems = await look();
    const style = { paint: paintWith(terminal.errColour), width: terminal.width };
    let said = '';
    const tell = (): void => {
      const now = JSON.stringify(problems.map(({ code, host }) => [code, host]));
      // a host that stays away is told of once
      for (const one of now === said ? [] : problems) {
        const told = clean({ ...UNREACHED, host: one.host!, problem: one });
        if ('problem' in told && told.problem) terminal.err(problemText(told.problem, style));
      }
      said = now;
    };
    tell();
    while (options.rewrite && !stop.signal.aborted) {
      // whoever cannot be asked answers at once
      if (problems.length === targets.length) await world.sleep(seconds * 1000, stop.signal);
      if (stop.signal.aborted) break;
      problems = await look();
      tell();
    }
    if (stop.signal.aborted) return options.rewrite ? 0 : 130;
    return problems.length > 0 ? 1 : 0;
  } finally {
    for (const signal of SIGNALS) process.off(signal, end);
    await world.transport.close();
  }
}

function observeAll(
  targets: readonly Target[],
  world: World,
  given: { readonly forks: number; readonly connectTimeout: number; readonly seconds: number },
): Promise<readonly Observation[]> {
  const { seconds, connectTimeout } = given;
  return pLimit(given.forks).map(targets, (target) =>
    observeHost(target, world, { connectTimeoutS: connectTimeout, seconds }),
  );
}

/** The picture of what was seen, whose title says of which hosts, when, and what is not in it. */
function picture(
  { title, hosts }: DrawnHosts,
  targets: readonly Target[],
  seen: readonly Observation[],
  world: World,
): { readonly graph: Graph; readonly problems: readonly Problem[] } {
  const graphs = new Map(hosts.map(({ name, graph }) => [name, graph]));
  const shown: SeenHost[] = [];
  const problems: Problem[] = [];
  const silent: string[] = [];
  const restarted: string[] = [];
  const cut: string[] = [];
  const other: string[] = [];
  let seconds = 0;
  for (const [i, observation] of seen.entries()) {
    const target = targets[i]!;
    const { name } = target.host;
    if (!observation.ok) {
      problems.push({ ...observation.problem, host: name });
      continue;
    }
    const graph = graphs.get(name)!;
    const { facts, flow } = observation;
    const flows = flow ? flowsOf(flow) : [];
    if (flow === null || facts.components === null) silent.push(name);
    else if (flow.cut) cut.push(name);
    else if (flows.length === 0 && wasRestarted(flow)) restarted.push(name);
    seconds = Math.max(seconds, flow?.seconds ?? 0);
    const { tolerate } = target.desired;
    const host: SeenHost = {
      graph,
      components:
        facts.components?.map((one) => ({ ...one, message: world.mask(one.message) })) ?? null,
      flows,
      deliveries: flow
        ? deliveriesOf(flow, { ...facts, tolerate }).map((one) => ({
            ...one,
            reason: one.reason === null ? null : world.mask(one.reason),
          }))
        : [],
    };
    const { missing, unexpected } = differences(host);
    if (missing.length + unexpected.length > 0) other.push(name);
    shown.push(host);
  }
  const named = (names: readonly string[]): string => someNames(names, 60);
  const at = new Date(world.now()).toISOString().slice(0, 19).replace('T', ' ');
  const unreachable = problems.map(({ host }) => host!);
  const parts = [
    `${title}, ${at} UTC${seconds > 0 ? `, over ${Math.round(seconds)} s` : ''}`,
    targets.length > 1 && `${shown.length} of ${count(targets.length, 'host')}`,
    unreachable.length > 0 && `not reached: ${named(unreachable)}`,
    silent.length > 0 && `Alloy does not answer on ${named(silent)}`,
    restarted.length > 0 && `restarted meanwhile: ${named(restarted)}`,
    cut.length > 0 && `too many series to read on ${named(cut)}`,
    other.length > 0 && `another configuration runs on ${named(other)}`,
  ];
  const whole = mergedGraph(
    hosts.map(({ graph }) => graph),
    parts.filter(Boolean).join('; '),
  );
  return { graph: withNotes(whole, liveNotes(shown)), problems };
}

const wasRestarted = ({
  before,
  after,
}: Extract<Observation, { ok: true }>['flow'] & object): boolean => {
  const start = (samples: typeof before) =>
    samples.find(({ name }) => name === 'process_start_time_seconds')?.value;
  return start(before) !== start(after);
};
