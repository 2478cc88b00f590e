import { answerOf, type Delivery, type DeliveryState, isFailing } from '../model/delivery.ts';
import type { ComponentFact } from '../model/facts.ts';
import type { Flow, FlowSignal, FlowWay } from '../model/flow.ts';
import { ADVICE } from '../report/delivery-text.ts';
import { hostOf } from './destinations.ts';
import type { Graph, GraphEdge, GraphFrame, GraphNode, GraphNote, GraphNotes } from './graph.ts';
import { clean } from './words.ts';

/** What one host was seen to do. */
export interface SeenHost {
  /** Of its own configuration. */
  readonly graph: Graph;
  /** null: it could not be asked. */
  readonly components: readonly ComponentFact[] | null;
  readonly flows: readonly Flow[];
  readonly deliveries: readonly Delivery[];
}

/** The graphs of several hosts as one, which has each node, frame and edge once. */
export function mergedGraph(graphs: readonly Graph[], title: string): Graph {
  const once = <T extends { readonly id: string }>(all: readonly T[]): readonly T[] => {
    const found = new Map<string, T>();
    for (const one of all) if (!found.has(one.id)) found.set(one.id, one);
    return [...found.values()];
  };
  const [first] = graphs;
  return {
    schema: 1,
    title,
    alloy: first?.alloy ?? '',
    nodes: destinationsLast(once(graphs.flatMap(({ nodes }) => nodes))),
    edges: once(graphs.flatMap(({ edges }) => edges)),
    frames: once(graphs.flatMap(({ frames }) => frames)),
    findings: [
      ...new Map(
        graphs.flatMap(({ findings }) => findings).map((one) => [JSON.stringify(one), one]),
      ).values(),
    ],
  };
}

const destinationsLast = (nodes: readonly GraphNode[]): readonly GraphNode[] => [
  ...nodes.filter(({ kind }) => kind !== 'destination'),
  ...nodes.filter(({ kind }) => kind === 'destination'),
];

/**
 * What hosts were seen to do, on the graph of all of them: the health of each component, and on each edge how much
 * flows. Where no metric tells, there is no number. Rates of several hosts are added up.
 */
export function liveNotes(hosts: readonly SeenHost[]): GraphNotes {
  const nodes = new Map<string, NodeState>();
  const edges = new Map<string, EdgeState>();
  for (const host of hosts) {
    for (const [id, state] of nodeStates(host)) add(nodes, id, state, addNodes);
    for (const [id, state] of edgeStates(host)) add(edges, id, state, addEdges);
  }
  const of = hosts.length;
  const ends = new Map<string, readonly EdgeState[]>();
  for (const state of edges.values())
    if (state.end !== null) ends.set(state.end, [...(ends.get(state.end) ?? []), state]);
  return {
    nodes: new Map([...mapped(nodes, (state) => nodeNote(state, of)), ...mapped(ends, endNote)]),
    edges: mapped(edges, (state) => edgeNote(state, of)),
  };
}

/** Components that a host runs and its configuration does not make, and those that it makes and the host does not run. */
export function differences({ graph, components }: SeenHost): {
  readonly missing: readonly string[];
  readonly unexpected: readonly string[];
} {
  if (components === null) return { missing: [], unexpected: [] };
  const own = new Set(topLevel(graph).map((one) => keyOf(one)!));
  const runs = new Set(components.map(({ id }) => id));
  return {
    missing: [...own].filter((id) => !runs.has(id)),
    unexpected: [...runs].filter((id) => !own.has(id)),
  };
}

type Runs = Pick<GraphNode | GraphFrame, 'runs'>;

/** As flows and deliveries name it; null: Alloy runs no such component. */
const keyOf = ({ runs }: Runs): string | null => {
  if (runs === null) return null;
  const path = runs.path.replace(/^\/|\/$/g, '');
  return path === '' ? runs.id : `${path}/${runs.id}`;
};

const topLevel = ({ nodes, frames }: Graph): readonly (GraphNode | GraphFrame)[] =>
  [...nodes, ...frames].filter(({ runs }) => runs?.path === '/');

interface NodeState {
  readonly signals: readonly FlowSignal[];
  readonly unit: Unit;
  /** How many hosts have it. */
  readonly hosts: number;
  /** Those that said how it is. */
  readonly health: Readonly<Record<Health, number>>;
  readonly messages: readonly string[];
  readonly lost: number | null;
  readonly refused: number | null;
  readonly filtered: number | null;
}

type Health = ComponentFact['health'] | 'missing';
const NO_HEALTH = { healthy: 0, unhealthy: 0, exited: 0, unknown: 0, missing: 0 } as const;

