import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileFailure } from '../model/problems/file-problems.ts';

export type TextFile =
  | { readonly ok: true; readonly text: string; readonly mode: number }
  | { readonly ok: false; readonly why: FileFailure['kind']; readonly failure: FileFailure };

const failed = (failure: FileFailure): TextFile => ({ ok: false, why: failure.kind, failure });

/** Reads a regular file as UTF-8, without its byte order mark. Never throws. */
export async function readTextFile(
  path: string,
  maxBytes: number,
  ignored?: RegExp,
): Promise<TextFile> {
  try {
    const { isDirectory, isFile, isFIFO } = await kindOf(path);
    if (isDirectory) return failed({ kind: 'directory' });
    // a pipe of <(...) has a writer; opening any other pipe, or a device, may never return
    if (!isFile && !(isFIFO && /^\/(?:dev|proc\/self)\/fd\//.test(path)))
      return failed({ kind: 'special' });
    const bytes = new Uint8Array(maxBytes + 1);
    const { size, mode } = isFile ? readNow(path, bytes) : await readPipe(path, bytes);
    if (size > maxBytes) return failed({ kind: 'too-big', maxBytes });
    const text = decodeUtf8(bytes.subarray(0, size), ignored);
    if (text === undefined) return failed({ kind: 'not-text' });
    return { ok: true, text, mode: mode & 0o7777 };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return failed({ kind: 'missing' });
    if (code === 'EISDIR') return failed({ kind: 'directory' });
    if (code === 'EACCES' || code === 'EPERM') return failed({ kind: 'forbidden' });
    return failed({ kind: 'failed', said: message });
  }
}

interface Filled {
  /** Bytes read, at most all that fit. */
  readonly size: number;
  readonly mode: number;
}

/** Synchronous: a turn through Node's thread pool takes longer than the read. */
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

/** The type of a file, links followed, without opening it. */
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

/** undefined: not UTF-8, or it holds a NUL. Lines that are `ignored` may have any encoding. */
export function decodeUtf8(bytes: Uint8Array, ignored?: RegExp): string | undefined {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    if (!ignored) return undefined;
    text = new TextDecoder().decode(bytes);
    const isBroken = (line: string): boolean => line.includes('\ufffd') && !ignored.test(line);
    if (text.split('\n').some(isBroken)) return undefined;
  }
  return text.includes('\0') ? undefined : text;
}
