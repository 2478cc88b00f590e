import type { Check, Config, Module, Node } from './model.ts';
import { headOf } from './spans.ts';

/** No component depends on itself, by however many others. */
export const checkCycles: Check = (config, report) => {
  for (const module of config.modules) {
    const targets = edgesOf(config, module);
    for (const node of module.nodes) {
      if (targets.get(node)?.has(node)) {
        report(
          'reference.self',
          headOf(node),
          'cannot reference self',
          `Name another component than ${node.id} here`,
        );
      }
    }
    for (const circle of circles(module.nodes, targets)) {
      const names = circle
        .map(({ id }) => id)
        .sort()
        .join(', ');
      for (const node of circle) {
        report(
          'reference.cycle',
          headOf(node),
          `cycle detected: ${names}`,
          'Remove one of the references between them: data must flow one way',
        );
      }
    }
  }
};

/** References between the nodes of one module; those out of a template into its surroundings cannot close a circle. */
function edgesOf(config: Config, module: Module): ReadonlyMap<Node, ReadonlySet<Node>> {
  const edges = new Map<Node, Set<Node>>();
  for (const node of module.nodes) {
    const targets = new Set<Node>();
    for (const reference of node.references) {
      const target = config.resolved.get(reference)?.node;
      if (target && target.module === module) targets.add(target);
    }
    edges.set(node, targets);
  }
  return edges;
}

/** Strongly connected components of more than one node (Tarjan, without recursion: chains may be long). */
function circles(
  nodes: readonly Node[],
  edges: ReadonlyMap<Node, ReadonlySet<Node>>,
): readonly (readonly Node[])[] {
  const found: Node[][] = [];
  const order = new Map<Node, number>();
  const low = new Map<Node, number>();
  const stack: Node[] = [];
  const onStack = new Set<Node>();

  for (const root of nodes) {
    if (order.has(root)) continue;
    const work: { node: Node; left: Iterator<Node> }[] = [];
    const enter = (node: Node) => {
      order.set(node, order.size);
      low.set(node, order.get(node)!);
      stack.push(node);
      onStack.add(node);
      work.push({ node, left: edges.get(node)![Symbol.iterator]() });
    };
    enter(root);
    while (work.length > 0) {
      const { node, left } = work.at(-1)!;
      const { value: target, done } = left.next();
      if (!done) {
        if (!order.has(target)) enter(target);
        else if (onStack.has(target)) low.set(node, Math.min(low.get(node)!, order.get(target)!));
        continue;
      }
      work.pop();
      const above = work.at(-1)?.node;
      if (above) low.set(above, Math.min(low.get(above)!, low.get(node)!));
      if (low.get(node) !== order.get(node)) continue;
      const members = stack.splice(stack.indexOf(node));
      for (const member of members) onStack.delete(member);
      if (members.length > 1) found.push(members);
    }
  }
  return found;
}