function* nodeStates({ graph, components, flows }: SeenHost): Iterable<[string, NodeState]> {
  const health = new Map((components ?? []).map((one) => [one.id, one]));
  for (const one of [...graph.nodes, ...graph.frames]) {
    const key = keyOf(one);
    if (key === null) continue;
    const said = health.get(key);
    // only those that stand in no module are listed by Alloy
    const state = said?.health ?? (components && one.runs!.path === '/' ? 'missing' : null);
    const own = flows.filter(({ component }) => component === key);
    const sum = (way: FlowWay): number | null =>
      sumOrNull(own.filter((flow) => flow.way === way && flow.destination === null));
    yield [
      one.id,
      {
        signals: [...new Set(own.map(({ signal }) => signal))],
        unit: unitOf(one.name),
        hosts: 1,
        health: state === null ? NO_HEALTH : { ...NO_HEALTH, [state]: 1 },
        messages: said && said.message !== '' ? [said.message] : [],
        lost: sum('lost'),
        refused: sum('refused'),
        filtered: sum('filtered'),
      },
    ];
  }
}

interface EdgeState {
  readonly signal: FlowSignal;
  readonly unit: Unit;
  readonly hosts: number;
  /** null: no metric tells. */
  readonly perSecond: number | null;
  readonly lost: number | null;
  /** The destination that it leads to. */
  readonly end: string | null;
  /** How data fares there. */
  readonly deliveries: readonly Delivery[];
  /** On so many hosts it fails. */
  readonly failing: number;
}

function* edgeStates(host: SeenHost): Iterable<[string, EdgeState]> {
  const { graph, deliveries } = host;
  const byId = new Map(graph.nodes.map((node) => [node.id, node]));
  const rates = ratesOf(host, byId);
  for (const edge of graph.edges) {
    if (!isFlow(edge)) continue;
    const [from, to] = [byId.get(edge.from), byId.get(edge.to)];
    const key = from && keyOf(from);
    const isLast = to?.kind === 'destination' && key != null;
    const there = isLast
      ? deliveries.filter(
          (one) => one.component === key && goesTo(graph, edge, to, one.destination),
        )
      : [];
    yield [
      edge.id,
      {
        signal: edge.signal,
        unit: unitOf(from?.name ?? ''),
        hosts: 1,
        perSecond: rates.get(edge.id) ?? null,
        lost: isLast ? at(host, edge, to, 'lost') : null,
        end: isLast ? to.id : null,
        deliveries: there,
        failing: there.some(isFailing) ? 1 : 0,
      },
    ];
  }
}

type FlowEdge = GraphEdge & { readonly signal: FlowSignal };
const isFlow = (edge: GraphEdge): edge is FlowEdge =>
  edge.signal !== 'targets' && edge.signal !== 'values';

/** What flows along each edge, per second. An edge of which nothing is known is not in it. */
function ratesOf(
  host: SeenHost,
  byId: ReadonlyMap<string, GraphNode>,
): ReadonlyMap<string, number> {
  const { flows, graph } = host;
  const edges = graph.edges.filter(isFlow);
  const rates = new Map<string, number>();
  const set = (edge: FlowEdge, rate: number | null): void => {
    if (rate !== null && !rates.has(edge.id)) rates.set(edge.id, rate);
  };
  const moved = (node: GraphNode | undefined, way: FlowWay, signal: FlowSignal): number | null => {
    const key = node ? keyOf(node) : null;
    return key === null
      ? null
      : sumOrNull(
          flows.filter((one) => one.component === key && one.way === way && one.signal === signal),
        );
  };
  for (const edge of edges) {
    const to = byId.get(edge.to);
    // whoever it forwards to gets all of it
    if (to?.kind === 'destination') set(edge, at(host, edge, to, 'sent'));
    else set(edge, moved(byId.get(edge.from), 'out', edge.signal));
  }
  const into = groupBy(edges, ({ to, signal }) => `${signal} ${to}`);
  // what comes in by a single edge came along it
  for (const [edge, ...others] of into.values())
    if (edge && others.length === 0) set(edge, moved(byId.get(edge.to), 'in', edge.signal));
  // a port of a module passes everything on; modules stand in modules
  const fromPorts = edges.filter(({ from }) => byId.get(from)?.kind === 'port');
  let known: number;
  do {
    known = rates.size;
    for (const edge of fromPorts) {
      const fed = (into.get(`${edge.signal} ${edge.from}`) ?? []).map(({ id }) => rates.get(id));
      if (fed.length > 0 && fed.every((rate) => rate !== undefined))
        set(
          edge,
          fed.reduce((sum, rate) => sum + rate, 0),
        );
    }
  } while (rates.size > known);
  return rates;
}

