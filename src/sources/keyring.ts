import { createHash } from 'node:crypto';
import type { AnyPacket } from 'openpgp';
import type { Certificate } from '../model/plan.ts';

/** A certificate of a keyring, judged with every revocation that the keyring holds. */
export interface KeyringCertificate extends Certificate {
  /** Its packets as found in the keyring. */
  readonly bytes: Uint8Array;
  /** false: of an unsupported type, so whether it is valid is unknown. */
  readonly readable: boolean;
}

/** It takes 60 ms to load, and a converged fleet does not need it. */
const loadOpenpgp = () => import('openpgp');

/**
 * Reads every certificate of a keyring. One without a valid self-signature counts as expired in 1970.
 *
 * @throws Error when it is not a keyring
 */
export async function readKeyring(bytes: Uint8Array): Promise<readonly KeyringCertificate[]> {
  const { readKey, revokeKey } = await loadOpenpgp();
  const { certificates, looseSignatures } = await splitKeyring(bytes);
  const revocations = await Promise.all(looseSignatures.map(armored));

  const judged = await Promise.all(
    certificates.map(async ({ fingerprint, bytes }): Promise<KeyringCertificate> => {
      try {
        let key = await readKey({ binaryKey: bytes });
        for (const revocationCertificate of revocations) {
          // throws unless it is this key's own, and valid
          const revoked = revokeKey({ key, revocationCertificate, format: 'object' });
          key = (await revoked.catch(() => undefined))?.publicKey ?? key;
        }
        const expires = await key.getExpirationTime();
        return {
          fingerprint: key.getFingerprint().toUpperCase(),
          expiresAt: expires instanceof Date ? expires.getTime() : expires === null ? 0 : null,
          revoked: await key.isRevoked(),
          readable: true,
          bytes,
        };
      } catch {
        return { fingerprint, expiresAt: null, revoked: false, readable: false, bytes };
      }
    }),
  );
  return merged(judged);
}

/** A packet that is not read further: an unsupported certificate must not hide the others. */
const rawPacket = (tag: number) =>
  class {
    static readonly tag = tag;
    body = new Uint8Array();

    read(bytes: Uint8Array<ArrayBuffer>): void {
      this.body = bytes;
    }

    write(): Uint8Array {
      return this.body;
    }
  };

/** Armor blocks: a bundle of several is common, and one may hold a revocation alone. What does not end is none. */
function armorBlocks(text: string): readonly string[] {
  const blocks: string[] = [];
  let open: { readonly kind: string; readonly lines: string[] } | null = null;
  for (const line of text.split('\n')) {
    const [, edge, kind] = /^-----(BEGIN|END) PGP ([A-Z ]{1,40})-----/.exec(line) ?? [];
    if (edge === 'BEGIN') open = { kind: kind!, lines: [] };
    open?.lines.push(line);
    if (edge !== 'END' || open?.kind !== kind) continue;
    blocks.push(open!.lines.join('\n'));
    open = null;
  }
  return blocks;
}

/**
 * Takes a keyring apart, armored or not. Signatures in front of a certificate, or without one, are
 * loose: revocations are published so.
 */
