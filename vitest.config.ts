import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { parse } from 'yaml';
import { browserCode, styleSheet } from './tools/page-assets.mjs';

/** Imports scripts and templates as text and YAML as data, as the build does. */
const text = {
  name: 'text',
  enforce: 'pre' as const,
  load(id: string) {
    if (!/\.(sh|pl|alloy|yaml)$/.test(id)) return null;
    const content = readFileSync(id, 'utf8');
    return `export default ${JSON.stringify(id.endsWith('.yaml') ? parse(content) : content)}`;
  },
};

/** Code for browsers and style sheets as texts; under names that vite has no plans of its own for. */
const pageAssets = {
  name: 'page-assets',
  enforce: 'pre' as const,
  resolveId(id: string, from: string | undefined) {
    if (!from || !/^\..*(?:\.ts\?bundled|\.css)$/.test(id)) return null;
    return `\0page-asset:${join(dirname(from), id.replace('?bundled', ''))}.text`;
  },
  load(id: string) {
    const [, path] = /^\0page-asset:(.*)\.text$/.exec(id) ?? [];
    if (!path) return null;
    const content = path.endsWith('.css') ? styleSheet(path) : browserCode(path);
    return `export default ${JSON.stringify(content)}`;
  },
};

export const project = (name: string, include: string[], more = {}) => ({
  plugins: [text, pageAssets],
  test: {
    name,
    include,
    exclude: ['**/node_modules/**'],
    ...more,
  },
});

export default defineConfig({
  test: {
    projects: [
      project('unit', ['test/**/*.test.ts'], {
        exclude: [
          '**/node_modules/**',
          'test/e2e/**',
          'test/slow/**',
          'test/chaos/**',
          'test/browser/**',
        ],
        testTimeout: 60_000,
        // of the tests of a file that run beside each other: each has processes of its own
        maxConcurrency: 3,
        // vitest leaves one core to itself, which on two cores is half of them
        maxWorkers: availableParallelism(),
      }),
      // one browser for all files, and one file at a time: memory and cores are bounded
      project('browser', ['test/browser/**/*.test.ts'], {
        globalSetup: ['test/browser/browser-setup.ts'],
        fileParallelism: false,
        testTimeout: 60_000,
        // a page does some of what is asked of it a moment later
        expect: { poll: { timeout: 10_000 } },
      }),
      // one file at a time: the lab's hosts share two cores, and each file starts many of them
      project('e2e', ['test/e2e/**/*.e2e.ts'], {
        globalSetup: ['test/e2e/lab-setup.ts'],
        fileParallelism: false,
        testTimeout: 300_000,
        hookTimeout: 300_000,
      }),
      project('chaos', ['test/chaos/**/*.chaos.ts'], {
        globalSetup: ['test/e2e/lab-setup.ts'],
        fileParallelism: false,
        testTimeout: 3 * 3600_000,
        hookTimeout: 300_000,
      }),
      project('slow', ['test/slow/**/*.slow.ts'], {
        globalSetup: ['test/e2e/lab-setup.ts'],
        fileParallelism: false,
        testTimeout: 900_000,
        hookTimeout: 600_000,
      }),
    ],
  },
});
