import { Document, isMap, isScalar, parseDocument } from 'yaml';
import type { InventoryInput } from './schema.ts';

/** Settings to write, by their path: `['alloy', 'version']`. */
export type SettingsToWrite = readonly (readonly [path: readonly string[], value: unknown])[];

/** What to add to an inventory, or to change in it. */
export interface InventoryEdit {
  /** For every host. */
  readonly defaults: SettingsToWrite;
  /** Groups, with the names of their hosts. */
  readonly groups?: readonly {
    readonly name: string;
    readonly hosts: readonly string[];
    readonly settings: SettingsToWrite;
  }[];
  /** Names, which may be ranges, with the settings of each. */
  readonly hosts: readonly { readonly name: string; readonly settings: SettingsToWrite }[];
}

const HEADER = '# Created by alloyup init. All settings: docs/inventory.md\n';

/**
 * Applies an edit to the text of an inventory, if there is one yet. Comments, order and everything
 * that the edit does not mention are kept; the text must be free of syntax errors.
 */
export function editInventory(existing: string | null, edit: InventoryEdit): string {
  const document = parseDocument(existing ?? HEADER, { version: '1.2' });
  if (!isMap(document.contents)) {
    const { commentBefore } = document;
    document.contents = document.createNode({}) as never;
    document.commentBefore = commentBefore;
  }
  const { contents } = document;
  if (isMap(contents) && edit.defaults.length > 0 && !document.has('defaults'))
    contents.items.unshift(document.createPair('defaults', {}) as never);
  const template = edit.defaults.find(([path]) => path.join('.') === 'config.template')?.[1];
  const config = ['defaults', 'config'];
  // another template does not know the variables of the old one
  if (template !== undefined && document.getIn([...config, 'template']) !== template)
    if (document.hasIn([...config, 'vars'])) document.deleteIn([...config, 'vars']);
  for (const [path, value] of edit.defaults) set(document, ['defaults', ...path], value);
  for (const { name, hosts, settings } of edit.groups ?? [])
    for (const [path, value] of [[['hosts'], hosts] as const, ...settings])
      set(document, ['groups', name, ...path], value);
  for (const { name, settings } of edit.hosts) {
    if (settings.length === 0 && !document.hasIn(['hosts', name]))
      set(document, ['hosts', name], null);
    for (const [path, value] of settings) set(document, ['hosts', name, ...path], value);
  }
  const text = document.toString({ lineWidth: 0, nullStr: '' });
  return existing === null ? text.replace(/\n(?=(?:groups|hosts):)/g, '\n\n') : text;
}

/** `setIn`, also through keys whose value is null. */
function set(document: Document, path: readonly string[], value: unknown): void {
  for (let depth = 1; depth < path.length; depth += 1) {
    const parent = path.slice(0, depth);
    if ((document.getIn(parent) ?? null) === null) document.setIn(parent, document.createNode({}));
  }
  const node = document.getIn(path, true);
  // the comment after a value belongs to the line, not to the value
  if (isScalar(node) && (typeof value !== 'object' || value === null)) node.value = value;
  else document.setIn(path, document.createNode(value, { flow: fitsOnOneLine(value) }));
}

/** `{ secret: env:NAME }` reads best on one line. */
const fitsOnOneLine = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (Array.isArray(value) || Object.keys(value).length === 1);

/** An inventory as a new file, with the name of what it was imported from at the top. */
export function inventoryText(input: InventoryInput, from: string): string {
  const document = new Document(JSON.parse(JSON.stringify(input)));
  document.commentBefore = ` Imported from ${from.replace(/[^\x20-\x7e]/g, '?')} by: alloyup inventory import`;
  return document.toString({ nullStr: '', lineWidth: 100, flowCollectionPadding: false });
}
