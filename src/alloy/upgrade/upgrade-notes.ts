import type { Body } from '../ast.ts';
import { attributeOf, blocksOf, diagnosticAt } from '../ast-lookup.ts';
import type { FileDiagnostic, FileSpan, NamedFile, Node, Part } from '../check/model.ts';
import { readConfig } from '../check/modules.ts';
import { headOf, openingOf, spanOf } from '../check/spans.ts';
import type { Diagnostic } from '../diagnostic.ts';
import {
  type AttributeRule,
  type BlockRule,
  type ComponentTable,
  isBeyond,
  knownVersions,
  LEVELS,
  newestVersion,
  tableAt,
} from '../table/component-table.ts';
import { replacementOf } from '../table/replacements.ts';
import { BEHAVIOR_CHANGES, type BehaviorChange, FORMER_DEFAULTS } from './behavior-changes.ts';

/** What a note is about: the word after `upgrade.` in its code. */
type Kind = 'removed' | 'required' | 'type' | 'default' | 'behavior' | 'stability' | 'unknown';

const SEVERITY: Readonly<Record<Kind, Diagnostic['severity']>> = {
  removed: 'error',
  required: 'error',
  type: 'warning',
  default: 'warning',
  behavior: 'warning',
  stability: 'note',
  unknown: 'note',
};

type Note = (kind: Kind, at: FileSpan, message: string, hint: string) => void;

/** The upgrade, as the tables of the versions on the way, that before it first. */
interface Upgrade {
  readonly tables: readonly ComponentTable[];
  readonly from: ComponentTable;
  readonly to: ComponentTable;
}

/**
 * What an upgrade of Alloy changes for a configuration: what it uses and the new version no longer has or
 * asks for (errors), defaults that it relies on and behavior that changes (warnings), and levels (notes).
 * Of a default only its values before and after count. Codes begin with `upgrade.`. Pure; never throws.
 */
export function upgradeNotes(
  files: readonly NamedFile[],
  from: string,
  to: string,
): readonly FileDiagnostic[] {
  const versions = knownVersions();
  const [first, last] = [tableAt(from).version, tableAt(to).version];
  const tables = versions
    .slice(versions.indexOf(first), versions.indexOf(last) + 1)
    .map((version) => tableAt(version));
  const upgrade: Upgrade = { tables, from: tableAt(from), to: tableAt(to) };
  const names = new Map(files.map(({ name, parsed }) => [parsed, name]));
  const found: FileDiagnostic[] = [];
  const note: Note = (kind, { parsed, start, end }, message, hint) => {
    const what = { severity: SEVERITY[kind], code: `upgrade.${kind}`, message, hint };
    found.push({ ...diagnosticAt(parsed, { start, end }, what), file: names.get(parsed)! });
  };
  const { nodes } = readConfig(
    files,
    upgrade.from,
    { stability: 'experimental', strict: false, check: 'service', version: from },
    () => '',
  );
  if (isBeyond(to) && files[0]) {
    const { parsed } = files[0];
    const message = `alloyup knows Alloy up to ${newestVersion()}: what later versions change is not listed`;
    note('unknown', { parsed, start: 0, end: 0 }, message, "Read upstream's changelog");
  }
  for (const node of nodes) {
    if (node.custom) continue;
    compareNode(node, upgrade, note);
    for (const part of node.parts) compareBehavior(part, upgrade, note);
  }
  const order = new Map(files.map(({ name }, index) => [name, index]));
  return merged(found).sort(
    (a, b) => order.get(a.file)! - order.get(b.file)! || a.start - b.start || a.end - b.end,
  );
}

/** Equal notes of one file are one, at the first place. */
function merged(found: readonly FileDiagnostic[]): FileDiagnostic[] {
  const known = new Map<string, FileDiagnostic>();
  for (const one of found) {
    const key = JSON.stringify([one.file, one.code, one.message]);
    if (!known.has(key)) known.set(key, one);
  }
  return [...known.values()];
}

/** The first version on the way from which on `is` holds. */
const since = ({ tables }: Upgrade, is: (table: ComponentTable) => boolean): string => {
  const before = tables.findLastIndex((table) => !is(table));
  return tables[before + 1]?.version ?? tables.at(-1)!.version;
};

