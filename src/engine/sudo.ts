import type { Host } from '../model/host.ts';
import type { Command } from '../model/plan.ts';
import type { Channel, Exit, StartOptions } from '../model/ports.ts';
import { type Problem, ToolError } from '../model/problem.ts';
import type { Session } from './session.ts';
import { type Allowance, afterMarker, allowanceOf, collector } from './streams.ts';

/**
 * What we make sudo prompt with, so that the password is sent only when sudo asks for it. sudo puts the
 * account whose password it wants for %p: root's with `rootpw`, `targetpw` and `runaspw`. A sudo-rs
 * before 0.2.8 leaves it as it is.
 */
export const SUDO_PROMPT = 'alloyup: password of %p: ';
const PROMPT = /alloyup: password of ([^\n:]{0,64}): /;
/** What the login shell prints once it runs what we sent. */
const SHELL = 'alloyup: shell\n';
/** What the command prints once sudo has let it start. */
const READY = 'alloyup: ready\n';
/** What PAM says when it asks for a new password, and waits for one. */
const EXPIRED = /password (is|has) expired|change your password|changing password for/i;
/** A login shell that has not started anything by then reads something else than our command. */
const SHELL_MS = 15_000;
/** Bytes of what a command says in a few lines. */
const SAID_LIMIT = 64 << 10;
/** What a host may send in answer to one command. */
const ANSWER_MB = 32;
/** Bytes. A packet is work, however little there is in it. */
const PACKET_COST = 2048;

/** In the words that we know; this does not need env(1), which a broken PATH may hide. */
const IN_ENGLISH: Command = [
  'sh',
  '-c',
  'echo alloyup: shell; LC_ALL=C; export LC_ALL; exec "$@"',
  'sh',
];

/**
 * Starts a command as root with `input` as its whole stdin.
 *
 * Nothing is sent before the login shell runs our command: whatever else reads there, such as a menu, a
 * Git server or another shell, would take it for its own input.
 *
 * With a password, sudo and the command share one stdin. The password is sent once, when sudo prompts
 * for it: a host that does not prompt would take it for input. `input` follows when the command says
 * that it has started: sudo-rs swallows whatever comes right behind the password. A sudo that prompts
 * again has refused the password; closing its stdin ends it.
 *
 * @returns a channel whose `exit` also rejects with `ssh.shell`, when the login shell ran something else,
 *   and with `host.probe`, when the host sent more than its allowance
 */
export async function startAsRoot(
  session: Session,
  host: Host,
  argv: Command,
  input: string | Uint8Array,
  options: StartOptions & {
    /** Called when `input` is sent: until then nothing can have come of it. */
    readonly onSent?: () => void;
  },
  allowance: Allowance = allowanceOf(ANSWER_MB),
): Promise<Channel> {
  const { sudo } = host;
  const withPassword = sudo.kind === 'password';
  let channel: Channel | undefined;
  let prompts = 0;
  let answered = false;
  let closed = false;
  let tail = '';
  // a program of ours, which is not kept for as long as the command runs
  let unsent: string | Uint8Array | undefined = input;
  const said = collector(SAID_LIMIT);
  const ready = afterMarker(READY, options.onOut);
  const shell = afterMarker(SHELL, withPassword ? ready.push : options.onOut);
  const respond = (): void => {
    if (!channel || closed || !shell.found) return;
    if (!withPassword || ready.found || prompts > 1 || EXPIRED.test(tail)) {
      closed = true;
      const goes = !withPassword || ready.found;
      if (goes) options.onSent?.();
      channel.end(goes ? unsent : undefined);
      unsent = undefined;
    } else if (prompts === 1 && !answered) {
      answered = true;
      channel.write(`${sudo.password.reveal()}\n`);
    }
  };
  const words: Command =
    sudo.kind === 'none'
      ? argv
      : sudo.kind === 'passwordless'
        ? ['sudo', '-n', ...argv]
        : [
            'sudo',
            '-S',
            '-p',
            SUDO_PROMPT,
            'sh',
            '-c',
            'echo alloyup: ready; exec "$@"',
            'sh',
            ...argv,
          ];
  const isTooMuch = (bytes: Uint8Array): boolean => {
    const spent = allowance.spend(Math.max(PACKET_COST, bytes.length));
    if (spent) channel?.close();
    return spent;
  };
  const started = await session.start([...IN_ENGLISH, ...words], {
    ...options,
    onOut(bytes) {
      if (isTooMuch(bytes)) return;
      shell.push(bytes);
      respond();
    },
    onErr(bytes) {
      if (isTooMuch(bytes)) return;
      if (!shell.found) said.push(bytes);
      // the prompt may come in pieces
      tail += Buffer.from(bytes).toString('latin1');
      for (let found = PROMPT.exec(tail); found; found = PROMPT.exec(tail)) {
        prompts += 1;
        tail = tail.slice(found.index + found[0].length);
      }
      tail = tail.slice(-200);
      respond();
      options.onErr(bytes);
    },
  });
  channel = started;
  // sudo may have prompted before the channel was known here
  respond();

  const patienceMs = Math.min(SHELL_MS, options.timeoutMs * 0.9);
  let silent = false;
  const timer = setTimeout(() => {
    silent = !shell.found;
    if (silent) started.close();
  }, patienceMs);
  const wrongShell = (end: Exit | number): ToolError =>
    new ToolError(shellProblem(host, end, `${shell.before()}\n${said.text()}`));
  const exit = started.exit
    .finally(() => clearTimeout(timer))
    .then(
      (how) => {
        if (shell.found) return how;
        throw wrongShell(how);
      },
      (error) => {
        if (!allowance.spent) throw silent ? wrongShell(patienceMs / 1000) : error;
        const params = { reason: 'flooded', limitMb: allowance.limitMb } as const;
        throw new ToolError({ code: 'host.probe', host: host.name, params });
      },
    );
  // as with any channel, nobody may be waiting any longer
  exit.catch(() => undefined);
  return {
    write: (data) => started.write(data),
    end: (data) => started.end(data),
    close: () => started.close(),
    exit,
  };
}

