import type { Host } from '../model/host.ts';
import type { Command } from '../model/plan.ts';
import type { Channel, Exit, StartOptions } from '../model/ports.ts';
import type { Problem } from '../model/problem.ts';
import type { Session } from './session.ts';
import { afterMarker, collector } from './streams.ts';

/** What we make sudo prompt with, so that the password is sent only when sudo asks for it. */
export const SUDO_PROMPT = 'alloyup: password: ';
/** What the command prints once sudo has let it start. */
const READY = 'alloyup: ready\n';
/** What PAM says when it asks for a new password, and waits for one. */
const EXPIRED = /password (is|has) expired|change your password|changing password for/i;
/** Bytes. The facts of a host with 5,000 components take far less. */
const OUT_LIMIT = 16 << 20;
const ERR_LIMIT = 64 << 10;

/**
 * Starts a command as root with `input` as its whole stdin.
 *
 * With a password, sudo and the command share one stdin. The password is sent once, when sudo prompts
 * for it: a host that does not prompt would take it for input. `input` follows when the command says
 * that it has started: sudo-rs swallows whatever comes right behind the password. A sudo that prompts
 * again has refused the password; closing its stdin ends it.
 */
export async function startAsRoot(
  session: Session,
  host: Host,
  argv: Command,
  input: string,
  options: StartOptions,
): Promise<Channel> {
  const { sudo } = host;
  if (sudo.kind !== 'password') {
    const words: Command = sudo.kind === 'none' ? argv : ['sudo', '-n', ...argv];
    const channel = await session.start(words, options);
    channel.end(input);
    return channel;
  }

  let channel: Channel | undefined;
  let prompts = 0;
  let answered = false;
  let closed = false;
  let tail = '';
  const out = afterMarker(READY, options.onOut);
  const respond = (): void => {
    if (!channel || closed) return;
    if (out.found || prompts > 1 || EXPIRED.test(tail)) {
      closed = true;
      channel.end(out.found ? input : undefined);
    } else if (prompts === 1 && !answered) {
      answered = true;
      channel.write(`${sudo.password.reveal()}\n`);
    }
  };
  const words: Command = ['sh', '-c', 'echo alloyup: ready; exec "$@"', 'sh', ...argv];
  channel = await session.start(['sudo', '-S', '-p', SUDO_PROMPT, ...words], {
    ...options,
    onOut(bytes) {
      out.push(bytes);
      respond();
    },
    onErr(bytes) {
      // the prompt may come in pieces
      const parts = `${tail}${Buffer.from(bytes).toString('latin1')}`.split(SUDO_PROMPT);
      prompts += parts.length - 1;
      tail = parts.at(-1)!.slice(-200);
      respond();
      options.onErr(bytes);
    },
  });
  // sudo may have prompted before the channel was known here
  respond();
  return channel;
}

/** What a finished command said. */
export interface Said {
  readonly exit: Exit;
  readonly out: string;
  readonly err: string;
}

/** Runs a command as root to its end. @throws ToolError of `Channel.exit` */
export async function runAsRoot(
  session: Session,
  host: Host,
  argv: Command,
  input: string,
  limits: Pick<StartOptions, 'timeoutMs' | 'signal'>,
): Promise<Said> {
  const out = collector(OUT_LIMIT);
  const err = collector(ERR_LIMIT);
  const options = { ...limits, onOut: out.push, onErr: err.push };
  const channel = await startAsRoot(session, host, argv, input, options);
  return { exit: await channel.exit, out: out.text(), err: err.text() };
}

/** What sudo's messages mean; recorded from sudo 1.9 and sudo-rs on Debian 11 to 13. */
const REFUSALS = [
  [
    'password-expired',
    /password (has )?expired|account or password is expired|change your password|new password/i,
  ],
  ['account-expired', /account validation failure|account (has )?expired/i],
  ['password-required', /a password is required|interactive authentication is required/i],
  ['password-refused', /incorrect password|no password was provided|try again/i],
  [
    'not-allowed',
    /not in the sudoers|not allowed to execute|I'm afraid I can't do that|may not run sudo/i,
  ],
  ['needs-tty', /must have a tty/i],
  ['no-sudo', /sudo: (command )?not found|sudo: No such file/i],
] as const;

/** Why sudo did not start the command, by what it wrote to stderr; undefined when sudo did not complain. */
export function sudoProblem({ name, user, address }: Host, stderr: string): Problem | undefined {
  const reason = REFUSALS.find(([, pattern]) => pattern.test(stderr))?.[0];
  if (reason === undefined) return undefined;
  const detail = stderr
    .replaceAll(SUDO_PROMPT, '')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-3)
    .join('\n');
  const account = { user, address };
  return reason === 'password-required' || reason === 'password-refused'
    ? { code: 'sudo.password', host: name, params: { reason, ...account }, detail }
    : { code: 'sudo.refused', host: name, params: { reason, ...account }, detail };
}
