import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';

/** Why a file could not be read as text. */
export type Unreadable =
  | 'missing'
  | 'directory'
  | 'forbidden'
  | 'special'
  | 'too-big'
  | 'not-text'
  | 'failed';

export type TextFile =
  | { readonly ok: true; readonly text: string; readonly mode: number }
  | { readonly ok: false; readonly why: Unreadable; readonly message: string };

/** Reads a regular file as UTF-8; a byte order mark is cut. Never throws. */
export async function readTextFile(path: string, maxBytes: number): Promise<TextFile> {
  const no = (why: Unreadable, message: string): TextFile => ({ ok: false, why, message });
  try {
    const { isDirectory, isFile, isFIFO } = await kindOf(path);
    if (isDirectory) return no('directory', 'is a folder');
    // a pipe of <(...) has somebody who writes; opening any other, or a device, may never end
    if (!isFile && !(isFIFO && /^\/(?:dev|proc\/self)\/fd\//.test(path))) {
      return no('special', 'is no regular file');
    }
    const bytes = new Uint8Array(maxBytes + 1);
    const { size, mode } = isFile ? readNow(path, bytes) : await readPipe(path, bytes);
    if (size > maxBytes) return no('too-big', `is bigger than ${maxBytes >> 10} KiB`);
    const text = decodeUtf8(bytes.subarray(0, size));
    if (text === undefined) return no('not-text', 'is not UTF-8 text');
    return { ok: true, text, mode: mode & 0o7777 };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return no('missing', 'does not exist');
    if (code === 'EISDIR') return no('directory', 'is a folder');
    if (code === 'EACCES' || code === 'EPERM') return no('forbidden', 'may not be read by you');
    return no('failed', `cannot be read: ${message}`);
  }
}

interface Filled {
  /** Bytes read: all that fit, at the most. */
  readonly size: number;
  readonly mode: number;
}

/** A file answers at once, and each turn through Node's threads would take longer than that. */
function readNow(path: string, into: Uint8Array): Filled {
  const file = openSync(path, 'r');
  try {
    const { mode } = fstatSync(file);
    let size = 0;
    while (size < into.length) {
      const read = readSync(file, into, size, into.length - size, null);
      if (read === 0) break;
      size += read;
    }
    return { size, mode };
  } finally {
    closeSync(file);
  }
}

async function readPipe(path: string, into: Uint8Array): Promise<Filled> {
  const file = await open(path, 'r');
  try {
    const { mode } = await file.stat();
    let size = 0;
    while (size < into.length) {
      const { bytesRead } = await file.read(into, size, into.length - size);
      if (bytesRead === 0) break;
      size += bytesRead;
    }
    return { size, mode };
  } finally {
    await file.close();
  }
}

/** What stands at a path, links followed, without opening it. */
export async function kindOf(
  path: string,
): Promise<{ readonly isDirectory: boolean; readonly isFile: boolean; readonly isFIFO: boolean }> {
  const found = statSync(path);
  return {
    isDirectory: found.isDirectory(),
    isFile: found.isFile(),
    isFIFO: found.isFIFO(),
  };
}

/** undefined: no UTF-8, or no text at all. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}