/** What a login shell that is none says to a command; recorded from OpenSSH 8.4 to 10, Git and Debian's nologin. */
const SHELLS = [
  ['nologin', /account is currently not available/i],
  ['git-shell', /^fatal: (unrecognized command|Interactive git shell)|git-shell/im],
  ['sftp-only', /allows sftp connections only|^Usage: sftp-server/im],
] as const;

const lastLines = (text: string, lines: number): string =>
  text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .slice(-lines)
    .join('\n');

/** What ran in place of our command. `end`: how it ended, or for how many seconds it has not. */
function shellProblem({ name, user, address }: Host, end: Exit | number, said: string): Problem {
  const detail = lastLines(said, 15).slice(-2000);
  const account = { user, address };
  const known = SHELLS.find(([, words]) => words.test(said))?.[0];
  const about = { code: 'ssh.shell', host: name, ...(detail === '' ? {} : { detail }) } as const;
  if (known) return { ...about, params: { reason: known, ...account } };
  if (typeof end === 'number')
    // a host under load may be as slow
    return {
      ...about,
      params: { reason: 'silent', ...account, seconds: Math.ceil(end) },
      transient: true,
    };
  return { ...about, params: { reason: 'ended', ...account, exit: `${end.code ?? end.signal}` } };
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
  const out = collector(SAID_LIMIT);
  const err = collector(SAID_LIMIT);
  const options = { ...limits, onOut: out.push, onErr: err.push };
  const channel = await startAsRoot(session, host, argv, input, options);
  return { exit: await channel.exit, out: out.text(), err: err.text() };
}

/** What sudo's messages mean, in English; recorded from sudo 1.9, sudo-rs and doas on Debian 11 to 13. */
const REFUSALS = [
  ['doas', /^doas: |^usage: doas /im],
  ['not-setuid', /must be owned by uid 0 and have the setuid bit|effective uid is not 0/i],
  ['no-new-privileges', /"no new privileges" flag is set/i],
  [
    'bad-sudoers',
    /is owned by [ug]id \d+, should be|is (world|group) writable|no valid sudoers sources|invalid configuration:|unable to load plugins|unable to initialize policy plugin/i,
  ],
  [
    'password-expired',
    /password (has )?expired|account or password is expired|change your password|new password|new one required/i,
  ],
  ['account-expired', /account validation failure|account (has )?expired/i],
  ['pam', /unable to initialize PAM|PAM (authentication|account management) error/i],
  ['password-required', /a password is required|interactive authentication is required/i],
  ['password-refused', /incorrect (password|authentication)|no password was provided|try again/i],
  [
    'not-allowed',
    /not in the sudoers|not allowed to (execute|run)|I'm afraid I can't do that|may not run /i,
  ],
  ['needs-tty', /must have a tty/i],
  [
    'cannot-log',
    /^sudo(-rs)?: .*(No space left on device|Disk quota exceeded)|unable to (open|write|create|mkdir|lock)\b.{0,300}(\blog\b|sudo-io|\.log\b)|error initializing I\/O plugin/im,
  ],
  ['no-sudo', /sudo: (command )?not found|sudo: No such file/i],
] as const;

/** sudo says it, and starts the command all the same. */
const ONLY_WARNING = /unable to resolve host|setrlimit|unknown setting/i;

/**
 * Why sudo did not start the command, by what it wrote to stderr; undefined when sudo did not complain.
 *
 * @param exit how the command ended, for a complaint that we do not know
 */
export function sudoProblem(
  { name, user, address }: Host,
  stderr: string,
  exit?: Exit,
): Problem | undefined {
  const prompts = [...stderr.matchAll(new RegExp(PROMPT, 'g'))].map(([, whose]) => whose!);
  const words = stderr.replaceAll(new RegExp(PROMPT, 'g'), '\n');
  const detail = lastLines(words, 3);
  const about = { host: name, ...(detail === '' ? {} : { detail }) };
  const account = { user, address };
  // a second prompt is a refusal, whatever words sudoers has chosen for it (badpass_message, insults)
  const asked = prompts.length > 1 ? 'password-refused' : undefined;
  const reason = REFUSALS.find(([, pattern]) => pattern.test(words))?.[0] ?? asked;
  switch (reason) {
    case undefined: {
      const complains = words
        .split('\n')
        .some((line) => /^sudo(-rs)?: /.test(line) && !ONLY_WARNING.test(line));
      if (!exit || !complains) return undefined;
      const params = { reason: 'failed', address, exit: `${exit.code ?? exit.signal}` } as const;
      return { code: 'sudo.refused', ...about, params };
    }
    case 'password-required':
      return { code: 'sudo.password', ...about, params: { reason, ...account } };
    case 'password-refused': {
      const [whose = '%p'] = prompts;
      // the user of ~/.ssh/config is not known here, but it is not root
      const isOther = whose !== '%p' && whose !== user && (user !== null || whose === 'root');
      const other = isOther ? whose : null;
      return { code: 'sudo.password', ...about, params: { reason, ...account, whose: other } };
    }
    default:
      return { code: 'sudo.refused', ...about, params: { reason, ...account } };
  }
}
