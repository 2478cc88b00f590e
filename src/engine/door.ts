import type { Host } from '../model/host.ts';
import type { StartOptions } from '../model/ports.ts';
import { type Problem, ToolError } from '../model/problem.ts';
import { bare } from '../shell/bare.ts';
import doorText from '../shell/door.pl';
import { OUT_LIMIT, sendAsRoot } from './root-command.ts';
import { collector, type Door, type Listener, type Session } from './session.ts';

export interface DoorOptions extends Pick<StartOptions, 'timeoutMs' | 'signal'> {
  /** Perl that prints a line beginning with `answer`, and does not exit. */
  readonly program: string;
  readonly answer: string;
  /** Why there was no answer. */
  readonly unanswered: (said: {
    readonly out: string;
    readonly err: string;
    readonly exit: string;
  }) => Problem;
}

const DOOR = bare(doorText);
/** As long as the other side waits (door.pl). */
const OPEN_MS = 21_600_000;

/**
 * Runs a program as root and keeps its perl for another. Resolves with the line of its answer.
 *
 * @throws ToolError `unanswered`, or the transport's own
 */
export async function openDoor(
  session: Session,
  host: Host,
  { program, answer, unanswered, timeoutMs, signal }: DoorOptions,
): Promise<{ readonly line: string; readonly door: Door }> {
  const out = collector(OUT_LIMIT);
  const err = collector(64 << 10);
  let answered: (line: string) => void = () => undefined;
  const line = new Promise<string>((resolve) => {
    answered = resolve;
  });
  let listener: Listener = {
    onOut(bytes) {
      out.push(bytes);
      // a line ends where a piece ends, or a later one brings the rest
      if (!bytes.includes(10)) return;
      const found = out
        .text()
        .split('\n')
        .slice(0, -1)
        .find((one) => one.startsWith(answer));
      if (found !== undefined) answered(found);
    },
    onErr: err.push,
  };
  const channel = await sendAsRoot(session, host, ['perl', '-'], `${program}\n${DOOR}`, {
    onOut: (bytes) => listener.onOut(bytes),
    onErr: (bytes) => listener.onErr(bytes),
    timeoutMs,
    signal,
  });
  let open = true;
  const ended = channel.exit.finally(() => {
    open = false;
  });
  const first = await Promise.race([line, ended]);
  if (typeof first !== 'string') {
    const exit = `${first.code ?? first.signal}`;
    throw new ToolError(unanswered({ out: out.text(), err: err.text(), exit }));
  }
  ended.catch(() => undefined);
  channel.within(OPEN_MS);
  const door: Door = {
    get open() {
      return open;
    },
    enter(next, input, to, forMs, { hold = false } = {}) {
      listener = to;
      channel.within(forMs);
      const text = `${Buffer.byteLength(next)}\n${next}${input}`;
      if (hold) channel.write(text);
      else channel.end(text);
      return channel;
    },
    close: () => channel.close(),
  };
  return { line: first, door };
}
