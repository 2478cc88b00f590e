import { nearest } from '../../model/frame.ts';
import { type Block, blockName, type Statement } from '../ast.ts';
import { statementName } from '../ast-lookup.ts';
import type { BlockRule, ComponentTable } from '../table/component-table.ts';
import { replacementOf } from '../table/replacements.ts';
import type { Check, Config, FileSpan, Node, Part, Report } from './model.ts';
import { headOf, spanOf } from './spans.ts';
import { reportVersion } from './versions.ts';

/** What each block takes: nothing unknown, nothing missing, nothing twice. */
export const checkArguments: Check = (config, report) => {
  for (const node of config.nodes) {
    if (node.name === 'declare') continue;
    if (node.custom) checkInstance(config, node, report);
    for (const part of node.parts) checkPart(config, part, report);
  }
};

function checkPart(config: Config, part: Part, report: Report): void {
  const { node, block, rule } = part;
  const attributes = new Set<string>();
  const blocks = new Set<string>();
  for (const statement of block.body) {
    const name = statementName(statement);
    const given = statement.kind === 'block' ? blocks : attributes;
    const again = given.has(name);
    given.add(name);
    if (again && statement.kind === 'attribute') {
      report(
        'argument.duplicate',
        spanOf(node.parsed, statement),
        `attribute "${name}" may only be provided once`,
        `Keep one ${name}, delete the other`,
      );
    }
    if (rule) checkStatement(config, part, rule, statement, again, report);
  }
  if (!rule || holdsError(config, node, block)) return;
  for (const [name, { required, type }] of rule.attributes) {
    if (!required || attributes.has(name) || blocks.has(name)) continue;
    report(
      'argument.missing',
      spanOf(node.parsed, block),
      `missing required attribute "${name}"`,
      `Add ${name} = ${sampleOf(type)} to ${blockName(block)}`,
    );
  }
  for (const name of rule.requiredBlocks) {
    if (blocks.has(name) || attributes.has(name)) continue;
    report(
      'block.missing',
      spanOf(node.parsed, block),
      `missing required block "${name}"`,
      `Add ${name} { } to ${blockName(block)}`,
    );
  }
}

function checkStatement(
  config: Config,
  part: Part,
  rule: BlockRule,
  statement: Statement,
  again: boolean,
  report: Report,
): void {
  const name = statementName(statement);
  const at = spanOf(part.node.parsed, statement);
  const isBlock = statement.kind === 'block';
  const asBlock = rule.block(name);
  const asArgument = rule.attributes.has(name);
  if (isBlock ? asBlock : asArgument) {
    if (!isBlock || !again || asBlock?.repeated) return;
    report(
      'block.repeated',
      at,
      `block "${name}" may only be specified once`,
      `Put everything into one ${name} block`,
    );
  } else if (asBlock) {
    report(
      'block.as-argument',
      at,
      `"${name}" must be a block, but is used as an attribute`,
      `Write ${name} { } without the =, one argument per line`,
    );
  } else if (asArgument) {
    report(
      'argument.as-block',
      at,
      `"${name}" must be an attribute, but is used as a block`,
      `Write ${name} = { ... } with a comma after each entry`,
    );
  } else if (!rule.open && !saidOfVersion(config, part, name, isBlock, at, report)) {
    report(
      isBlock ? 'block.unknown' : 'argument.unknown',
      at,
      `unrecognized ${statement.kind} name "${name}"`,
      belongs(part, name, isBlock) ??
        (isBlock ? meantBlock(rule, name, part) : meantArgument(rule, name, part)),
    );
  }
}

/** Another version has an argument or block of that name here, or this one is not known. */
function saidOfVersion(
  config: Config,
  { node, block, path }: Part,
  name: string,
  isBlock: boolean,
  at: FileSpan,
  report: Report,
): boolean {
  const has = (table: ComponentTable): boolean => {
    let rule: BlockRule | undefined = table.get(node.name);
    for (const one of path) rule = rule?.block(one);
    return isBlock ? rule?.block(name) !== undefined : (rule?.attributes.has(name) ?? false);
  };
  const what = `${blockName(block)} { ${name}${isBlock ? ' { }' : ''} }`;
  const instead = replacementOf(node.name, [...path, name]);
  return reportVersion(config, { at, what, has, instead }, report);
}

