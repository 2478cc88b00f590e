import type { Host } from '../model/host.ts';
import type { Connection } from '../model/ports.ts';
import type { Problem } from '../model/problem.ts';
import { isWritten, ToolError } from '../model/problem.ts';
import { bastionPool } from './bastions.ts';
import { keyRing } from './keys.ts';
import { judgeHostKey, typeOf } from './known-hosts.ts';
import { knownHostsFiles } from './known-hosts-files.ts';
import { namesOf, pause } from './leg.ts';
import { limiter } from './limiter.ts';
import { proxyOver } from './openssh-argv.ts';
import { opensshConnection } from './openssh-connection.ts';
import type { LoginLog } from './openssh-log.ts';
import { masterMaker } from './openssh-login.ts';
import type { Master } from './openssh-master.ts';
import { refusalOf } from './openssh-problems.ts';
import * as say from './problems.ts';
import type { Leg } from './route.ts';
import { routeTo } from './route.ts';
import type { SshOptions } from './ssh.ts';
import { sshConfig } from './ssh-config-files.ts';
import { loadSsh } from './ssh-library.ts';

/** Logs in with the system's OpenSSH: one master for each host and run, one for each bastion of all hosts. */
export interface OpensshTransport {
  /** @throws ToolError `ssh.*` as Transport.connect says. */
  connect(host: Host, limits: Limits, why: string): Promise<Connection>;
  /** Ends every master and removes the folder of their sockets. Safe to call twice. */
  close(): Promise<void>;
}

