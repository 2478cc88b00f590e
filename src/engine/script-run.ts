import type { Host } from '../model/host.ts';
import type { Command } from '../model/plan.ts';
import { type Problem, ToolError } from '../model/problem.ts';
import type { Secret } from '../model/secret.ts';
import { bare } from '../shell/bare.ts';
import followText from '../shell/follow.pl';
import launchText from '../shell/launch.pl';
import { perlQuote } from '../shell/quote.ts';
import { createLineReader } from '../shell/records.ts';
import { openDoor } from './door.ts';
import { sudoProblem } from './privilege.ts';
import { startAsRoot } from './root-command.ts';
import { collector, isLost, type Listener, type Session } from './session.ts';

/** How the stream of a script ended; what it meant is in its records. */
export type StreamEnd =
  | 'over'
  /** The host went down in between; `verdict` is the word its undo left, if it did. */
  | { readonly verdict: string }
  /** Nothing was started: safe to say that the host is as it was. */
  | 'never-started'
  /** The deadline passed, or nobody waits any more; the run may still go on there. */
  | 'left';

export interface ScriptRunInput {
  readonly host: Host;
  readonly session: Session;
  readonly run: string;
  readonly script: Secret;
  readonly onLine: (line: string) => void;
  readonly onReconnect: (attempt: number) => void;
  /** Milliseconds since the epoch. */
  readonly deadline: number;
  readonly now: () => number;
  readonly abandon: AbortSignal;
}

const FOLLOW = bare(followText);
const LAUNCH = `${bare(launchText)}${FOLLOW}`;
const STARTED = 'alloyup: started\n';
const ENTRY = '$| = 1; print qq(alloyup: ready\\n);';
const MAX_PAUSE_MS = 8000;

/**
 * Spools a script on a host, starts it away from the login and follows its log to the end, through
 * as many connections as it takes: each picks the log up at the byte where the last one was cut.
 *
 * @throws ToolError `sudo.*`, `host.unsupported`, or the transport's own when nothing was started
 */
export async function runScript(input: ScriptRunInput): Promise<StreamEnd> {
  const log = createLineReader(input.onLine);
  let started = false;
  try {
    const ended = await launch(input, (bytes) => {
      started = true;
      log.push(bytes);
    });
    if (ended === 0) return 'over';
  } catch (error) {
    if (input.abandon.aborted) return 'left';
    if (!isLost(error)) throw error;
  }
  return follow(input, log, started);
}

/**
 * Sends a script ahead, where a perl waits for it: all but its last line, without which nothing begins there;
 * `runScript` with the same script sends that. While a fleet is being planned its hosts have the time.
 */
export function stageScript(session: Session, run: string, script: Secret): void {
  const door = session.take();
  if (!door) return;
  const text = script.reveal();
  const last = text.lastIndexOf('\n', text.length - 2) + 1;
  const early: { readonly err: boolean; readonly bytes: Uint8Array }[] = [];
  let listener: Listener = {
    onOut: (bytes) => early.push({ err: false, bytes: bytes.slice() }),
    onErr: (bytes) => early.push({ err: true, bytes: bytes.slice() }),
  };
  const relay: Listener = {
    onOut: (bytes) => listener.onOut(bytes),
    onErr: (bytes) => listener.onErr(bytes),
  };
  const channel = door.enter(programOf(run), text.slice(0, last), relay, STAGED_MS, { hold: true });
  session.keep({
    get open() {
      return door.open;
    },
    enter(program, input, to, forMs) {
      if (input !== text || program !== programOf(run))
        throw new Error('another script was sent ahead');
      listener = to;
      for (const { err, bytes } of early) (err ? to.onErr : to.onOut)(bytes);
      channel.within(forMs);
      channel.end(text.slice(last));
      return channel;
    },
    close: door.close,
  });
}

/** As long as the other side waits (launch.pl). */
const STAGED_MS = 21_600_000;

