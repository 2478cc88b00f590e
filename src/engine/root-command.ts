import type { Host } from '../model/host.ts';
import type { Command } from '../model/plan.ts';
import type { Channel, Exit, StartOptions } from '../model/ports.ts';
import { asRoot, SUDO_PROMPT } from './privilege.ts';
import { collector, type Session } from './session.ts';

/**
 * Starts a command as root. Where sudo wants a password it is sent when sudo asks, once and alone: a
 * host that does not ask would run it as a command, and sudo-rs eats what comes behind it. Whoever
 * calls sends the command's own input only when the command has said that it is there.
 *
 * A sudo that asks again did not take the password: its stdin is closed, which ends it.
 */
export async function startAsRoot(
  session: Session,
  host: Host,
  argv: Command,
  options: StartOptions,
): Promise<Channel> {
  const { sudo } = host;
  if (sudo.kind !== 'password') return session.start(asRoot(sudo, argv), options);

  let channel: Channel | undefined;
  let asked = 0;
  let answered = 0;
  let tail = '';
  const answer = (): void => {
    for (; channel && answered < asked; answered += 1) {
      if (answered === 0) channel.write(`${sudo.password.reveal()}\n`);
      else channel.end();
    }
  };
  channel = await session.start(asRoot(sudo, argv), {
    ...options,
    onErr(bytes) {
      // the question may come in pieces
      const parts = `${tail}${Buffer.from(bytes).toString('latin1')}`.split(SUDO_PROMPT);
      asked += parts.length - 1;
      tail = parts.at(-1)!.slice(-200);
      answer();
      // it would have us choose a new password, and wait for one
      if (EXPIRED.test(tail)) channel?.end();
      options.onErr(bytes);
    },
  });
  // it may have asked before the channel was known here
  answer();
  return channel;
}

/** PAM's words; only sudo speaks before the command's input is sent, and after that an end changes nothing. */
const EXPIRED = /password (is|has) expired|change your password|changing password for/i;

/** What a finished command said. */
export interface Said {
  readonly exit: Exit;
  readonly out: string;
  readonly err: string;
}

const READY = 'alloyup: ready\n';
/** Bytes: an endless answer is cut here; a host of 5,000 components stays far below. */
export const OUT_LIMIT = 16 << 20;

/** Runs a command as root to its end with `input` on its stdin. @throws ToolError of `Channel.exit` */
export async function runAsRoot(
  session: Session,
  host: Host,
  argv: Command,
  input: string,
  options: Pick<StartOptions, 'timeoutMs' | 'signal'>,
): Promise<Said> {
  const out = collector(OUT_LIMIT);
  const err = collector(64 << 10);
  const channel = await sendAsRoot(
    session,
    host,
    argv,
    input,
    { ...options, onOut: out.push, onErr: err.push },
    { last: true },
  );
  return { exit: await channel.exit, out: out.text(), err: err.text() };
}

/**
 * Starts a command as root and sends `input` as soon as the command reads it; `last`: nothing more will
 * be sent.
 */
export async function sendAsRoot(
  session: Session,
  host: Host,
  argv: Command,
  input: string,
  options: StartOptions,
  { last = false }: { readonly last?: boolean } = {},
): Promise<Channel> {
  const asking = host.sudo.kind === 'password';
  let channel: Channel | undefined;
  let head = '';
  let ready = false;
  let sent = false;
  const send = (): void => {
    if (sent || !channel || (asking && !ready)) return;
    sent = true;
    if (last) channel.end(input);
    else channel.write(input);
  };
  const words: Command = asking
    ? ['sh', '-c', 'echo alloyup: ready; exec "$@"', 'x', ...argv]
    : argv;
  channel = await startAsRoot(session, host, words, {
    ...options,
    onOut(bytes) {
      if (!asking || ready) return options.onOut(bytes);
      head += Buffer.from(bytes).toString('latin1');
      const at = head.indexOf(READY);
      if (at < 0) return;
      ready = true;
      const rest = Buffer.from(head.slice(at + READY.length), 'latin1');
      if (rest.length > 0) options.onOut(rest);
      send();
    },
  });
  send();
  return channel;
}
