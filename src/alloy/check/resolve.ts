import type { Identifier } from '../ast.ts';
import type { Module, Node, Resolved } from './model.ts';

/** Finds what a reference means from inside a module: templates see the nodes around them, declares do not. */
export function nodeAt(id: string, module: Module): Node | undefined {
  for (let at: Module | null = module; at; at = at.kind === 'foreach' ? at.parent : null) {
    const node = at.byId.get(id);
    if (node) return node;
  }
  return undefined;
}

/** The item names of the foreach blocks that a module stands in. */
export function hasVariable(name: string, module: Module): boolean {
  for (let at: Module | null = module; at; at = at.kind === 'foreach' ? at.parent : null) {
    if (at.variable === name) return true;
  }
  return false;
}

/** What a chain of names points to; as Alloy does, the shortest beginning that is a node counts. */
export function resolve(names: readonly Identifier[], module: Module): Resolved | undefined {
  let id = '';
  for (const [index, { name }] of names.entries()) {
    id = index === 0 ? name : `${id}.${name}`;
    const node = nodeAt(id, module);
    if (node) return { node, rest: names.slice(index + 1) };
  }
  return undefined;
}
