import type { Host } from '../model/host.ts';
import type { Problem } from '../model/problem.ts';
import { ToolError } from '../model/problem.ts';
import { fingerprint, hostKeyAlgorithms, judgeHostKey, typeOf } from './known-hosts.ts';
import { type KnownHostsFiles, knownHostsFiles } from './known-hosts-files.ts';
import { knownKeys, namesOf } from './leg.ts';
import { logIn } from './login.ts';
import * as say from './problems.ts';
import { type Leg, routeTo } from './route.ts';
import type { SshOptions } from './ssh.ts';
import { sshTransport } from './ssh.ts';
import { type SshConfig, sshConfig } from './ssh-config-files.ts';
import { loadSsh } from './ssh-library.ts';

/** One SSH server that hosts are reached at, or through. */
export interface Server {
  /** Name of the host, or of the jump host as it is written. */
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly jump: boolean;
}

/** A key that nobody has met, and where it would be kept. */
export interface NewKey {
  /** `ssh-ed25519`, ... */
  readonly type: string;
  /** `SHA256:...` */
  readonly fingerprint: string;
  readonly blob: Uint8Array;
  readonly file: string;
  /** `web-01`, or `[web-01]:2222`. */
  readonly knownAs: string;
  /** The configuration of OpenSSH wants names hashed. */
  readonly hashed: boolean;
}

/** What a server showed when it was asked for its key. */
export type Meeting =
  | { readonly kind: 'known' }
  | { readonly kind: 'new'; readonly key: NewKey }
  /** Behind a jump host whose own key is not known yet. */
  | { readonly kind: 'later'; readonly behind: string }
  /** Nothing to record: another key than is known, nobody there, reached without SSH. */
  | { readonly kind: 'trouble'; readonly problem: Problem };

export interface Met {
  readonly server: Server;
  readonly meeting: Meeting;
}

/** Asks servers for their host keys, and goes before any login. */
export interface HostKeys {
  /** Every server on the way to `hosts`, each once, jump hosts first. Never throws. */
  meet(hosts: readonly Host[], limits: Limits): Promise<readonly Met[]>;
  close(): void;
}

interface Limits {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Servers asked at once. */
  readonly forks: number;
}

/** Each call reads the known_hosts files anew. */
export function hostKeys(options: SshOptions): HostKeys {
  const { user } = options;
  const config = sshConfig(user, options.systemConfig, options.sshCommand);
  const transport = sshTransport(options);

  return {
    async meet(hosts, limits) {
      const files = knownHostsFiles();
      const { asks, met } = await asksOf(hosts);
      const meetings = await eachOf(asks, limits.forks, async ({ server, legs }) => {
        const meeting = await meetOne(server, legs, files, limits).catch(troubleOf);
        return { server, meeting };
      });
      return [...meetings, ...met];
    },
    close: () => transport.close(),
  };

  /** A server and the legs that lead to it; hosts whose way cannot be told are met already. */
  async function asksOf(hosts: readonly Host[]) {
    const asks = new Map<string, { readonly server: Server; readonly legs: readonly Leg[] }>();
    const met: Met[] = [];
    for (const host of hosts) {
      if (host.transport === 'local') continue;
      const address = host.address;
      try {
        const { legs, needsOpenssh } = await routeTo(host, config, user, options.agent);
        if (needsOpenssh !== null) throw new ToolError(onlyBySsh(host, needsOpenssh));
        legs.forEach((leg, i) => {
          const jump = i < legs.length - 1;
          const id = `${namesOf(leg)[0]} ${leg.pin}`;
          if (asks.has(id)) return;
          const { host: at, port } = leg.endpoint;
          const server = { name: jump ? leg.alias : host.name, address: at, port, jump };
          asks.set(id, { server, legs: legs.slice(0, i + 1) });
        });
      } catch (error) {
        const server = { name: host.name, address, port: host.port ?? 22, jump: false };
        met.push({ server, meeting: troubleOf(error) });
      }
    }
    const all = [...asks.values()];
    return {
      asks: [...all.filter((a) => a.server.jump), ...all.filter((a) => !a.server.jump)],
      met,
    };
  }

  async function meetOne(
    server: Server,
    legs: readonly Leg[],
    files: KnownHostsFiles,
    limits: Limits,
  ): Promise<Meeting> {
    const leg = legs.at(-1)!;
    // a pin of the inventory needs no meeting: a login holds the key against it
    if (leg.pin !== null) return { kind: 'known' };
    const known = files.read(leg.settings.knownHosts);
    for (const before of legs.slice(0, -1)) {
      const some = knownKeys(files.read(before.settings.knownHosts), before).length > 0;
      if (before.pin === null && !some) return { kind: 'later', behind: before.alias };
    }
    const clock = AbortSignal.any([limits.signal, AbortSignal.timeout(limits.timeoutMs)]);
    let stage: say.Stage = 'tcp';
    let shown: Uint8Array | undefined;
    try {
      const socket = await transport.through(legs, { ...limits, signal: clock });
      stage = 'greeting';
      const ended = await logIn(await loadSsh(), socket, {
        endpoint: leg.endpoint,
        offers: [],
        hostKeyAlgorithms: hostKeyAlgorithms(knownKeys(known, leg)),
        judge(blob) {
          shown = Uint8Array.from(blob);
          // refusing ends the connection right after the key exchange: nobody logs in here
          return say.calledOff(leg.endpoint);
        },
        onStage: () => undefined,
        signal: clock,
      });
      if (ended.kind === 'aborted') throw clock.reason;
      if (ended.kind === 'dropped') throw new ToolError(say.dropped(leg.endpoint, 1));
      if (ended.kind === 'failed') throw new ToolError(say.noHandshake(leg.endpoint, ended.why));
    } catch (error) {
      if (limits.signal.aborted) throw new ToolError(say.calledOff(leg.endpoint));
      if (clock.aborted) throw new ToolError(say.tooSlow(leg.endpoint, stage, limits.timeoutMs));
      throw error;
    }
    const blob = shown!;
    const names = namesOf(leg);
    const verdict = judgeHostKey(known, names, blob);
    switch (verdict.kind) {
      case 'known':
      case 'authority':
        return { kind: 'known' };
      case 'changed':
        return { kind: 'trouble', problem: say.changedHostKey(names[0], blob, verdict.entries) };
      case 'revoked':
        return { kind: 'trouble', problem: say.revokedHostKey(names[0], blob, verdict.entry) };
      case 'unknown':
        return { kind: 'new', key: await newKey(leg, server, blob, config) };
    }
  }
}

async function newKey(
  leg: Leg,
  server: Server,
  blob: Uint8Array,
  config: SshConfig,
): Promise<NewKey> {
  const [knownAs] = namesOf(leg);
  return {
    type: typeOf(blob),
    fingerprint: fingerprint(blob),
    blob,
    file: leg.settings.knownHosts[0]!,
    knownAs,
    hashed: await config.hashesNames(leg.alias || server.address),
  };
}

const onlyBySsh = ({ name, address }: Host, what: string): Problem => ({
  code: 'ssh.host-key',
  message: `${name} is reached by OpenSSH's own client alone (${what}), which shows its key itself`,
  hint: `log in once and compare the key: ssh ${address}`,
});

function troubleOf(error: unknown): Meeting {
  if (!(error instanceof ToolError)) throw error;
  return { kind: 'trouble', problem: error.problem };
}

/** `work` on each item, at most `atOnce` of them at a time; results in the order of the items. */
async function eachOf<T, R>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++;
      results[index] = await work(items[index]!);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
  return results;
}