async function splitKeyring(bytes: Uint8Array) {
  const { enums, PacketList, unarmor } = await loadOpenpgp();
  const { publicKey, publicSubkey, userID, userAttribute, signature } = enums.packet;
  const secret = [enums.packet.secretKey, enums.packet.secretSubkey];
  const tags = [publicKey, publicSubkey, userID, userAttribute, signature, ...secret];
  const classes = Object.fromEntries(tags.map((tag) => [tag, rawPacket(tag)]));
  const bytesOf = (...packets: readonly AnyPacket[]): Uint8Array =>
    Object.assign(new PacketList(), packets).write();
  const read = async (block: string | Uint8Array) => {
    const binary = typeof block === 'string' ? (await unarmor(block)).data : block;
    return PacketList.fromBinary(binary, classes as never);
  };

  const certificates: { readonly fingerprint: string; readonly bytes: Uint8Array }[] = [];
  const looseSignatures: Uint8Array[] = [];
  const isArmored = (bytes[0] ?? 0) < 0x80;
  const blocks = isArmored ? armorBlocks(Buffer.from(bytes).toString('latin1')) : [bytes];
  if (blocks.length === 0) throw new Error('it is neither an OpenPGP keyring nor an armored one');
  for (const block of blocks) {
    const packets = await read(block).catch(() => {
      throw new Error('it is damaged, or not an OpenPGP keyring');
    });
    if (packets.indexOfTag(...secret).length > 0) throw new Error('it holds a secret key');
    const starts = packets.indexOfTag(publicKey);
    for (const at of packets.indexOfTag(signature))
      if (at < (starts[0] ?? packets.length)) looseSignatures.push(bytesOf(packets[at]!));
    for (const [i, start] of starts.entries()) {
      const own = packets.slice(start, starts[i + 1]);
      certificates.push({ fingerprint: fingerprintOf(own[0]!.write()), bytes: bytesOf(...own) });
    }
  }
  if (certificates.length === 0 && looseSignatures.length === 0) throw new Error('it holds no key');
  return { certificates, looseSignatures };
}

/** Of the body of a key packet, also of a type that openpgp cannot read (RFC 9580, section 5.5.4). */
function fingerprintOf(body: Uint8Array): string {
  if (body[0] !== 4) return 'of an unknown version';
  const prefix = Buffer.from([0x99, body.length >> 8, body.length & 0xff]);
  return createHash('sha1').update(prefix).update(body).digest('hex').toUpperCase();
}

/**
 * One armored block. A single one for all certificates: the apt of Debian 11 reads only the first
 * of a file. Equal bytes give equal text.
 */
export async function armored(bytes: Uint8Array): Promise<string> {
  const { armor, enums } = await loadOpenpgp();
  // old readers ask for the checksum
  return armor(enums.armor.publicKey, bytes, undefined, undefined, undefined, true);
}

/** A certificate that occurs twice: revoked when one copy is, and valid as long as the longest. */
function merged(all: readonly KeyringCertificate[]): readonly KeyringCertificate[] {
  const byFingerprint = new Map<string, KeyringCertificate>();
  for (const certificate of all) {
    const known = byFingerprint.get(certificate.fingerprint);
    if (!known) {
      byFingerprint.set(certificate.fingerprint, certificate);
      continue;
    }
    const longer = until(certificate) > until(known) ? certificate : known;
    const revoked = certificate.revoked || known.revoked;
    byFingerprint.set(certificate.fingerprint, { ...longer, revoked });
  }
  return [...byFingerprint.values()];
}

const until = ({ expiresAt, readable }: KeyringCertificate): number =>
  readable ? (expiresAt ?? Number.POSITIVE_INFINITY) : -1;

/** Its signatures are trusted at `now` (milliseconds since the epoch). */
export const inForce = ({ revoked, expiresAt }: Certificate, now: number): boolean =>
  !revoked && (expiresAt === null || expiresAt > now);

/** The text of a clearsigned file, signed by one of the keys. @throws Error when it is not */
export async function readClearsigned(text: string, keys: string, now: number): Promise<string> {
  const { readCleartextMessage, readKeys, verify } = await loadOpenpgp();
  if (!text.startsWith('-----BEGIN PGP SIGNED MESSAGE-----')) throw new Error('it is not signed');
  const message = await readCleartextMessage({ cleartextMessage: text });
  const verificationKeys = await readKeys({ armoredKeys: keys });
  const { data, signatures } = await verify({ message, verificationKeys, date: new Date(now) });

  const troubles: string[] = [];
  for (const { verified, keyID } of signatures) {
    try {
      await verified;
      return data;
    } catch (error) {
      troubles.push(`key ${keyID.toHex().toUpperCase()}: ${(error as Error).message}`);
    }
  }
  throw new Error(troubles.join('; ') || 'it holds no signature');
}
