import { setMaxListeners } from 'node:events';
import type { Duplex } from 'node:stream';
import type { Client } from 'ssh2';
import type { Host } from '../model/host.ts';
import type { Connection } from '../model/ports.ts';
import type { Problem } from '../model/problem.ts';
import { ToolError } from '../model/problem.ts';
import { bastionPool } from './bastions.ts';
import type { AskPassphrase, KeyRing, Offers } from './keys.ts';
import { keyRing } from './keys.ts';
import type { KnownHosts } from './known-hosts.ts';
import { fingerprint, hostKeyAlgorithms, judgeHostKey, typeOf } from './known-hosts.ts';
import type { KnownHostsFiles } from './known-hosts-files.ts';
import { knownHostsFiles } from './known-hosts-files.ts';
import { forward, knownKeys, namesOf, pause, refusal, usableOffers } from './leg.ts';
import type { Limiter } from './limiter.ts';
import { limiter } from './limiter.ts';
import type { LoginResult } from './login.ts';
import { logIn, openSocket } from './login.ts';
import { NeedsOpenssh } from './needs-openssh.ts';
import type { Endpoint, Stage } from './problems.ts';
import * as say from './problems.ts';
import type { Leg } from './route.ts';
import { routeTo } from './route.ts';
import type { SshUser } from './ssh-config.ts';
import type { SshConfig } from './ssh-config-files.ts';
import { sshConfig } from './ssh-config-files.ts';
import { sshConnection } from './ssh-connection.ts';
import { loadSsh } from './ssh-library.ts';

/** Whose machine this is, and what it may use. */
export interface SshOptions {
  readonly user: SshUser;
  /** SSH_AUTH_SOCK; null: none. */
  readonly agent: string | null;
  /** null: nobody can be asked. */
  readonly askPassphrase: AskPassphrase | null;
  /** Handshakes in flight, over all hosts. Default 32. */
  readonly handshakes?: number;
  /** Default /etc/ssh/ssh_config. */
  readonly systemConfig?: string;
  /** The command that meets the hosts of this run, for whoever is refused. Default "alloyup trust". */
  readonly trust?: string;
  /** What reads OpenSSH's configuration. Default ssh. */
  readonly sshCommand?: string;
}

/** Logs in over SSH. */
export interface SshTransport {
  /** @throws ToolError `ssh.*` as Transport.connect says. */
  connect(host: Host, limits: Limits): Promise<Connection>;
  /** A stream to the SSH server of the last leg, through its jump hosts. @throws ToolError `ssh.*` */
  through(legs: readonly Leg[], limits: Limits): Promise<Duplex>;
  close(): void;
}

interface Limits {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

interface Entered {
  readonly client: Client;
  /** `key ~/.ssh/id_ed25519` */
  readonly by: string;
}

type Open = (signal: AbortSignal) => Promise<Duplex>;

const HANDSHAKES = 32;
/** sshd's default MaxStartups begins to drop at 10 that have not logged in. */
const HANDSHAKES_PER_ENDPOINT = 8;
const DROPS = 8;
const BACKOFF_MS = 150;
/** Longer than this and somebody was asked for a passphrase: the clock starts anew. */
const PATIENCE_MS = 2000;

/** The built-in SSH client, for all hosts of a run: keys are parsed, files read and bastions joined once. */
export function sshTransport(options: SshOptions): SshTransport {
  const { user } = options;
  const config: SshConfig = sshConfig(user, options.systemConfig, options.sshCommand);
  const files: KnownHostsFiles = knownHostsFiles();
  const ring: KeyRing = keyRing(loadSsh, user.home, options.askPassphrase);
  const overall: Limiter = limiter(options.handshakes ?? HANDSHAKES);
  const perEndpoint = new Map<string, Limiter>();
  const bastions = bastionPool<Entered>(({ client }, forget) => {
    client.on('error', forget);
    client.on('close', forget);
  });

  return {
    async connect(host, limits) {
      // one signal for all hosts of a run: hundreds of listeners are no leak
      setMaxListeners(0, limits.signal);
      const { legs, needsOpenssh } = await routeTo(host, config, user, options.agent);
      if (needsOpenssh !== null) throw new NeedsOpenssh(host.name, needsOpenssh);
      const { client, by } = await reach(legs, limits);
      const { endpoint } = legs.at(-1)!;
      const through = legs.slice(0, -1).map((leg) => `, through ${say.endpointText(leg.endpoint)}`);
      const description = `ssh ${say.endpointText(endpoint)}, ${by}${through.join('')}`;
      return sshConnection(client, endpoint, description);
    },
    async through(legs, limits) {
      const last = legs.at(-1)!;
      if (legs.length === 1) return openSocket(last.endpoint, limits.signal);
      const before = legs.slice(0, -1);
      const bastion = await bastions.join(before, () =>
        reach(before, { ...limits, signal: new AbortController().signal }),
      );
      return forward(bastion.client, before.at(-1)!, last, limits.signal);
    },
    close() {
      for (const joined of bastions.clear())
        joined.then(
          ({ client }) => client.end(),
          () => undefined,
        );
    },
  };

  async function reach(legs: readonly Leg[], limits: Limits): Promise<Entered> {
    const leg = legs.at(-1)!;
    if (legs.length === 1) {
      return enter(leg, (signal) => openSocket(leg.endpoint, signal), limits);
    }
    const before = legs.slice(0, -1);
    const bastion = await bastions.join(before, () =>
      // not the signal of the host that happens to come first: others wait for it too
      reach(before, { ...limits, signal: new AbortController().signal }),
    );
    return enter(leg, (signal) => forward(bastion.client, legs.at(-2)!, leg, signal), limits);
  }

  async function enter(leg: Leg, open: Open, limits: Limits): Promise<Entered> {
    const { endpoint } = leg;
    const known = leg.pin === null ? files.read(leg.settings.knownHosts) : null;
    let offers: Promise<Offers> | undefined;

    const clock = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    let stage: Stage = 'limit';
    const restart = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => clock.abort(), limits.timeoutMs);
    };
    const abort = (): void => clock.abort();
    limits.signal.addEventListener('abort', abort, { once: true });

