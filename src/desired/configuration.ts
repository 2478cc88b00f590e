import { checkFiles } from '../alloy/check/check.ts';
import type { CheckOptions } from '../alloy/check/model.ts';
import { allowsCommunity } from '../alloy/check/stability.ts';
import { componentsOf } from '../alloy/components.ts';
import { createContextScanner } from '../alloy/context.ts';
import { deliveryDeadlines } from '../alloy/delivery-deadlines.ts';
import { environmentReads } from '../alloy/environment-reads.ts';
import { fileReads } from '../alloy/file-reads.ts';
import { type Parsed, parse } from '../alloy/parser.ts';
import { type LineColumn, lineStartsOf, offsetAt, positionAt } from '../alloy/position.ts';
import { isBuiltin } from '../config/builtins.ts';
import { isFragment } from '../config/fragments.ts';
import { differsByHost, type Rendered, renderTemplate } from '../config/render.ts';
import { type Parameter, renderedFile, type Template } from '../config/template-model.ts';
import { framesOf } from '../inventory/excerpt.ts';
import type { FragmentSettings, HostSettings } from '../inventory/settings.ts';
import type { Asker } from '../model/asker.ts';
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
import { sha256 } from '../model/secret.ts';
import { reachable } from './alloy-service.ts';

/** A configuration that Alloy can load, as far as can be checked here. */
export interface Configuration extends Pick<Desired, 'writtenAt'> {
  readonly text: string;
  readonly components: ExpectedComponents;
  readonly deadlines: DeliveryDeadlines;
  /** What it names for Alloy to read on the host. */
  readonly reads: readonly HostRead[];
  readonly warnings: readonly Warning[];
}

/** A place, and the lines around it. */
type Place = Pick<Problem, 'host' | 'at' | 'detail'>;

