import { isMap, LineCounter, parseDocument } from 'yaml';
import { codeFrame, nearest } from '../model/frame.ts';
import { fail, ok, type Problem, type Result } from '../model/problem.ts';
import { misfit } from './parameters.ts';
import { PARAMETER_TYPES, type Parameter } from './template-model.ts';

/** The declarations beside a template. */
export interface Declarations {
  /** What the template is for, one or two sentences. */
  readonly summary: string;
  readonly parameters: readonly Parameter[];
}

const FIELDS = ['type', 'meaning', 'required', 'default', 'oneOf', 'needs', 'unless', 'when'];

/**
 * Reads the YAML file beside a template: `summary`, and `parameters` by name, each with `type`,
 * `meaning` and, where wanted, `required`, `default`, `oneOf`, `needs`, `unless`, `when`.
 */
export function readDeclarations(text: string, file: string): Result<Declarations> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, version: '1.2' });
  const problems: Problem[] = [];
  const complain = (offset: number, message: string, hint: string): void => {
    const { line, col: column } = lines.linePos(offset);
    const at = { file, line, column };
    problems.push({
      code: 'template.syntax',
      message,
      hint,
      at,
      detail: codeFrame(text, line, column),
    });
  };

  for (const { message, pos } of document.errors) {
    complain(
      pos[0],
      message.split('\n')[0]!.replace(/ at line .*$/, ''),
      'mend the YAML at this place',
    );
  }
  if (problems.length > 0) return fail(...problems);

  const place = (path: readonly string[]): number => {
    if (path.length === 0) return 0;
    const parent = document.getIn(path.slice(0, -1), true);
    const pair = isMap(parent)
      ? parent.items.find(({ key }) => String(key) === path.at(-1))
      : undefined;
    const key = pair?.key as { range?: readonly number[] } | undefined;
    return key?.range?.[0] ?? 0;
  };
  const found = declarationsOf(document.toJS({ maxAliasCount: 0 }), (path, message, hint) =>
    complain(place(path), message, hint),
  );
  return problems.length > 0 ? fail(...problems) : ok(found);
}

/**
 * What the YAML beside a template says, once it is read.
 *
 * @param complain told of all that is wrong, with the path of the key it is about; what is given back is no good then
 */
export function declarationsOf(
  root: unknown,
  complain: (path: readonly string[], message: string, hint: string) => void,
): Declarations {
  const { summary, parameters: written = {}, ...others } = record(root);
  for (const name of Object.keys(others)) {
    complain([name], `unknown key "${name}"`, 'keep to summary and parameters');
  }
  if (typeof summary !== 'string') {
    complain([], 'the template says nothing about itself', 'add summary: with one sentence');
  }

  const parameters = Object.entries(record(written)).map(([name, value]): Parameter => {
    const fields = record(value);
    const at = ['parameters', name];
    for (const field of Object.keys(fields).filter((field) => !FIELDS.includes(field))) {
      const meant = nearest(field, FIELDS);
      complain(
        [...at, field],
        `${name}: unknown key "${field}"`,
        meant ? `did you mean ${meant}?` : `keep to ${FIELDS.join(', ')}`,
      );
    }
    const type = PARAMETER_TYPES.find((type) => type === fields.type);
    if (!type)
      complain(at, `${name}: no such type`, `write type: one of ${PARAMETER_TYPES.join(', ')}`);
    if (!/^[A-Za-z_]\w*$/.test(name) || name === 'host') {
      complain(at, `"${name}" cannot be a parameter`, 'use letters, digits and _; host is taken');
    }
    if (typeof fields.meaning !== 'string') {
      complain(at, `${name}: nothing says what it means`, 'add meaning: with one sentence');
    }
    const parameter: Parameter = {
      name,
      type: type ?? 'string',
      meaning: String(fields.meaning ?? ''),
      required: Array.isArray(fields.required)
        ? fields.required.map(String)
        : fields.required === true,
      default: fields.default ?? null,
      oneOf: Array.isArray(fields.oneOf) ? fields.oneOf.map(String) : [],
      needs: typeof fields.needs === 'string' ? fields.needs : null,
      unless: typeof fields.unless === 'string' ? fields.unless : null,
      when: conditionOf(fields.when),
    };
    const others = {
      needs: parameter.needs,
      unless: parameter.unless,
      when: parameter.when?.name ?? null,
    };
    for (const [field, other] of Object.entries(others))
      if (other !== null && !Object.hasOwn(record(written), other))
        complain(
          at,
          `${name}: ${field} names ${other}, which is not declared`,
          `declare it, or take ${field}: out`,
        );
    const wrong = parameter.default === null ? undefined : misfit(parameter, parameter.default);
    if (type && wrong) complain(at, `the default of ${wrong.message}`, wrong.hint);
    return parameter;
  });

  return { summary: String(summary), parameters };
}

const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};

/** `{ collect: [metrics] }`. */
function conditionOf(written: unknown): Parameter['when'] {
  const [first] = Object.entries(record(written));
  return first && Array.isArray(first[1]) ? { name: first[0], words: first[1].map(String) } : null;
}
