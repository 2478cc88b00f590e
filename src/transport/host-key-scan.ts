import pLimit from 'p-limit';
import { openDeadline } from '../model/deadline.ts';
import type { Host } from '../model/host.ts';
import type { Problem } from '../model/problem.ts';
import { ToolError } from '../model/problem.ts';
import { type Hop, routeTo } from './hops.ts';
import { hostKeyNames, knownKeys, otherTypes, refusalOf } from './host-key-policy.ts';
import {
  fingerprint,
  hostKeyAlgorithms,
  judgeHostKey,
  type KnownKey,
  typeOf,
} from './known-hosts.ts';
import { type HostKeyEntry, knownHostsFiles } from './known-hosts-files.ts';
import { type Limits, logins } from './logins.ts';
import type { SshOptions } from './options.ts';
import * as problems from './problems.ts';
import { sshConfig } from './ssh-config-files.ts';
import { ssh2Client } from './ssh2-client.ts';
import { logIn } from './ssh2-login.ts';

/** One SSH server that hosts are reached at, or through. */
export interface Server {
  /** Name of the host, or of the jump host as it is written. */
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly jump: boolean;
}

/** A host key that is not recorded yet, and where it would be. */
export interface NewKey extends HostKeyEntry {
  /** `ssh-ed25519`, ... */
  readonly type: string;
  /** `SHA256:...` */
  readonly fingerprint: string;
  readonly file: string;
}

export type ScanResult =
  | { readonly kind: 'known' }
  | { readonly kind: 'new'; readonly key: NewKey }
  /** Behind a jump host whose own key is not known yet. */
  | { readonly kind: 'later'; readonly behind: string }
  /** Nothing to record: the key has changed, the server cannot be reached, or not by SSH. */
  | { readonly kind: 'trouble'; readonly problem: Problem };

export interface Scanned {
  readonly server: Server;
  readonly result: ScanResult;
}

/**
 * Asks every server on the way to `hosts` for its host key, each once, jump hosts first; hosts without
 * a readable route come last; `forks` at once. Logs in on jump hosts only. Never throws. Reads the known_hosts files anew.
 */
export async function scanHostKeys(
  hosts: readonly Host[],
  options: SshOptions,
  limits: Limits & { readonly forks: number },
): Promise<readonly Scanned[]> {
  const config = sshConfig(options.user, options.systemConfig, options.sshCommand);
  const files = knownHostsFiles();
  const jumps = logins(ssh2Client(options, files));
  const servers = new Map<string, { readonly server: Server; readonly hops: readonly Hop[] }>();
  const unroutable: Scanned[] = [];

  for (const host of hosts) {
    if (host.transport === 'local') continue;
    try {
      const { hops, opensshOnly } = await routeTo(host, config, options.user, options.agent);
      const last = hops.at(-1)!;
      // that command has its keys
      if (last.pin === null && last.settings.knownHostsCommand !== null) continue;
      if (opensshOnly !== null) {
        const params = { address: host.address, setting: opensshOnly };
        throw new ToolError(problems.hostKeyProblem({ reason: 'not-shown', ...params }));
      }
      hops.forEach((hop, i) => {
        const jump = i < hops.length - 1;
        // a pinned host may be the jump host of others: its pin does not vouch for it there
        const id = `${hostKeyNames(hop)[0]} ${hop.pin}`;
        if (servers.has(id)) return;
        const { host: address, port } = hop.endpoint;
        const server = { name: jump ? hop.alias : host.name, address, port, jump };
        servers.set(id, { server, hops: hops.slice(0, i + 1) });
      });
    } catch (error) {
      const { name, address, port } = host;
      const server = { name, address, port: port ?? 22, jump: false };
      unroutable.push({ server, result: troubleOf(error) });
    }
  }
  try {
    const ordered = [...servers.values()].sort((a, b) => +b.server.jump - +a.server.jump);
    const scanned = await pLimit(limits.forks).map(ordered, async ({ server, hops }) => {
      const result = await scan(hops).catch(troubleOf);
      return { server, result };
    });
    return [...scanned, ...unroutable];
  } finally {
    await jumps.close();
  }

  async function scan(hops: readonly Hop[]): Promise<ScanResult> {
    const hop = hops.at(-1)!;
    const before = hops.slice(0, -1);
    // logging in compares the key with the pin: there is nothing to record
    if (hop.pin !== null) return { kind: 'known' };
    for (const jump of before) {
      if (knownKeys(files.read(jump.settings.knownHosts), jump).length === 0)
        return { kind: 'later', behind: jump.alias };
    }
    const known = files.read(hop.settings.knownHosts);
    let blob = await shownKey(hop, before, knownKeys(known, hop, 'open'));
    let verdict = judgeHostKey(known, hostKeyNames(hop), blob);
    const others = otherTypes(verdict, blob);
    if (others) {
      blob = await shownKey(hop, before, others);
      verdict = judgeHostKey(known, hostKeyNames(hop), blob);
    }
    if (verdict.kind !== 'unknown') {
      const problem = refusalOf(verdict, hop, blob);
      return problem === null ? { kind: 'known' } : { kind: 'trouble', problem };
    }
    const file = hop.settings.knownHosts[0]!;
    const knownAs = hostKeyNames(hop)[0];
    const hashed = await config.hashesNames(hop.alias);
    const about = { type: typeOf(blob), fingerprint: fingerprint(blob) };
    return { kind: 'new', key: { ...about, blob, file, knownAs, hashed } };
  }

  async function shownKey(
    hop: Hop,
    before: readonly Hop[],
    recorded: readonly KnownKey[],
  ): Promise<Uint8Array> {
    const { endpoint } = hop;
    const clock = openDeadline(limits.signal);
    const { signal } = clock;
    clock.start(limits.timeoutMs);
    let stage: problems.Stage = 'tcp';
    let blob: Uint8Array | undefined;
    try {
      const jump = await jumps.jumpHost(before, { ...limits, signal });
      const ended = await logIn(hop, jump, {
        offers: [],
        hostKeyAlgorithms: hostKeyAlgorithms(recorded),
        trusts(key) {
          blob = Uint8Array.from(key);
          // ends the connection right after the key exchange: nobody logs in here
          return false;
        },
        // the scan has a limit of its own
        inTurn: (work) => work(),
        onStage: (now) => {
          stage = now;
        },
        signal,
      });
      if (blob) return blob;
      signal.throwIfAborted();
      if (ended.kind !== 'failed') throw new ToolError(problems.dropped(endpoint, 1));
      throw new ToolError(problems.handshakeFailed(endpoint, 'handshake', ended.why));
    } catch (error) {
      if (limits.signal.aborted) throw new ToolError(problems.loginInterrupted(endpoint));
      if (clock.passed) throw new ToolError(problems.tooSlow(endpoint, stage, limits.timeoutMs));
      throw error;
    } finally {
      clock.close();
    }
  }
}

function troubleOf(error: unknown): ScanResult {
  if (!(error instanceof ToolError)) throw error;
  return { kind: 'trouble', problem: error.problem };
}
