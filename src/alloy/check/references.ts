import { nearest } from '../../model/frame.ts';
import type { Check, Config, Module, Node, Reference, Resolved, Rule } from './model.ts';
import { hasVariable } from './resolve.ts';
import { spanOf } from './spans.ts';
import { isStdlib } from './stdlib.ts';
import { textOf } from './traversal.ts';

const undefinedReference: Rule = {
  code: 'reference.undefined',
  kind: 'language',
  finds: 'a reference to a component that is not there, or that stands in another module',
  fix: 'mend the name, or add the component',
};
const undefinedExport: Rule = {
  code: 'reference.export',
  kind: 'knowledge',
  finds:
    'a reference to an export that the component does not have; alloy validate does not see it',
  fix: 'name one of the exports that the hint lists',
};
const undefinedDeclared: Rule = {
  code: 'reference.declared-export',
  kind: 'language',
  finds:
    'a reference to an export that the declare does not have, or to a part of an argument other than value',
  fix: 'add the export to the declare, or mend the name',
};
const shadows: Rule = {
  code: 'reference.shadows',
  kind: 'knowledge',
  finds:
    'a component whose first name hides a part of the standard library; alloy validate exits 1 on it',
  fix: 'rename the declare or the label of the import',
};

export const REFERENCE_RULES: readonly Rule[] = [
  undefinedReference,
  undefinedExport,
  undefinedDeclared,
  shadows,
];

/** What references name is there. */
export const checkReferences: Check = (config, report) => {
  for (const node of config.nodes) {
    for (const reference of node.references) {
      const at = spanOf(node.parsed, reference);
      const resolved = config.resolved.get(reference);
      if (!resolved) {
        if (!isMissing(config, node, reference)) continue;
        report(
          undefinedReference,
          at,
          `component "${textOf(reference)}" does not exist or is out of scope`,
          undefinedHint(config, node, reference),
        );
        continue;
      }
      if (isStdlib(reference.names[0]!.name)) {
        const { name } = reference.names[0]!;
        report(
          shadows,
          { ...at, end: reference.names[0]!.end },
          `a component is shadowing an existing stdlib name: "${name}"`,
          `give the declare or import called ${name} another name`,
        );
      }
      const wrong = wrongExport(resolved, reference);
      if (wrong) report(wrong.rule, { ...at, start: wrong.start }, wrong.message, wrong.hint);
    }
  }
};

function isMissing(config: Config, node: Node, { names }: Reference): boolean {
  const first = names[0]!.name;
  if (isStdlib(first) || first === 'module_path' || hasVariable(first, node.module)) return false;
  if (!config.broken) return true;
  // what a syntax error swallowed is there all the same
  const [label, type] = [names.at(-2)?.name, names.slice(0, -2).map(({ name }) => name)];
  if (!label || type.length === 0) return true;
  const header = new RegExp(`${type.join('\\s*\\.\\s*')}\\s*"${label}"`);
  return !config.files.some(({ parsed }) => header.test(parsed.source));
}

function undefinedHint(config: Config, node: Node, reference: Reference): string {
  const text = textOf(reference);
  const { names } = reference;
  if (/^\$/.test(text) || (names.length === 1 && /^[A-Z][A-Z0-9_]*$/.test(text))) {
    return `write sys.env("${text}") to read an environment variable, or "${text}" to mean the text`;
  }
  if (names.length === 1 && !reference.called) {
    return `write "${text}" in quotes to mean the text, or the full name of an export: type.name.label.export`;
  }
  if (names[0]!.name === 'argument' && names.length > 1) {
    return `add argument "${names[1]!.name}" { } to this declare, or mend the name`;
  }
  const outside = config.nodes.find(
    ({ id, module }) => module !== node.module && text.startsWith(`${id}.`),
  );
  if (outside) return outsideHint(outside, node.module);

  const sameName = node.module.nodes.filter(
    ({ id, name, component }) => component && text.startsWith(`${name}.`) && id !== node.id,
  );
  const ids = node.module.nodes.filter(({ component }) => component).map(({ id }) => id);
  const written =
    names.length > 1
      ? names
          .slice(0, -1)
          .map(({ name }) => name)
          .join('.')
      : text;
  const meant = nearest(written, ids);
  if (meant) return `did you mean ${meant}?`;
  if (sameName.length > 0 && sameName.length <= 3) {
    return `there is ${sameName.map(({ id }) => id).join(' and ')}: use it, or add ${blockFor(config, names)}`;
  }
  return `add ${blockFor(config, names)}, or take this reference out`;
}

/** The header of the block that a reference asks for, by the longest name that is a component's. */
function blockFor(config: Config, names: Reference['names']): string {
  for (let count = names.length - 1; count > 0; count--) {
    const name = names
      .slice(0, count)
      .map((part) => part.name)
      .join('.');
    if (config.table.get(name)) return `${name} "${names[count]!.name}" { }`;
  }
  return 'the component';
}

function outsideHint(target: Node, from: Module): string {
  if (target.module.kind === 'root' || from.kind === 'declare') {
    return `a declare does not see what is outside: hand ${target.id} in by an argument block`;
  }
  return `${target.id} stands inside a ${target.module.kind}, which shows nothing but its exports: give it an export block, or move it out`;
}

interface Wrong {
  readonly rule: Rule;
  readonly start: number;
  readonly message: string;
  readonly hint: string;
}

function wrongExport({ node, rest }: Resolved, { start }: Reference): Wrong | undefined {
  const [named] = rest;
  if (node.name === 'argument') {
    if (named?.name === 'value') return undefined;
    const id = node.id;
    return {
      rule: undefinedDeclared,
      start: named?.start ?? start,
      message: named ? `${id} has no "${named.name}"` : `${id} is no value`,
      hint: `write ${id}.value`,
    };
  }
  if (!node.component || node.custom === 'imported') return undefined;

  const exports = node.custom ? node.custom.exports : node.rule?.exports;
  if (!exports) return undefined;
  const rule = node.custom ? undefinedDeclared : undefinedExport;
  const known = [...exports.keys()];
  if (!named) {
    // an object of all exports: rarely meant, but it can be handed on
    if (known.length === 0 || node.custom) return undefined;
    return {
      rule,
      start,
      message: `${node.id} is a component, not one of its exports`,
      hint: `write ${known.map((name) => `${node.id}.${name}`).join(' or ')}`,
    };
  }
  if (exports.has(named.name)) return undefined;
  return {
    rule,
    start: named.start,
    message: `${node.name} has no export "${named.name}"`,
    hint: exportHint(node, named.name, known),
  };
}

function exportHint(node: Node, written: string, known: readonly string[]): string {
  if (known.length === 0) {
    return node.custom
      ? `add export "${written}" { value = ... } to declare "${node.name}"`
      : `${node.name} exports nothing: it sends to what its own forward_to or output names`;
  }
  return `write ${known.map((name) => `${node.id}.${name}`).join(' or ')}`;
}
