import { createReadStream, readFileSync, statSync } from 'node:fs';
import type { FileFailure } from '../model/problems/file-problems.ts';
import { anywhere, type MayRead } from './may-read.ts';

type Reading =
  | { readonly ok: true; readonly text: string; readonly mode: number }
  | { readonly ok: false; readonly failure: FileFailure };

const failed = (failure: FileFailure): Reading => ({ ok: false, failure });

/** Reads a regular file that may be read, as UTF-8 without its byte order mark. Never throws. */
export async function readTextFile(
  path: string,
  maxBytes: number,
  { mayRead = anywhere, ignored }: { readonly mayRead?: MayRead; readonly ignored?: RegExp } = {},
): Promise<Reading> {
  const refused = mayRead(path);
  if (refused) return failed(refused);
  try {
    const stat = statSync(path);
    if (stat.isDirectory()) return failed({ kind: 'directory' });
    // a pipe of <(...) has a writer; opening any other pipe, or a device, may never return
    if (!stat.isFile() && !(stat.isFIFO() && /^\/(?:dev|proc\/self)\/fd\//.test(path)))
      return failed({ kind: 'special' });
    if (stat.size > maxBytes) return failed({ kind: 'too-big', maxBytes });
    // synchronous: a turn through Node's thread pool takes longer than the read
    const bytes = stat.isFile()
      ? readFileSync(path)
      : Buffer.concat(await createReadStream(path, { end: maxBytes }).toArray());
    if (bytes.length > maxBytes) return failed({ kind: 'too-big', maxBytes });
    const text = decodeUtf8(bytes, ignored);
    if (text === undefined) return failed({ kind: 'not-text' });
    return { ok: true, text, mode: stat.mode & 0o7777 };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return failed({ kind: 'missing' });
    if (code === 'EACCES' || code === 'EPERM') return failed({ kind: 'forbidden' });
    return failed({ kind: 'failed', said: message });
  }
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