type Checked = Result<{
  readonly components: ExpectedComponents;
  readonly deadlines: DeliveryDeadlines;
  readonly warnings: readonly DiagnosticWarning[];
  /** Variables of the service's environment that the text reads, each at its first place. */
  readonly reads: ReadonlyMap<string, Place>;
  /** What the text names for Alloy to read, in which piece. */
  readonly files: readonly (Omit<HostRead, 'by'> & { readonly piece: number })[];
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

/** A rendered template: the base, or a fragment. */
interface Piece {
  readonly rendered: Rendered;
  readonly text: string;
  /** How its places are named. */
  readonly file: string;
  /** How messages about other places name it, which count the lines of `text`. */
  readonly name: string;
  readonly template: Template;
  readonly vars: Readonly<Record<string, unknown>>;
  readonly by: Asker;
  /** Whose values make the text another one than its template; undefined: it is the template's. */
  readonly host: string | undefined;
  /** Of a fragment that the user can open: the place there of an offset in `text`. */
  readonly source: ((offset: number) => number) | null;
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
    renderTemplate(template, values, createContextScanner),
  );
  if (!base.ok) return base;

  const { joints } = base.value;
  const problems: Problem[] = [];
  const warnings: Warning[] = [...base.value.warnings];
  const pieces: Piece[] = [pieceOf(base.value, template, vars, name)];
  const parts: Part[] = [];
  let text = base.value.text;
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
    parts.push({ piece, start: text.length, cut: piece.text.length - body.length });
    text += ended(body);
  }
  if (problems.length > 0) return fail(...problems);

  options.onText?.(
    settings,
    pieces.map((piece) => (piece.source ? { ...piece, ...backIn(piece) } : piece)),
  );
  const checked = checkOnce(pieces, settings, options);
  if (!checked.ok) return checked;
  const { components, deadlines, reads, files } = checked.value;
  const missing = [...reads].filter(([variable]) => !isSet(variable, settings));
  return ok({
    text,
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
      ...checked.value.warnings.map((one) => {
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
const renderings = new WeakMap<HostSettings['config'], Map<string, Rendering>>();

interface Rendering {
  readonly template: Template;
  readonly result: Result<Rendered>;
}

/** Hosts that share their settings share what was rendered from them, where it does not read the host itself. */
function renderOnce(
  template: Template,
  config: HostSettings['config'],
  key: string,
  render: () => Result<Rendered>,
): Result<Rendered> {
  if (differsByHost(template)) return render();
  const known = renderings.get(config) ?? new Map<string, Rendering>();
  renderings.set(config, known);
  const before = known.get(key);
  if (before?.template === template) return before.result;
  const result = render();
  // what is wrong may be told with the place of the host
  if (result.ok) known.set(key, { template, result });
  return result;
}

/**
 * Places of a fragment are those of its file. A base with Liquid is shown as it was rendered, with its values, and so
 * is what nobody can open because it is built in.
 */
function pieceOf(
  rendered: Rendered,
  template: Template,
  vars: Piece['vars'],
  host: string,
  fragment?: string,
): Piece {
  const { text, sourceOf } = rendered;
  const own = fragment !== undefined && !isFragment(template.name);
  const name = text === template.text ? template.file : renderedFile(template, host, fragment);
  const file = own ? template.file : name;
  const by =
    fragment === undefined
      ? ({ of: 'template', name: template.name } as const)
      : ({ of: 'fragment', name: fragment } as const);
  const source = own ? sourceOf : null;
  const rendersFor = file === template.file ? undefined : host;
  return { rendered, text, file, name, template, vars, by, host: rendersFor, source };
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
    const place = places.get(piece) ?? placesIn(piece, parse(piece.text));
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

const hashes = new WeakMap<Piece['rendered'], string>();

/** Of its text and its template, to which places lead back. */
function hashOf({ rendered, template, text }: Piece): string {
  const hash = hashes.get(rendered) ?? sha256(`${template.file}\0${text}`);
  hashes.set(rendered, hash);
  return hash;
}

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

function checkOnce(
  pieces: readonly Piece[],
  settings: HostSettings,
  { strict, checked, alloyVersion, planned }: ConfigurationOptions,
): Checked {
  const options = checkOptionsOf(settings, { strict, alloyVersion });
  const { version } = options;
  const key = `${pieces.map(hashOf).join(' ')} ${JSON.stringify(options)}`;
  const known = checked.get(key) ?? judge(pieces, options);
  checked.set(key, known);
  if (!planned || version !== null || !known.ok) return known;
  const { warnings, ...rest } = known.value;
  return ok({ ...rest, warnings: warnings.filter(({ code }) => code !== 'version.removed') });
}

/** What stands in a text, whatever stands beside it. */
interface Contents {
  readonly parsed: Parsed;
  readonly environment: ReturnType<typeof environmentReads>;
  readonly files: ReturnType<typeof fileReads>;
}

const shared = new WeakMap<Piece['rendered'], Contents | null>();

/** Kept where hosts share the text, which is known from the second time on: trees of texts of one host fill the memory. */
function contentsOf({ rendered, text }: Piece): Contents {
  const known = shared.get(rendered);
  if (known) return known;
  const parsed = parse(text);
  const { body } = parsed.file;
  const read = { parsed, environment: environmentReads(body), files: fileReads(body) };
  shared.set(rendered, known === null ? read : null);
  return read;
}

/** Several pieces are checked as Alloy reads several files: one configuration, each with its own places. */
function judge(pieces: readonly Piece[], options: CheckOptions): Checked {
  const read = pieces.map((piece) => {
    const contents = contentsOf(piece);
    const { parsed } = contents;
    // what a message says of another place names its file only where there are several
    const name = pieces.length > 1 ? piece.name : '';
    const placeIn = placesIn(piece, parsed);
    const whose = piece.host === undefined ? {} : { host: piece.host };
    const place = (offset: number) => ({ ...placeIn(offset), ...whose });
    const shown = (offset: number): string => {
      const { file, line, column } = place(offset).at;
      return `${file}:${line}:${column}`;
    };
    return { name, parsed, contents, place, ...(piece.source ? { shown } : {}) };
  });
  const reads = new Map<string, Place>();
  for (const { contents, place } of read) {
    for (const { name, start } of contents.environment)
      if (!reads.has(name)) reads.set(name, place(start));
  }
  const files = read.flatMap(({ contents, place }, piece) =>
    contents.files.map(({ start, ...each }) => ({
      ...each,
      at: place(start).at,
      piece,
    })),
  );
  const found = checkFiles(read, options).map(({ file, severity, code, message, hint, start }) => ({
    severity,
    code,
    params: { reason: 'diagnostic', rule: code, said: message, advice: hint } as const,
    ...read.find(({ name }) => name === file)!.place(start),
  }));
  const errors = found.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) {
    const syntax = new Set<string>(
      read.flatMap(({ parsed }) => parsed.errors.map(({ code }) => code)),
    );
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
  const all = read.map(({ parsed }) => parsed);
  return ok({
    components: componentsOf(all),
    deadlines: deliveryDeadlines(all),
    warnings,
    reads,
    files,
  });
}

/** Where a piece says something, with the lines around it. Alloy counts columns in bytes, the caret characters. */
function placesIn({ text, file, template, source }: Piece, parsed: Parsed) {
  const shown = source ? template.text : parsed.source;
  const frame = framesOf(shown);
  const lineStarts = source ? lineStartsOf(shown) : parsed.file.lineStarts;
  return (start: number): Place & { readonly at: Position } => {
    const offset = source ? source(Math.min(start, text.length)) : start;
    const { line, column } = positionAt(shown, offset, lineStarts);
    const letters = offset - shown.lastIndexOf('\n', offset - 1);
    return placeOf({ file, line, column }, frame({ line, column: letters }));
  };
}

/** From places of the rendered text to those of its template. */
function backIn(piece: Piece): Pick<RenderedPart, 'written'> {
  let read: { readonly parsed: Parsed; readonly places: ReturnType<typeof placesIn> } | undefined;
  return {
    written: {
      text: piece.template.text,
      place: (at) => {
        if (!read) {
          const parsed = parse(piece.text);
          read = { parsed, places: placesIn(piece, parsed) };
        }
        const { parsed, places } = read;
        const offset = offsetAt(parsed.source, at, parsed.file.lineStarts);
        const { line, column } = places(offset).at;
        return { line, column };
      },
    },
  };
}

const placeOf = (at: Position, detail: string): Place & { readonly at: Position } =>
  detail === '' ? { at } : { at, detail };

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
