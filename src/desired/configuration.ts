import { checkConfig } from '../alloy/check/check.ts';
import { allowsCommunity } from '../alloy/check/stability.ts';
import { componentsOf } from '../alloy/components.ts';
import { createContextScanner } from '../alloy/context.ts';
import type { Diagnostic } from '../alloy/diagnostic.ts';
import { environmentReads } from '../alloy/environment-reads.ts';
import { type Parsed, parse } from '../alloy/parser.ts';
import { positionAt } from '../alloy/position.ts';
import { isBuiltin } from '../config/builtins.ts';
import { renderTemplate } from '../config/render.ts';
import { type Parameter, renderedFile, type Template } from '../config/template-model.ts';
import { framesOf } from '../inventory/excerpt.ts';
import type { HostSettings } from '../inventory/settings.ts';
import type { ExpectedComponents } from '../model/desired.ts';
import {
  type DiagnosticWarning,
  fail,
  ok,
  type Position,
  type Problem,
  type Result,
  type Warning,
} from '../model/problem.ts';
import { sha256 } from '../model/secret.ts';
import { reachable } from './alloy-service.ts';

/** A configuration that Alloy can load, as far as can be checked here. */
export interface Configuration {
  readonly text: string;
  readonly components: ExpectedComponents;
  readonly warnings: readonly Warning[];
}

/** A place, and the lines around it. */
type Place = Pick<Problem, 'at' | 'detail'>;

type Checked = Result<{
  readonly components: ExpectedComponents;
  readonly warnings: readonly DiagnosticWarning[];
  /** Variables of the service's environment that the text reads, each at its first place. */
  readonly reads: ReadonlyMap<string, Place>;
}>;

/** Hosts with equal texts share one check: make one for a run. */
export type CheckedTexts = Map<string, Checked>;

export interface ConfigurationOptions {
  /** Findings that rest on our table of components alone are errors. */
  readonly strict: boolean;
  /** The lines of the inventory around a place. */
  readonly frame: (at: Position) => string;
  readonly checked: CheckedTexts;
  /** What hosts that pin no version are checked for; null: the newest version that is known. */
  readonly alloyVersion: string | null;
  /** A plan follows, which knows the version of each host: what was removed is left to it. */
  readonly planned: boolean;
}

/** Makes the configuration of a host. */
export type Configure = typeof configurationOf;

/** Renders a host's configuration, reads it as Alloy does, and checks it. */
export function configurationOf(
  settings: HostSettings,
  template: Template,
  options: ConfigurationOptions,
): Result<Configuration> {
  const { name, ssh, groups, config, origins } = settings;
  const locate = (variable: string | null): Place => {
    const own = variable === null ? undefined : origins.get(`config.vars.${variable}`);
    const at = own ?? origins.get('config.template') ?? settings.at;
    return placeOf(at, options.frame(at));
  };
  const { vars, inherited } = config;
  const values = { vars, inherited, host: { name, address: ssh.address, groups }, locate };
  const rendered = renderTemplate(template, values, createContextScanner);
  if (!rendered.ok) return rendered;

  const { text } = rendered.value;
  // a template without Liquid keeps its lines: name the file that the user can open
  const file = text === template.text ? template.file : renderedFile(template, name);
  const checked = checkOnce(text, file, settings, options);
  if (!checked.ok) return checked;
  const { components, warnings, reads } = checked.value;
  const missing = [...reads].filter(([variable]) => !isSet(variable, settings));
  return ok({
    text,
    components,
    warnings: [
      ...rendered.value.warnings,
      ...warnings.map((one) => withParameter(one, text, template, vars)),
      ...missing.map(([variable, place]) => ({
        code: 'environment.missing' as const,
        params: { reason: 'not-set' as const, variable },
        ...place,
      })),
    ],
  });
}

const ALWAYS_SET: readonly string[] = [
  // systemd sets these for every system service with a user
  ...['PATH', 'LANG', 'HOME', 'USER', 'LOGNAME', 'SHELL'],
  ...['INVOCATION_ID', 'JOURNAL_STREAM', 'SYSTEMD_EXEC_PID'],
  // the package's unit and its environment file
  ...['HOSTNAME', 'ALLOY_DEPLOY_MODE', 'CONFIG_FILE', 'CUSTOM_ARGS', 'RESTART_ON_UPGRADE'],
];

