import type { Block, Body, Expression } from '../src/alloy/ast.ts';
import { attributeOf, blockId, stringOf, withoutParens } from '../src/alloy/ast-lookup.ts';
import { parse } from '../src/alloy/parser.ts';

type Texts = Readonly<Record<string, string>>;

/** What becomes of a line. */
export interface Processed {
  readonly labels: Texts;
  readonly metadata: Texts;
  /** What its time is read from, and how; undefined: the time of reading. */
  readonly time?: { readonly text: string; readonly format: string; readonly location?: string };
}

/**
 * A line on its way through a `loki.process`, by what Alloy's documentation says of the few stages that the built-in
 * fragments have. Throws on any other.
 */
export function processLine(text: string, id: string, line: string, labels: Texts): Processed {
  const { file } = parse(text);
  const block = file.body.find((one): one is Block => one.kind === 'block' && blockId(one) === id);
  if (!block) throw new Error(`there is no ${id}`);
  const state = { labels: { ...labels }, metadata: {}, extracted: {} as Record<string, string> };
  const time = stages(block.body, line, state);
  return { labels: state.labels, metadata: state.metadata, ...(time ? { time } : {}) };
}

interface State {
  readonly labels: Record<string, string>;
  readonly metadata: Record<string, string>;
  readonly extracted: Record<string, string>;
}

function stages(body: Body, line: string, state: State): Processed['time'] {
  const { labels, metadata, extracted } = state;
  let time: Processed['time'];
  for (const stage of body) {
    if (stage.kind !== 'block') continue;
    const name = stage.name.map((part) => part.name).join('.');
    const word = (attribute: string): string | undefined => {
      const found = attributeOf(stage.body, attribute);
      return found && stringOf(found.value);
    };
    switch (name) {
      case 'stage.match': {
        const [, label, value] = /^\{(\w+)="(.*)"\}$/.exec(word('selector')!)!;
        if (labels[label!] === value) time = stages(stage.body, line, state) ?? time;
        break;
      }
      case 'stage.static_labels':
        Object.assign(labels, mapOf(stage.body, 'values'));
        break;
      case 'stage.regex': {
        const source = word('source');
        const expression = new RegExp(word('expression')!.replaceAll('(?P<', '(?<'));
        const read = source === undefined ? line : extracted[source];
        for (const [key, value] of Object.entries(expression.exec(read ?? '')?.groups ?? {}))
          extracted[key] = value ?? '';
        break;
      }
      case 'stage.json': {
        let parsed: Readonly<Record<string, unknown>>;
        try {
          parsed = JSON.parse(line);
        } catch {
          break;
        }
        for (const [key, path] of Object.entries(mapOf(stage.body, 'expressions')))
          if (parsed[JSON.parse(path)] !== undefined)
            extracted[key] = String(parsed[JSON.parse(path)]);
        break;
      }
      case 'stage.template': {
        const [, key, after] = /^\{\{ with \.(\w+) \}\}\{\{ \. \}\}(\w*)\{\{ end \}\}$/.exec(
          word('template')!,
        )!;
        if (extracted[key!]) extracted[word('source')!] = `${extracted[key!]}${after}`;
        break;
      }
      case 'stage.labels':
        for (const [label, source] of Object.entries(mapOf(stage.body, 'values')))
          if (extracted[source || label]) labels[label] = extracted[source || label]!;
        break;
      case 'stage.structured_metadata':
        for (const [label, source] of Object.entries(mapOf(stage.body, 'values')))
          if (extracted[source || label]) metadata[label] = extracted[source || label]!;
        break;
      case 'stage.timestamp': {
        const read = extracted[word('source')!];
        const location = word('location');
        if (read) time = { text: read, format: word('format')!, ...(location ? { location } : {}) };
        break;
      }
      default:
        throw new Error(`what ${name} does is not known here`);
    }
  }
  return time;
}

function mapOf(body: Body, name: string): Texts {
  const written = withoutParens(attributeOf(body, name)!.value);
  if (written.kind !== 'object') throw new Error(`${name} is no object`);
  return Object.fromEntries(
    written.fields.map(({ key, value }) => [key.name, stringOf(value) ?? referenceOf(value)]),
  );
}

/** A reference is its own text. */
function referenceOf(written: Expression): string {
  const value = withoutParens(written);
  if (value.kind === 'access') return `${referenceOf(value.value)}.${value.name.name}`;
  if (value.kind === 'identifier') return value.name;
  throw new Error(`a ${value.kind} is not evaluated here`);
}
