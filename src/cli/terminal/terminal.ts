import { hostname } from 'node:os';
import process from 'node:process';
import { isatty } from 'node:tty';
import type { Canvas } from './screen.ts';

/** The process as commands see it: where text goes, and what kind of place that is. */
export interface Terminal {
  /** Standard output. Says nothing once its reader has gone away, and never throws. */
  out(text: string): void;
  err(text: string): void;
  readonly outColour: boolean;
  readonly errColour: boolean;
  /** Columns; 80 where nobody tells. */
  readonly width: number;
  /** Where a view can be drawn; absent: lines alone, one after the other. */
  readonly canvas?: Canvas & {
    /** Standard error is the same terminal. */
    readonly takesErrors: boolean;
  };
  /** Somebody is there to answer a question. */
  readonly interactive: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly home: string;
  /** Who runs this: "ops@laptop". */
  readonly who: string;
}

export function processTerminal(): Terminal {
  const { env } = process;
  return {
    out: quietWriter(process.stdout),
    err: quietWriter(process.stderr),
    outColour: wantsColour(env, process.stdout.isTTY),
    errColour: wantsColour(env, process.stderr.isTTY),
    width: widthFrom(process.stdout.columns ?? process.stderr.columns, env.COLUMNS),
    ...(process.stdout.isTTY && !env.CI && env.TERM !== 'dumb' ? { canvas: stdoutCanvas() } : {}),
    // not process.stdin, which makes a stream of it: 2 ms
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
    // a terminal that does not know its size, e.g. a serial line, says 0
    size: () => ({ columns: stdout.columns || 80, rows: stdout.rows || 24 }),
    write: quietWriter(stdout),
    onResize(listener) {
      stdout.on('resize', listener);
      return () => stdout.off('resize', listener);
    },
    takesErrors: Boolean(process.stderr.isTTY),
  };
}

/** https://no-color.org; FORCE_COLOR is what CI systems set whose logs show colours. */
export function wantsColour(
  { NO_COLOR, FORCE_COLOR, TERM }: Readonly<Record<string, string | undefined>>,
  isTty: boolean | undefined,
): boolean {
  if (NO_COLOR) return false;
  if (FORCE_COLOR) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return Boolean(isTty) && TERM !== 'dumb';
}

/** Narrower than 40 nothing can be read; wider than 120 lines are hard to follow. */
export function widthFrom(columns: number | undefined, told: string | undefined): number {
  const width = columns || Number(told) || 80;
  return Math.min(120, Math.max(40, width));
}