    const seen: Uint8Array[] = [];
    let beyond: NeedsOpenssh | undefined;
    let drops = 0;
    try {
      for (;;) {
        const leave = await places(endpoint, limits.signal);
        let result: LoginResult;
        try {
          if (timer === undefined) restart();
          const began = Date.now();
          stage = 'tcp';
          const opening = open(clock.signal);
          opening.catch(() => undefined);
          offers ??= ring.offers(leg.keys);
          const usable = await usableOffers(offers, opening, leg);
          if (Date.now() - began > PATIENCE_MS && options.askPassphrase) restart();
          const socket = await opening;
          stage = 'greeting';
          result = await logIn(await loadSsh(), socket, {
            endpoint,
            offers: usable,
            hostKeyAlgorithms: hostKeyAlgorithms(knownKeys(known, leg), seen.map(typeOf)),
            judge: (blob) => {
              const trouble = judge(leg, known, blob, seen);
              if (!(trouble instanceof NeedsOpenssh)) return trouble;
              beyond = trouble;
              return trouble.problem;
            },
            onStage: (now) => {
              stage = now;
            },
            signal: clock.signal,
          });
        } finally {
          leave();
        }
        switch (result.kind) {
          case 'in':
            return { client: result.client, by: result.offer.label };
          case 'dropped':
            drops += 1;
            if (drops >= DROPS) throw new ToolError(say.dropped(endpoint, drops));
            stage = 'greeting';
            await pause(BACKOFF_MS * 2 ** Math.min(drops, 5) * (0.5 + Math.random()), clock.signal);
            break;
          case 'host-key':
            if (beyond) throw beyond;
            // a pinned host may have the pinned key as another of its keys
            if (leg.pin === null) throw new ToolError(result.problem);
            if (hostKeyAlgorithms([], seen.map(typeOf)).length === 0) {
              throw new ToolError(result.problem);
            }
            break;
          case 'refused':
            throw new ToolError(refusal(leg, result, await offers));
          case 'let-go':
            throw new ToolError(say.letGo(endpoint, result.words.trim().split('\n').at(-1)!));
          case 'failed':
            if (leg.pin !== null && seen.length > 0) {
              throw new ToolError(say.unpinnedHostKey(endpoint.host, leg.pin, seen));
            }
            if (/no matching/i.test(result.why)) throw new NeedsOpenssh(endpoint.host, result.why);
            throw new ToolError(say.noHandshake(endpoint, result.why));
          case 'aborted':
            throw clock.signal.reason;
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

  async function places(endpoint: Endpoint, signal: AbortSignal): Promise<() => void> {
    const id = `${endpoint.host}:${endpoint.port}`;
    let own = perEndpoint.get(id);
    if (!own) {
      own = limiter(HANDSHAKES_PER_ENDPOINT);
      perEndpoint.set(id, own);
    }
    const leaveOwn = await own.enter(signal);
    try {
      const leaveAll = await overall.enter(signal);
      return () => {
        leaveAll();
        leaveOwn();
      };
    } catch (error) {
      leaveOwn();
      throw error;
    }
  }

  function judge(
    leg: Leg,
    known: KnownHosts | null,
    blob: Uint8Array,
    seen: Uint8Array[],
  ): Problem | NeedsOpenssh | undefined {
    const names = namesOf(leg);
    if (known === null) {
      const pin = leg.pin!;
      if (fingerprint(blob) === pin.replace(/=+$/, '')) return undefined;
      seen.push(Uint8Array.from(blob));
      return say.unpinnedHostKey(leg.endpoint.host, pin, seen);
    }
    // another host of the run may have added the key meanwhile
    const verdict = judgeHostKey(files.read(leg.settings.knownHosts), names, blob);
    switch (verdict.kind) {
      case 'known':
        return undefined;
      case 'changed':
        return say.changedHostKey(names[0], blob, verdict.entries);
      case 'revoked':
        return say.revokedHostKey(names[0], blob, verdict.entry);
      case 'authority':
        // ssh2 asks for no certificates of hosts
        return new NeedsOpenssh(
          names[0],
          `@cert-authority in ${verdict.entry.file}:${verdict.entry.line}`,
        );
      case 'unknown':
        if (leg.hostKeys === 'strict') return say.unknownHostKey(names[0], blob, options.trust);
        try {
          files.add(leg.settings.knownHosts[0]!, names[0], typeOf(blob), blob);
          return undefined;
        } catch (error) {
          if (error instanceof ToolError) return error.problem;
          throw error;
        }
    }
  }
}
