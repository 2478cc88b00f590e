'use strict';
// Loads what is built, and keeps what V8 made of it for the next run, as Node does by itself from 22.8
// on: a third of a start was reading 1.2 MB of text as JavaScript. One file holds it for all chunks.
const { createHash, randomBytes } = require('node:crypto');
const {
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} = require('node:fs');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');
const { Script } = require('node:vm');

const DIST = join(__dirname, '../dist');

/** Runs the command. @param cache alloyup's own folder for what can be made again; undefined: there is none */
exports.load = (cache) => {
  // it is made by what a run fetches: who runs alloyup once, and not again, does not pay for the next time
  const folder = cache !== undefined && isOurs(cache) ? join(cache, 'compiled') : null;
  const name = `${textOf('main.cjs').slice(0, 40)} ${process.version} ${process.arch}`;
  const kept = folder === null ? keptAt(new Map()) : keptIn(folder, name);
  const scripts = new Map();
  const modules = new Map();
  const packed = new Map();

  const requireFrom = (id) => (id.startsWith('./') ? chunk(id.slice(2)) : require(id));
  /** A chunk brings the others that it needs at once: one file to read in place of 14. */
  requireFrom.pack = (chunks) => {
    for (const [file, run] of Object.entries(chunks)) packed.set(file, run);
  };
  function chunk(file) {
    const known = modules.get(file);
    if (known) return known.exports;
    const filename = join(DIST, file);
    const module = {
      exports: {},
      get url() {
        return pathToFileURL(filename).href;
      },
    };
    modules.set(file, module);
    const run = packed.get(file) ?? compiled(file, filename);
    run(module, module.exports, requireFrom);
    return module.exports;
  }
  function compiled(file, filename) {
    const script = new Script(`(function(module,exports,require){${textOf(file)}\n})`, {
      filename,
      cachedData: kept.get(file),
    });
    scripts.set(file, script);
    return script.runInThisContext();
  }

  if (folder !== null)
    process.once('exit', () => {
      const known = ([file, script]) => kept.has(file) && !script.cachedDataRejected;
      if (![...scripts].every(known)) write(folder, name, kept, scripts);
    });
  chunk('main.cjs');
};

/**
 * The build writes the hash of all chunks into the first line of main.cjs, and ASCII alone: Node reads UTF-8 in
 * pieces of 8 KiB.
 */
const textOf = (file) => readFileSync(`${DIST}/${file}`, 'latin1');

/** A folder, no link, that belongs to us and that nobody else can write to. */
function isOurs(folder) {
  try {
    const stat = lstatSync(folder);
    return stat.isDirectory() && stat.uid === process.getuid?.() && (stat.mode & 0o022) === 0;
  } catch {
    return false;
  }
}

/** Bytes for the first line of the file: some hundred a chunk. */
const HEADER = 65_536;

/**
 * What V8 made of each chunk, read when it is asked for. The file: a line of JSON (name; of each chunk its length and hash),
 * then all of it in a row. V8 itself believes whatever it is given.
 */
function keptIn(folder, name) {
  const places = new Map();
  let file;
  try {
    if (!isOurs(folder)) return keptAt(places);
    file = openSync(join(folder, 'code'), 'r');
    const head = Buffer.allocUnsafe(HEADER);
    const bytes = head.subarray(0, readSync(file, head, 0, HEADER, 0));
    let offset = bytes.indexOf(0x0a) + 1;
    const header = JSON.parse(bytes.toString('latin1', 0, offset));
    if (header.name !== name) return keptAt(places);
    for (const [chunk, length, sha256] of header.chunks) {
      places.set(chunk, { offset, length, sha256 });
      offset += length;
    }
  } catch {
    // not there yet
    places.clear();
  }
  return keptAt(places, file);
}

/** Chunks by their places in the file. */
function keptAt(places, file) {
  /** undefined: none, or damaged. */
  const get = (chunk) => {
    const place = places.get(chunk);
    if (!place) return undefined;
    try {
      const bytes = Buffer.allocUnsafeSlow(place.length);
      readSync(file, bytes, 0, place.length, place.offset);
      if (hash(bytes) === place.sha256) return bytes;
    } catch {
      // cut short
    }
    places.delete(chunk);
    return undefined;
  };
  return {
    get,
    has: (chunk) => places.has(chunk),
    /** Those that this run did not ask for among them. */
    all: () =>
      [...places.keys()]
        .map((chunk) => [chunk, get(chunk)])
        .filter(([, bytes]) => bytes !== undefined),
  };
}

/** Never fails: what cannot be kept is made again. */
function write(folder, name, kept, scripts) {
  const staged = join(folder, `code.${randomBytes(6).toString('hex')}`);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (!isOurs(folder)) return;
    const made = new Map(kept.all());
    for (const [file, script] of scripts) made.set(file, script.createCachedData());
    const chunks = [...made].map(([file, bytes]) => [file, bytes.length, hash(bytes)]);
    const header = Buffer.from(`${JSON.stringify({ name, chunks })}\n`);
    if (header.length > HEADER) return;
    writeFileSync(staged, Buffer.concat([header, ...made.values()]), { mode: 0o600 });
    renameSync(staged, join(folder, 'code'));
  } catch {
    try {
      rmSync(staged, { force: true });
    } catch {
      // e.g. the folder is a file
    }
  }
}

const hash = (bytes) => createHash('sha256').update(bytes).digest('hex');
