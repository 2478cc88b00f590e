import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';

/** Directory -> directories it may import from besides itself. The whole architecture, in one place. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  model: [],
  inventory: ['model'],
  config: ['model'],
  alloy: ['model'],
  steps: ['model'],
  host: ['model'],
  report: ['model'],
  telemetry: ['model'],
  sources: ['model'],
  transport: ['model'],
  desired: ['model', 'inventory', 'config', 'alloy'],
  plan: ['model', 'steps', 'alloy'],
  graph: ['model', 'alloy', 'report'],
  pages: ['model', 'report'],
  engine: ['model', 'plan', 'host'],
  queue: ['model', 'plan', 'engine'],
  cli: [
    'model',
    'inventory',
    'config',
    'alloy',
    'sources',
    'transport',
    'report',
    'telemetry',
    'desired',
    'plan',
    'graph',
    'pages',
    'engine',
    'queue',
  ],
};

/** Directories that may use files, processes and the network. */
const WITH_IO: readonly string[] = ['sources', 'transport', 'queue', 'cli'];

/** Node modules without I/O. */
const PURE_NODE: readonly string[] = [
  'node:buffer',
  'node:crypto',
  'node:events',
  'node:util',
  'node:vm',
];

/** Files outside src/ that are part of the bundle. */
const OUTSIDE =
  /^\.\.\/(?:package\.json|templates\/(?:(?:fragments|parts)\/)?[\w-]+\.(?:alloy|yaml)|schema\/[\w-]+\.schema\.json)$/;

/** Libraries for the other directories; those with I/O may use any. */
const PURE_LIBRARIES: readonly string[] = [
  'yaml',
  'zod',
  'liquidjs',
  'diff',
  'p-limit',
  '@viz-js/viz',
];

const SRC = new URL('../src/', import.meta.url).pathname;
const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
  .sort();
const textOf = new Map(files.map((file) => [file, readFileSync(join(SRC, file), 'utf8')]));

const directoryOf = (file: string): string => file.split('/')[0]!;

/** What a file imports or re-exports, type-only imports included; `lazy` includes `import('...')`. */
function importsOf(file: string, lazy = true): readonly string[] {
  const text = textOf.get(file)!;
  const eager = text.matchAll(
    /^\s*(?:import|export)\b[^'"`;]*?\bfrom '([^']+)'|^import '([^']+)'/gm,
  );
  const late = lazy ? text.matchAll(/\bimport\('([^']+)'\)/g) : [];
  return [...eager, ...late].map(([, from, bare]) => (from ?? bare)!);
}

const resolved = (file: string, from: string): string => join(dirname(file), from);

/** The files that are loaded together with one. */
function loadedWith(file: string, found = new Set<string>()): ReadonlySet<string> {
  if (found.has(file) || !textOf.has(file)) return found;
  found.add(file);
  const text = textOf.get(file)!;
  const values = text.matchAll(/^(?:import|export)(?! type)\b[^'"`;]*?\bfrom '(\.[^']+)'/gm);
  for (const [, from] of values) loadedWith(resolved(file, from!), found);
  return found;
}

describe.each(files)('%s', (file) => {
  const directory = directoryOf(file);

  test('imports only from lower floors', () => {
    expect(MAY_IMPORT, `${directory}/ is not in the table`).toHaveProperty(directory);
    for (const from of importsOf(file)) {
      if (!from.startsWith('.')) continue;
      const target = resolved(file, from);
      if (target.startsWith('..')) {
        expect(target, `${file} must not import from outside src/`).toMatch(OUTSIDE);
        continue;
      }
      const of = directoryOf(target);
      if (of === directory) continue;
      expect(MAY_IMPORT[directory], `${file} must not import from ${of}/`).toContain(of);
    }
  });

  test('does I/O only where it may', () => {
    if (WITH_IO.includes(directory)) return;
    for (const from of importsOf(file)) {
      if (from.startsWith('.')) continue;
      const allowed = from.startsWith('node:') ? PURE_NODE : PURE_LIBRARIES;
      expect(allowed, `${file} must not use ${from}`).toContain(from);
    }
  });

  test('ends no wait by a signal that may be collected', () => {
    // see src/model/deadline.ts
    const code = textOf.get(file)!.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
    expect(/AbortSignal\.(?:any|timeout)/.exec(code)?.[0]).toBeUndefined();
  });

  test('leaves the terminal and the process to cli/', () => {
    if (directory === 'cli') return;
    const code = textOf.get(file)!.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
    expect(
      /(?<![.\w])(?:console\.\w|process\.(?:env|std\w+|exit\w*|cwd|on|off|once|kill|hrtime)\b)/.exec(
        code,
      )?.[0],
    ).toBeUndefined();
  });
});

test('there is no import cycle, types included', () => {
  const done = new Set<string>();
  const walk = (file: string, above: readonly string[]): void => {
    expect(above.includes(file), `cycle: ${[...above, file].join(' -> ')}`).toBe(false);
    if (done.has(file) || !textOf.has(file)) return;
    for (const from of importsOf(file)) {
      if (from.startsWith('.')) walk(resolved(file, from), [...above, file]);
    }
    done.add(file);
  };
  for (const file of files) walk(file, []);
});

test('a run loads what draws, makes pages, asks workers or sends traces only when it is asked to', () => {
  const loaded = [
    ...loadedWith('cli/runs/run-hosts.ts'),
    ...loadedWith('transport/ssh2-client.ts'),
  ];
  // otherwise nothing was looked at
  expect(loaded).toEqual(expect.arrayContaining(['engine/host-run.ts', 'transport/ssh2-login.ts']));
  const optional = ['graph', 'pages', 'queue', 'telemetry'];
  expect(loaded.filter((file) => optional.includes(directoryOf(file)))).toEqual([]);
});

test('imports are found in every form', () => {
  textOf.set(
    'x/y.ts',
    "import type {\n  A,\n} from './a.ts';\nimport './b.ts';\nexport * from './c.ts';\nconst d = await import('./d.ts');\n",
  );
  expect(importsOf('x/y.ts')).toEqual(['./a.ts', './b.ts', './c.ts', './d.ts']);
  expect(importsOf('x/y.ts', false)).toEqual(['./a.ts', './b.ts', './c.ts']);
  textOf.delete('x/y.ts');
});
