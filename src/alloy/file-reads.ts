import { type Block, type Body, blockName, type Expression } from './ast.ts';
import { attributeOf, isString, partsOf, stringOf, withoutParens } from './ast-lookup.ts';

/** A path that a configuration names for Alloy to read on the host. */
export interface FileRead {
  /** Absolute; may be a pattern as Alloy's file_match reads it: `{a,b}`. */
  readonly path: string;
  /** Patterns of what is left out. */
  readonly exclude: readonly string[];
  /** It may come later: Alloy waits for a log file. */
  readonly waits: boolean;
  /** Where it is written. */
  readonly start: number;
}

/** Arguments that name files; all others end in `_file`. `filename`: of local.file and import.file. */
const FILES: ReadonlySet<string> = new Set([
  ...['filename', 'cert_path', 'key_path', 'mapping_config_path', 'script_path'],
  ...['custom_queries_config_path', 'tls_basic_auth_config_path'],
  ...['docker_tls_ca', 'docker_tls_cert', 'docker_tls_key'],
]);
/** What Alloy writes, or reads only where it is there. */
const NOT_READ: ReadonlySet<string> = new Set(['legacy_positions_file']);
const isFile = (name: string): boolean =>
  (FILES.has(name) || name.endsWith('_file')) && !NOT_READ.has(name);

/** Directories, by the blocks that they stand in. */
const DIRECTORIES: Readonly<Record<string, string>> = {
  textfile: 'directory',
  'loki.source.journal': 'path',
};
/** Lists of patterns. */
const PATTERNS: Readonly<Record<string, readonly [include: string, exclude: string]>> = {
  'otelcol.receiver.filelog': ['include', 'exclude'],
  'discovery.file': ['files', ''],
};

const isSocket = (text: string): boolean => text.startsWith('unix://');

/**
 * What the configuration reads of the host, as far as it is written out: log files and what they leave out, sockets of
 * Docker, files of certificates, keys, passwords and tokens, and directories. What is put together when Alloy runs is
 * not known, and neither is a path without a `/` at its beginning.
 */
export function fileReads(body: Body): readonly FileRead[] {
  const found: FileRead[] = [];
  const add = (path: string | undefined, start: number, more: Partial<FileRead> = {}): void => {
    if (path?.startsWith('/')) found.push({ path, start, exclude: [], waits: false, ...more });
  };
  const walkBody = (statements: Body, around: Block | null): void => {
    for (const statement of statements) {
      if (statement.kind === 'block') {
        addPatterns(statement);
        walkBody(statement.body, statement);
        continue;
      }
      const { name, value } = statement;
      if (!isFile(name.name) && isString(value, isSocket))
        add(stringOf(value)!.slice('unix://'.length), value.start);
      else if (isFile(name.name) || (around && DIRECTORIES[blockName(around)] === name.name))
        add(stringOf(value), value.start);
      walk(value);
    }
  };
  const addPatterns = (block: Block): void => {
    const names = PATTERNS[blockName(block)];
    if (!names) return;
    const [include, exclude] = names.map((name) => textsOf(block, name)) as [Texts, Texts];
    const left = exclude.map(({ text }) => text);
    for (const { text, start } of include) add(text, start, { exclude: left, waits: true });
  };
  const walk = (expression: Expression): void => {
    const inner = withoutParens(expression);
    if (inner.kind === 'object') {
      const field = (name: string) =>
        inner.fields.find(({ key }) => key.name === name || key.name === `"${name}"`)?.value;
      const path = field('__path__');
      const exclude = field('__path_exclude__');
      const left = exclude && stringOf(exclude);
      if (path) add(stringOf(path), path.start, { exclude: left ? [left] : [], waits: true });
    }
    for (const part of partsOf(inner)) walk(part);
  };
  walkBody(body, null);
  return found;
}

type Texts = readonly { readonly text: string; readonly start: number }[];

/** The texts in a list. */
function textsOf(block: Block, name: string): Texts {
  const list = attributeOf(block.body, name)?.value;
  const inner = list && withoutParens(list);
  if (inner?.kind !== 'array') return [];
  return inner.elements.flatMap((element) => {
    const text = stringOf(element);
    return text === undefined ? [] : [{ text, start: element.start }];
  });
}
