import { nearest } from '../../model/frame.ts';
import { SERVICE_BLOCKS } from '../components.ts';
import type { ComponentTable } from '../table/component-table.ts';
import { replacementOf } from '../table/replacements.ts';
import type { Check, Config, Module, Node, Report } from './model.ts';
import { headOf, spanOf } from './spans.ts';
import { reportVersion } from './versions.ts';

/** Which blocks stand where, and what they are called. */
export const checkBlocks: Check = (config, report) => {
  for (const module of config.modules) {
    for (const { parsed, body } of module.body) {
      for (const statement of body) {
        if (statement.kind === 'attribute') {
          report(
            'block.argument-outside',
            spanOf(parsed, statement),
            module.kind === 'root'
              ? `unrecognized attribute ${statement.name.name}`
              : `an argument is not allowed here: a ${module.kind} holds blocks only`,
            'Move it into the block it belongs to, or delete the line',
          );
        }
      }
    }
    for (const node of module.nodes) checkNode(config, module, node, report);
  }
};

function checkNode(config: Config, module: Module, node: Node, report: Report): void {
  const { block, name, id, parsed, component, rule, custom } = node;
  const head = headOf(node);

  const first = module.byId.get(id);
  if (first && first !== node) {
    report(
      'block.duplicate',
      head,
      `block ${id} already declared at ${config.where(headOf(first))}`,
      block.label
        ? `Give this ${name} another label, or delete one of the two`
        : `Keep one ${name} block and put everything into it`,
    );
  }

  // every configuration block that is known here is in the table of some version
  if (!component && !rule) {
    const has = (table: ComponentTable) => table.get(name) !== undefined;
    reportVersion(config, { at: head, what: name, has }, report);
  }
  if (SERVICE_BLOCKS.includes(name)) {
    if (module.kind !== 'root') {
      report(
        'block.not-here',
        head,
        `${name} not allowed in ${module.kind === 'declare' ? 'module' : 'foreach'}`,
        `Move the ${name} block to the top level of the configuration`,
      );
    }
    if (block.label && (name === 'logging' || name === 'tracing')) {
      report(
        'label.ignored',
        spanOf(parsed, block.label),
        `the label "${block.label.text}" of ${name} has no effect`,
        `Write ${name} { without a label`,
      );
    } else if (block.label) {
      report(
        'label.forbidden',
        head,
        `cannot find the definition of component name "${name}": ${name} takes no label`,
        `Write ${name} { without a label`,
      );
    }
    return;
  }
  if ((name === 'argument' || name === 'export') && !inDeclare(module)) {
    report(
      'block.not-here',
      spanOf(parsed, block),
      `${name} blocks only allowed inside a module`,
      `Put it into a declare block: declare "name" { ${name} ... }`,
    );
  }

  if (!block.label) {
    if (component && !name.includes('.') && !custom) {
      const close = nearest(name, SERVICE_BLOCKS);
      report(
        'block.unknown-root',
        head,
        `there is no block "${name}"`,
        close
          ? `Write ${close} { }`
          : (homeOf(config, name) ??
              `Use one of ${SERVICE_BLOCKS.join(', ')}, or a component: type.name "label" { }`),
      );
      return;
    }
    report(
      'label.missing',
      head,
      component ? `component "${name}" must have a label` : `${name} block must have a label`,
      `Name it: ${name} "default" {`,
    );
  }

  if (component && !rule && !custom) {
    const instead = replacementOf(name, []);
    const has = (table: ComponentTable) => table.get(name) !== undefined;
    if (name.includes('.') && reportVersion(config, { at: head, what: name, has, instead }, report))
      return;
    const names = config.table.names.filter((known) => known.includes('.'));
    const meant =
      nearest(name, [...names, ...declaredNames(module)]) ?? nearest(name, SERVICE_BLOCKS);
    report(
      'component.unknown',
      head,
      `cannot find the definition of component name "${name}"`,
      meant ? `Did you mean ${meant}?` : unknownHint(config, name, module),
    );
  }
}

/** The component that has a block of this name inside. */
function homeOf({ table }: Config, name: string): string | undefined {
  const homes: string[] = [];
  for (const component of table.names) {
    const rule = table.get(component)!;
    const inner = rule.blockNames.find((one) => one === name || rule.block(one)!.block(name));
    if (inner) homes.push(inner === name ? component : `${inner} { } of ${component}`);
  }
  if (homes.length === 0) return undefined;
  const one = homes.find((home) => /(remote_write|loki\.write|scrape)$/.test(home));
  return homes.length === 1
    ? `Move it into ${homes[0]}`
    : `Move it into a component, e.g. ${one ?? homes[0]}`;
}

function unknownHint(config: Config, name: string, module: Module): string {
  if (!name.includes('.')) {
    return `Declare it${module.kind === 'root' ? '' : ' here or outside'}: declare "${name}" { }, or check the name`;
  }
  // stage.json and the like: blocks of one component that look like components
  return (
    homeOf(config, name) ??
    `Check the name in the component reference; if it comes from a module, import it under the label "${name.split('.')[0]}"`
  );
}

function* declaredNames(module: Module): Generator<string> {
  for (let at: Module | null = module; at; at = at.parent) yield* at.declares.keys();
}

/** A template inside a declare is inside the module too. */
function inDeclare(module: Module): boolean {
  for (let at: Module | null = module; at; at = at.parent) if (at.kind === 'declare') return true;
  return false;
}
