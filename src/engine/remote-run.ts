import { createLineReader } from '../host/records.ts';
import { followInput, LAUNCHED, launchInput, PERL, type Word } from '../host/run.ts';
import type { Host } from '../model/host.ts';
import type { Channel, Exit } from '../model/ports.ts';
import { type Problem, ToolError } from '../model/problem.ts';
import type { Secret } from '../model/secret.ts';
import type { HostClock } from './host-clock.ts';
import { isLost, type Session } from './session.ts';
import { type Allowance, afterMarker, allowanceOf, collector } from './streams.ts';
import { startAsRoot, sudoProblem } from './sudo.ts';
import type { World } from './world.ts';

/** How following a run ended. What the run did is in its records. */
export type RunEnd =
  /** Its log was read to the end. */
  | 'over'
  /** The host rebooted. `verdict` is what its undo wrote, '' if nothing. */
  | { readonly verdict: string }
  /** The host knows nothing of the run, and will not start it any more. */
  | 'never-started'
  /** The time is over, or nobody waits any more. The run may still be in progress. */
  | 'left'
  /** It wrote more than anybody reads. The run may still be in progress. */
  | { readonly flooded: number };

export interface RemoteRun {
  readonly host: Host;
  readonly session: Session;
  readonly run: string;
  /** null: nothing is started, and what was started under this name is followed. */
  readonly request: Secret | null;
  readonly onLine: (line: string) => void;
  readonly onReconnect: (attempt: number) => void;
  readonly clock: HostClock;
  readonly world: Pick<World, 'sleep' | 'abandon'>;
  /** What to tell a run that waits for it: `word`, once `over` aborts. */
  readonly waits?: { readonly over: AbortSignal; readonly word: Word } | null;
}

const FIRST_PAUSE_MS = 500;
const MAX_PAUSE_MS = 8000;
// exit codes of the host program (src/host/program/launch.pl and follow.pl)
const NO_SYSTEMD = 74;
const NOT_ROOT = 77;
/** The host rebooted; only the verdict is left of the run. */
const REBOOTED = 76;
/** The host knows nothing of the run. */
const UNKNOWN = 72;
const VERDICT = 'alloyup: verdict ';
/** Packages print some hundred lines. */
const LOG_MB = 64;
/** Bytes. A line is work, however short it is. */
const LINE_COST = 1024;

/**
 * Starts a run on a host and follows its log to the end, over as many connections as it takes: each
 * continues at the byte where the last one broke.
 *
 * @throws ToolError `ssh.*`, `sudo.*`, `host.unsupported`, `apply.failed`: nothing was started
 */
export async function runOnHost(input: RemoteRun): Promise<RunEnd> {
  const allowance = allowanceOf(LOG_MB);
  const log = createLineReader((line) => {
    if (!allowance.spend(LINE_COST)) input.onLine(line);
  });
  const launcher = afterMarker(LAUNCHED, log.push);
  const { request } = input;
  if (request === null) return follow(input, log, allowance, { started: false, left: true });
  let left = false;
  const wasConnected = input.session.connected;
  let sent = false;
  const onSent = (): void => {
    sent = true;
  };
  try {
    const ended = await launch({ ...input, request }, launcher, allowance, onSent);
    if (ended === 0) return 'over';
    left = ended === 'left';
  } catch (error) {
    if (input.world.abandon.aborted) return 'left';
    if (allowance.spent && launcher.found) return { flooded: LOG_MB };
    if (!isLost(error)) throw error;
    // a login that broke while it was idle, or none: there is nothing to ask the host about
    if (!sent) {
      input.session.close();
      if (!wasConnected) throw error;
      return 'never-started';
    }
  }
  return follow(input, log, allowance, { started: launcher.found, left });
}

/** The exit of a command that follows a log; `left`: it was hung up on, because there is a word to tell. */
async function exitOrWord(channel: Channel, waits: RemoteRun['waits']): Promise<Exit | 'left'> {
  if (!waits) return channel.exit;
  const { over } = waits;
  let speak = (): void => undefined;
  const spoken = new Promise<'left'>((resolve) => {
    speak = () => resolve('left');
  });
  over.addEventListener('abort', speak, { once: true });
  if (over.aborted) speak();
  const ended = await Promise.race([channel.exit, spoken]).finally(() =>
    over.removeEventListener('abort', speak),
  );
  if (ended === 'left') {
    channel.exit.catch(() => undefined);
    channel.close();
  }
  return ended;
}