/** alloyup owns the environment file: it holds nothing else. */
const isSet = (variable: string, { alloy }: HostSettings): boolean =>
  ALWAYS_SET.includes(variable) || alloy.environment.has(variable);

function checkOnce(
  text: string,
  file: string,
  { alloy }: HostSettings,
  { strict, checked, alloyVersion, planned }: ConfigurationOptions,
): Checked {
  const { stability, check } = alloy;
  const pinned = alloy.version.policy === 'exact' ? alloy.version.version : null;
  const version = pinned ?? alloyVersion;
  const versionIs = pinned === null ? ('asked' as const) : ('pinned' as const);
  const communityComponents = allowsCommunity(alloy.args);
  const listen = reachable(alloy.listen);
  const options = { stability, check, version, versionIs, communityComponents, strict, listen };
  const key = `${sha256(text)} ${JSON.stringify(options)}`;
  const known =
    checked.get(key) ?? judge(parse(text), file, (parsed) => checkConfig(parsed, options));
  checked.set(key, known);
  if (!planned || version !== null || !known.ok) return known;
  const { warnings, ...rest } = known.value;
  return ok({ ...rest, warnings: warnings.filter(({ code }) => code !== 'version.removed') });
}

function judge(
  parsed: Parsed,
  file: string,
  check: (parsed: Parsed) => readonly Diagnostic[],
): Checked {
  const frame = framesOf(parsed.source);
  const place = (line: number, column: number, start: number): Place => {
    // Alloy counts bytes, the caret characters
    const letters = start - parsed.source.lastIndexOf('\n', start - 1);
    return placeOf({ file, line, column }, frame({ line, column: letters }));
  };
  const reads = new Map<string, Place>();
  for (const { name, start } of environmentReads(parsed.file.body))
    if (!reads.has(name)) {
      const { line, column } = positionAt(parsed.source, start, parsed.file.lineStarts);
      reads.set(name, place(line, column, start));
    }
  const found = check(parsed).map(({ severity, code, message, hint, line, column, start }) => ({
    severity,
    code,
    params: { reason: 'diagnostic', rule: code, said: message, advice: hint } as const,
    ...place(line, column, start),
  }));
  const errors = found.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) {
    const syntax = new Set<string>(parsed.errors.map(({ code }) => code));
    return fail(
      ...errors.map(({ severity: _, code, ...error }) => ({
        code: syntax.has(code) ? ('config.syntax' as const) : ('config.check' as const),
        ...error,
      })),
    );
  }
  const warnings = found.map(({ severity, ...warning }) =>
    severity === 'note' ? { ...warning, severity } : warning,
  );
  return ok({ components: componentsOf(parsed), warnings, reads });
}

const placeOf = (at: Position, detail: string): Place => (detail === '' ? { at } : { at, detail });

/**
 * Names the parameter that a warning's place in the rendered text came from: users of a built-in
 * template can neither change nor open it.
 */
export function withParameter(
  warning: DiagnosticWarning,
  text: string,
  { name, parameters }: Template,
  vars: Readonly<Record<string, unknown>>,
): DiagnosticWarning {
  const { detail: _, at, params, ...rest } = warning;
  if (!isBuiltin(name) || !at) return warning;
  const strings: readonly string[] =
    text.split('\n')[at.line - 1]?.match(/"(?:[^"\\]|\\.)*"/g) ?? [];
  const given = (one: Parameter): unknown => vars[one.name] ?? one.default;
  const [parameter, another] = (parameters ?? []).filter((one) =>
    strings.includes(JSON.stringify(given(one))),
  );
  if (!parameter || another) return warning;
  const loopback =
    params.rule === 'exposure.listen'
      ? String(given(parameter)).replace(/^.*?(?=(?::\d+)?$)/, '127.0.0.1')
      : null;
  return { ...rest, at, params: { ...params, parameter: { name: parameter.name, loopback } } };
}
