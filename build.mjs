// Builds the command into dist/ (`node build.mjs`), or bundles one TypeScript program of the
// repository and runs it (`node build.mjs run FILE ARGS...`). Node 20 cannot run TypeScript itself.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, transform } from 'esbuild';
import { parse } from 'yaml';

const root = dirname(fileURLToPath(import.meta.url));

/** Files that are imported as their text: the scripts for hosts, and the templates. */
const textLoaders = { '.sh': 'text', '.pl': 'text', '.alloy': 'text' };

/** The declarations of built-in templates are imported as what they say: to parse them took 7 ms of a start. */
const yamlAsData = {
  name: 'yaml-as-data',
  setup(at) {
    at.onLoad({ filter: /\.yaml$/ }, ({ path }) => ({
      contents: JSON.stringify(parse(readFileSync(path, 'utf8'))),
      loader: 'json',
    }));
  },
};

/**
 * Parts of the SSH libraries that a client which only runs commands never calls, and that cost each
 * run as much to load as the rest of them (measured: 11 of 29 ms).
 */
const UNUSED = /^(\.\/(http-agents|server|keygen)\.js|make-dir|sb-scandir)$/;

/** A server offers to prove all of its keys: a signature of RSA for the host, and nobody here asks. */
const KEYS_OFFER = "case 'hostkeys-00@openssh.com':";

/** A key is asked for before it signs: with Ed25519 the signature costs less than the question. */
const KEY_QUESTION = 'proto.authPK(username, curAuth.key, keyAlgo);';
const KEY_ANSWER = `
  proto.authPK(username, curAuth.key, keyAlgo, curAuth.key.type !== 'ssh-ed25519' ? undefined
    : (data, sign) => sign(curAuth.key.sign(data)));`;

const lightSsh = {
  name: 'light-ssh',
  setup(at) {
    at.onResolve({ filter: UNUSED }, ({ path, importer }) =>
      /\/node_modules\/(ssh2|node-ssh)\//.test(importer)
        ? { path, namespace: 'unused' }
        : undefined,
    );
    at.onLoad({ filter: /./, namespace: 'unused' }, () => ({ contents: 'module.exports = {};' }));
    at.onLoad({ filter: /\/node_modules\/ssh2\/lib\/client\.js$/ }, ({ path }) => {
      let text = readFileSync(path, 'utf8');
      for (const [theirs, ours] of [
        [KEYS_OFFER, "case 'never':"],
        [KEY_QUESTION, KEY_ANSWER],
      ]) {
        if (text.split(theirs).length !== 2) throw new Error(`ssh2 has changed: no ${theirs}`);
        text = text.replace(theirs, () => ours);
      }
      return { contents: text };
    });
  },
};

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  loader: textLoaders,
  plugins: [yamlAsData],
  // ssh2 runs without its native parts (they speed up bulk data, and we move kilobytes)
  external: ['cpu-features', '*.node'],
  // ssh2 asks for it to find PuTTY's agent, on Windows only
  define: { __dirname: '"."' },
  logLevel: 'warning',
};

