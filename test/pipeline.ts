import type { Block, Body, Expression } from '../src/alloy/ast.ts';
import { blockId, blocksOf, stringOf, withoutParens } from '../src/alloy/ast-lookup.ts';
import { parse } from '../src/alloy/parser.ts';

type Texts = Readonly<Record<string, string>>;

/** One sample, line, span or data point on its way through a configuration. */
export interface Item {
  /** Of Prometheus and Loki. */
  readonly labels: Texts;
  /** Of OpenTelemetry: its resource's attributes and its own. */
  readonly resource: Texts;
  readonly attributes: Texts;
}

/** Where an item leaves Alloy, and as what. */
export interface Delivery extends Item {
  readonly by: string;
  readonly url: string;
}

export type Signal = 'metrics' | 'logs' | 'traces';

type Value = string | readonly Value[] | { readonly [key: string]: Value };

const KINDS = { metrics: 'metric', logs: 'log', traces: 'trace' } as const;

/**
 * Follows data through a configuration, by what Alloy's documentation says of the few components that the
 * built-in templates have. Throws on any other.
 */
export class Pipeline {
  readonly #blocks: ReadonlyMap<string, Block>;
  readonly #constants: Texts;

  constructor(text: string, hostname: string) {
    const { file, errors } = parse(text);
    if (errors.length > 0) throw new Error(`line ${errors[0]!.line}: ${errors[0]!.message}`);
    const blocks = file.body.filter((one): one is Block => one.kind === 'block');
    this.#blocks = new Map(blocks.map((block) => [blockId(block), block]));
    this.#constants = { 'constants.hostname': hostname };
  }

  /** An item that `id` takes in or makes, and every place where it leaves. */
  follow(id: string, signal: Signal, given: Partial<Item>): readonly Delivery[] {
    const item = { labels: {}, resource: {}, attributes: {}, ...given };
    const block = this.#blocks.get(id);
    if (!block) throw new Error(`there is no ${id}`);
    const name = block.name.map((part) => part.name).join('.');
    const next = (more: Item): readonly Delivery[] =>
      this.#targets(block, signal).flatMap((to) => this.follow(to, signal, more));
    const { labels, resource } = item;
    const exporter = /^prometheus\.exporter\.(\w+)$/.exec(name)?.[1];
    if (exporter !== undefined) {
      const instance = this.#constants['constants.hostname']!;
      const own = { job: `integrations/${exporter}`, instance };
      return this.#through(`${id}.targets`, signal, { ...item, labels: { ...own, ...labels } });
    }
    switch (name) {
      case 'discovery.relabel': {
        const made = this.#relabel(block, labels);
        return made ? this.#through(`${id}.output`, signal, { ...item, labels: made }) : [];
      }
      case 'loki.source.docker':
      case 'loki.source.journal':
      case 'loki.source.syslog': {
        const made = this.#relabelledAtSource(block, labels);
        return made ? next({ ...item, labels: made }) : [];
      }
      case 'loki.process': {
        const stages = blocksOf(block.body, 'stage.static_labels');
        const added = stages.map(({ body }) => this.#attribute(body, 'values') as Texts);
        return next({ ...item, labels: Object.assign({}, labels, ...added) as Texts });
      }
      case 'prometheus.relabel': {
        const made = this.#relabel(block, labels);
        return made ? next({ ...item, labels: made }) : [];
      }
      case 'otelcol.receiver.loki':
        return next({ labels: {}, resource: {}, attributes: labels });
      case 'otelcol.receiver.prometheus': {
        const { job = '', instance = '', ...attributes } = labels;
        const made = { 'service.name': job, 'service.instance.id': instance };
        return next({ labels: {}, resource: made, attributes });
      }
      case 'otelcol.processor.transform':
        return next(this.#transform(block, signal, item));
      case 'otelcol.processor.attributes': {
        const added = blocksOf(block.body, 'action').map(({ body }) => [
          this.#attribute(body, 'key'),
          this.#attribute(body, 'value'),
        ]);
        return next({ ...item, attributes: { ...Object.fromEntries(added), ...item.attributes } });
      }
      case 'otelcol.exporter.otlphttp': {
        const [client] = blocksOf(block.body, 'client');
        const url = `${this.#attribute(client!.body, 'endpoint')}/v1/${signal}`;
        return [{ by: id, url, ...item }];
      }
      case 'otelcol.exporter.prometheus': {
        // without resource_to_telemetry_conversion, all else of the resource is in target_info
        const { 'service.name': job = '', 'service.instance.id': instance } = resource;
        const own = { job, ...(instance === undefined ? {} : { instance }) };
        return next({ ...item, labels: { ...own, ...item.attributes } });
      }
      case 'prometheus.remote_write':
      case 'loki.write': {
        const [endpoint] = blocksOf(block.body, 'endpoint');
        const external = this.#attribute(block.body, 'external_labels') as Texts;
        const url = String(this.#attribute(endpoint!.body, 'url'));
        return [{ by: id, url, ...item, labels: { ...external, ...labels } }];
      }
      case 'prometheus.scrape':
      case 'loki.source.api':
      case 'loki.source.file':
      case 'otelcol.exporter.loki':
      case 'otelcol.receiver.otlp':
      case 'otelcol.processor.memory_limiter':
      case 'otelcol.processor.batch':
        return next(item);
      default:
        throw new Error(`what ${name} does is not known here`);
    }
  }

  /** What the source's own rules leave, without labels that are only for them; undefined: they drop it. */
  #relabelledAtSource({ body }: Block, labels: Texts): Texts | undefined {
    const rules = String(this.#attribute(body, 'relabel_rules')).replace(/\.rules$/, '');
    const made = this.#relabel(this.#blocks.get(rules)!, labels);
    return (
      made && Object.fromEntries(Object.entries(made).filter(([key]) => !key.startsWith('__')))
    );
  }

  /** On to whatever scrapes or relabels these targets. */
  #through(targets: string, signal: Signal, item: Item): readonly Delivery[] {
    const user = [...this.#blocks].find(
      ([, { body }]) => this.#attribute(body, 'targets') === targets,
    );
    if (!user) throw new Error(`nothing scrapes ${targets}`);
    return this.follow(user[0], signal, item);
  }

  #targets({ body }: Block, signal: Signal): readonly string[] {
    const [output] = blocksOf(body, 'output');
    const listed = output
      ? this.#attribute(output.body, signal)
      : this.#attribute(body, 'forward_to');
    return ((listed ?? []) as readonly string[]).map((one) => one.replace(/\.\w+$/, ''));
  }

  #attribute(body: Body, name: string): Value | undefined {
    const found = body.find((one) => one.kind === 'attribute' && one.name.name === name);
    return found?.kind === 'attribute' ? this.#value(found.value) : undefined;
  }

