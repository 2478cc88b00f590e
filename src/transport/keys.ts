import { createPrivateKey, sign } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import type { AgentAuthMethod, ParsedKey, PublicKeyAuthMethod } from 'ssh2';
import ssh2 from 'ssh2';
import { memo } from '../model/memo.ts';
import type { UnusableKey } from '../model/problems/connection-problems.ts';
import type { Secret } from '../model/secret.ts';
import type { Identities } from './hops.ts';
import { fingerprint, typeOf } from './known-hosts.ts';
import type { SshOptions } from './options.ts';

/** One key to log in with. */
export interface Offer {
  /** For people: `key ~/.ssh/id_ed25519`, `agent key SHA256:... (ops@laptop)`. */
  readonly label: string;
  method(username: string): PublicKeyAuthMethod | AgentAuthMethod;
}

export interface Offers {
  readonly offers: readonly Offer[];
  /** Keys that were named and cannot be offered. A default name that is absent does not count. */
  readonly unusable: readonly UnusableKey[];
  /** What only OpenSSH can offer: FIDO keys, certificates beside the keys. */
  readonly opensshOnly: readonly string[];
}

const PASSPHRASE_TRIES = 3;
const AGENT_DEADLINE_MS = 5000;

/** Parses each key file and lists each agent's keys once a run: bcrypt of a passphrase blocks for 0.3 s. */
export function keyRing(
  home: string,
  askPassphrase: SshOptions['askPassphrase'],
): (identities: Identities) => Promise<Offers> {
  const short = (path: string): string =>
    path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
  const keysOfAgent = memo(listAgent);
  const openOnce = memo((path: string) => openKeyFile(path));
  const unlockOnce = memo(async (path) => {
    for (let tries = 0; askPassphrase && tries < PASSPHRASE_TRIES; tries += 1) {
      const passphrase = await askPassphrase(path);
      if (passphrase === null) break;
      const file = openKeyFile(path, passphrase);
      if (file.kind !== 'locked') return file;
    }
    return openKeyFile(path);
  });

  const gather = async ({ files, source, allAgentKeys, agent }: Identities): Promise<Offers> => {
    const offers: Offer[] = [];
    const unusable: UnusableKey[] = [];
    const opensshOnly: string[] = [];
    const used = new Set<string>();
    const offer = (blob: Buffer, label: string, method: Offer['method']): void => {
      const id = blob.toString('base64');
      if (!used.has(id)) offers.push({ label, method });
      used.add(id);
    };
    const offerOfAgent = (key: ParsedKey, name: string): void =>
      offer(key.getPublicSSH(), `agent key ${name}`, (username) => ({
        type: 'agent',
        username,
        agent: new OneKeyAgent(agent!, key),
      }));
    const inAgent = async (file: KeyFile): Promise<ParsedKey | undefined> => {
      if (!('blob' in file) || file.blob === null || agent === null) return undefined;
      return (await keysOfAgent(agent)).find((key) => key.getPublicSSH().equals(file.blob!));
    };

    // as ssh(1): the agent's keys that a file names come first, then the agent's others, then files
    if (allAgentKeys && agent !== null) {
      for (const path of files) {
        const key = await inAgent(openOnce(path));
        if (key) offerOfAgent(key, short(path));
      }
      for (const key of await keysOfAgent(agent)) {
        const comment = key.comment ? ` (${key.comment})` : '';
        offerOfAgent(key, `${fingerprint(key.getPublicSSH())}${comment}`);
      }
    }
    for (const path of files) {
      let file = openOnce(path);
      const held = file.kind === 'key' ? undefined : await inAgent(file);
      if (held) {
        offerOfAgent(held, short(path));
        continue;
      }
      if (file.kind === 'locked' && (source !== 'default' || offers.length === 0)) {
        file = await unlockOnce(path);
      }
      if (file.kind === 'key') {
        const { key, blob } = file;
        const certificate = `${path}-cert.pub`;
        if (!used.has(blob.toString('base64')) && existsSync(certificate)) {
          opensshOnly.push(`the certificate ${short(certificate)}`);
        }
        offer(blob, `key ${short(path)}`, (username) => ({ type: 'publickey', username, key }));
      } else if (file.kind === 'fido') {
        opensshOnly.push(`the FIDO key ${short(path)}`);
      } else if (file.kind !== 'absent' || source !== 'default') {
        const said = file.kind === 'unreadable' ? file.why : '';
        unusable.push({ why: file.kind, file: short(path), said });
      }
    }
    return { offers, unusable, opensshOnly };
  };

  const gatherOnce = memo((identities) => gather(JSON.parse(identities)));
  return (identities) => gatherOnce(JSON.stringify(identities));
}