/** Tells one build from another: what an earlier one found out of a configuration may be wrong by now. */
function hashOfSources() {
  const hash = createHash('sha256');
  for (const part of ['src', 'templates']) {
    const names = readdirSync(join(root, part), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
      .sort();
    for (const name of names) hash.update(`${name}\0`).update(readFileSync(name));
  }
  return hash
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
    .slice(0, 16);
}

/**
 * Only ES modules can be split into chunks, and only for scripts V8 gives away what it made of them
 * (bin/load.js): each chunk is made a CommonJS module afterwards.
 */
async function asScript({ path, text }) {
  if (!path.endsWith('.cjs')) return { path, text };
  const { code, warnings } = await transform(text, {
    format: 'cjs',
    banner: "'use strict';",
    platform: 'node',
    target: common.target,
    // bin/load.js tells it
    define: { 'import.meta.url': 'module.url' },
    supported: { 'dynamic-import': false },
    minifySyntax: true,
    minifyWhitespace: true,
  });
  const meta = warnings.find(({ text }) => text.includes('import.meta'));
  if (meta) throw new Error(`${path}: ${meta.text}`);
  // esbuild escapes texts and leaves regular expressions; one such letter makes V8 hold all with two bytes a letter
  const ascii = code.replace(
    /[^\0-\x7f]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return { path, text: ascii };
}

/** The chunks that a chunk needs at once, itself not among them. @param outputs of esbuild's metafile */
function neededAtOnce(outputs, path, found = new Set()) {
  for (const { path: other, kind } of outputs[path].imports) {
    if (kind !== 'import-statement' || !outputs[other] || found.has(other)) continue;
    found.add(other);
    neededAtOnce(outputs, other, found);
  }
  return found;
}

/** What every run loads, and then what a run over hosts does, as one file each (bin/load.js). */
function pack(files, outputs) {
  const textOf = new Map(files.map(({ path, text }) => [basename(path), text]));
  const main = 'dist/main.cjs';
  const fleet = Object.keys(outputs).find(
    (path) => outputs[path].entryPoint === 'src/cli/runs/run-hosts.ts',
  );
  const first = neededAtOnce(outputs, main);
  const then = [...neededAtOnce(outputs, fleet)].filter((path) => !first.has(path));
  const packs = new Map([
    [basename(main), [...first]],
    [basename(fleet), then],
  ]);
  return files.map(({ path, text }) => {
    const others = (packs.get(basename(path)) ?? []).map((other) => {
      const name = basename(other);
      return `${JSON.stringify(name)}:(function(module,exports,require){${textOf.get(name)}\n})`;
    });
    return {
      path,
      text: others.length === 0 ? text : `require.pack({${others.join(',')}});${text}`,
    };
  });
}

export async function buildProduct() {
  const { outputFiles, metafile } = await build({
    ...common,
    plugins: [...common.plugins, lightSsh],
    define: {
      ...common.define,
      ALLOYUP_BUILD: JSON.stringify(hashOfSources()),
    },
    entryPoints: { main: 'src/cli/main.ts' },
    outdir: 'dist',
    outExtension: { '.js': '.cjs' },
    write: false,
    metafile: true,
    splitting: true,
    minifySyntax: true,
    minifyWhitespace: true,
    chunkNames: 'chunk-[name]-[hash]',
    legalComments: 'linked',
  });
  const files = pack(await Promise.all(outputFiles.map(asScript)), metafile.outputs);
  const hash = createHash('sha256');
  for (const { text } of files) hash.update(text);
  const head = `//${hash.digest('hex').slice(0, 38)}\n`;
  mkdirSync(join(root, 'dist'), { recursive: true });
  // main.cjs last: it names the others
  const isMain = ({ path }) => basename(path) === 'main.cjs';
  for (const file of files.sort((a, b) => isMain(a) - isMain(b)))
    writeFileSync(file.path, isMain(file) ? head + file.text : file.text);
  // a command that runs right now still loads its parts: yesterday's go, today's stay for a while
  const made = new Set(files.map(({ path }) => basename(path)));
  for (const name of readdirSync(join(root, 'dist'))) {
    const path = join(root, 'dist', name);
    if (!made.has(name) && Date.now() - statSync(path).mtimeMs > 3_600_000) rmSync(path);
  }
}

const [verb, file, ...args] = process.argv.slice(2);
if (verb === undefined) {
  await buildProduct();
} else if (verb === 'run' && file) {
  const name = file.replaceAll('/', '-').replace(/\.ts$/, '');
  const out = resolve(root, '.build', `${name}.mjs`);
  await build({
    ...common,
    entryPoints: [file],
    outfile: out,
    banner: {
      js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);",
    },
    // a developer's programs use what is installed here
    external: [...common.external, 'esbuild', 'vitest', 'vitest/*'],
    define: { ...common.define, 'import.meta.dirname': JSON.stringify(join(root, dirname(file))) },
  });
  const program = spawn(process.execPath, ['--enable-source-maps', out, ...args], {
    stdio: 'inherit',
    cwd: process.cwd(),
    env: { ...process.env, ALLOYUP_ROOT: root },
  });
  // Ctrl-C reaches the program by itself; it has things to put away, and we wait for that
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => program.kill(signal));
  process.exitCode = await new Promise((resolve) => {
    program.on('exit', (code) => resolve(code ?? 1));
  });
} else {
  console.error('usage: node build.mjs | node build.mjs run FILE.ts [ARGS...]');
  process.exitCode = 64;
}
