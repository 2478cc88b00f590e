import type { ParsedKey } from 'ssh2';
import { fingerprint } from './known-hosts.ts';
import { loadSsh, type SshLibrary } from './ssh-library.ts';

const AGENT_DEADLINE_MS = 5000;

/** Keys of an agent; none when it does not answer: what else is there is still tried. */
export function listAgent({ ssh2 }: SshLibrary, socket: string): Promise<readonly ParsedKey[]> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve([]), AGENT_DEADLINE_MS);
    new ssh2.OpenSSHAgent(socket).getIdentities((error, keys) => {
      clearTimeout(timer);
      const parsed = (error ? [] : (keys ?? []))
        .map((key) => ssh2.utils.parseKey(key as ParsedKey))
        .filter((key): key is ParsedKey => !(key instanceof Error));
      resolve(parsed);
    });
  });
}

/** A key that an agent holds. */
export interface AgentKey {
  /** Its comment there, most often a file or a person; else its fingerprint. */
  readonly name: string;
  /** Its public half as files have it: `ssh-ed25519 AAAA...`. */
  readonly line: string;
}

/** The keys of the agent behind a socket; none where there is none, or it does not answer. */
export async function agentKeys(socket: string | null): Promise<readonly AgentKey[]> {
  if (socket === null) return [];
  const keys = await listAgent(await loadSsh(), socket);
  return keys.map((key) => {
    const blob = key.getPublicSSH();
    return {
      name: key.comment || fingerprint(blob),
      line: `${key.type} ${blob.toString('base64')}`,
    };
  });
}
