import { createPrivateKey, sign } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import type { AgentAuthMethod, ParsedKey, PublicKeyAuthMethod } from 'ssh2';
import type { Problem } from '../model/problem.ts';
import type { Secret } from '../model/secret.ts';
import { listAgent } from './agent.ts';
import { fingerprint, typeOf } from './known-hosts.ts';
import type { SshLibrary } from './ssh-library.ts';

/** Asks a person for the passphrase of a key file; null: no answer. */
export type AskPassphrase = (file: string) => Promise<Secret | null>;

/** One way to prove who we are. */
export interface Offer {
  /** For people: `key ~/.ssh/id_ed25519`, `agent key SHA256:... (ops@laptop)`. */
  readonly label: string;
  method(username: string): PublicKeyAuthMethod | AgentAuthMethod;
}

/** What can be offered to a host, and why some of what was asked for cannot. */
export interface Offers {
  readonly offers: readonly Offer[];
  /** Of the files that the inventory or ~/.ssh/config names; default names that are absent are no problem. */
  readonly problems: readonly Problem[];
  /** What only OpenSSH's own client could offer: FIDO keys, certificates beside the keys. */
  readonly needsOpenssh: readonly string[];
}

/** Which keys a login may use. */
export interface Identities {
  /** Files that were named; all must be usable unless `optional`. */
  readonly files: readonly string[];
  /** Default names: may be absent. */
  readonly optional: boolean;
  /** Ask the agent for all of its keys; else only for those of `files`. */
  readonly agentKeys: boolean;
  /** The agent's socket; null: none. */
  readonly agent: string | null;
}

export const DEFAULT_KEY_NAMES = ['id_ed25519', 'id_ecdsa', 'id_rsa'] as const;
const PASSPHRASE_TRIES = 3;

/** Parses each key file and lists the agent's keys at most once a run: bcrypt of a passphrase blocks for 0.3 s. */
export interface KeyRing {
  offers(identities: Identities): Promise<Offers>;
}

export function keyRing(
  loadLibrary: () => Promise<SshLibrary>,
  home: string,
  askPassphrase: AskPassphrase | null,
): KeyRing {
  const cache = new Map<string, Promise<Offers>>();
  const files = new Map<string, Promise<KeyFile>>();
  const agents = new Map<string, Promise<readonly ParsedKey[]>>();
  const short = (path: string): string =>
    path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;

  const agentKeys = (library: SshLibrary, socket: string | null): Promise<readonly ParsedKey[]> => {
    if (socket === null) return Promise.resolve([]);
    let listed = agents.get(socket);
    if (!listed) {
      listed = listAgent(library, socket);
      agents.set(socket, listed);
    }
    return listed;
  };

  const openFile = (library: SshLibrary, path: string): Promise<KeyFile> => {
    let opened = files.get(path);
    if (!opened) {
      opened = Promise.resolve(openKeyFile(library, path));
      files.set(path, opened);
    }
    return opened;
  };

  const unlock = async (library: SshLibrary, path: string): Promise<KeyFile> => {
    for (let tries = 0; askPassphrase && tries < PASSPHRASE_TRIES; tries += 1) {
      const passphrase = await askPassphrase(path);
      if (passphrase === null) break;
      const file = openKeyFile(library, path, passphrase);
      if (file.kind !== 'locked') return file;
    }
    return openKeyFile(library, path);
  };

  const unlocking = new Map<string, Promise<KeyFile>>();
  const unlockOnce = (library: SshLibrary, path: string): Promise<KeyFile> => {
    let unlocked = unlocking.get(path);
    if (!unlocked) {
      unlocked = unlock(library, path);
      unlocking.set(path, unlocked);
    }
    return unlocked;
  };

  const gather = async (asked: Identities): Promise<Offers> => {
    const library = await loadLibrary();
    const offers: Offer[] = [];
    const problems: Problem[] = [];
    const needsOpenssh: string[] = [];
    const locked: string[] = [];
    const held = asked.agentKeys ? await agentKeys(library, asked.agent) : null;
    const used = new Set<string>();
    const offerAgent = (key: ParsedKey, from?: string): void => {
      const blob = key.getPublicSSH();
      const id = blob.toString('base64');
      if (used.has(id)) return;
      used.add(id);
      const name = from ?? `${fingerprint(blob)}${key.comment ? ` (${key.comment})` : ''}`;
      offers.push({
        label: `agent key ${name}`,
        method: (username) => ({
          type: 'agent',
          username,
          agent: oneKeyAgent(library, asked.agent!, key),
        }),
      });
    };
    const inAgent = async (blob: Buffer | null): Promise<ParsedKey | undefined> =>
      blob === null
        ? undefined
        : (held ?? (await agentKeys(library, asked.agent))).find((key) =>
            key.getPublicSSH().equals(blob),
          );

    const opened: { path: string; file: KeyFile }[] = [];
    for (const path of asked.files) opened.push({ path, file: await openFile(library, path) });
    // as ssh(1): the agent's keys that a file names come first, then the agent's others, then files
    if (held) {
      for (const { path, file } of opened) {
        const key = await inAgent('blob' in file ? file.blob : null);
        if (key) offerAgent(key, short(path));
      }
      for (const key of held) offerAgent(key);
    }
    for (const { path, file: first } of opened) {
      let file = first;
      if (file.kind === 'locked' || file.kind === 'public') {
        const key = await inAgent(file.blob);
        if (key) {
          offerAgent(key, short(path));
          continue;
        }
      }
      if (file.kind === 'locked' && (!asked.optional || offers.length === 0)) {
        file = await unlockOnce(library, path);
      }
      switch (file.kind) {
        case 'key': {
          const { key, blob } = file;
          const id = blob.toString('base64');
          if (used.has(id)) break;
          used.add(id);
          offers.push({
            label: `key ${short(path)}`,
            method: (username) => ({ type: 'publickey', username, key }),
          });
          if (existsSync(`${path}-cert.pub`)) {
            needsOpenssh.push(`the certificate ${short(`${path}-cert.pub`)}`);
          }
          break;
        }
        case 'locked':
          locked.push(path);
          break;
        case 'public':
          problems.push({
            code: 'ssh.auth',
            message: `${short(path)} is a public key, and no agent holds its private half`,
            hint: `add it to the agent: ssh-add ${short(path.replace(/\.pub$/, ''))}`,
          });
          break;
        case 'fido':
          needsOpenssh.push(`the FIDO key ${short(path)}`);
          break;
        case 'absent':
          if (asked.optional) break;
          problems.push({
            code: 'ssh.auth',
            message: `the key file ${short(path)} does not exist`,
            hint: 'correct ssh.identity in the inventory (or IdentityFile in ~/.ssh/config)',
          });
          break;
        case 'unreadable':
          problems.push({
            code: 'ssh.auth',
            message: `the key file ${short(path)} cannot be used: ${file.why}`,
            hint: `look at it: ssh-keygen -y -f ${short(path)}`,
          });
          break;
      }
    }
    for (const path of locked) {
      problems.push({
        code: 'ssh.auth',
        message: `the key file ${short(path)} needs its passphrase`,
        hint: `add it to the agent: ssh-add ${short(path)}`,
      });
    }
    return { offers, problems, needsOpenssh };
  };

  return {
    offers(asked) {
      const id = JSON.stringify(asked);
      let gathered = cache.get(id);
      if (!gathered) {
        gathered = gather(asked);
        cache.set(id, gathered);
      }
      return gathered;
    },
  };
}

