import { createHash } from 'node:crypto';

/** One certificate as it lies in a keyring: its primary key packet and all that follows it. */
export interface CertificatePackets {
  /** Upper-case hex; null: a version of key that this does not know. */
  readonly fingerprint: string | null;
  readonly bytes: Uint8Array;
}

export interface KeyringPackets {
  readonly certificates: readonly CertificatePackets[];
  /** Signatures in front of, or instead of, a certificate: revocations are published so. */
  readonly looseSignatures: readonly Uint8Array[];
}

interface Packet {
  readonly tag: number;
  readonly body: Uint8Array;
  /** With its header. */
  readonly bytes: Uint8Array;
}

const SIGNATURE = 2;
const PUBLIC_KEY = 6;

/** Packets that belong to the certificate before them: subkeys, names, pictures, trust, padding. */
const OF_CERTIFICATE = [SIGNATURE, 14, 13, 17, 12, 21];

/**
 * Takes a keyring apart, armored or not. All armor blocks count: a bundle of several is common, and
 * a block may hold a revocation alone.
 *
 * @throws Error when it is not a keyring
 */
export function splitKeyring(bytes: Uint8Array): KeyringPackets {
  const blocks = isArmored(bytes) ? dearmor(Buffer.from(bytes).toString('latin1')) : [bytes];
  const certificates: { fingerprint: string | null; packets: Uint8Array[] }[] = [];
  const looseSignatures: Uint8Array[] = [];

  for (const block of blocks) {
    let current: Uint8Array[] | undefined;
    for (const packet of packetsOf(block)) {
      if (packet.tag === PUBLIC_KEY) {
        current = [packet.bytes];
        certificates.push({ fingerprint: fingerprintOf(packet.body), packets: current });
      } else if (current && OF_CERTIFICATE.includes(packet.tag)) {
        current.push(packet.bytes);
      } else if (packet.tag === SIGNATURE) {
        looseSignatures.push(packet.bytes);
      } else if (packet.tag === 5 || packet.tag === 7) {
        throw new Error('it holds a secret key');
      }
    }
  }
  if (certificates.length === 0 && looseSignatures.length === 0) throw new Error('it holds no key');
  return {
    certificates: certificates.map(({ fingerprint, packets }) => ({
      fingerprint,
      bytes: Buffer.concat(packets),
    })),
    looseSignatures,
  };
}

const isArmored = (bytes: Uint8Array): boolean => (bytes[0] ?? 0) < 0x80;

function dearmor(text: string): readonly Uint8Array[] {
  const blocks = [
    ...text.matchAll(/^-----BEGIN PGP ([A-Z ]+)-----[ \t]*\r?\n([\s\S]*?)^-----END PGP \1-----/gm),
  ];
  if (blocks.length === 0) throw new Error('it is neither an OpenPGP keyring nor an armored one');
  return blocks.map(([, , inner = '']) => {
    // headers end with an empty line; the checksum is optional, and hashes stand above it
    const lines = inner.split(/\r?\n/);
    const start = lines.findIndex((line) => line.trim() === '');
    const data = lines.slice(start + 1).filter((line) => !line.startsWith('='));
    return Buffer.from(data.join(''), 'base64');
  });
}

/** Reads packet by packet (RFC 9580, section 4.2). @throws Error on what is cut short */
function* packetsOf(bytes: Uint8Array): Generator<Packet> {
  let at = 0;
  while (at < bytes.length) {
    const first = bytes[at]!;
    if ((first & 0x80) === 0) throw new Error('it is not an OpenPGP keyring');
    const [tag, header, length] =
      first & 0x40 ? newHeader(bytes, at, first) : oldHeader(bytes, at, first);
    const end = at + header + length;
    if (end > bytes.length) throw new Error('it is cut short');
    yield { tag, body: bytes.subarray(at + header, end), bytes: bytes.subarray(at, end) };
    at = end;
  }
}

type Header = readonly [tag: number, headerLength: number, bodyLength: number];

function newHeader(bytes: Uint8Array, at: number, first: number): Header {
  const tag = first & 0x3f;
  const octet = bytes[at + 1] ?? 0;
  if (octet < 192) return [tag, 2, octet];
  if (octet < 224) return [tag, 3, ((octet - 192) << 8) + (bytes[at + 2] ?? 0) + 192];
  // partial lengths are for messages: no keyring has them
  if (octet < 255) throw new Error('it is not an OpenPGP keyring');
  return [tag, 6, number(bytes, at + 2, 4)];
}

function oldHeader(bytes: Uint8Array, at: number, first: number): Header {
  const size = [1, 2, 4, 0][first & 3]!;
  if (size === 0) return [(first >> 2) & 15, 1, bytes.length - at - 1];
  return [(first >> 2) & 15, 1 + size, number(bytes, at + 1, size)];
}

const number = (bytes: Uint8Array, at: number, size: number): number =>
  bytes.subarray(at, at + size).reduce((sum, octet) => sum * 256 + octet, 0);

/** RFC 9580, section 5.5.4. */
function fingerprintOf(body: Uint8Array): string | null {
  const [version] = body;
  if (version === 4) {
    const prefix = Buffer.from([0x99, body.length >> 8, body.length & 0xff]);
    return createHash('sha1').update(prefix).update(body).digest('hex').toUpperCase();
  }
  if (version === 6) {
    const prefix = Buffer.alloc(5, 0x9b);
    prefix.writeUInt32BE(body.length, 1);
    return createHash('sha256').update(prefix).update(body).digest('hex').toUpperCase();
  }
  return null;
}

/**
 * One armored block. A single one for all certificates: the apt of Debian 11 reads only the first
 * of a file. Equal bytes give equal text.
 */
export function armor(bytes: Uint8Array): string {
  const lines =
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  const begin = '-----BEGIN PGP PUBLIC KEY BLOCK-----';
  return `${begin}\n\n${lines.join('\n')}\n=${checksum(bytes)}\n${begin.replace('BEGIN', 'END')}\n`;
}

/** CRC-24 of the armor, which old readers ask for. */
function checksum(bytes: Uint8Array): string {
  let crc = 0xb704ce;
  for (const octet of bytes) {
    crc ^= octet << 16;
    for (let bit = 0; bit < 8; bit++) crc = (crc << 1) ^ (crc & 0x800000 ? 0x1864cfb : 0);
  }
  crc &= 0xffffff;
  return Buffer.from([crc >> 16, (crc >> 8) & 0xff, crc & 0xff]).toString('base64');
}