  /** References are their own text. */
  #value(written: Expression): Value {
    const expression = withoutParens(written);
    switch (expression.kind) {
      case 'literal':
        return stringOf(expression) ?? expression.text;
      case 'array':
        return expression.elements.map((one) => this.#value(one));
      case 'object':
        return Object.fromEntries(
          expression.fields.map(({ key, value }) => [key.name, this.#value(value)]),
        );
      case 'identifier':
        return expression.name;
      case 'access': {
        const name = `${String(this.#value(expression.value))}.${expression.name.name}`;
        return this.#constants[name] ?? name;
      }
      case 'binary':
        return `${String(this.#value(expression.left))}${String(this.#value(expression.right))}`;
      default:
        throw new Error(`a ${expression.kind} is not evaluated here`);
    }
  }

  /** The labels behind all rules; undefined: they drop it. */
  #relabel({ body }: Block, given: Texts): Texts | undefined {
    const labels: Record<string, string> = { ...given };
    for (const rule of blocksOf(body, 'rule')) {
      const text = (name: string, otherwise: string): string =>
        String(this.#attribute(rule.body, name) ?? otherwise);
      const sources = (this.#attribute(rule.body, 'source_labels') ?? []) as readonly string[];
      const value = sources.map((one) => labels[one] ?? '').join(';');
      const match = new RegExp(`^(?:${text('regex', '(.*)')})$`, 's').exec(value);
      const action = text('action', 'replace');
      if (action === 'keep') {
        if (!match) return undefined;
      } else if (action === 'drop') {
        if (match) return undefined;
      } else if (action !== 'replace') throw new Error(`${action} is not known here`);
      else if (match) {
        const made = text('replacement', '$1').replace(
          /\$(?:\$|\{(\d+)\}|(\d+))/g,
          (whole, braced?: string, bare?: string) =>
            whole === '$$' ? '$' : (match[Number(braced ?? bare)] ?? ''),
        );
        // an empty label is none
        if (made === '') delete labels[text('target_label', '')];
        else labels[text('target_label', '')] = made;
      }
    }
    return labels;
  }

  #transform({ body }: Block, signal: Signal, item: Item): Item {
    const resource: Record<string, string> = { ...item.resource };
    const attributes: Record<string, string> = { ...item.attributes };
    for (const { body: inner } of blocksOf(body, `${KINDS[signal]}_statements`)) {
      const own = this.#attribute(inner, 'context') === 'resource' ? resource : attributes;
      const texts = (path: string): Record<string, string> =>
        path.startsWith('resource.') ? resource : own;
      const read = (written: string): string | undefined => {
        const path = /^((?:resource\.)?attributes)\["(.*)"\]$/.exec(written);
        if (path) return texts(path[1]!)[path[2]!];
        return written === 'nil' ? undefined : String(JSON.parse(written));
      };
      for (const statement of this.#attribute(inner, 'statements') as readonly string[]) {
        const [, path, key, value, where] =
          /^set\(((?:resource\.)?attributes)\["((?:[^"\\]|\\.)*)"\], (.+)\) where (.+)$/.exec(
            statement,
          ) ?? [];
        if (where === undefined) throw new Error(`the statement ${statement} is not known here`);
        const holds = where.split(' and ').every((condition) => {
          const [, left, operator, right] = /^(.+) (==|!=) (.+)$/.exec(condition)!;
          return (read(left!) === read(right!)) === (operator === '==');
        });
        const made = read(value!);
        if (holds && made !== undefined) texts(path!)[key!] = made;
      }
    }
    return { ...item, resource, attributes };
  }
}

const LEVELS = ['emerg', 'alert', 'crit', 'error', 'warning', 'notice', 'info', 'debug'];

/** What loki.source.journal makes of an entry, as `journalctl -o json` has it, before the rules. */
export function journalLabels(entry: Readonly<Record<string, unknown>>): Texts {
  const fields = Object.entries(entry)
    .filter(([, value]) => typeof value === 'string')
    .map(([key, value]) => [`__journal_${key.toLowerCase()}`, String(value)] as const);
  const level = LEVELS[Number(entry.PRIORITY)];
  return Object.fromEntries([
    ...fields,
    ...(level === undefined ? [] : [['__journal_priority_keyword', level] as const]),
  ]);
}
