import { hostname } from 'node:os';
import process from 'node:process';
import { isatty } from 'node:tty';
import type { Notice, Problem } from '../../model/problem.ts';
import { paintWith } from '../../report/paint.ts';
import { pad, widest } from '../../report/plain.ts';
import {
  type Commands,
  type Document,
  type Printable,
  toJson,
  toPrintable,
  withoutCommands,
} from '../../report/printable.ts';
import { problemsText } from '../../report/problem-text.ts';
import type { Canvas } from './screen.ts';

/** The process as commands see it: where text goes, and what can show it. */
export interface Terminal {
  /** Standard output. Prints nothing once its reader has gone away, and never throws. */
  out(text: Printable): void;
  err(text: Printable): void;
  /** A document on standard output. */
  document(text: Document): void;
  /**
   * What is in a file, on standard output: as it is for another program, cleaned on a screen and in the log of
   * a job on GitHub.
   */
  content(text: string): void;
  /** Workflow commands; GitHub's runner reads standard error as well. */
  commands(text: Commands): void;
  readonly outColour: boolean;
  readonly errColour: boolean;
  /** Columns; 80 if unknown. */
  readonly width: number;
  /** Where the live view can be drawn; absent: lines only. */
  readonly canvas?: Canvas & {
    /** Standard error is the same terminal. */
    readonly takesErrors: boolean;
  };
  /** Hides what else is on the screen while a question is asked. */
  aside<T>(ask: () => Promise<T>): Promise<T>;
  /** A person can answer a prompt. */
  readonly interactive: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly home: string;
  /** Who runs this: "ops@laptop". */
  readonly who: string;
}

export function processTerminal(): Terminal {
  const { env } = process;
  const onGithub = env.GITHUB_ACTIONS === 'true';
  const [out, err] = [quietWriter(process.stdout), quietWriter(process.stderr)];
  // no text may tell GitHub's runner what to do
  const guarded = onGithub ? withoutCommands : (text: string) => text;
  const forPeople = (text: Printable): void => out(guarded(text));
  return {
    out: forPeople,
    err: (text) => err(guarded(text)),
    document: out,
    content: (text) =>
      process.stdout.isTTY || onGithub ? forPeople(toPrintable(text)) : out(text),
    commands: err,
    outColour: wantsColour(env, process.stdout.isTTY),
    errColour: wantsColour(env, process.stderr.isTTY),
    width: widthFrom(process.stdout.columns ?? process.stderr.columns, env.COLUMNS),
    ...(process.stdout.isTTY && !env.CI && env.TERM !== 'dumb' ? { canvas: stdoutCanvas() } : {}),
    aside: (ask) => ask(),
    // process.stdin would open a stream
    interactive: Boolean(isatty(0) && process.stderr.isTTY && !env.CI),
    env,
    cwd: process.cwd(),
    home: env.HOME ?? '/',
    who: `${env.SUDO_USER ?? env.USER ?? env.LOGNAME ?? `uid ${process.getuid?.() ?? '?'}`}@${hostname()}`,
  };
}

/** A reader that goes away (`| head`) must not end a run that is changing hosts. */
function quietWriter(stream: NodeJS.WriteStream): (text: string) => void {
  let gone = false;
  stream.on('error', () => {
    gone = true;
  });
  return (text) => {
    if (!gone && text !== '') stream.write(text);
  };
}

function stdoutCanvas(): NonNullable<Terminal['canvas']> {
  const { stdout } = process;
  return {
    // a serial line does not know its size and reports 0
    size: () => ({ columns: stdout.columns || 80, rows: stdout.rows || 24 }),
    write: quietWriter(stdout),
    takesErrors: Boolean(process.stderr.isTTY),
  };
}

/** https://no-color.org; CI systems whose logs show colors set FORCE_COLOR. */
function wantsColour(
  { NO_COLOR, FORCE_COLOR, TERM }: Readonly<Record<string, string | undefined>>,
  isTty: boolean | undefined,
): boolean {
  if (NO_COLOR) return false;
  if (FORCE_COLOR) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return Boolean(isTty) && TERM !== 'dumb';
}

/** Nothing is readable below 40 columns, and lines over 120 are hard to follow. */
function widthFrom(columns: number | undefined, variable: string | undefined): number {
  const width = columns || Number(variable) || 80;
  return Math.min(120, Math.max(40, width));
}

/** `--output json`: one document; `ndjson`: one line per row. */
export function printJson(
  format: 'json' | 'ndjson',
  document: object,
  rows: readonly object[],
  { document: print }: Pick<Terminal, 'document'>,
): void {
  if (format === 'json') print(toJson({ schema: 1, ...document }, 2));
  else for (const row of rows) print(toJson(row));
}

/** A path below the home directory starts with `~`. */
export const withTilde = (path: string, { home }: Terminal): string =>
  path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;

/** Rows whose cells are filled up to the width of their column. */
export function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = rows[0]?.map((_, i) => widest(rows.map((row) => row[i]!))) ?? [];
  return rows.map((row) => row.map((cell, i) => pad(cell, widths[i]!)).join('  '));
}

export const printProblems = (
  { err, errColour, width }: Terminal,
  problems: readonly Problem[],
  warnings: readonly Notice[],
): void => err(problemsText(problems, warnings, { paint: paintWith(errColour), width }));
