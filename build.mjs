// Builds the command into dist/ (`node build.mjs`), or bundles one TypeScript program of the
// repository and runs it (`node build.mjs run FILE ARGS...`). Node 20 cannot run TypeScript itself.
import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { parse } from 'yaml';
import { browserCode, styleSheet } from './tools/page-assets.mjs';

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

/** Code for browsers (`import code from './page.ts?bundled'`) and style sheets become texts. */
const pageAssets = {
  name: 'page-assets',
  setup(at) {
    at.onResolve({ filter: /\.ts\?bundled$/ }, ({ path, resolveDir }) => ({
      path: join(resolveDir, path.slice(0, -'?bundled'.length)),
      namespace: 'bundled',
    }));
    at.onLoad({ filter: /./, namespace: 'bundled' }, ({ path }) => ({
      contents: browserCode(path),
      loader: 'text',
    }));
    at.onLoad({ filter: /\.css$/ }, ({ path }) => ({ contents: styleSheet(path), loader: 'text' }));
  },
};

/**
 * Files that stay as their authors publish them, which a user can replace by another version: openpgp is
 * under the LGPL, and Graphviz, which viz.js is made of, under the EPL.
 */
const AS_THEY_ARE = {
  openpgp: { file: 'openpgp.min.mjs', from: 'node_modules/openpgp/dist/node/openpgp.min.mjs' },
  '@viz-js/viz': { file: 'viz.js', from: 'node_modules/@viz-js/viz/dist/viz.js' },
};
const asTheyAre = {
  name: 'as-they-are',
  setup(at) {
    at.onResolve({ filter: /^(?:openpgp|@viz-js\/viz)$/ }, ({ path }) => ({
      path: `./${AS_THEY_ARE[path].file}`,
      external: true,
    }));
  },
};

/** The package that a bundled file belongs to, as its package.json describes it; undefined: ours. */
function packageOf(input) {
  const [folder] = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input) ?? [];
  return folder && { folder, ...JSON.parse(readFileSync(join(root, folder, 'package.json'))) };
}

/** Name, version, licence and licence text of every package in these files, and of those that stay files. */
function licencesOf(inputs) {
  const packages = new Map();
  for (const input of [...inputs, ...Object.values(AS_THEY_ARE).map(({ from }) => from)]) {
    const found = packageOf(input);
    if (found) packages.set(`${found.name} ${found.version}`, found);
  }
  const parts = [...packages].sort().map(([title, { folder, license, author, homepage }]) => {
    const texts = readdirSync(join(root, folder))
      .filter((name) => /^(licen[cs]e|copying|notice)/i.test(name))
      .map((name) => readFileSync(join(root, folder, name), 'utf8').trim());
    const by = [author]
      .flat()
      .map((one) => one?.name ?? one)
      .join(', ');
    // some packages only name their licence
    if (texts.length === 0) {
      if (license !== 'MIT') throw new Error(`${title} has no licence text (${license})`);
      texts.push(`Copyright ${by}`, readFileSync(join(root, 'licenses/MIT.txt'), 'utf8').trim());
    }
    const head = [`${title} (${license})`, by, homepage].filter(Boolean).join('\n');
    return [head, ...texts].join('\n\n');
  });
  const rule = `\n\n${'='.repeat(80)}\n\n`;
  const text = (name) => readFileSync(join(root, 'licenses', name), 'utf8').trim();
  const files = Object.entries(AS_THEY_ARE).map(([name, { file }]) => `${file} of ${name}`);
  return [
    `Software of others in dist/, and its licences. ${files.join(' and ')} are unmodified:
replace them by another version to use that one. All else is part of the bundle.`,
    ...parts,
    `The GNU General Public License, which the LGPL of openpgp refers to\n\n${text('GPL-3.0.txt')}`,
    `Graphviz (EPL-2.0), which is compiled into viz.js. Its source: https://gitlab.com/graphviz/graphviz\n\n${text('EPL-2.0.txt')}`,
  ].join(rule);
}

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  loader: { '.sh': 'text', '.pl': 'text', '.alloy': 'text' },
  plugins: [yamlAsData, pageAssets],
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
    external: [...common.external, 'esbuild', 'playwright-core', 'vitest', 'vitest/*'],
    define: { ...common.define, 'import.meta.dirname': JSON.stringify(join(root, dirname(file))) },
  });
  const child = spawn(process.execPath, ['--enable-source-maps', outfile, ...args], {
    stdio: 'inherit',
    env: { ...process.env, BUILD_ROOT: root },
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
  mkdirSync(join(root, 'dist'), { recursive: true });
  for (const { file, from } of Object.values(AS_THEY_ARE))
    copyFileSync(join(root, from), join(root, 'dist', file));
  const { metafile } = await build({
    ...common,
    plugins: [...common.plugins, asTheyAre],
    metafile: true,
    entryPoints: ['src/cli/main.ts'],
    outdir: 'dist',
    splitting: true,
    minifySyntax: true,
    minifyWhitespace: true,
    chunkNames: '[name]-[hash]',
    // THIRD-PARTY.txt has the licences whole
    legalComments: 'none',
  });
  writeFileSync(
    join(root, 'dist/THIRD-PARTY.txt'),
    `${licencesOf(Object.keys(metafile.inputs))}\n`,
  );
} else if (verb === 'run' && file) {
  await run(file, args);
} else {
  console.error('usage: node build.mjs | node build.mjs run FILE.ts [ARGS...]');
  process.exitCode = 64;
}
