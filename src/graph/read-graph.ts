import type { Block, Expression, Identifier } from '../alloy/ast.ts';
import { attributeOf, blocksOf, withoutParens } from '../alloy/ast-lookup.ts';
import { checkFiles } from '../alloy/check/check.ts';
import { textOf } from '../alloy/check/constants.ts';
import type {
  CheckOptions,
  Config,
  Declared,
  Module,
  NamedFile,
  Node,
  Reference,
  Resolved,
} from '../alloy/check/model.ts';
import { hasVariable, readConfig, resolve } from '../alloy/check/modules.ts';
import { isStdlib } from '../alloy/check/stdlib.ts';
import { textOf as chainOf, namesOf } from '../alloy/check/traversal.ts';
import type { Parsed } from '../alloy/parser.ts';
import { positionAt, type Span } from '../alloy/position.ts';
import { repair } from '../alloy/repair.ts';
import { isSecretName, secretSpans } from '../alloy/secret-spans.ts';
import { tableAt } from '../alloy/table/component-table.ts';
import type { Position } from '../model/problem.ts';
import { type Address, addressesOf, addressText, hostOf } from './destinations.ts';
import {
  type Graph,
  type GraphEdge,
  type GraphFinding,
  type GraphFrame,
  type GraphNode,
  type GraphReference,
  type Signal,
  TELEMETRY,
} from './graph.ts';
import { type Carried, carriedBy, isReceiver, ordered, signalsOf } from './signals.ts';

/** A file of the configuration. */
export interface GraphFile {
  /** How its places are named. */
  readonly name: string;
  readonly parsed: Parsed;
  /** The place of an offset where the text was made of another file; absent: that in the text itself. */
  readonly place?: (offset: number) => Position;
}

export interface GraphOptions {
  readonly title: string;
  readonly check: CheckOptions;
  /** What the checks find is in it; so it is unless said. */
  readonly findings?: boolean;
}

/** So many nodes at most: further instances of a module that is shown already stay closed. */
const MOST_NODES = 3000;
/** Arguments and exports that pass a value on. */
const DEPTH = 12;

/**
 * The graph of a configuration. Several files are one configuration, as Alloy reads a directory. Whatever can be read
 * of a broken file is in it. Pure; never throws; the same text gives the same graph.
 */
export function readGraph(files: readonly GraphFile[], options: GraphOptions): Graph {
  return new Reading(files, options).graph();
}

/** The same, and the text of each component, setting, import, instance and destination by its id, without its own label. */
export function readGraphAndTexts(files: readonly GraphFile[], options: GraphOptions) {
  const reading = new Reading(files, options);
  const graph = reading.graph();
  return { graph, texts: reading.texts(graph) };
}

/** One body that is shown in one place: the root, an instance of a module, a template. */
interface Scope {
  readonly config: Config;
  readonly module: Module;
  readonly frame: string | null;
  /** As Alloy names it; null: Alloy makes up the name when it runs. */
  readonly path: string | null;
  /** What is seen from here besides. */
  readonly outer: Scope | null;
  readonly passed: ReadonlyMap<string, Passed>;
  /** Where references to a node lead: its own id, or the frame that it is. */
  readonly places: Map<Node, { readonly node: string } | { readonly frame: string }>;
}

interface Passed {
  readonly value: Expression;
  readonly scope: Scope;
}

/** A component that may send data somewhere. */
interface Sender {
  readonly scope: Scope;
  readonly node: Node;
  readonly id: string;
}

interface Instance {
  readonly node: Node;
  readonly frame: string;
}

type Draft<T> = { -readonly [K in keyof T]: T[K] };

interface DraftEdge {
  readonly from: string;
  readonly to: string;
  readonly carried: Carried;
  readonly references: GraphReference[];
}