const programOf = (run: string): string => `@ARGV=(${perlQuote(run)});\n${LAUNCH}`;

/** Resolves with the follower's exit code, null when a signal ended it. */
async function launch(
  { host, session, run, script, deadline, now, abandon }: ScriptRunInput,
  onLog: (bytes: Uint8Array) => void,
): Promise<number | null> {
  const err = collector(64 << 10);
  let head = '';
  let started = false;
  const onOut = (bytes: Uint8Array) => {
    if (started) return onLog(bytes);
    head += Buffer.from(bytes).toString('latin1');
    const at = head.indexOf(STARTED);
    if (at < 0) return;
    started = true;
    const rest = Buffer.from(head.slice(at + STARTED.length), 'latin1');
    head = head.slice(0, at);
    onLog(rest);
  };
  const left = Math.max(1000, deadline - now());
  // whoever answers there is root already: what is secret goes to nobody else
  const door =
    session.take() ??
    (
      await openDoor(session, host, {
        program: ENTRY,
        answer: 'alloyup: ready',
        unanswered: (said) => launchProblem(host, said.out, said.err, said.exit),
        timeoutMs: left,
        signal: abandon,
      })
    ).door;
  const channel = door.enter(programOf(run), script.reveal(), { onOut, onErr: err.push }, left);
  const { code, signal } = await channel.exit;
  if (started) return code;
  throw new ToolError(launchProblem(host, head, err.text(), `${code ?? signal}`));
}

function launchProblem(host: Host, out: string, err: string, exit: string): Problem {
  if (out.includes('alloyup: no systemd'))
    return {
      code: 'host.unsupported',
      message: `${host.name} does not run systemd`,
      hint: 'take it out of the inventory: the package brings a systemd unit only',
    };
  if (out.includes('alloyup: not root'))
    return {
      code: 'sudo.refused',
      message: `${host.name}: the login is not root`,
      hint: 'set sudo: passwordless for it in the inventory',
    };
  return (
    sudoProblem(host, err) ?? {
      code: 'apply.failed',
      message: `${host.name}: the run could not be started (exit ${exit})`,
      hint: `see what it says: ssh ${host.address} journalctl -n 30`,
      detail: `${out}${err}`.trim(),
      transient: true,
    }
  );
}

async function follow(
  input: ScriptRunInput,
  log: ReturnType<typeof createLineReader>,
  started: boolean,
): Promise<StreamEnd> {
  const { host, session, run, deadline, now, abandon } = input;
  let pause = 500;
  for (let attempt = 1; now() < deadline && !abandon.aborted; attempt += 1) {
    input.onReconnect(attempt);
    session.drop();
    await sleep(pause, abandon);
    pause = Math.min(pause * 2, MAX_PAUSE_MS);
    let other = '';
    try {
      const channel = await startAsRoot(session, host, followCommand(run, log.received), {
        onOut(bytes) {
          pause = 500;
          other = Buffer.from(bytes).subarray(0, 200).toString('latin1');
          if (!other.startsWith('alloyup: verdict ')) log.push(bytes);
        },
        onErr() {},
        timeoutMs: Math.max(1000, deadline - now()),
        signal: abandon,
      });
      // it reads nothing; sudo may still want its password
      if (host.sudo.kind !== 'password') channel.end();
      const { code } = await channel.exit;
      if (code === 76) return { verdict: other.slice('alloyup: verdict '.length).trim() };
      if (code === 72) return started || log.received > 0 ? { verdict: '' } : 'never-started';
      // anything else: cut, or 75 (come again), or 137 (killed, and whoever takes it back is not there yet)
      if (code === 0) return 'over';
    } catch (error) {
      if (!isLost(error) && !(error instanceof ToolError)) throw error;
    }
  }
  return 'left';
}

const followCommand = (run: string, from: number): Command => [
  'perl',
  '-e',
  FOLLOW,
  run,
  String(from),
];

const sleep = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