/** Resolves with the exit code of a launcher that started the run and then followed its log. */
async function launch(
  { host, session, run, request, clock, waits }: RemoteRun & { readonly request: Secret },
  launcher: ReturnType<typeof afterMarker>,
  allowance: Allowance,
  onSent: () => void,
): Promise<number | null | 'left'> {
  const err = collector(64 << 10);
  const input = launchInput(run, request).reveal();
  let left = false;
  const options = {
    onOut(bytes: Uint8Array) {
      if (!left) launcher.push(bytes);
    },
    onErr: err.push,
    onSent,
    timeoutMs: clock.left(),
    signal: clock.signal,
  };
  const channel = await startAsRoot(session, host, PERL, input, options, allowance);
  const exit = await exitOrWord(channel, waits);
  left = exit === 'left';
  if (exit === 'left') return exit;
  if (launcher.found) return exit.code;
  throw new ToolError(launchProblem(host, exit, launcher.before(), err.text()));
}

function launchProblem(host: Host, exit: Exit, out: string, err: string): Problem {
  switch (exit.code) {
    case NO_SYSTEMD:
      return { code: 'host.unsupported', host: host.name, params: { reason: 'no-systemd' } };
    case NOT_ROOT:
      return { code: 'sudo.refused', host: host.name, params: { reason: 'not-root' } };
  }
  return (
    sudoProblem(host, err, exit) ?? {
      code: 'apply.failed',
      host: host.name,
      params: { reason: 'not-launched', exit: `${exit.code ?? exit.signal}` },
      detail: `${out}${err}`.trim().slice(-2000),
      transient: true,
    }
  );
}

async function follow(
  input: RemoteRun,
  log: ReturnType<typeof createLineReader>,
  allowance: Allowance,
  { started, left }: { readonly started: boolean; readonly left: boolean },
): Promise<RunEnd> {
  const { host, session, run, clock, world, waits } = input;
  let pauseMs = FIRST_PAUSE_MS;
  // we hung up on it ourselves: the login is good
  let isGood = left;
  for (let attempt = 1; !clock.over && !clock.signal.aborted; ) {
    if (!isGood) {
      input.onReconnect(attempt);
      attempt += 1;
      session.close();
      await world.sleep(pauseMs, clock.signal);
      if (clock.signal.aborted) break;
      pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS);
    }
    isGood = false;
    const output = verdictOrLog(log.push);
    const word = waits?.over.aborted ? waits.word : null;
    let gone = false;
    try {
      const ask = followInput({ run, from: log.received, word });
      const options = {
        onOut(bytes: Uint8Array) {
          if (gone) return;
          pauseMs = FIRST_PAUSE_MS;
          output.push(bytes);
        },
        onErr() {},
        timeoutMs: clock.left(),
        signal: clock.signal,
      };
      const channel = await startAsRoot(session, host, PERL, ask, options, allowance);
      const exit = await exitOrWord(channel, word === null ? waits : null);
      if (exit === 'left') {
        gone = true;
        isGood = true;
        continue;
      }
      const { code } = exit;
      if (code === REBOOTED) return { verdict: output.verdict() };
      output.flush();
      if (code === UNKNOWN) return started || log.received > 0 ? { verdict: '' } : 'never-started';
      if (code === 0) return 'over';
      // anything else: killed there, or asked to come again
    } catch (error) {
      if (!(error instanceof ToolError)) throw error;
      if (allowance.spent) return { flooded: LOG_MB };
    }
  }
  return 'left';
}

/** A follower's output is the log, or a single line with the verdict: only its exit code says which. */
function verdictOrLog(onLog: (bytes: Uint8Array) => void) {
  let held = Buffer.alloc(0);
  let isLog = false;
  const flush = (): void => {
    isLog = true;
    if (held.length > 0) onLog(held);
    held = Buffer.alloc(0);
  };
  return {
    push(bytes: Uint8Array) {
      if (isLog) return onLog(bytes);
      held = Buffer.concat([held, bytes]);
      // a verdict is one word
      if (held.length > 1000) flush();
      else if (!VERDICT.startsWith(held.subarray(0, VERDICT.length).toString('latin1'))) flush();
    },
    flush,
    verdict: () => held.toString().slice(VERDICT.length).trim(),
  };
}
