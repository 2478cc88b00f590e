import { createLineReader } from '../host/records.ts';
import { followInput, LAUNCHED, launchInput, PERL } from '../host/run.ts';
import type { Host } from '../model/host.ts';
import type { Exit } from '../model/ports.ts';
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
  readonly request: Secret;
  readonly onLine: (line: string) => void;
  readonly onReconnect: (attempt: number) => void;
  readonly clock: HostClock;
  readonly world: Pick<World, 'sleep' | 'abandon'>;
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
 * @throws ToolError `ssh.shell`, `sudo.*`, `host.unsupported`, `apply.failed`: nothing was started
 */
export async function runOnHost(input: RemoteRun): Promise<RunEnd> {
  const allowance = allowanceOf(LOG_MB);
  const log = createLineReader((line) => {
    if (!allowance.spend(LINE_COST)) input.onLine(line);
  });
  const launcher = afterMarker(LAUNCHED, log.push);
  try {
    if ((await launch(input, launcher, allowance)) === 0) return 'over';
  } catch (error) {
    if (input.world.abandon.aborted) return 'left';
    if (allowance.spent && launcher.found) return { flooded: LOG_MB };
    if (!isLost(error)) throw error;
  }
  return follow(input, log, allowance, launcher.found);
}

/** Resolves with the exit code of a launcher that started the run and then followed its log. */
async function launch(
  { host, session, run, request, clock }: RemoteRun,
  launcher: ReturnType<typeof afterMarker>,
  allowance: Allowance,
): Promise<number | null> {
  const err = collector(64 << 10);
  const input = launchInput(run, request).reveal();
  const options = {
    onOut: launcher.push,
    onErr: err.push,
    timeoutMs: clock.left(),
    signal: clock.signal,
  };
  const channel = await startAsRoot(session, host, PERL, input, options, allowance);
  const exit = await channel.exit;
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
  started: boolean,
): Promise<RunEnd> {
  const { host, session, run, clock, world } = input;
  let pauseMs = FIRST_PAUSE_MS;
  for (let attempt = 1; !clock.over && !clock.signal.aborted; attempt += 1) {
    input.onReconnect(attempt);
    session.close();
    await world.sleep(pauseMs, clock.signal);
    if (clock.signal.aborted) break;
    pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS);
    const output = verdictOrLog(log.push);
    try {
      const ask = followInput({ run, from: log.received });
      const options = {
        onOut(bytes: Uint8Array) {
          pauseMs = FIRST_PAUSE_MS;
          output.push(bytes);
        },
        onErr() {},
        timeoutMs: clock.left(),
        signal: clock.signal,
      };
      const channel = await startAsRoot(session, host, PERL, ask, options, allowance);
      const { code } = await channel.exit;
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
