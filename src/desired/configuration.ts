import type { CheckOptions } from '../alloy/check/model.ts';
import { allowsCommunity } from '../alloy/check/stability.ts';
import { createContextScanner } from '../alloy/context.ts';
import { type LineColumn, offsetAt } from '../alloy/position.ts';
import { isBuiltin } from '../config/builtins.ts';
import type { Forms } from '../config/forms.ts';
import { isFragment } from '../config/fragments.ts';
import { differsByHost, type Rendered, renderTemplate } from '../config/render.ts';
import type { Parameter, Template } from '../config/template-model.ts';
import type { FragmentSettings, HostSettings } from '../inventory/settings.ts';
import type { DeliveryDeadlines, Desired, ExpectedComponents, HostRead } from '../model/desired.ts';
import {
  type DiagnosticWarning,
  fail,
  ok,
  type Position,
  type Problem,
  type Result,
  type Warning,
} from '../model/problem.ts';
import { reachable } from './alloy-service.ts';
import { type CheckedTexts, checkOnce } from './judge.ts';
import { type Piece, type Place, pieceOf, placeOf, placesIn } from './piece.ts';

/** A configuration that Alloy can load, as far as can be checked here. */
export interface Configuration extends Pick<Desired, 'configHoles' | 'writtenAt'> {
  readonly text: string;
  readonly components: ExpectedComponents;
  readonly deadlines: DeliveryDeadlines;
  /** What it names for Alloy to read on the host. */
  readonly reads: readonly HostRead[];
  readonly warnings: readonly Warning[];
}

export interface ConfigurationOptions {
  /** Findings that rest on our table of components alone are errors. */
  readonly strict: boolean;
  /** The lines of the inventory around a place. */
  readonly frame: (at: Position) => string;
  readonly checked: CheckedTexts;
  /** What hosts share that differ in some texts; absent: nothing. */
  readonly forms?: Forms;
  /** What hosts that pin no version are checked for; null: the newest version that is known. */
  readonly alloyVersion: string | null;
  /** A plan follows, which knows the version of each host: what was removed is left to it. */
  readonly planned: boolean;
  /** Templates of the host's fragments, by the names of these. */
  readonly fragments: ReadonlyMap<string, Template>;
  /** Told each configuration that was rendered, by its parts and their names in findings, even if it is wrong. */
  readonly onText?: (settings: HostSettings, parts: readonly RenderedPart[]) => void;
}

/** What Alloy is asked about. */
export interface RenderedPart {
  /** How its places are named. */
  readonly file: string;
  readonly text: string;
  /** Where findings are shown in another text: that one, and the place there of a place in `text`. */
  readonly written?: {
    readonly text: string;
    readonly place: (at: LineColumn) => LineColumn;
  };
}

/** Makes the configuration of a host. */
export type Configure = typeof configurationOf;

/** Renders a host's configuration, its fragments behind the base, reads it as Alloy does, and checks it. */
export function configurationOf(
  settings: HostSettings,
  template: Template,
  options: ConfigurationOptions,
): Result<Configuration> {
  const { name, ssh, groups, config, origins } = settings;
  const { vars, inherited } = config;
  const fragments = config.fragments.map((one) => one.name);
  const host = { name, address: ssh.address, groups, fragments };
  const locateIn =
    (section: string) =>
    (variable: string | null): Place => {
      const own = variable === null ? undefined : writtenAt(`${section}.vars.${variable}`, origins);
      const at = own ?? origins.get(`${section}.template`) ?? origins.get(section) ?? settings.at;
      return placeOf(at, options.frame(at));
    };
  const values = { vars, inherited, host, locate: locateIn('config') };
  const base = renderOnce(template, config, '', () =>
    renderTemplate(template, values, createContextScanner, options.forms),
  );
  if (!base.ok) return base;

  const { joints } = base.value;
  const problems: Problem[] = [];
  const warnings: Warning[] = [...base.value.warnings];
  const pieces: Piece[] = [pieceOf(base.value, template, vars, name)];
  const parts: Part[] = [];
  let text = base.value.text;
  let holes = base.value.holes;
  for (const fragment of config.fragments) {
    const own = options.fragments.get(fragment.name);
    if (!own) throw new Error(`the fragment ${fragment.name} was not read`);
    const locate = locateIn(`config.fragments.${fragment.name}`);
    const place = { name: fragment.name, base: template, joints };
    const joined = Object.entries(joints).map(([joint, to]) => `${joint} ${to}`);
    const rendered = renderOnce(own, config, [fragment.name, ...joined].join('\n'), () =>
      renderTemplate(
        own,
        { vars: fragment.vars, host, locate, fragment: place },
        createContextScanner,
        options.forms,
      ),
    );
    if (!rendered.ok) {
      problems.push(...rendered.problems);
      continue;
    }
    warnings.push(...rendered.value.warnings);
    const piece = pieceOf(rendered.value, own, fragment.vars, name, fragment.name);
    pieces.push(piece);
    const body = withoutHead(piece.text);
    text = `${ended(text)}\n// alloyup, fragment ${fragment.name}: ${originOf(fragment)}\n`;
    const part = { piece, start: text.length, cut: piece.text.length - body.length };
    parts.push(part);
    const by = part.start - part.cut;
    const moved = rendered.value.holes.map((hole) => ({
      start: hole.start + by,
      end: hole.end + by,
    }));
    holes = [...holes, ...moved];
    text += ended(body);
  }
  if (problems.length > 0) return fail(...problems);

  options.onText?.(
    settings,
    pieces.map((piece) => (piece.source ? { ...piece, ...backIn(piece) } : piece)),
  );
  const checkOptions = checkOptionsOf(settings, options);
  const checked = checkOnce(pieces, checkOptions, options.checked);
  if (!checked.ok) return checked;
  const { components, deadlines, reads, files } = checked.value;
  const leftToPlan = options.planned && checkOptions.version === null;
  const found = leftToPlan
    ? checked.value.warnings.filter(({ code }) => code !== 'version.removed')
    : checked.value.warnings;
  const missing = [...reads].filter(([variable]) => !isSet(variable, settings));
  return ok({
    text,
    configHoles: holes,
    writtenAt: writtenAtIn(parts),
    components,
    deadlines,
    reads: files.map(({ path, exclude, waits, at, piece }) => ({
      path,
      exclude,
      waits,
      at,
      by: pieces[piece]!.by,
    })),
    warnings: [
      ...warnings,
      ...found.map((one) => {
        const piece = pieces.find(({ file }) => file === one.at?.file);
        return piece ? withParameter(one, piece.text, piece.template, piece.vars) : one;
      }),
      ...missing.map(([variable, place]) => ({
        code: 'environment.missing' as const,
        params: { reason: 'not-set' as const, variable },
        ...place,
      })),
    ],
  });
}

