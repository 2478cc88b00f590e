import type { Certificate } from '../model/plan.ts';
import { armor, splitKeyring } from './packets.ts';

/** A certificate of a keyring, judged with every revocation that the keyring holds. */
export interface KeyringCertificate extends Certificate {
  /** As found in the keyring. */
  readonly bytes: Uint8Array;
  /** false: of an unsupported type, so whether it is valid is unknown. */
  readonly readable: boolean;
}

/**
 * Reads every certificate of a keyring. One without a valid self-signature counts as expired in 1970.
 *
 * @throws Error when it is not a keyring
 */
export async function readKeyring(bytes: Uint8Array): Promise<readonly KeyringCertificate[]> {
  const { certificates, looseSignatures } = splitKeyring(bytes);
  // it takes 60 ms to load, and a converged fleet does not need it
  const { readKey, revokeKey } = await import('openpgp');
  const revocations = looseSignatures.map(armor);

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
          fingerprint: fingerprint ?? key.getFingerprint().toUpperCase(),
          expiresAt: expires instanceof Date ? expires.getTime() : expires === null ? 0 : null,
          revoked: await key.isRevoked(),
          readable: true,
          bytes,
        };
      } catch {
        const named = fingerprint ?? 'of an unknown version';
        return { fingerprint: named, expiresAt: null, revoked: false, readable: false, bytes };
      }
    }),
  );
  return merged(judged);
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

/**
 * The text of a clearsigned file, signed by one of the keys.
 *
 * @throws Error when it is not
 */
export async function readClearsigned(
  text: string,
  armoredKeys: string,
  now: number,
): Promise<string> {
  const { readCleartextMessage, readKeys, verify } = await import('openpgp');
  if (!text.startsWith('-----BEGIN PGP SIGNED MESSAGE-----')) throw new Error('it is not signed');
  const message = await readCleartextMessage({ cleartextMessage: text });
  const verificationKeys = await readKeys({ armoredKeys });
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