function compareNode(node: Node, upgrade: Upgrade, note: Note): void {
  const { name, rule: before } = node;
  if (!before) return;
  const after = upgrade.to.get(name);
  if (!after) {
    const version = since(upgrade, (table) => !table.get(name));
    note(
      'removed',
      headOf(node),
      `${name} is removed in ${version}`,
      replacementOf(name, []) ?? 'Remove it',
    );
    return;
  }
  if (before.stability !== after.stability) {
    const version = since(upgrade, (table) => table.get(name)?.stability === after.stability);
    const lower = LEVELS.indexOf(after.stability) < LEVELS.indexOf(before.stability);
    note(
      'stability',
      headOf(node),
      `${name} is ${after.stability} in ${version}, before ${before.stability}`,
      lower
        ? 'Nothing to do; alloy.stability may be lowered if nothing else needs it'
        : `Set alloy.stability: ${after.stability}`,
    );
  }
  const [top] = node.parts;
  if (top) compareBlock({ node, path: [], part: top }, before, after, upgrade, note);
}

/** A block of the configuration, or one that is not written and whose defaults hold all the same. */
interface Place {
  readonly node: Node;
  readonly path: readonly string[];
  /** The block, or the one around it that is written. */
  readonly part: Part;
  readonly absent?: true;
}

function compareBlock(
  place: Place,
  before: BlockRule,
  after: BlockRule,
  upgrade: Upgrade,
  note: Note,
): void {
  const { node, path, part, absent } = place;
  const body: Body = absent ? [] : part.block.body;
  const at = openingOf(node.parsed, part.block);
  const where = [node.name, ...path].join(' ');
  /** Arguments with another default, by the version that changed it. */
  const changed = new Map<string, string[]>();
  const firstWith = (is: (rule: BlockRule | undefined) => boolean): string =>
    since(upgrade, (table) => is(ruleAt(table, node.name, path)));
  for (const [name, rule] of after.attributes) {
    const written = attributeOf(body, name);
    const old = before.attributes.get(name) ?? formerly(node.name, path, name, upgrade);
    if (written && old && !fits(old.type, rule.type)) {
      const version = firstWith((one) => one?.attributes.get(name)?.type === rule.type);
      note(
        'type',
        spanOf(node.parsed, written),
        `${where} ${name} takes ${rule.type} in ${version}, before ${old.type}`,
        'Change the value',
      );
    }
    if (written) continue;
    if (rule.required && !old?.required && !absent) {
      const version = firstWith((one) => one?.attributes.get(name)?.required === true);
      note('required', at, `${where} needs ${name} in ${version}`, `Add ${name}`);
    } else if (old && !rule.required && differ(old, rule)) {
      const version = firstWith((one) => {
        const now = one?.attributes.get(name);
        return now !== undefined && !differ(now, rule);
      });
      const perhaps = old.approximate || rule.approximate ? ' as far as is known' : '';
      const text = `${name}: ${shown(old)} -> ${shown(rule)}${perhaps}`;
      changed.set(version, [...(changed.get(version) ?? []), text]);
    }
  }
  for (const [version, texts] of changed) {
    const many = texts.length > 1;
    note(
      'default',
      at,
      `${where} ${texts.join(', ')}, not set here (${version})`,
      `Set ${many ? 'them' : 'it'} to keep the old ${many ? 'values' : 'value'}, or leave ${many ? 'them' : 'it'} out for the new`,
    );
  }
  for (const name of after.requiredBlocks) {
    if (absent || before.block(name)?.required || blocksOf(body, name).length > 0) continue;
    note('required', at, `${where} needs the block ${name}`, `Add ${name} { }`);
  }
  if (!absent) compareWritten(place, before, after, upgrade, note);
  for (const name of after.blockNames) {
    const [old, now] = [before.block(name), after.block(name)!];
    const inner = [...path, name];
    const isWritten =
      !absent && node.parts.some((one) => one.parent === part && one.path.at(-1) === name);
    if (!isWritten && old?.setByDefault && now.setByDefault && inner.length < 8)
      compareBlock({ node, path: inner, part, absent: true }, old, now, upgrade, note);
  }
}

