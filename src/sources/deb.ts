import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ReadableStream } from 'node:stream/web';
import { createGunzip } from 'node:zlib';
import type { ReadEntry } from 'tar';

/** A chunk between decompressor and tar. */
const CHUNK = 256 * 1024;

type Bytes = AsyncIterable<Uint8Array>;

/** By the ending of data.tar in a Debian package: deb(5). */
const DECOMPRESS: Readonly<Record<string, (data: Uint8Array) => Bytes | Promise<Bytes>>> = {
  '': (data) => Readable.from(chunksOf(data)),
  // an error reaches whoever reads the chunks
  '.gz': (data) => Readable.from(chunksOf(data)).pipe(createGunzip()),
  '.xz': async (data) => {
    const { XzReadableStream } = (await import('xz-decompress')).default;
    return new XzReadableStream(ReadableStream.from(chunksOf(data)));
  },
  '.zst': unzstd,
};

/**
 * Writes one file of a Debian package to `target`, which must not exist, with mode 0500.
 *
 * @param path as in the package, `usr/bin/alloy`
 * @throws Error when it is no such package, is damaged, or does not hold the file
 */
export async function unpackFile(deb: Uint8Array, path: string, target: string): Promise<void> {
  const [name, data] = members(deb).find(([name]) => name.startsWith('data.tar')) ?? [];
  if (name === undefined || data === undefined) throw new Error('it holds no data.tar');
  const ending = name.slice('data.tar'.length);
  if (!Object.hasOwn(DECOMPRESS, ending)) throw new Error(`its ${name} is of an unknown kind`);
  const plain = await DECOMPRESS[ending]!(data);

  const { Parser } = await import('tar');
  const written: Promise<void>[] = [];
  let fault: Error | undefined;
  const parser = new Parser({
    strict: true,
    onReadEntry(entry) {
      if (entry.path.replace(/^\.?\//, '') !== path || written.length > 0)
        return void entry.resume();
      const writing = write(entry, target);
      // whoever waits below is told
      writing.catch(() => {});
      written.push(writing);
    },
  });
  parser.on('error', (error: Error) => {
    fault ??= error;
  });
  for await (const chunk of plain) {
    // a copy: decompressors use their memory again. An entry that is not taken never drains
    if (!parser.write(Buffer.from(chunk))) await Promise.race([once(parser, 'drain'), ...written]);
    if (fault) throw fault;
  }
  parser.end();
  if (fault) throw fault;
  if (written.length === 0) throw new Error(`it holds no ${path}`);
  await Promise.all(written);
}

async function write(entry: ReadEntry, target: string): Promise<void> {
  if (entry.type !== 'File') throw new Error(`its ${entry.path} is not a file`);
  const { size } = entry;
  const file = createWriteStream(target, { flags: 'wx', mode: 0o500 });
  await pipeline(entry as unknown as NodeJS.ReadableStream, file);
  if (file.bytesWritten !== size) throw new Error(`its ${entry.path} is cut off`);
}

/** Members of an ar archive: a header of 60 bytes each, and padding to an even length. */
function members(archive: Uint8Array): readonly (readonly [name: string, data: Uint8Array])[] {
  const text = (from: number, to: number): string =>
    Buffer.from(archive.subarray(from, to)).toString('latin1').trimEnd();
  if (text(0, 8) !== '!<arch>') throw new Error('it is not a Debian package');
  const found: (readonly [string, Uint8Array])[] = [];
  for (let at = 8; at + 60 <= archive.length; ) {
    const size = Number(text(at + 48, at + 58));
    const start = at + 60;
    if (!Number.isSafeInteger(size) || size < 0 || start + size > archive.length)
      throw new Error('it is cut off');
    found.push([text(at, at + 16).replace(/\/$/, ''), archive.subarray(start, start + size)]);
    at = start + size + (size % 2);
  }
  return found;
}

function* chunksOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += CHUNK) yield bytes.subarray(at, at + CHUNK);
}

async function* unzstd(data: Uint8Array): AsyncGenerator<Uint8Array> {
  const { Decompress } = await import('fzstd');
  const out: Uint8Array[] = [];
  let ended = false;
  const decompress = new Decompress((data, final) => {
    out.push(data.slice());
    ended ||= Boolean(final);
  });
  for (const chunk of chunksOf(data)) {
    decompress.push(chunk);
    yield* out.splice(0);
  }
  decompress.push(new Uint8Array(), true);
  yield* out.splice(0);
  if (!ended) throw new Error('its data is cut off');
}
