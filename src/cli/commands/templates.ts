import { parse, stringify } from 'yaml';
import { BUILTIN_NAMES, type BuiltinTemplate, builtinTemplate } from '../../config/builtins.ts';
import { builtinFragment, FRAGMENT_NAMES } from '../../config/fragments.ts';
import { neededBy, toldNeeds } from '../../config/host-needs.ts';
import { exampleOf, isRequired } from '../../config/parameters.ts';
import type { Parameter } from '../../config/template-model.ts';
import { nearest } from '../../model/frame.ts';
import { paintWith } from '../../report/paint.ts';
import { wrap } from '../../report/plain.ts';
import { toPrintable } from '../../report/printable.ts';
import { parameterType } from '../../report/problems/config-texts.ts';
import type { Command, Invocation } from '../args/option-table.ts';
import { printJson } from '../terminal/terminal.ts';
import { usageError } from '../usage.ts';

const KINDS = ['template', 'fragment'] as const;

interface Builtin {
  readonly kind: (typeof KINDS)[number];
  readonly template: BuiltinTemplate;
}

/** `alloyup templates` lists what is built in; `alloyup templates show NAME` prints parameters and an example. */
export const templates: Command = async (invocation) => {
  const [action, name = ''] = invocation.args;
  const builtins: readonly Builtin[] = [
    ...BUILTIN_NAMES.map((one) => ({ kind: 'template', template: builtinTemplate(one) }) as const),
    ...FRAGMENT_NAMES.map((one) => ({ kind: 'fragment', template: builtinFragment(one) }) as const),
  ];
  if (action === undefined) return list(builtins, invocation);
  const found = builtins.find(({ template }) => template.name === name);
  if (found) return show(found, invocation);
  const known = builtins.map(({ template }) => template.name);
  const meant = nearest(name, known) ?? null;
  throw usageError({ reason: 'unknown-template', name, meant, known });
};

function list(builtins: readonly Builtin[], { options, terminal }: Invocation): number {
  const rows = builtins.map(({ kind, template: { name, summary } }) => ({
    name,
    kind,
    summary: summary.replace(/\. .*$/s, '.'),
  }));
  if (options.output !== 'text') {
    printJson(options.output, { templates: rows }, rows, terminal);
    return 0;
  }
  const paint = paintWith(terminal.outColour);
  const sections = KINDS.map((kind) => {
    const own = rows.filter((row) => row.kind === kind);
    const widest = Math.max(...own.map(({ name }) => name.length));
    const indent = widest + 4;
    const lines = own.map(
      ({ name, summary }) =>
        `  ${name.padEnd(widest)}  ${wrap(summary, terminal.width, indent, indent)}\n`,
    );
    return `${paint.bold(`${kind}s`)}\n${lines.join('')}`;
  });
  terminal.out(toPrintable(sections.join('\n')));
  return 0;
}

function show({ kind, template }: Builtin, { options, terminal }: Invocation): number {
  const { name, summary, parameters, needs, setup } = template;
  const example = exampleText(kind, template);
  if (options.output !== 'text') {
    const document = { name, kind, summary, needs, setup, parameters, example };
    printJson(options.output, document, [document], terminal);
    return 0;
  }
  const paint = paintWith(terminal.outColour);
  const { width } = terminal;
  const tell = (all: readonly Parameter[], deep: number): readonly string[] =>
    all.flatMap((parameter) => {
      const indent = ' '.repeat(deep);
      const kind = wrap(kindOf(parameter), width, deep + 4, deep + parameter.name.length + 2);
      const meaning = wrap(parameter.meaning, width, deep + 2, deep + 2);
      return [
        `${indent}${paint.bold(parameter.name)}  ${kind}\n${indent}  ${meaning}\n`,
        ...tell(parameter.fields, deep + 4),
      ];
    });
  const told = tell(parameters, 2);
  const listed = (title: string, lines: readonly string[]): readonly string[] =>
    lines.length === 0
      ? []
      : [`${title}\n${lines.map((one) => `  - ${wrap(one, width, 4, 4)}\n`).join('')}`];
  const sections = [
    `${wrap(`${name}: ${summary}`, width, 0)}\n`,
    ...listed('needs from the host', toldNeeds(needs)),
    ...listed('setup', setup),
    `parameters\n${told.join('')}`,
    `example\n${example.replace(/^/gm, '  ').trimEnd()}\n`,
  ];
  terminal.out(toPrintable(sections.join('\n')));
  return 0;
}

function kindOf({
  type,
  oneOf,
  required,
  default: value,
  when,
  requiredUnless,
}: Parameter): string {
  const schemes = `${parameterType(type)} (${oneOf.join(', ')})`;
  const words =
    oneOf.length === 0 ? parameterType(type) : type === 'urls' ? schemes : oneOf.join(' | ');
  const needed =
    required === false || when.length > 0 || requiredUnless !== null ? [] : [', required'];
  const otherwise = value === null ? [] : [`, default ${JSON.stringify(value)}`];
  return [words, ...needed, ...otherwise].join('');
}

/** What an inventory needs for it, and no more. */
function exampleText(kind: Builtin['kind'], template: BuiltinTemplate): string {
  const { name, parameters } = template;
  const vars = Object.fromEntries(
    parameters
      .filter((one) => isRequired(one, parameters, {}))
      .map((one) => [one.name, parse(exampleOf(one)) as unknown]),
  );
  const given = Object.keys(vars).length > 0 ? { vars } : {};
  const config =
    kind === 'template'
      ? { template: name, ...given }
      : { fragments: { [name]: 'vars' in given ? { template: name, ...given } : name } };
  const environment = Object.fromEntries(
    neededBy(template, vars)
      .flatMap((one) => one.environment)
      .map((variable) => [variable, { secret: `env:${variable}` }]),
  );
  const alloy = Object.keys(environment).length > 0 ? { alloy: { environment } } : {};
  return stringify({ ...alloy, config }, { lineWidth: 0 });
}