interface Limits {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

interface Entered {
  readonly master: Master;
  /** `key ~/.ssh/id_ed25519` */
  readonly by: string;
}

/** Each login is a process and 100 ms of work (measured: a post-quantum key exchange). */
const HANDSHAKES = 12;
const DROPS = 8;
const BACKOFF_MS = 150;

export function opensshTransport(options: SshOptions): OpensshTransport {
  const { user } = options;
  const ssh = options.sshCommand ?? 'ssh';
  const config = sshConfig(user, options.systemConfig, options.sshCommand);
  const known = knownHostsFiles();
  // asks nobody for a passphrase: neither does ssh in BatchMode
  const ring = keyRing(loadSsh, user.home, null);
  const places = limiter(Math.min(options.handshakes ?? HANDSHAKES, HANDSHAKES));
  const maker = masterMaker(ssh, user.home);
  const bastions = bastionPool<Entered>(({ master }, forget) => master.onEnd(forget));

  return {
    async connect(host, limits, why) {
      const { legs } = await routeTo(host, config, user, options.agent);
      const { master, by } = await reach(legs, limits);
      const { endpoint } = legs.at(-1)!;
      const through = legs.slice(0, -1).map((leg) => `, through ${say.endpointText(leg.endpoint)}`);
      const description = `openssh ${say.endpointText(endpoint)}, ${by}${through.join('')}`;
      return opensshConnection(ssh, master, endpoint, { description, why });
    },
    async close() {
      bastions.clear();
      await maker.close();
    },
  };

  async function reach(legs: readonly Leg[], limits: Limits): Promise<Entered> {
    const leg = legs.at(-1)!;
    if (legs.length === 1) return enter(leg, null, limits);
    const before = legs.slice(0, -1);
    const bastion = await bastions.join(before, () =>
      // not the signal of the host that happens to come first: others wait for it too
      reach(before, { ...limits, signal: new AbortController().signal }),
    );
    return enter(leg, proxyOver(ssh, bastion.master.files.socket, leg.endpoint), limits);
  }

  async function enter(leg: Leg, through: string | null, limits: Limits): Promise<Entered> {
    const { endpoint, pin } = leg;
    const clock = new AbortController();
    const timer = setTimeout(() => clock.abort(), limits.timeoutMs);
    const abort = (): void => clock.abort();
    limits.signal.addEventListener('abort', abort, { once: true });
    if (limits.signal.aborted) abort();
    let stage: say.Stage = 'limit';
    let drops = 0;
    const seen: Uint8Array[] = [];
    try {
      for (;;) {
        const leave = await places.enter(clock.signal);
        const { result, log, keys } = await maker
          .logIn(
            { leg, through, without: seen.map(typeOf), timeoutMs: limits.timeoutMs },
            clock.signal,
          )
          .finally(leave);
        stage = log.stage;
        if (result !== 'refused') return { master: result, by: log.by ?? 'no key' };
        if (clock.signal.aborted) throw clock.signal.reason;
        const refusal = refusalOf(log, endpoint, limits.timeoutMs);
        switch (refusal.kind) {
          case 'problem':
            // it has no more keys to show, and none was the pinned one
            if (pin !== null && seen.length > 0) throw new ToolError(distrust(leg, log, seen));
            throw new ToolError(refusal.problem);
          case 'keys':
            throw new ToolError(...(await keysRefused(leg, log, refusal.tooMany)));
          case 'dropped':
            drops += 1;
            if (drops >= DROPS) throw new ToolError(say.dropped(endpoint, drops));
            await pause(BACKOFF_MS * 2 ** Math.min(drops, 5) * (0.5 + Math.random()), clock.signal);
            break;
          case 'host-key': {
            const shown = keys.filter(
              (key) => !seen.some((other) => typeOf(other) === typeOf(key)),
            );
            seen.push(...shown);
            // a pinned host may have the pinned key as another of its keys
            if (pin === null || shown.length === 0) throw new ToolError(distrust(leg, log, seen));
          }
        }
      }
    } catch (error) {
      if (limits.signal.aborted) throw new ToolError(say.calledOff(endpoint));
      if (clock.signal.aborted) {
        const late = say.tooSlow(endpoint, stage, limits.timeoutMs);
        throw new ToolError(drops > 0 ? say.dropped(endpoint, drops) : late);
      }
      throw error;
    } finally {
      clearTimeout(timer);
      limits.signal.removeEventListener('abort', abort);
    }
  }

  /** The same words as the built-in client has, from the same files. */
  function distrust(leg: Leg, log: LoginLog, seen: readonly Uint8Array[]): Problem {
    const [name] = namesOf(leg);
    const blob = seen.at(-1);
    if (blob === undefined) return say.distrusted(leg.endpoint, log.said);
    if (leg.pin !== null) return say.unpinnedHostKey(name, leg.pin, seen);
    const verdict = judgeHostKey(known.read(leg.settings.knownHosts), namesOf(leg), blob);
    switch (verdict.kind) {
      case 'changed':
        return say.changedHostKey(name, blob, verdict.entries);
      case 'revoked':
        return say.revokedHostKey(name, blob, verdict.entry);
      case 'unknown':
        return say.unknownHostKey(name, blob, options.trust);
      default:
        return say.distrusted(leg.endpoint, log.said);
    }
  }

  async function keysRefused(
    { endpoint, keys }: Leg,
    { offered, methods, said }: LoginLog,
    tooMany: boolean,
  ): Promise<readonly [Problem, ...Problem[]]> {
    if (tooMany) return [say.tooManyKeys(endpoint, offered)];
    const { problems } = await ring.offers(keys);
    const [first, ...others] = problems;
    // ssh offers the public half of a key that it cannot open: what is wrong is the private one
    const usable = offered.filter(
      (label) =>
        !problems.some(
          (problem) =>
            isWritten(problem) && problem.message.includes(` ${label.replace(/^\w+ /, '')} `),
        ),
    );
    if (usable.length === 0 && first) return [first, ...others];
    if (offered.length === 0 && methods.includes('publickey'))
      return [say.noKey(endpoint, 'ssh found none to offer')];
    const problem = say.refused(endpoint, offered, methods, problems);
    // what ssh says of a key that it could not load or sign with
    const why = said.filter((row) => /^(Load key|sign_and_send_pubkey|@|It is required)/.test(row));
    return [why.length > 0 ? { ...problem, detail: why.join('\n') } : problem];
  }
}
