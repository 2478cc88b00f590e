import { type Attribute, type Block, type Body, blockName, type Identifier } from '../ast.ts';
import { attributeOf, blockId, blocksOf, boolOf, stringOf } from '../ast-lookup.ts';
import { isComponent } from '../components.ts';
import { parse } from '../parser.ts';
import { type BlockRule, type ComponentTable, isBeyond } from '../table/component-table.ts';
import { textOf } from './constants.ts';
import type {
  CheckOptions,
  Config,
  Declared,
  Module,
  NamedFile,
  Node,
  Part,
  Reference,
  Resolved,
} from './model.ts';
import { traversalsOf } from './traversal.ts';

/** Reads the blocks of all files as one configuration. Never fails: a broken file gives what it has. */
export function readConfig(
  files: readonly NamedFile[],
  table: ComponentTable,
  options: CheckOptions,
  where: Config['where'],
): Config {
  const modules: Module[] = [];
  const bodies = files.map(({ parsed }) => ({ parsed, body: parsed.file.body }));
  readModule('root', null, bodies, null, modules);
  for (const module of modules) link(module, table);
  const nodes = modules.flatMap((module) => module.nodes);
  const resolved = new Map<Reference, Resolved>();
  for (const node of nodes) {
    for (const reference of node.references) {
      const found = resolve(reference.names, node.module);
      if (found) resolved.set(reference, found);
    }
  }
  return {
    files,
    modules,
    nodes,
    resolved,
    where,
    table,
    beyond: isBeyond(options.version),
    options,
    broken: files.some(({ parsed }) => parsed.errors.length > 0),
  };
}

function readModule(
  kind: Module['kind'],
  parent: Module | null,
  body: Module['body'],
  variable: string | null,
  modules: Module[],
): Module {
  const module: Module = {
    kind,
    parent,
    body,
    nodes: [],
    byId: new Map(),
    declares: new Map(),
    imports: new Map(),
    variable,
  };
  modules.push(module);
  for (const { parsed, body: statements } of body) {
    for (const block of statements) {
      if (block.kind !== 'block') continue;
      const label = block.label?.text;
      const name = blockName(block);
      if (name === 'declare') {
        const inner = readModule('declare', module, [{ parsed, body: block.body }], null, modules);
        if (label && !module.declares.has(label))
          module.declares.set(label, declaredBy(inner, block.body));
      } else if (name === 'foreach') {
        const variableName = attributeOf(block.body, 'var');
        const item = variableName ? (stringOf(variableName.value) ?? null) : null;
        for (const template of blocksOf(block.body, 'template')) {
          readModule('foreach', module, [{ parsed, body: template.body }], item, modules);
        }
      } else if (name.startsWith('import.') && label) {
        module.imports.set(label, importedBy(name, block));
      }
    }
  }
  return module;
}

/** What an import brings: known where its text stands in the configuration; null: it is fetched when Alloy runs. */
function importedBy(name: string, block: Block): ReadonlyMap<string, Declared> | null {
  const content = name === 'import.string' ? attributeOf(block.body, 'content') : undefined;
  const text = content && textOf(content.value);
  if (text === undefined) return null;
  const parsed = parse(text);
  if (parsed.errors.length > 0) return null;
  return readModule('root', null, [{ parsed, body: parsed.file.body }], null, []).declares;
}

function declaredBy(module: Module, body: Body): Declared {
  const taken = new Map<string, { required: boolean }>();
  for (const argument of blocksOf(body, 'argument')) {
    if (!argument.label) continue;
    const optional = attributeOf(argument.body, 'optional');
    // an `optional` that is computed may be true
    taken.set(argument.label.text, { required: !optional || boolOf(optional.value) === false });
  }
  const given = new Map<string, Attribute | null>();
  for (const exported of blocksOf(body, 'export')) {
    if (exported.label) given.set(exported.label.text, attributeOf(exported.body, 'value') ?? null);
  }
  return { module, arguments: taken, exports: given };
}

/** Makes the nodes of a module; all modules are read by then, so that each name is known. */
function link(module: Module, table: ComponentTable): void {
  for (const { parsed, body } of module.body) {
    for (const block of body) {
      if (block.kind !== 'block') continue;
      const name = blockName(block);
      const component = isComponent(block);
      const parts: Part[] = [];
      const node: Node = {
        id: blockId(block),
        name,
        block,
        parsed,
        module,
        component,
        rule: table.get(name),
        custom: component ? customOf(name, module) : undefined,
        // what stands in a declare belongs to its own module
        references: name === 'declare' ? [] : traversalsOf(block),
        parts,
      };
      if (name !== 'declare')
        collectParts(node, block, node.custom ? undefined : node.rule, [], null, parts);
      module.nodes.push(node);
      if (!module.byId.has(node.id)) module.byId.set(node.id, node);
    }
  }
}

/** Names are looked up from the inside out; a name with a dot may belong to an import of that label. */
function customOf(name: string, module: Module): Node['custom'] {
  const [first = ''] = name.split('.');
  for (let at: Module | null = module; at; at = at.parent) {
    const declared = at.declares.get(name);
    if (declared) return declared;
    const imported = first === name ? undefined : at.imports.get(first);
    if (imported === null) return 'imported';
    if (imported) return imported.get(name.slice(first.length + 1));
  }
  return undefined;
}

function collectParts(
  node: Node,
  block: Block,
  rule: BlockRule | undefined,
  path: readonly string[],
  parent: Part | null,
  into: Part[],
): void {
  const part: Part = { node, block, rule, path, parent };
  into.push(part);
  for (const inner of block.body) {
    if (inner.kind !== 'block') continue;
    const name = blockName(inner);
    if (node.name === 'foreach' && name === 'template') continue;
    collectParts(node, inner, rule?.block(name), [...path, name], part, into);
  }
}

/** The next module that a reference looks into: templates see the nodes around them, declares do not. */
const seenFrom = ({ kind, parent }: Module): Module | null => (kind === 'foreach' ? parent : null);

/** Whether the name is the item of a foreach that the module stands in. */
export function hasVariable(name: string, module: Module): boolean {
  for (let at: Module | null = module; at; at = seenFrom(at)) if (at.variable === name) return true;
  return false;
}

/** What a chain of names points to; as Alloy does, the shortest beginning that is a node counts. */
export function resolve(names: readonly Identifier[], module: Module): Resolved | undefined {
  let id = '';
  for (const [index, { name }] of names.entries()) {
    id = index === 0 ? name : `${id}.${name}`;
    for (let at: Module | null = module; at; at = seenFrom(at)) {
      const node = at.byId.get(id);
      if (node) return { node, rest: names.slice(index + 1) };
    }
  }
  return undefined;
}