/** What an exporter counts at the destination that an edge leads to. */
const at = (
  { graph, flows }: SeenHost,
  edge: FlowEdge,
  to: GraphNode,
  way: FlowWay,
): number | null => {
  const key = keyOf(graph.nodes.find(({ id }) => id === edge.from) ?? { runs: null });
  return sumOrNull(
    flows.filter(
      (one) =>
        one.component === key &&
        one.way === way &&
        one.signal === edge.signal &&
        (way === 'sent' || one.destination !== null) &&
        goesTo(graph, edge, to, one.destination),
    ),
  );
};

/** By host and port; an exporter with a single destination sends everything there, whatever the text calls it. */
function goesTo({ edges }: Graph, edge: GraphEdge, to: GraphNode, destination: string | null) {
  if (destination !== null && plain(destination) === plain(to.name)) return true;
  return edges.filter((one) => one.from === edge.from && one.signal === edge.signal).length === 1;
}

/** Without the ports that go without saying. */
const plain = (address: string): string =>
  hostOf(address)
    .replace(/:(?:80|443)$/, '')
    .toLowerCase();

const UNITS = ['samples', 'points', 'lines', 'spans', 'profiles'] as const;
type Unit = (typeof UNITS)[number] | null;
/** Metrics are counted in points where they are OpenTelemetry's. */
const unitOf = (name: string): Unit => (name.startsWith('otelcol.') ? 'points' : null);
const SIGNAL_UNITS = {
  metrics: 'samples',
  logs: 'lines',
  traces: 'spans',
  profiles: 'profiles',
} as const satisfies Record<FlowSignal, Unit>;

const unit = (signal: FlowSignal | undefined, own: Unit): string =>
  signal === undefined
    ? 'items'
    : signal === 'metrics'
      ? (own ?? SIGNAL_UNITS.metrics)
      : SIGNAL_UNITS[signal];

/** "66.6 samples/s", three digits at most before they are whole. */
export function rateText(perSecond: number, of: string): string {
  const digits = perSecond >= 100 ? 0 : perSecond >= 10 ? 1 : 2;
  const number =
    perSecond > 0 && perSecond < 0.005
      ? '<0.01'
      : perSecond.toLocaleString('en', { maximumFractionDigits: digits });
  return `${number} ${of}/s`;
}

const STATES: Readonly<Record<DeliveryState, string>> = {
  delivering: 'delivered',
  idle: 'nothing to send',
  refused: 'refused',
  retrying: 'not taken',
  backlogged: 'behind',
};
/** The worst first. */
const WORST: readonly DeliveryState[] = ['refused', 'retrying', 'backlogged', 'delivering', 'idle'];

function edgeNote(state: EdgeState, of: number): GraphNote | null {
  const { signal, perSecond, lost, deliveries, failing, hosts } = state;
  const per = unit(signal, state.unit);
  const worst = worstOf(deliveries);
  const rate = perSecond === null ? '' : rateText(perSecond, per);
  if (worst || (lost ?? 0) > 0) {
    const text = [
      worst ? stateText(worst) : '✗',
      worst && of > 1 && `on ${failing} of ${of} hosts`,
      (perSecond ?? 0) > 0 && rate,
      (lost ?? 0) > 0 && `${rateText(lost!, per)} lost`,
    ];
    return {
      tone:
        worst && deliveries.filter(isFailing).every(({ tolerated }) => tolerated)
          ? 'warning'
          : 'bad',
      text: text.filter(Boolean).join(', ').replace('✗, ', '✗ '),
      more: reasonsOf(deliveries),
    };
  }
  if (perSecond === null) return null;
  return {
    tone: perSecond > 0 ? 'good' : 'quiet',
    text: rate,
    more: hosts < of ? [`on ${hosts} of ${of} hosts`] : [],
  };
}

/** What all that send there say of a destination. */
function endNote(states: readonly EdgeState[]): GraphNote | null {
  const deliveries = states.flatMap((state) => state.deliveries);
  const worst = worstOf(deliveries);
  if (worst) {
    const isTolerated = deliveries.filter(isFailing).every(({ tolerated }) => tolerated);
    return {
      tone: isTolerated ? 'warning' : 'bad',
      text: stateText(worst),
      more: reasonsOf(deliveries),
    };
  }
  if (deliveries.some(({ state }) => state === 'delivering'))
    return { tone: 'good', text: `✓ ${STATES.delivering}`, more: [] };
  return deliveries.length > 0 ? { tone: 'quiet', text: STATES.idle, more: [] } : null;
}

const worstOf = (deliveries: readonly Delivery[]): Delivery | undefined =>
  deliveries.filter(isFailing).sort((a, b) => WORST.indexOf(a.state) - WORST.indexOf(b.state))[0];

