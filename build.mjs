// Builds the command into dist/ (`node build.mjs`), or bundles one TypeScript program of the
// repository and runs it (`node build.mjs run FILE ARGS...`). Node 20 cannot run TypeScript itself.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { parse } from 'yaml';

const root = import.meta.dirname;

/** Parses the declarations of built-in templates at build time. */
const yamlAsData = {
  name: 'yaml-as-data',
  setup(at) {
    at.onLoad({ filter: /\.yaml$/ }, ({ path }) => ({
      contents: JSON.stringify(parse(readFileSync(path, 'utf8'))),
      loader: 'json',
    }));
  },
};

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  loader: { '.sh': 'text', '.pl': 'text', '.alloy': 'text' },
  plugins: [yamlAsData],
  // ssh2 does without its native parts: they speed up bulk data, and we move kilobytes
  external: ['cpu-features', '*.node'],
  // CommonJS dependencies call require
  banner: {
    js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
  },
  // ssh2 uses it to find PuTTY's agent, on Windows only
  define: { __dirname: '"."' },
  logLevel: 'warning',
};

/** Runs one program of the repository; its exit code is ours. */
async function run(file, args) {
  const outfile = join(root, '.build', `${file.replaceAll('/', '-').replace(/\.ts$/, '')}.mjs`);
  await build({
    ...common,
    entryPoints: [file],
    outfile,
    // a developer's programs use what is installed here
    external: [...common.external, 'esbuild', 'vitest', 'vitest/*'],
    define: { ...common.define, 'import.meta.dirname': JSON.stringify(join(root, dirname(file))) },
  });
  const child = spawn(process.execPath, ['--enable-source-maps', outfile, ...args], {
    stdio: 'inherit',
    env: { ...process.env, ALLOYUP_ROOT: root },
  });
  // Ctrl-C reaches the child by itself, and the child may have something to clean up
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code) => {
    process.exitCode = code ?? 1;
  });
}

const [verb, file, ...args] = process.argv.slice(2);
if (verb === undefined) {
  await build({
    ...common,
    entryPoints: ['src/cli/main.ts'],
    outdir: 'dist',
    splitting: true,
    minifySyntax: true,
    minifyWhitespace: true,
    chunkNames: '[name]-[hash]',
    legalComments: 'linked',
  });
} else if (verb === 'run' && file) {
  await run(file, args);
} else {
  console.error('usage: node build.mjs | node build.mjs run FILE.ts [ARGS...]');
  process.exitCode = 64;
}