class Reading {
  readonly #files: readonly GraphFile[];
  readonly #options: GraphOptions;
  readonly #nodes = new Map<string, Draft<GraphNode>>();
  readonly #frames = new Map<string, Draft<GraphFrame>>();
  readonly #edges = new Map<string, DraftEdge>();
  readonly #places = new Map<Parsed, (offset: number) => Position>();
  readonly #shown = new Set<Declared['module']>();
  /** Every scope, to draw the edges once all nodes are there. */
  readonly #scopes: Scope[] = [];
  readonly #imported = new Map<Module, Config>();
  readonly #secrets = new Map<Parsed, ReturnType<typeof secretSpans>>();
  /** Nodes of the text, by what is shown for them. */
  readonly #shownAs = new Map<Node, (Draft<GraphNode> | Draft<GraphFrame>)[]>();
  readonly #sends: Sender[] = [];
  readonly #instances: Instance[] = [];

  constructor(files: readonly GraphFile[], options: GraphOptions) {
    this.#files = files;
    this.#options = options;
  }

  graph(): Graph {
    const { check, title } = this.#options;
    const table = tableAt(check.version);
    const read = this.#files.map(({ name, parsed: written, place }): NamedFile => {
      const repaired = written.errors.length > 0 ? repair(written) : undefined;
      const original = repaired?.original ?? ((offset: number) => offset);
      const parsed = repaired?.parsed ?? written;
      const own =
        place ??
        ((offset: number) => ({
          file: name,
          ...positionAt(written.source, offset, written.file.lineStarts),
        }));
      this.#places.set(parsed, (offset) => own(original(offset)));
      return { name, parsed };
    });
    const config = readConfig(read, table, check, () => '');
    const root = config.modules[0]!;
    this.#open({ config, module: root, frame: null, path: '/', outer: null, passed: new Map() });
    for (const module of config.modules) {
      if (module.kind !== 'declare' || this.#shown.has(module)) continue;
      this.#openUnused(config, module);
    }
    for (const scope of this.#scopes) this.#connect(scope);
    for (const one of this.#instances) this.#connectImport(one);
    const edges = this.#finishedEdges();
    for (const one of this.#sends) edges.push(...this.#destinations(one, edges));
    const findings = this.#options.findings === false ? [] : this.#attach(config);
    return this.#finish({ title, alloy: table.version, edges, findings });
  }

  texts(graph: Graph): ReadonlyMap<string, string> {
    const texts = new Map<string, string>();
    for (const [node, all] of this.#shownAs) {
      const { block, parsed } = node;
      // the contents of a template and of a declare are nodes of their own
      const isAround = node.name === 'foreach' || node.name === 'declare';
      const text = isAround
        ? ''
        : parsed.source
            .slice(block.open + 1, block.close)
            .split('\n')
            .map((line) => line.trim().replace(/\s+/g, ' '))
            .filter((line) => line !== '')
            .join('\n');
      for (const { id } of all) texts.set(id, text);
    }
    for (const { id, kind, frame } of graph.nodes) {
      if (kind === 'destination' || kind === 'missing') texts.set(id, '');
      if (kind === 'port' && frame !== null) texts.delete(id);
    }
    return texts;
  }

  #at(parsed: Parsed, offset: number): Position | null {
    return this.#places.get(parsed)?.(offset) ?? null;
  }

  /** A new id: the wanted one unless it is taken, which two blocks of one name do. */
  #fresh(wanted: string): string {
    const taken = (id: string) => this.#nodes.has(id) || this.#frames.has(id);
    let id = wanted;
    for (let n = 2; taken(id); n += 1) id = `${wanted}#${n}`;
    return id;
  }

  #addNode(node: Omit<GraphNode, 'findings' | 'id'> & { readonly id: string }, of: Node | null) {
    const made: Draft<GraphNode> = { ...node, id: this.#fresh(node.id), findings: [] };
    this.#nodes.set(made.id, made);
    if (of) this.#remember(of, made);
    return made.id;
  }

  #remember(node: Node, shown: Draft<GraphNode> | Draft<GraphFrame>): void {
    const known = this.#shownAs.get(node);
    if (known) known.push(shown);
    else this.#shownAs.set(node, [shown]);
  }

  /** Makes what stands in a body. */
  #open(given: Omit<Scope, 'places'>): Scope {
    const scope: Scope = { ...given, places: new Map() };
    const { config, module, frame, path } = scope;
    this.#scopes.push(scope);
    const used = new Set([...config.resolved.values()].map(({ node }) => node));
    for (const node of module.nodes) {
      const { name, block, parsed } = node;
      if (name === 'declare') continue;
      const at = this.#at(parsed, block.start);
      const label = block.label?.text ?? '';
      const id = within(frame, node.id);
      if (name === 'foreach' || node.custom) {
        this.#openFrame(scope, node, at);
        continue;
      }
      const isPort = (name === 'argument' || name === 'export') && label !== '';
      const isImport = name.startsWith('import.');
      const isQuiet = !node.component && !isPort && !isImport;
      if (isQuiet && node.references.length === 0 && !used.has(node)) continue;
      const kind = isPort
        ? 'port'
        : isImport
          ? 'import'
          : node.component
            ? 'component'
            : 'settings';
      const runs = kind === 'component' && path !== null ? { path, id: node.id } : null;
      const shown = { id, kind, name, label, frame, runs, signals: signalsOf(node), at } as const;
      const made = this.#addNode(shown, node);
      scope.places.set(node, { node: made });
      if (kind === 'component') this.#sends.push({ scope, node, id: made });
    }
    return scope;
  }

  #openFrame(scope: Scope, node: Node, at: Position | null): void {
    const { name, block, custom } = node;
    const { frame: around, path } = scope;
    const isFetched = custom === 'imported';
    const declared = custom && !isFetched ? custom : undefined;
    const closed = declared ? this.#closed(scope, declared) : isFetched ? 'fetched' : null;
    const frame: Draft<GraphFrame> = {
      id: this.#fresh(within(around, node.id)),
      kind: name === 'foreach' ? 'foreach' : 'instance',
      name,
      label: block.label?.text ?? '',
      frame: around,
      runs: custom && path !== null ? { path, id: node.id } : null,
      signals: ['values'],
      closed,
      components: 0,
      at,
      findings: [],
    };
    this.#frames.set(frame.id, frame);
    this.#remember(node, frame);
    scope.places.set(node, { frame: frame.id });
    if (custom) this.#instances.push({ node, frame: frame.id });
    if (closed !== null) return;
    const inner = { ...scope, frame: frame.id, path: null };
    if (!declared) {
      for (const template of blocksOf(block.body, 'template')) {
        const module = scope.config.modules.find(
          ({ kind, body }) => kind === 'foreach' && body[0]?.body === template.body,
        );
        if (module) this.#open({ ...inner, module, outer: scope });
      }
      return;
    }
    this.#shown.add(declared.module);
    const { config, module } = this.#configOf(scope, declared);
    const passed = new Map<string, Passed>();
    for (const one of block.body)
      if (one.kind === 'attribute') passed.set(one.name.name, { value: one.value, scope });
    this.#open({
      config,
      module,
      frame: frame.id,
      path: path === null ? null : `${path === '/' ? '' : path}/${node.id}`,
      outer: null,
      passed,
    });
  }

  /** A declare that nothing is an instance of: its contents are shown all the same. */
  #openUnused(config: Config, module: Module): void {
    if (this.#shown.has(module)) return;
    const [body] = module.body;
    const holder = config.nodes.find(
      ({ name, block }) => name === 'declare' && block.body === body?.body,
    );
    if (!holder) return;
    this.#shown.add(module);
    const frame: Draft<GraphFrame> = {
      id: this.#fresh(holder.id),
      kind: 'declare',
      name: 'declare',
      label: holder.block.label?.text ?? '',
      frame: null,
      runs: null,
      signals: ['values'],
      closed: null,
      components: 0,
      at: this.#at(holder.parsed, holder.block.start),
      findings: [],
    };
    this.#frames.set(frame.id, frame);
    this.#remember(holder, frame);
    this.#open({ config, module, frame: frame.id, path: null, outer: null, passed: new Map() });
  }

  #closed(scope: Scope, { module }: Declared): GraphFrame['closed'] {
    for (let at: Scope | undefined = scope; at; at = this.#around(at))
      if (at.module === module || at.module.body[0]?.body === module.body[0]?.body)
        return 'recursive';
    return this.#nodes.size > MOST_NODES && this.#shown.has(module) ? 'repeated' : null;
  }

  /** The scope that the frame of a scope stands in. */
  #around({ frame }: Scope): Scope | undefined {
    if (frame === null) return undefined;
    const outside = this.#frames.get(frame)!.frame;
    return this.#scopes.find((one) => one.frame === outside);
  }

  /** The module of a declare with its nodes: one that came with the text of an import has none yet. */
  #configOf({ config }: Scope, { module }: Declared): { config: Config; module: Module } {
    if (config.modules.includes(module)) return { config, module };
    const [{ parsed, body }] = module.body as [Module['body'][number]];
    let root: Module = module;
    while (root.parent) root = root.parent;
    const known =
      this.#imported.get(root) ??
      readConfig([{ name: '', parsed }], config.table, config.options, () => '');
    this.#imported.set(root, known);
    return { config: known, module: known.modules.find((one) => one.body[0]?.body === body)! };
  }

  /** Draws an edge for every reference of a body. */
  #connect(scope: Scope): void {
    for (const node of scope.module.nodes) {
      for (const reference of node.references) this.#connectOne(scope, node, reference);
    }
  }

  /** From the import that an instance is of. */
  #connectImport({ node, frame }: Instance): void {
    const [first = ''] = node.name.split('.');
    if (first === node.name) return;
    for (let module: Module | null = node.module; module; module = module.parent) {
      const found = module.nodes.find(
        (one) => one.name.startsWith('import.') && one.block.label?.text === first,
      );
      const place = found && this.#scopes.find((one) => one.module === module)?.places.get(found);
      if (!place || !('node' in place)) continue;
      const at = this.#at(node.parsed, node.block.start);
      const reference = { text: node.name, argument: '', at };
      this.#addEdge(place.node, this.#port(frame, 'import.module'), 'values', reference);
      return;
    }
  }

  #connectOne(scope: Scope, node: Node, reference: Reference): void {
    const resolved = scope.config.resolved.get(reference);
    const { attribute, path } = reference;
    const own = this.#idOf(scope, node, `argument.${attribute.name.name}`);
    if (own === undefined) return;
    const used = useOf(scope.config, node, reference, DEPTH);
    const target = resolved
      ? this.#target(scope, resolved)
      : this.#unresolved(scope, node, reference, used);
    if (target === undefined) return;
    const offered = resolved && this.#offered(scope, resolved, DEPTH);
    const carried = sharper(offered, used) ?? 'values';
    // of a component that is not known the names have to do
    const last = reference.names.at(-1)!.name;
    const isGuess = !offered && !used && (last === 'receiver' || last === 'input');
    const [from, to] = isGuess || isReceiver(carried) ? [own, target] : [target, own];
    this.#addEdge(from, to, carried, {
      text: chainOf(reference),
      argument: [...path, attribute.name.name].join('.'),
      at: this.#at(node.parsed, reference.start),
    });
  }

  #addEdge(from: string, to: string, carried: Carried, reference: GraphReference): void {
    const key = JSON.stringify([from, to, carried]);
    const known = this.#edges.get(key);
    if (known) known.references.push(reference);
    else this.#edges.set(key, { from, to, carried, references: [reference] });
  }

  /** What is shown for a node, of a frame the port of that name. */
  #idOf(scope: Scope, node: Node, port: string): string | undefined {
    const place = this.#placeOf(scope, node);
    if (!place) return undefined;
    if ('node' in place) return place.node;
    return this.#port(place.frame, node.name === 'foreach' ? 'foreach.item' : port);
  }

  #placeOf(scope: Scope, node: Node) {
    for (let at: Scope | null = scope; at; at = at.outer) {
      const place = at.places.get(node);
      if (place) return place;
    }
    return undefined;
  }

  #target(scope: Scope, { node, rest }: Resolved): string | undefined {
    return this.#idOf(scope, node, `export.${rest[0]?.name ?? ''}`);
  }

  #port(frame: string, port: string): string {
    const id = `${frame}/${port}`;
    const dot = port.indexOf('.');
    if (!this.#nodes.has(id)) {
      this.#addNode(
        {
          id,
          kind: 'port',
          name: port.slice(0, dot),
          label: port.slice(dot + 1),
          frame,
          runs: null,
          signals: ['values'],
          at: this.#frames.get(frame)!.at,
        },
        null,
      );
    }
    return id;
  }

  /** Where a reference leads that names no node: the item of a foreach, or what is not there. */
  #unresolved(
    scope: Scope,
    node: Node,
    reference: Reference,
    used: Carried | undefined,
  ): string | undefined {
    const { names } = reference;
    const first = names[0]!.name;
    if (hasVariable(first, node.module)) {
      for (let at: Scope | null = scope; at; at = at.outer)
        if (at.module.variable === first && at.frame !== null)
          return this.#port(at.frame, 'foreach.item');
      return undefined;
    }
    if (isStdlib(first) || first === 'module_path' || names.length < 2) return undefined;
    const isPort = first === 'argument' && names.length > 2;
    const length = isPort ? 2 : names.length > 2 ? names.length - 1 : names.length;
    const named = names.slice(0, length).map(({ name }) => name);
    const [label, type] = [named.at(-1)!, named.slice(0, -1).join('.')];
    // a password without quotes reads as names
    const isKnown = isPort || scope.config.table.get(type) !== undefined;
    if (!isKnown && isSecretName(reference.attribute.name.name)) return undefined;
    if (!isKnown && this.#holdsSecret(node.parsed, reference)) return undefined;
    const id = within(scope.frame, `missing:${named.join('.')}`);
    if (this.#nodes.has(id)) return id;
    const signals = used === 'otel' || used === undefined ? ['values' as const] : [used];
    return this.#addNode(
      {
        id,
        kind: 'missing',
        name: type,
        label,
        frame: scope.frame,
        runs: null,
        signals,
        at: this.#at(node.parsed, reference.start),
      },
      null,
    );
  }

  #holdsSecret(parsed: Parsed, { start, end }: Span): boolean {
    const spans = this.#secrets.get(parsed) ?? secretSpans(parsed.source);
    this.#secrets.set(parsed, spans);
    return spans.some((span) => span.start < end && span.end > start);
  }

  /** What an export gives, through modules and their arguments. */
  #offered(scope: Scope, { node, rest }: Resolved, depth: number): Carried | undefined {
    if (depth === 0) return undefined;
    const name = rest[0]?.name;
    if (node.name === 'argument') {
      const passed = scope.passed.get(node.block.label?.text ?? '');
      const names = passed && firstChain(passed.value);
      const found = names && resolve(names, passed.scope.module);
      return found && this.#offered(passed.scope, found, depth - 1);
    }
    if (node.custom === 'imported' || name === undefined) return undefined;
    if (node.custom) return exportedBy(this.#configOf(scope, node.custom), name, depth);
    const type = node.rule?.exports?.get(name);
    return type === undefined ? undefined : carriedBy(type);
  }

  /** The edges with their signals: of an otelcol input by what uses it, through the ports of modules. */
  #finishedEdges(): GraphEdge[] {
    const drafts = [...this.#edges.values()];
    const flows = (draft: DraftEdge): Set<Signal> => {
      const { carried } = draft;
      const known = signals.get(draft);
      if (known) return known;
      const found = new Set<Signal>(carried === 'otel' ? [] : [carried]);
      signals.set(draft, found);
      return found;
    };
    const signals = new Map<DraftEdge, Set<Signal>>();
    const [into, outOf] = [new Map<string, DraftEdge[]>(), new Map<string, DraftEdge[]>()];
    for (const draft of drafts) {
      into.set(draft.to, [...(into.get(draft.to) ?? []), draft]);
      outOf.set(draft.from, [...(outOf.get(draft.from) ?? []), draft]);
    }
    const open = drafts.filter(({ carried }) => carried === 'otel');
    for (let round = 0; round < DEPTH && open.length > 0; round += 1) {
      let changed = false;
      for (const draft of open) {
        const own = flows(draft);
        const before = own.size;
        const beside = [
          ...(this.#nodes.get(draft.from)?.kind === 'port' ? (into.get(draft.from) ?? []) : []),
          ...(this.#nodes.get(draft.to)?.kind === 'port' ? (outOf.get(draft.to) ?? []) : []),
        ];
        for (const other of beside) for (const signal of flows(other)) own.add(signal);
        changed ||= own.size > before;
      }
      if (!changed) break;
    }
    return drafts.flatMap((draft) => {
      const own = flows(draft);
      if (own.size === 0) {
        const ends = [draft.to, draft.from].map((id) => this.#nodes.get(id)!.signals);
        const some = ends.flat().filter(isTelemetry);
        for (const signal of some.length > 0 ? some : (['traces'] as const)) own.add(signal);
      }
      return ordered(own).map((signal) => edgeOf(draft.from, draft.to, signal, draft.references));
    });
  }

  /** The hosts that a component sends to, and the edges there. */
  #destinations({ scope, node, id }: Sender, edges: readonly GraphEdge[]): readonly GraphEdge[] {
    const addresses = addressesOf(node);
    if (addresses.length === 0) return [];
    const taken = edges.filter(({ to }) => to === id).map(({ signal }) => signal);
    const telemetry = new Set(taken.filter(isTelemetry));
    const own = telemetry.size > 0 ? [...telemetry] : signalsOf(node).filter(isTelemetry);
    const made = new Map<string, Draft<GraphEdge> & { references: GraphReference[] }>();
    for (const address of addresses) {
      const to = this.#destination(scope, node, address);
      const reference = {
        text: '',
        argument: address.argument,
        at: this.#at(node.parsed, address.attribute.start),
      };
      const signals = address.only ? [address.only] : own.length > 0 ? own : (['values'] as const);
      for (const signal of signals) {
        const edge = edgeOf(id, to, signal, [reference]);
        const known = made.get(edge.id);
        if (known) known.references.push(reference);
        else made.set(edge.id, { ...edge, references: [reference] });
      }
    }
    return [...made.values()];
  }

  #destination(scope: Scope, node: Node, { value }: Address): string {
    const text = addressText(value, (one) => this.#argument(scope, one, DEPTH));
    const chain = firstChain(value);
    const host = text === undefined ? '' : hostOf(text);
    const name =
      host.replaceAll('…', '') !== ''
        ? host
        : chain && !this.#holdsSecret(node.parsed, value)
          ? `set by ${chain.map((one) => one.name).join('.')}`
          : 'known when Alloy runs';
    const id = `destination:${name}`;
    if (this.#nodes.has(id)) return id;
    return this.#addNode(
      {
        id,
        kind: 'destination',
        name,
        label: '',
        frame: null,
        runs: null,
        signals: ['values'],
        at: this.#at(node.parsed, value.start),
      },
      null,
    );
  }

  /** What an instance passes for `argument.NAME.value`, or the argument's default. */
  #argument(scope: Scope, expression: Expression, depth: number): string | undefined {
    const names = namesOf(expression);
    const found = names && resolve(names, scope.module);
    if (found?.node.name !== 'argument' || depth === 0) return undefined;
    const { block } = found.node;
    const passed = scope.passed.get(block.label?.text ?? '');
    if (passed) {
      const outside = (one: Expression) => this.#argument(passed.scope, one, depth - 1);
      return addressText(passed.value, outside);
    }
    const otherwise = attributeOf(block.body, 'default');
    return otherwise && textOf(otherwise.value);
  }

  /** Gives each finding to what is shown for the innermost block around it; returns those of no block. */
  #attach(config: Config): readonly GraphFinding[] {
    const { check } = this.#options;
    const named = this.#files.map(({ name, parsed }, index) => ({
      name: `${index} ${name}`,
      parsed,
    }));
    const left: GraphFinding[] = [];
    const found = checkFiles(named, check);
    if (found.length === 0) return left;
    const blocks = config.nodes.map((node) => ({ node, ...this.#extent(node.parsed, node.block) }));
    for (const { file, severity, code, message, hint, start } of found) {
      const index = Number.parseInt(file, 10);
      const { name, parsed, place } = this.#files[index]!;
      const at = place?.(start) ?? {
        file: name,
        ...positionAt(parsed.source, start, parsed.file.lineStarts),
      };
      const finding = { severity, code, message, hint, at };
      const own = blocks
        .filter((one) => one.file === at.file && !isBefore(at, one.from) && !isBefore(one.to, at))
        .reduce<(typeof blocks)[number] | undefined>(
          (best, one) => (best && isBefore(one.from, best.from) ? best : one),
          undefined,
        );
      const shown = own && this.#shownAs.get(own.node);
      if (!shown) left.push(finding);
      else for (const one of shown) one.findings = [...one.findings, finding];
    }
    return left;
  }

  #extent(parsed: Parsed, block: Block) {
    const [from, to] = [this.#at(parsed, block.start)!, this.#at(parsed, block.end)!];
    return { file: from.file, from, to };
  }

  #finish(
    made: Omit<Graph, 'schema' | 'nodes' | 'frames'> & { edges: readonly GraphEdge[] },
  ): Graph {
    const { edges } = made;
    const flows = new Map<string, Set<Signal>>();
    for (const { from, to, signal } of edges) {
      for (const id of [from, to]) {
        const known = flows.get(id) ?? new Set();
        flows.set(id, known.add(signal));
      }
    }
    const nodes: GraphNode[] = [];
    for (const node of this.#nodes.values()) {
      const own = flows.get(node.id);
      // a port that nothing goes through says nothing
      if (node.kind === 'port' && node.frame !== null && !own && node.findings.length === 0)
        continue;
      nodes.push({ ...node, signals: mainSignals(node, own ?? new Set()) });
    }
    const inside = (frame: string): ReadonlySet<string> => {
      const found = new Set([frame]);
      for (const one of this.#frames.values())
        if (one.frame !== null && found.has(one.frame)) found.add(one.id);
      return found;
    };
    const frames = [...this.#frames.values()].map((frame): GraphFrame => {
      const own = inside(frame.id);
      const held = nodes.filter((node) => node.frame !== null && own.has(node.frame));
      const components = held.filter(({ kind }) => kind === 'component').length;
      const signals = ordered(new Set(held.flatMap((node) => node.signals)));
      return { ...frame, components, signals };
    });
    return { schema: 1, ...made, nodes, frames };
  }
}

