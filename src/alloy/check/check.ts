import type { Diagnostic } from '../diagnostic.ts';
import type { Parsed } from '../parse.ts';
import { componentTable } from '../table/table.ts';
import { diagnosticAt } from '../tree.ts';
import { ARGUMENT_RULES, checkArguments } from './arguments.ts';
import { BLOCK_RULES, checkBlocks } from './blocks.ts';
import { readConfig } from './config.ts';
import { CYCLE_RULES, checkCycles } from './cycles.ts';
import { checkExposure, EXPOSURE_RULES } from './exposure.ts';
import { checkFields, FIELD_RULES } from './fields.ts';
import { checkFlow, FLOW_RULES } from './flow.ts';
import { checkFunctions, FUNCTION_RULES } from './functions.ts';
import type { Check, CheckOptions, FileDiagnostic, NamedFile, Rule } from './model.ts';
import { checkPorts, PORT_RULES } from './ports.ts';
import { checkReferences, REFERENCE_RULES } from './references.ts';
import { checkStability, STABILITY_RULES } from './stability.ts';
import { checkTexts, TEXT_RULES } from './texts.ts';
import { checkTypes, TYPE_RULES } from './types.ts';
import { checkValues, VALUE_RULES } from './values.ts';

/** Every rule there is; docs/checks.md is made from it. */
export const RULES: readonly Rule[] = [
  ...BLOCK_RULES,
  ...REFERENCE_RULES,
  ...CYCLE_RULES,
  ...FUNCTION_RULES,
  ...ARGUMENT_RULES,
  ...TYPE_RULES,
  ...VALUE_RULES,
  ...FIELD_RULES,
  ...STABILITY_RULES,
  ...FLOW_RULES,
  ...TEXT_RULES,
  ...EXPOSURE_RULES,
  ...PORT_RULES,
];

const CHECKS: readonly Check[] = [
  checkBlocks,
  checkReferences,
  checkCycles,
  checkFunctions,
  checkArguments,
  checkTypes,
  checkValues,
  checkFields,
  checkStability,
  checkFlow,
  checkTexts,
  checkExposure,
  checkPorts,
];

/** Everything that is wrong with a configuration of one file: see `checkFiles`. */
export const checkConfig = (parsed: Parsed, options: CheckOptions): readonly Diagnostic[] =>
  checkFiles([{ name: '', parsed }], options).map(({ file: _, ...diagnostic }) => diagnostic);

/**
 * Everything that is wrong with a configuration, syntax errors included, by file and place. Several
 * files are one configuration, as Alloy reads a directory. Errors: Alloy cannot load it. Warnings:
 * `alloy validate` of 1.18 or the start would fail as far as is known, or it runs and is probably
 * not meant. Pure; never throws. About 20 ms for 1,000 components.
 */
export function checkFiles(
  files: readonly NamedFile[],
  options: CheckOptions,
): readonly FileDiagnostic[] {
  const found: FileDiagnostic[] = [];
  const nameOf = new Map(files.map(({ name, parsed }) => [parsed, name]));
  for (const { name, parsed } of files) {
    for (const error of parsed.errors) found.push({ ...error, file: name });
  }
  const config = readConfig(files, componentTable(), options);
  for (const check of CHECKS) {
    check(config, (rule, at, message, hint) => {
      const severity = severityOf(rule, options);
      const diagnostic = diagnosticAt(at.parsed, at, { severity, code: rule.code, message, hint });
      found.push({ ...diagnostic, file: nameOf.get(at.parsed) ?? '' });
    });
  }
  const order = new Map(files.map(({ name }, index) => [name, index]));
  return found.sort(
    (a, b) => order.get(a.file)! - order.get(b.file)! || a.start - b.start || a.end - b.end,
  );
}

const severityOf = ({ kind }: Rule, { strict }: CheckOptions): Diagnostic['severity'] =>
  kind === 'language' || (kind === 'knowledge' && strict) ? 'error' : 'warning';
