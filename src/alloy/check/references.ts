import { nearest } from '../../model/frame.ts';
import type { ComponentTable } from '../table/component-table.ts';
import type {
  Check,
  Config,
  FileSpan,
  Module,
  Node,
  Reference,
  Report,
  Resolved,
} from './model.ts';
import { hasVariable } from './modules.ts';
import { spanOf } from './spans.ts';
import { isStdlib } from './stdlib.ts';
import { textOf } from './traversal.ts';
import { reportVersion } from './versions.ts';

/** What references name is there. */
export const checkReferences: Check = (config, report) => {
  for (const node of config.nodes) {
    for (const reference of node.references) {
      const at = spanOf(node.parsed, reference);
      const resolved = config.resolved.get(reference);
      if (!resolved) {
        if (!isMissing(config, node, reference)) continue;
        const bare = isBareSecret(reference);
        report(
          'reference.undefined',
          at,
          bare
            ? `${reference.attribute.name.name} is a name without quotes, and nothing has that name`
            : `component "${textOf(reference)}" does not exist or is out of scope`,
          bare
            ? 'Put the value in quotes or, better, read it with sys.env("NAME")'
            : undefinedHint(config, node, reference),
        );
        continue;
      }
      if (isStdlib(reference.names[0]!.name)) {
        const { name } = reference.names[0]!;
        report(
          'reference.shadows',
          { ...at, end: reference.names[0]!.end },
          `a component is shadowing an existing stdlib name: "${name}"`,
          `Give the declare or import called ${name} another name`,
        );
      }
      checkExport(config, resolved, at, report);
    }
  }
};

/** A password without its quotes reads as a name: it is not repeated. */
const isBareSecret = ({ names, called, attribute }: Reference): boolean =>
  names.length === 1 &&
  !called &&
  /password|secret|token|credential|(^|_)key$/.test(attribute.name.name);

function isMissing(config: Config, node: Node, { names }: Reference): boolean {
  const first = names[0]!.name;
  if (isStdlib(first) || first === 'module_path' || hasVariable(first, node.module)) return false;
  if (!config.broken) return true;
  // what a syntax error swallowed is there all the same
  // a broken file may give names that are no identifiers
  const literal = names.map(({ name }) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const [label, type] = [literal.at(-2), literal.slice(0, -2)];
  if (!label || type.length === 0) return true;
  const header = new RegExp(`${type.join('\\s*\\.\\s*')}\\s*"${label}"`);
  return !config.files.some(({ parsed }) => header.test(parsed.source));
}

function undefinedHint(config: Config, node: Node, reference: Reference): string {
  const text = textOf(reference);
  const { names } = reference;
  if (/^\$/.test(text) || (names.length === 1 && /^[A-Z][A-Z0-9_]*$/.test(text))) {
    return `Write sys.env("${text}") to read an environment variable, or "${text}" to mean the text`;
  }
  if (names.length === 1 && !reference.called) {
    return `Write "${text}" in quotes to mean the text, or the full name of an export: type.name.label.export`;
  }
  if (names[0]!.name === 'argument' && names.length > 1) {
    return `Add argument "${names[1]!.name}" { } to this declare, or fix the name`;
  }
  const outside = config.nodes.find(
    ({ id, module }) => module !== node.module && text.startsWith(`${id}.`),
  );
  if (outside) return outsideHint(outside, node.module);

  const meant = meantNode(config, node, names);
  if (meant) return `Did you mean ${meant}?`;
  const type = joined(names, typeLength(config, names));
  const others = node.module.nodes.filter(
    ({ name, module }) => name === type && module === node.module,
  );
  if (others.length > 0 && others.length <= 3) {
    return `Use ${others.map(({ id }) => id).join(' or ')}, or add ${blockFor(config, names)}`;
  }
  return `Add ${blockFor(config, names)}, or remove this reference`;
}

/** How many of the names are the type of a component. */
function typeLength(config: Config, names: Reference['names']): number {
  for (let count = names.length - 1; count > 0; count--) {
    if (config.table.get(joined(names, count))) return count;
  }
  return 0;
}

const joined = (names: Reference['names'], count: number): string =>
  textOf({ names: names.slice(0, count) });

/** A node of the same type with a label like it, or of the same label with a type like it. */
function meantNode(config: Config, node: Node, names: Reference['names']): string | undefined {
  const count = typeLength(config, names);
  const nodes = node.module.nodes.filter(({ component, block }) => component && block.label);
  if (count > 0) {
    const type = joined(names, count);
    const labels = nodes.filter(({ name }) => name === type).map(({ block }) => block.label!.text);
    const label = nearest(names[count]!.name, labels);
    return label && `${type}.${label}`;
  }
  for (let length = names.length - 1; length > 0; length--) {
    const label = names[length]!.name;
    const types = nodes.filter(({ block }) => block.label!.text === label).map(({ name }) => name);
    const type = nearest(joined(names, length), types);
    if (type) return `${type}.${label}`;
  }
  return undefined;
}

/** The header of the block that a reference asks for, by the longest name that is a component's. */
function blockFor(config: Config, names: Reference['names']): string {
  const count = typeLength(config, names);
  if (count > 0) return `${joined(names, count)} "${names[count]!.name}" { }`;
  return 'the component';
}

function outsideHint(target: Node, from: Module): string {
  if (target.module.kind === 'root' || from.kind === 'declare') {
    return `Pass ${target.id} in through an argument block: a declare does not see what is outside`;
  }
  return `Export it from the ${target.module.kind} that it is in, or move ${target.id} out`;
}

function checkExport(
  config: Config,
  { node, rest: [named] }: Resolved,
  at: FileSpan,
  report: Report,
): void {
  const from = { ...at, start: named?.start ?? at.start };
  if (node.name === 'argument') {
    if (named?.name === 'value') return;
    report(
      'reference.declared-export',
      from,
      named ? `${node.id} has no "${named.name}"` : `${node.id} is not a value`,
      `Write ${node.id}.value`,
    );
    return;
  }
  if (!node.component || node.custom === 'imported') return;
  const exports = node.custom ? node.custom.exports : node.rule?.exports;
  if (!exports) return;
  const code = node.custom ? 'reference.declared-export' : 'reference.export';
  const known = [...exports.keys()];
  if (named) {
    if (exports.has(named.name)) return;
    const has = (table: ComponentTable) => table.get(node.name)?.exports?.has(named.name) ?? false;
    const what = `the export ${named.name} of ${node.name}`;
    if (!node.custom && reportVersion(config, { at: from, what, has }, report)) return;
    const hint = exportHint(node, named.name, known);
    report(code, from, `${node.name} has no export "${named.name}"`, hint);
  } else if (known.length > 0 && !node.custom) {
    // the object of all exports that a declare gives is rarely meant, but it can be handed on
    const message = `${node.id} is a component, not one of its exports`;
    report(code, from, message, exportHint(node, '', known));
  }
}

function exportHint(node: Node, written: string, known: readonly string[]): string {
  if (known.length === 0) {
    return node.custom
      ? `Add export "${written}" { value = ... } to declare "${node.name}"`
      : `Remove the reference: ${node.name} has no exports, it sends to what its own forward_to or output names`;
  }
  return `Write ${known.map((name) => `${node.id}.${name}`).join(' or ')}`;
}
