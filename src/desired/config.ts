import { checkConfig } from '../alloy/check/check.ts';
import { componentsOf } from '../alloy/components.ts';
import { createContextScanner } from '../alloy/context.ts';
import type { Diagnostic } from '../alloy/diagnostic.ts';
import { environmentReads } from '../alloy/environment.ts';
import { type Parsed, parse } from '../alloy/parse.ts';
import { positionAt } from '../alloy/position.ts';
import { renderTemplate } from '../config/render.ts';
import { renderedFile, type Template } from '../config/template.ts';
import { framesOf } from '../inventory/excerpt.ts';
import type { HostSettings } from '../inventory/settings.ts';
import type { ExpectedComponents } from '../model/desired.ts';
import {
  fail,
  ok,
  type Position,
  type Problem,
  type Result,
  type Warning,
} from '../model/problem.ts';
import { sha256 } from '../model/secret.ts';
import { withParameter } from './builtin-hint.ts';
import { reachable } from './listen.ts';

/** A configuration that Alloy can load, as far as that is known here. */
export interface Configuration {
  readonly text: string;
  readonly components: ExpectedComponents;
  readonly warnings: readonly Warning[];
}

type Checked = Result<
  Omit<Configuration, 'text'> & {
    /** Variables of the service's environment that the text reads, each at its first place. */
    readonly reads: ReadonlyMap<string, Pick<Problem, 'at' | 'detail'>>;
  }
>;

/** Hosts with equal texts share one check: make one for a run. */
export type CheckedTexts = Map<string, Checked>;

export interface ConfigurationOptions {
  /** What only our table of components knows counts as an error. */
  readonly strict: boolean;
  /** The lines of the inventory around a place. */
  readonly frame: (at: Position) => string;
  readonly checked: CheckedTexts;
}

/** How a host's configuration is made: anew, or from what is known of an earlier run. */
export type Configure = typeof configurationOf;

/** Renders a host's configuration, reads it as Alloy does, and checks it. */
export function configurationOf(
  settings: HostSettings,
  template: Template,
  options: ConfigurationOptions,
): Result<Configuration> {
  const { name, ssh, groups, config, origins } = settings;
  const locate = (variable: string | null): Pick<Problem, 'at' | 'detail'> => {
    const own = variable === null ? undefined : origins.get(`config.vars.${variable}`);
    const at = own ?? origins.get('config.template') ?? settings.at;
    const detail = options.frame(at);
    return detail === '' ? { at } : { at, detail };
  };
  const { vars, inherited } = config;
  const values = { vars, inherited, host: { name, address: ssh.address, groups }, locate };
  const rendered = renderTemplate(template, values, createContextScanner);
  if (!rendered.ok) return rendered;

  const { text } = rendered.value;
  // a template without Liquid has the same lines, and the user can open it there
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
        code: 'environment.missing',
        message: `the configuration reads the variable ${variable}, which the service will not have: it is empty there`,
        hint: `add it to alloy.environment: ${variable}: { secret: env:${variable} }, or a plain text; or say what else to take: coalesce(sys.env("${variable}"), "...")`,
        ...place,
      })),
    ],
  });
}

/** Set for every system service with a user, or by the package's unit and its environment file. */
const ALWAYS_SET: ReadonlySet<string> = new Set([
  'PATH',
  'LANG',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'INVOCATION_ID',
  'JOURNAL_STREAM',
  'SYSTEMD_EXEC_PID',
  'HOSTNAME',
  'ALLOY_DEPLOY_MODE',
  'CONFIG_FILE',
  'CUSTOM_ARGS',
  'RESTART_ON_UPGRADE',
]);

/** alloyup owns the environment file: what is not asked for is not in it. */
const isSet = (variable: string, { alloy }: HostSettings): boolean =>
  ALWAYS_SET.has(variable) || alloy.environment.has(variable);

function checkOnce(
  text: string,
  file: string,
  { alloy }: HostSettings,
  { strict, checked }: ConfigurationOptions,
): Checked {
  const { stability, check } = alloy;
  const version = alloy.version.policy === 'exact' ? alloy.version.version : null;
  const communityComponents = alloy.args.some((argument) =>
    /^--feature\.community-components\.enabled(=(true|1|t))?$/i.test(argument),
  );
  const listen = reachable(alloy.listen);
  const options = { stability, check, version, communityComponents, strict, listen };
  const key = `${sha256(text)} ${JSON.stringify(options)}`;
  let known = checked.get(key);
  if (!known) {
    known = judge(parse(text), file, (parsed) => checkConfig(parsed, options));
    checked.set(key, known);
  }
  return known;
}

function judge(
  parsed: Parsed,
  file: string,
  check: (parsed: Parsed) => readonly Diagnostic[],
): Checked {
  const frame = framesOf(parsed.source);
  const place = ({
    line,
    column,
    start,
  }: Pick<Diagnostic, 'line' | 'column' | 'start'>): Pick<Problem, 'at' | 'detail'> => {
    // Alloy counts bytes, a caret counts letters
    const letters = start - parsed.source.lastIndexOf('\n', start - 1);
    const detail = frame({ line, column: letters });
    return { at: { file, line, column }, ...(detail === '' ? {} : { detail }) };
  };
  const reads = new Map<string, Pick<Problem, 'at' | 'detail'>>();
  for (const { name, start } of environmentReads(parsed.file.body))
    if (!reads.has(name)) {
      const { line, column } = positionAt(parsed.source, start, parsed.file.lineStarts);
      reads.set(name, place({ line, column, start }));
    }
  const found = check(parsed);
  const errors = found.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) {
    const syntax = new Set(parsed.errors.map(({ code }) => code));
    return fail(
      ...errors.map((error) => ({
        code: syntax.has(error.code) ? ('config.syntax' as const) : ('config.check' as const),
        message: error.message,
        hint: error.hint,
        ...place(error),
      })),
    );
  }
  const warnings = found.map((warning) => ({
    code: warning.code,
    message: warning.message,
    hint: warning.hint,
    ...place(warning),
  }));
  return ok({ components: componentsOf(parsed), warnings, reads });
}