export const isTelemetry = (signal: Signal): boolean =>
  (TELEMETRY as readonly Signal[]).includes(signal);

/** Telemetry before targets, and what flows before what could. */
function mainSignals(node: GraphNode, flows: ReadonlySet<Signal>): readonly Signal[] {
  const seen = ordered(flows);
  if (seen.some(isTelemetry) || node.kind !== 'component')
    return flows.size > 0 ? seen : node.signals;
  if (node.signals.some(isTelemetry)) return node.signals;
  return ordered(new Set([...node.signals, ...seen]));
}

const edgeOf = (
  from: string,
  to: string,
  signal: Signal,
  references: readonly GraphReference[],
): GraphEdge => ({ id: `${from} -> ${to} ${signal}`, from, to, signal, references });

const within = (frame: string | null, id: string): string =>
  frame === null ? id : `${frame}/${id}`;

const isBefore = (a: Position, b: Position): boolean =>
  a.line < b.line || (a.line === b.line && a.column < b.column);

/** The more telling one of what is offered and what is asked for. */
function sharper(offered: Carried | undefined, used: Carried | undefined): Carried | undefined {
  if (offered === 'otel' && used && isTelemetry(used as Signal)) return used;
  return offered ?? used;
}

/** The first chain of names in an expression that is no function of the library. */
function firstChain(expression: Expression): readonly Identifier[] | undefined {
  const value = withoutParens(expression);
  const names = namesOf(value);
  if (names) return isStdlib(names[0]!.name) ? undefined : names;
  const parts =
    value.kind === 'array'
      ? value.elements
      : value.kind === 'call'
        ? value.args
        : value.kind === 'index'
          ? [value.value]
          : value.kind === 'binary'
            ? [value.left, value.right]
            : [];
  for (const part of parts) {
    const found = firstChain(part);
    if (found) return found;
  }
  return undefined;
}