/** Where in this component a block or argument of that name has its place. */
function belongs(part: Part, name: string, isBlock: boolean): string | undefined {
  const top = part.node.rule;
  if (!top) return undefined;
  const places: string[][] = [];
  const look = (rule: BlockRule, path: string[]) => {
    if (path.length > 3 || places.length > 3) return;
    for (const inner of rule.blockNames) {
      const child = rule.block(inner)!;
      const here = isBlock ? inner === name : child.attributes.has(name);
      if (here) places.push(isBlock ? path : [...path, inner]);
      if (!path.includes(inner)) look(child, [...path, inner]);
    }
  };
  if (part.path.length > 0) {
    const atTop = isBlock ? top.block(name) : top.attributes.get(name);
    if (atTop) return `Move it out of ${part.path.at(-1)}, directly into ${part.node.name}`;
  }
  look(top, []);
  const [place] = places.sort((a, b) => a.length - b.length);
  if (!place || place.length === 0) return undefined;
  return `Move it into ${place.join(' > ')} { } of this ${part.node.name}`;
}

function meantBlock({ blockNames }: BlockRule, name: string, { block }: Part): string {
  const near = nearest(name, blockNames);
  if (near) return `Did you mean ${near}?`;
  return blockNames.length === 0
    ? `Delete it: ${blockName(block)} takes no blocks`
    : `Use a block that ${blockName(block)} takes: ${listed(blockNames)}`;
}

function meantArgument(rule: BlockRule, name: string, part: Part): string {
  const names = [...rule.attributes.keys()];
  const near = nearest(name, names);
  if (near) return `Did you mean ${near}?`;
  if (names.length === 0) return `Delete the line: ${blockName(part.block)} takes no arguments`;
  return names.length <= 12
    ? `Use an argument that ${blockName(part.block)} takes: ${listed(names)}`
    : `Delete the line, or look it up in the reference of ${part.node.name}`;
}

const listed = (names: readonly string[]): string =>
  names.length > 8 ? `${names.slice(0, 8).join(', ')}, ...` : names.join(', ');

/** A syntax error in the block may have swallowed what seems to be missing. */
export function holdsError({ broken }: Config, { parsed }: Node, { start, end }: Block): boolean {
  return broken && parsed.errors.some((error) => error.start >= start && error.start <= end);
}

function checkInstance(config: Config, node: Node, report: Report): void {
  const { custom, block, parsed } = node;
  if (!custom || custom === 'imported') return;
  const given = new Set<string>();
  for (const statement of block.body) {
    const name = statementName(statement);
    given.add(name);
    if (statement.kind === 'attribute' && custom.arguments.has(name)) continue;
    const near = nearest(name, custom.arguments.keys());
    report(
      'argument.undeclared',
      spanOf(parsed, statement),
      `unrecognized ${statement.kind} name "${name}"`,
      near
        ? `Did you mean ${near}?`
        : `Add argument "${name}" { } to declare "${node.name}", or delete the line`,
    );
  }
  if (holdsError(config, node, block)) return;
  for (const [name, { required }] of custom.arguments) {
    if (!required || given.has(name)) continue;
    report(
      'argument.declared-missing',
      headOf(node),
      `missing required attribute "${name}"`,
      `Add ${name} = ... here, or optional = true to argument "${name}" of declare "${node.name}"`,
    );
  }
}

/** A value of the type, to show how it is written. */
function sampleOf(type: string): string {
  if (type.startsWith('list')) return '[ ]';
  if (type.startsWith('map')) return '{ }';
  if (type === 'bool') return 'true';
  if (type === 'number') return '1';
  if (type === 'duration') return '"1m"';
  return '"..."';
}