/** What is written: arguments that are gone, and blocks that are gone or have changed inside. */
function compareWritten(
  { node, path, part }: Place,
  before: BlockRule,
  after: BlockRule,
  upgrade: Upgrade,
  note: Note,
): void {
  const where = [node.name, ...path].join(' ');
  const gone = (name: string, has: (rule: BlockRule | undefined) => boolean): string =>
    `${where} ${name} is removed in ${since(upgrade, (table) => !has(ruleAt(table, node.name, path)))}`;
  for (const statement of part.block.body) {
    if (statement.kind !== 'attribute') continue;
    const { name } = statement.name;
    if (!before.attributes.has(name) || after.attributes.has(name)) continue;
    note(
      'removed',
      spanOf(node.parsed, statement),
      gone(name, (rule) => rule?.attributes.has(name) ?? false),
      replacementOf(node.name, [...path, name]) ?? 'Remove it',
    );
  }
  for (const child of node.parts) {
    if (child.parent !== part) continue;
    const name = child.path.at(-1)!;
    const [old, now] = [before.block(name), after.block(name)];
    if (!old) continue;
    if (now) {
      compareBlock({ node, path: child.path, part: child }, old, now, upgrade, note);
      continue;
    }
    note(
      'removed',
      spanOf(node.parsed, child.block),
      gone(name, (rule) => rule?.block(name) !== undefined),
      replacementOf(node.name, child.path) ?? 'Remove it',
    );
  }
}

function ruleAt(
  table: ComponentTable,
  component: string,
  path: readonly string[],
): BlockRule | undefined {
  let rule: BlockRule | undefined = table.get(component);
  for (const name of path) rule = rule?.block(name);
  return rule;
}

/** What held before there was an argument for it. */
function formerly(
  component: string,
  path: readonly string[],
  name: string,
  { from }: Upgrade,
): AttributeRule | undefined {
  const found = FORMER_DEFAULTS.find(
    ([one, at, version, values]) =>
      one === component &&
      at === path.join('/') &&
      Object.hasOwn(values, name) &&
      later(version, from.version),
  );
  return (
    found && {
      type: 'duration',
      required: false,
      nullable: false,
      default: found[3][name],
      approximate: false,
      fields: undefined,
    }
  );
}

const minor = (version: string): number => Number(version.split('.')[1] ?? -1);

const later = (one: string, other: string): boolean => minor(one) > minor(other);

/** Texts, and texts that are secrets or read by a type, differ for nobody who has written one. */
const kindOf = (type: string): string =>
  type
    .replace(/string\([^()]*\)|\b(?:optional)?secret\b/g, 'string')
    .replace(/\btarget\b/g, 'map(string)');

const fits = (old: string, now: string): boolean => kindOf(old) === kindOf(now) || now === 'any';

/** Both are known, and not the same. */
const differ = (old: AttributeRule, now: AttributeRule): boolean =>
  old.default !== null &&
  now.default !== null &&
  fits(old.type, now.type) &&
  JSON.stringify(effectOf(old)) !== JSON.stringify(effectOf(now));

const ZERO: Readonly<Record<string, unknown>> = {
  bool: false,
  number: 0,
  duration: '0s',
  bytes: '0B',
};

/** The default, or the zero value of the type; null: not set. */
function effectOf({ type, nullable, default: value }: AttributeRule): unknown {
  if (value !== undefined) return value;
  if (nullable) return null;
  if (type.startsWith('list(')) return [];
  if (type.startsWith('map(')) return {};
  return ZERO[type] ?? '';
}

function shown(rule: AttributeRule): string {
  const value = effectOf(rule);
  if (value === null) return 'not set';
  if (typeof value === 'string' && ['duration', 'bytes'].includes(rule.type)) return value;
  return JSON.stringify(value);
}

function compareBehavior({ node, path, block }: Part, { from, to }: Upgrade, note: Note): void {
  for (const change of BEHAVIOR_CHANGES) {
    const inside = later(change.version, from.version) && !later(change.version, to.version);
    if (!inside || !concerns(change, node.name, path)) continue;
    const written = (change.where ?? []).map(([name, text]) => {
      const attribute = attributeOf(block.body, name);
      if (!attribute) return undefined;
      const { start, end } = attribute.value;
      return !text || text.test(node.parsed.source.slice(start, end)) ? attribute : undefined;
    });
    const [first] = written.filter((one) => one !== undefined);
    if (change.where && !first) continue;
    if (change.unless?.every((name) => attributeOf(block.body, name))) continue;
    const where = [node.name, ...path].join(' ');
    note(
      'behavior',
      first ? spanOf(node.parsed, first) : openingOf(node.parsed, block),
      `${where}: ${change.said} (${change.version})`,
      change.advice,
    );
  }
}

function concerns(
  { components, path: wanted = '' }: BehaviorChange,
  component: string,
  path: readonly string[],
): boolean {
  const named = components.some((one) =>
    one.endsWith('*') ? component.startsWith(one.slice(0, -1)) : one === component,
  );
  if (!named) return false;
  return wanted.startsWith('.../')
    ? path.at(-1) === wanted.slice('.../'.length)
    : path.join('/') === wanted;
}