/** Where this was written, or else the map that it would stand in; no further up than a variable. */
function writtenAt(path: string, origins: HostSettings['origins']): Position | undefined {
  const known = origins.get(path);
  const above = path.slice(0, path.lastIndexOf('.'));
  return known ?? (above.endsWith('.vars') ? undefined : writtenAt(above, origins));
}

/** What templates have become, by the settings that hosts share and by what else goes into them. */
const renderings = new WeakMap<HostSettings['config'], Map<string, Rendering | null>>();

interface Rendering {
  readonly template: Template;
  readonly result: Result<Rendered>;
}

/**
 * Hosts that share their settings share what was rendered from them, where it does not read the host itself. It is kept
 * from the second time on: texts of one host fill the memory.
 */
function renderOnce(
  template: Template,
  config: HostSettings['config'],
  key: string,
  render: () => Result<Rendered>,
): Result<Rendered> {
  if (differsByHost(template)) return render();
  const known = renderings.get(config) ?? new Map<string, Rendering | null>();
  renderings.set(config, known);
  const before = known.get(key);
  if (before?.template === template) return before.result;
  const result = render();
  // what is wrong may be told with the place of the host
  if (result.ok) known.set(key, before === undefined ? null : { template, result });
  return result;
}

/** Only the first file may begin with a byte order mark. */
const withoutHead = (text: string): string =>
  text.replace(/^\uFEFF/, '').replace(/^(?:[ \t]*\r?\n)+/, '');

const originOf = ({ template }: FragmentSettings): string => `${template}`.replace(/\p{C}/gu, '');

/** A fragment in the whole text. */
interface Part {
  readonly piece: Piece;
  /** Where it begins there. */
  readonly start: number;
  /** Characters at its beginning that the whole does not have. */
  readonly cut: number;
}

const writtenAtIn = (parts: readonly Part[]): Desired['writtenAt'] => {
  const places = new Map<Piece, ReturnType<typeof placesIn>>();
  return (offset) => {
    const part = parts.findLast(({ start }) => start <= offset);
    if (!part) return undefined;
    const { piece, start, cut } = part;
    const place = places.get(piece) ?? placesIn(piece);
    places.set(piece, place);
    return place(Math.min(offset - start + cut, piece.text.length));
  };
};

const ended = (text: string): string => (text === '' || text.endsWith('\n') ? text : `${text}\n`);

const ALWAYS_SET: readonly string[] = [
  // systemd sets these for every system service with a user
  ...['PATH', 'LANG', 'HOME', 'USER', 'LOGNAME', 'SHELL'],
  ...['INVOCATION_ID', 'JOURNAL_STREAM', 'SYSTEMD_EXEC_PID'],
  // the package's unit and its environment file
  ...['HOSTNAME', 'ALLOY_DEPLOY_MODE', 'CONFIG_FILE', 'CUSTOM_ARGS', 'RESTART_ON_UPGRADE'],
];

/** Whether the service has a variable. alloyup owns the environment file: it holds nothing else. */
export const isSet = (variable: string, { alloy }: HostSettings): boolean =>
  ALWAYS_SET.includes(variable) || alloy.environment.has(variable);

/** What a host's configuration is checked for. */
export function checkOptionsOf(
  { alloy }: HostSettings,
  { strict, alloyVersion }: Pick<ConfigurationOptions, 'strict' | 'alloyVersion'>,
): CheckOptions {
  const { stability, check } = alloy;
  const pinned = alloy.version.policy === 'exact' ? alloy.version.version : null;
  const version = pinned ?? alloyVersion;
  const versionIs = pinned === null ? ('asked' as const) : ('pinned' as const);
  const communityComponents = allowsCommunity(alloy.args);
  const listen = reachable(alloy.listen);
  return { stability, check, version, versionIs, communityComponents, strict, listen };
}

/** From places of the rendered text to those of its template. */
function backIn(piece: Piece): Pick<RenderedPart, 'written'> {
  const places = placesIn(piece);
  return {
    written: {
      text: piece.template.text,
      place: (at) => {
        const { line, column } = places(offsetAt(piece.text, at)).at;
        return { line, column };
      },
    },
  };
}

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
  if ((!isBuiltin(name) && !isFragment(name)) || !at) return warning;
  const strings: readonly string[] =
    text.split('\n')[at.line - 1]?.match(/"(?:[^"\\]|\\.)*(?:"|$)/g) ?? [];
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
