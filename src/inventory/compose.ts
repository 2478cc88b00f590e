import { type Document, isMap, isScalar, parseDocument } from 'yaml';

/** Settings to be written, by their path: `['alloy', 'version']`. */
export type Settings = readonly (readonly [path: readonly string[], value: unknown])[];

/** What an inventory shall say, beyond what it says already. */
export interface Wish {
  /** For every host. */
  readonly defaults: Settings;
  /** Names, which may be ranges, and what is each one's own. */
  readonly hosts: readonly { readonly name: string; readonly settings: Settings }[];
}

/** For editors. */
export const SCHEMA_LINE =
  '# yaml-language-server: $schema=https://unpkg.com/alloyup/schema/inventory.schema.json\n';

const HEAD = `${SCHEMA_LINE}# Written by alloyup init. What else may stand here: docs/inventory.md
`;

/**
 * The text of an inventory that says what is wished. Of an existing one every comment, every order and
 * whatever is not spoken of stay; it must be free of syntax errors.
 *
 * @param existing null: there is none yet
 */
export function composeInventory(existing: string | null, wish: Wish): string {
  const document = parseDocument(existing ?? HEAD, { version: '1.2' });
  if (!isMap(document.contents)) {
    const { commentBefore } = document;
    document.contents = document.createNode({}) as never;
    document.commentBefore = commentBefore;
  }
  const { contents } = document;
  if (isMap(contents) && wish.defaults.length > 0 && !document.has('defaults'))
    contents.items.unshift(document.createPair('defaults', {}) as never);
  const template = wish.defaults.find(([path]) => path.join('.') === 'config.template')?.[1];
  // variables of another template would be unknown to this one
  if (template !== undefined && document.getIn(['defaults', 'config', 'template']) !== template)
    if (document.hasIn(['defaults', 'config', 'vars']))
      document.deleteIn(['defaults', 'config', 'vars']);
  for (const [path, value] of wish.defaults) set(document, ['defaults', ...path], value);
  for (const { name, settings } of wish.hosts) {
    if (settings.length === 0 && !document.hasIn(['hosts', name]))
      set(document, ['hosts', name], null);
    for (const [path, value] of settings) set(document, ['hosts', name, ...path], value);
  }
  const text = document.toString({ lineWidth: 0, nullStr: '' });
  return existing === null ? text.replace(/\n(?=hosts:)/, '\n\n') : text;
}

/** `setIn`, through keys that are there and hold nothing. */
function set(document: Document, path: readonly string[], value: unknown): void {
  for (let depth = 1; depth < path.length; depth += 1) {
    const parent = path.slice(0, depth);
    const there: unknown = document.getIn(parent);
    if (there === undefined || there === null) document.setIn(parent, document.createNode({}));
  }
  const node = document.getIn(path, true);
  // the comment behind a value belongs to the line, not to the value
  if (isScalar(node) && (typeof value !== 'object' || value === null)) node.value = value;
  else document.setIn(path, document.createNode(value, { flow: isSmall(value) }));
}

/** `{ secret: env:NAME }` reads best on one line. */
const isSmall = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (Array.isArray(value) || Object.keys(value).length === 1);