type KeyFile =
  | { readonly kind: 'key'; readonly key: ParsedKey; readonly blob: Buffer }
  /** Needs a passphrase; `blob`: its public half, null when the format hides it. */
  | { readonly kind: 'locked'; readonly blob: Buffer | null }
  | { readonly kind: 'public'; readonly blob: Buffer }
  | { readonly kind: 'fido' }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unreadable'; readonly why: string };

function openKeyFile({ ssh2 }: SshLibrary, path: string, passphrase?: Secret): KeyFile {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    return code === 'ENOENT' || code === 'ENOTDIR'
      ? { kind: 'absent' }
      : { kind: 'unreadable', why: code ?? message };
  }
  const [kind, base64] = text.trim().split(/\s+/);
  if (base64 !== undefined && /^(ssh|ecdsa|sk)-[\w.@-]+$/.test(kind ?? '')) {
    return kind?.startsWith('sk-')
      ? { kind: 'fido' }
      : { kind: 'public', blob: Buffer.from(base64, 'base64') };
  }
  const blob = publicHalf(text);
  if (blob && typeOf(blob).startsWith('sk-')) return { kind: 'fido' };

  const parsed = ssh2.utils.parseKey(text, passphrase?.reveal());
  if (!(parsed instanceof Error)) {
    return parsed.isPrivateKey()
      ? { kind: 'key', key: readOnce(parsed), blob: parsed.getPublicSSH() }
      : { kind: 'public', blob: parsed.getPublicSSH() };
  }
  if (/passphrase|integrity check|decrypt|bad decrypt/i.test(parsed.message)) {
    return { kind: 'locked', blob };
  }
  return { kind: 'unreadable', why: parsed.message };
}

/** ssh2 has the PEM text of a key read anew for each signature, which takes ten times as long as to sign. */
function readOnce(key: ParsedKey): ParsedKey {
  if (key.type !== 'ssh-ed25519') return key;
  const secret = createPrivateKey(key.getPrivatePEM());
  return Object.assign(key, { sign: (data: Buffer) => sign(null, data, secret) });
}

/** The public key that an OpenSSH private key file carries unencrypted (PROTOCOL.key of OpenSSH). */
function publicHalf(text: string): Buffer | null {
  const [, base64] = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]+?)-----END/.exec(text) ?? [];
  if (base64 === undefined) return null;
  const bytes = Buffer.from(base64, 'base64');
  let at = 'openssh-key-v1\0'.length;
  const field = (): Buffer => {
    const length = bytes.readUInt32BE(at);
    at += 4 + length;
    return bytes.subarray(at - length, at);
  };
  try {
    field();
    field();
    field();
    at += 4;
    const blob = field();
    return blob.length > 0 ? Buffer.from(blob) : null;
  } catch {
    return null;
  }
}

/** An agent that shows one key, so that no login asks for the list again. */
function oneKeyAgent({ ssh2 }: SshLibrary, socket: string, key: ParsedKey) {
  class OneKeyAgent extends ssh2.OpenSSHAgent {
    override getIdentities(found: (error?: Error, keys?: ParsedKey[]) => void): void {
      found(undefined, [key]);
    }
  }
  return new OneKeyAgent(socket);
}