type KeyFile =
  | { readonly kind: 'key'; readonly key: ParsedKey; readonly blob: Buffer }
  /** Needs a passphrase; `blob`: its public half, null when the format hides it. */
  | { readonly kind: 'locked'; readonly blob: Buffer | null }
  | { readonly kind: 'public'; readonly blob: Buffer }
  | { readonly kind: 'fido' }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unreadable'; readonly why: string };

function openKeyFile(path: string, passphrase?: Secret): KeyFile {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'absent' };
    return { kind: 'unreadable', why: code ?? message };
  }
  const [type = '', base64] = text.trim().split(/\s+/);
  if (base64 !== undefined && /^(ssh|ecdsa|sk)-[\w.@-]+$/.test(type)) {
    if (type.startsWith('sk-')) return { kind: 'fido' };
    return { kind: 'public', blob: Buffer.from(base64, 'base64') };
  }
  const blob = publicHalf(text);
  if (blob && typeOf(blob).startsWith('sk-')) return { kind: 'fido' };

  const key = ssh2.utils.parseKey(text, passphrase?.reveal());
  if (!(key instanceof Error)) {
    const blob = key.getPublicSSH();
    return key.isPrivateKey() ? { kind: 'key', key: signer(key), blob } : { kind: 'public', blob };
  }
  if (/passphrase|integrity check|decrypt/i.test(key.message)) return { kind: 'locked', blob };
  return { kind: 'unreadable', why: key.message };
}

/** What is hashed with where the server names nothing newer; ed25519 hashes by itself. */
const HASHES: Readonly<Record<string, string | null>> = {
  'ssh-ed25519': null,
  'ecdsa-sha2-nistp256': 'sha256',
  'ecdsa-sha2-nistp384': 'sha384',
  'ecdsa-sha2-nistp521': 'sha512',
  'ssh-rsa': 'sha1',
};

/** ssh2 reads a key's PEM again for each signature: with ed25519, ten times the work of signing. */
function signer(key: ParsedKey): ParsedKey {
  const hash = HASHES[key.type];
  if (hash === undefined) return key;
  try {
    const opened = createPrivateKey(key.getPrivatePEM());
    key.sign = (data, algorithm) => {
      try {
        return sign(algorithm ?? hash, Buffer.from(data), opened);
      } catch (error) {
        // what ssh2 takes for a failure
        return error as Buffer;
      }
    };
  } catch {
    // ssh2 says what is wrong when it is this key's turn
  }
  return key;
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
    field(); // cipher
    field(); // key derivation
    field(); // its options
    at += 4; // number of keys
    const blob = field();
    return blob.length > 0 ? Buffer.from(blob) : null;
  } catch {
    return null;
  }
}

/** An agent that offers one key: the server counts each key offered, so the order is ours. */
class OneKeyAgent extends ssh2.OpenSSHAgent {
  readonly #key: ParsedKey;

  constructor(socket: string, key: ParsedKey) {
    super(socket);
    this.#key = key;
  }

  override getIdentities(found: (error?: Error, keys?: ParsedKey[]) => void): void {
    found(undefined, [this.#key]);
  }
}

/** The keys of an agent; none when it does not answer: other keys are still tried. */
function listAgent(socket: string): Promise<readonly ParsedKey[]> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve([]), AGENT_DEADLINE_MS);
    new ssh2.OpenSSHAgent(socket).getIdentities((error, keys) => {
      clearTimeout(timer);
      const listed = error ? [] : (keys ?? []);
      const parsed = listed.map((key) => ssh2.utils.parseKey(key as ParsedKey));
      resolve(parsed.filter((key): key is ParsedKey => !(key instanceof Error)));
    });
  });
}

/**
 * The keys of the agent at a socket; none where there is none, or it does not answer. `name`: the
 * comment in the agent, usually a file or a person, else the fingerprint; `line`: the public half as
 * files have it, `ssh-ed25519 AAAA...`.
 */
export async function agentKeys(socket: string | null) {
  if (socket === null) return [];
  return (await listAgent(socket)).map((key) => {
    const blob = key.getPublicSSH();
    const line = `${key.type} ${blob.toString('base64')}`;
    return { name: key.comment || fingerprint(blob), line };
  });
}
