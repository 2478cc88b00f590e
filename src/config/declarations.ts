import { isMap, LineCounter, parseDocument, type Scalar, visit } from 'yaml';
import { codeFrame, nearest } from '../model/frame.ts';
import { failWith, ok, type Problem, type Result } from '../model/problem.ts';
import type { DeclarationFault } from '../model/problems/config-problems.ts';
import { needsOf } from './host-needs.ts';
import { PARAMETER_TYPES } from './parameter-types.ts';
import { faultOf } from './parameters.ts';
import { conditionsOf, record, textOf } from './record.ts';
import { type DeclaredNeeds, JOINTS, type Parameter } from './template-model.ts';

/** The declarations beside a template. */
export interface Declarations {
  /** What the template is for, one or two sentences. */
  readonly summary: string;
  readonly parameters: readonly Parameter[];
  readonly needs: readonly DeclaredNeeds[];
  /** What to do on the host or on what is watched, and what the user alloy cannot do: a sentence or two each. */
  readonly setup: readonly string[];
}

const FIELDS = [
  ...['type', 'meaning', 'required', 'default', 'oneOf'],
  ...['needs', 'unless', 'requiredUnless', 'when', 'offers'],
  ...['fields', 'short', 'listed'],
];

/**
 * Reads the YAML file beside a template: `summary`; `parameters` by name, each with `type`,
 * `meaning` and optionally `required`, `default`, `oneOf`, `needs`, `unless`,
 * `requiredUnless`, `when`, `offers`, `fields`, `short`, `listed`; `needs`, what it needs from its host; and `setup`, a
 * list of sentences.
 */
export function readDeclarations(
  text: string,
  file: string,
  template?: string,
): Result<Declarations> {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    version: '1.2',
    logLevel: 'error',
  });
  const problems: Problem[] = [];
  const report = (offset: number, fault: DeclarationFault): void => {
    const { line, col: column } = lines.linePos(offset);
    problems.push({
      code: 'template.syntax',
      params: template === undefined ? fault : { ...fault, template },
      at: { file, line, column },
      detail: codeFrame(text, line, column),
    });
  };

  for (const { message, pos } of document.errors) {
    const said = message.split('\n')[0]!.replace(/ at line .*$/, '');
    report(pos[0], { reason: 'yaml', said });
  }
  visit(document, {
    Alias: (_, { range }) => {
      report(range?.[0] ?? 0, { reason: 'yaml', said: 'aliases cannot be used here' });
      return visit.BREAK;
    },
  });
  if (problems.length > 0) return failWith(problems);

  const found = declarationsOf(document.toJS({ maxAliasCount: 0 }), (path, fault) => {
    const parent = document.getIn(path.slice(0, -1), true);
    const pairs = isMap<Scalar>(parent) ? parent.items : [];
    const key = pairs.find(({ key }) => String(key) === path.at(-1))?.key;
    report(key?.range?.[0] ?? 0, fault);
  });
  return problems.length > 0 ? failWith(problems) : ok(found);
}

/** Makes declarations of parsed YAML, unusable if anything is reported. Paths end with a key. */
export function declarationsOf(
  root: unknown,
  report: (path: readonly string[], fault: DeclarationFault) => void,
): Declarations {
  const { summary, parameters: declared = {}, needs: wanted, setup, ...others } = record(root);
  for (const key of Object.keys(others)) {
    const known = ['summary', 'parameters', 'needs', 'setup'];
    const meant = nearest(key, known) ?? null;
    report([key], { reason: 'unknown-key', parameter: null, key, meant, known });
  }
  if (typeof summary !== 'string') report([], { reason: 'no-summary' });
  const sentences: readonly unknown[] = Array.isArray(setup) ? setup : [setup ?? []].flat();
  if (!sentences.every((one) => typeof one === 'string')) report(['setup'], { reason: 'no-text' });

  return {
    summary: textOf(summary),
    parameters: parametersOf(record(declared), ['parameters'], report),
    needs: needsOf(wanted, Object.keys(record(declared)), report),
    setup: sentences.map(textOf),
  };
}

type Report = Parameters<typeof declarationsOf>[1];

/** @param at their path in the declarations */
function parametersOf(
  declared: Readonly<Record<string, unknown>>,
  above: readonly string[],
  report: Report,
): readonly Parameter[] {
  return Object.entries(declared).map(([name, value]): Parameter => {
    const fields = record(value);
    const at = [...above, name];
    for (const key of Object.keys(fields).filter((field) => !FIELDS.includes(field))) {
      const meant = nearest(key, FIELDS) ?? null;
      report([...at, key], { reason: 'unknown-key', parameter: name, key, meant, known: FIELDS });
    }
    const type = PARAMETER_TYPES.find((type) => type === fields.type);
    if (!type) report(at, { reason: 'unknown-type', parameter: name, types: PARAMETER_TYPES });
    if (!/^[A-Za-z_]\w*$/.test(name) || name === 'host')
      report(at, { reason: 'parameter-name', parameter: name });
    if (typeof fields.meaning !== 'string') report(at, { reason: 'no-meaning', parameter: name });
    const { required, oneOf, needs, requiredUnless, short, offers = [] } = fields;
    const offered = words(offers);
    const parameter: Parameter = {
      name,
      type: type ?? 'string',
      meaning: textOf(fields.meaning ?? ''),
      required: Array.isArray(required) ? required.map(textOf) : required === true,
      default: fields.default ?? null,
      oneOf: Array.isArray(oneOf) ? oneOf.map(textOf) : [],
      needs: typeof needs === 'string' ? needs : null,
      unless: words(fields.unless ?? []),
      requiredUnless: typeof requiredUnless === 'string' ? requiredUnless : null,
      offers: JOINTS.filter((joint) => offered.includes(joint)),
      when: conditionsOf(fields.when),
      fields: parametersOf(record(fields.fields), [...at, 'fields'], report),
      short: typeof short === 'string' ? short : null,
      listed: fields.listed === true,
    };
    const others = {
      needs: [parameter.needs],
      unless: parameter.unless,
      requiredUnless: [parameter.requiredUnless],
      when: parameter.when.map((one) => one.name),
    };
    for (const [field, names] of Object.entries(others))
      for (const other of names)
        if (other !== null && !Object.hasOwn(declared, other))
          report(at, { reason: 'undeclared-parameter', parameter: name, field, other });
    if (parameter.short !== null && !parameter.fields.some((one) => one.name === parameter.short))
      report(at, {
        reason: 'undeclared-parameter',
        parameter: name,
        field: 'short',
        other: parameter.short,
      });
    for (const joint of offered)
      if (!JOINTS.some((one) => one === joint))
        report(at, { reason: 'unknown-joint', parameter: name, joint, joints: JOINTS });
    const fault = parameter.default === null ? undefined : faultOf(parameter, parameter.default);
    if (type && fault) report(at, { reason: 'default', parameter: name, fault });
    return parameter;
  });
}

const words = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? value : [value]).map(textOf);
