import { open, stat } from 'node:fs/promises';

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
    const file = await open(path, 'r');
    try {
      const { mode } = await file.stat();
      const bytes = new Uint8Array(maxBytes + 1);
      let size = 0;
      while (size < bytes.length) {
        const { bytesRead } = await file.read(bytes, size, bytes.length - size);
        if (bytesRead === 0) break;
        size += bytesRead;
      }
      if (size > maxBytes) return no('too-big', `is bigger than ${maxBytes >> 10} KiB`);
      const text = decodeUtf8(bytes.subarray(0, size));
      if (text === undefined) return no('not-text', 'is not UTF-8 text');
      return { ok: true, text, mode: mode & 0o7777 };
    } finally {
      await file.close();
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return no('missing', 'does not exist');
    if (code === 'EISDIR') return no('directory', 'is a folder');
    if (code === 'EACCES' || code === 'EPERM') return no('forbidden', 'may not be read by you');
    return no('failed', `cannot be read: ${message}`);
  }
}

/** What stands at a path, links followed, without opening it. */
export async function kindOf(
  path: string,
): Promise<{ readonly isDirectory: boolean; readonly isFile: boolean; readonly isFIFO: boolean }> {
  const found = await stat(path);
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
