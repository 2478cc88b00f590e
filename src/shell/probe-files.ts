import { createHash } from 'node:crypto';
import type { FileFact, FileKind, FolderFact, KeyringFile } from '../model/facts.ts';
import { Secret, sha256 } from '../model/secret.ts';
import type { Raw } from './probe-values.ts';
import { content, number, text } from './probe-values.ts';

const KINDS: readonly string[] = ['absent', 'file', 'symlink', 'directory', 'other'];
const kindOf = (raw: Raw | undefined): FileKind =>
  KINDS.includes(text(raw)) ? (text(raw) as FileKind) : 'other';

export function fileFact(raw: readonly Raw[], secret: boolean): FileFact {
  const [kind, mode, user, group, ctime, size, body, hash] = raw;
  const bytes = content(body);
  const plain = bytes === null ? null : asText(bytes);
  return {
    kind: kindOf(kind),
    sha256: bytes ? sha256(bytes) : text(hash) || null,
    md5: bytes ? createHash('md5').update(bytes).digest('hex') : null,
    mode: text(mode),
    user: text(user),
    group: text(group),
    ctimeMs: number(ctime),
    content: plain !== null && secret ? new Secret(plain) : plain,
    size: number(size),
  };
}

/** null: no text that could be shown or written again as it was. */
function asText(bytes: Buffer): string | null {
  const decoded = bytes.toString();
  return decoded.includes('\0') || !Buffer.from(decoded).equals(bytes) ? null : decoded;
}

export const folderFact = ([kind, mode, user, group, ctime]: readonly Raw[]): FolderFact => ({
  kind: kindOf(kind),
  mode: text(mode),
  user: text(user),
  group: text(group),
  ctimeMs: number(ctime),
});

export function keyringFile(path: string, raw: readonly Raw[]): KeyringFile {
  const bytes = content(raw[6]);
  return {
    path,
    kind: kindOf(raw[0]),
    mode: text(raw[1]),
    sha256: bytes ? sha256(bytes) : text(raw[7]),
    content: bytes,
  };
}