/** What the place of a reference asks for: by the table, of an instance's argument by its use in the module. */
function useOf(
  config: Config,
  node: Node,
  reference: Reference,
  depth: number,
): Carried | undefined {
  const { attribute, path } = reference;
  const { name } = attribute.name;
  if (node.custom && node.custom !== 'imported')
    return depth === 0 ? undefined : argumentUse(config, node.custom.module, name, depth - 1);
  if (node.name === 'tracing' && name === 'write_to') return 'traces';
  const part = node.parts.find(
    (one) => one.block.body.includes(attribute) && one.path.length === path.length,
  );
  const type = part?.rule?.attributes.get(name)?.type;
  const carried = type === undefined ? undefined : carriedBy(type);
  const signal = (['metrics', 'logs', 'traces'] as const).find((one) => one === name);
  return carried === 'otel' && signal && path.at(-1) === 'output' ? signal : carried;
}

function argumentUse(
  config: Config,
  module: Module,
  name: string,
  depth: number,
): Carried | undefined {
  const argument = module.byId.get(`argument.${name}`);
  if (!argument) return undefined;
  for (const node of module.nodes) {
    for (const reference of node.references) {
      if (config.resolved.get(reference)?.node !== argument) continue;
      const used = useOf(config, node, reference, depth);
      if (used) return used;
    }
  }
  return undefined;
}

/** What the export of a module gives. */
function exportedBy(
  { config, module }: { readonly config: Config; readonly module: Module },
  name: string,
  depth: number,
): Carried | undefined {
  const exported = module.byId.get(`export.${name}`);
  for (const reference of exported?.references ?? []) {
    const found = config.resolved.get(reference);
    const inner = found?.rest[0]?.name;
    if (!found || inner === undefined) continue;
    const { custom, rule } = found.node;
    if (custom && custom !== 'imported' && depth > 0) {
      const module = config.modules.find((one) => one === custom.module);
      const carried = module && exportedBy({ config, module }, inner, depth - 1);
      if (carried) return carried;
      continue;
    }
    const type = rule?.exports?.get(inner);
    const carried = type === undefined ? undefined : carriedBy(type);
    if (carried) return carried;
  }
  return undefined;
}