const stateText = ({ state, status }: Delivery): string =>
  `✗ ${STATES[state]}${status === null ? '' : ` (${clean(status)})`}`;

/** What was answered, and what to do about it. */
function reasonsOf(deliveries: readonly Delivery[]): readonly string[] {
  const lines = deliveries.filter(isFailing).flatMap((one) => {
    const answer = answerOf(one);
    return [
      ...(one.reason === null ? [] : [clean(one.reason)]),
      ...(answer === null ? [] : [ADVICE[answer]]),
      ...(one.tolerated ? [`${clean(one.component)} is in alloy.tolerate`] : []),
    ];
  });
  return [...new Set(lines)].slice(0, MOST_MESSAGES);
}

const HEALTH_WORDS: Readonly<Record<Health, string>> = {
  healthy: 'healthy',
  unhealthy: 'unhealthy',
  exited: 'exited',
  unknown: 'of unknown health',
  missing: 'not running',
};
const ILL: readonly Health[] = ['unhealthy', 'exited', 'missing', 'unknown'];

function nodeNote(state: NodeState, of: number): GraphNote | null {
  const { health, lost, refused, filtered, hosts, signals, messages } = state;
  const per = unit(signals.length === 1 ? signals[0] : undefined, state.unit);
  const ill = ILL.filter((word) => health[word] > 0);
  const told = Object.values(health).reduce((sum, count) => sum + count, 0);
  const texts = [
    ...ill.map(
      (word) =>
        `${word === 'unknown' ? '?' : '✗'} ${HEALTH_WORDS[word]}${of > 1 ? ` on ${health[word]} of ${of} hosts` : ''}`,
    ),
    ...((lost ?? 0) > 0 ? [`✗ ${rateText(lost!, per)} lost`] : []),
    ...((refused ?? 0) > 0 ? [`✗ ${rateText(refused!, per)} refused`] : []),
    ...((filtered ?? 0) > 0 ? [`${rateText(filtered!, per)} left out`] : []),
  ];
  const bad = texts.some((text) => text.startsWith('✗'));
  if (told === 0 && texts.length === 0) return null;
  const isHealthy = told > 0 && ill.length === 0;
  return {
    tone: bad ? 'bad' : ill.length > 0 ? 'warning' : isHealthy ? 'good' : 'plain',
    text: [...(isHealthy ? ['✓'] : []), ...texts].join(', '),
    more: [
      ...(isHealthy ? ['healthy'] : []),
      ...new Set(messages.map(clean)),
      ...(hosts < of ? [`on ${hosts} of ${of} hosts`] : []),
    ],
  };
}

const sumOrNull = (flows: readonly Flow[]): number | null =>
  flows.length === 0 ? null : flows.reduce((sum, { perSecond }) => sum + perSecond, 0);

const plus = (a: number | null, b: number | null): number | null =>
  a === null ? b : b === null ? a : a + b;

const addNodes = (a: NodeState, b: NodeState): NodeState => ({
  ...a,
  signals: [...new Set([...a.signals, ...b.signals])],
  hosts: a.hosts + b.hosts,
  health: Object.fromEntries(
    Object.entries(a.health).map(([word, count]) => [word, count + b.health[word as Health]]),
  ) as NodeState['health'],
  messages: [...a.messages, ...b.messages].slice(0, MOST_MESSAGES),
  lost: plus(a.lost, b.lost),
  refused: plus(a.refused, b.refused),
  filtered: plus(a.filtered, b.filtered),
});

/** What a component says of its health is told once, and not by all hosts. */
const MOST_MESSAGES = 5;

const addEdges = (a: EdgeState, b: EdgeState): EdgeState => ({
  ...a,
  hosts: a.hosts + b.hosts,
  perSecond: plus(a.perSecond, b.perSecond),
  lost: plus(a.lost, b.lost),
  end: a.end ?? b.end,
  deliveries: [...a.deliveries, ...b.deliveries],
  failing: a.failing + b.failing,
});

function add<T>(to: Map<string, T>, id: string, value: T, plus: (a: T, b: T) => T): void {
  const known = to.get(id);
  to.set(id, known === undefined ? value : plus(known, value));
}

function mapped<T>(
  from: ReadonlyMap<string, T>,
  note: (value: T) => GraphNote | null,
): ReadonlyMap<string, GraphNote> {
  const found = [...from].flatMap(([id, value]) => {
    const made = note(value);
    return made ? [[id, made] as const] : [];
  });
  return new Map(found);
}

function groupBy<T>(all: readonly T[], keyOf: (one: T) => string): ReadonlyMap<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const key = keyOf(one);
    const known = groups.get(key);
    if (known) known.push(one);
    else groups.set(key, [one]);
  }
  return groups;
}
