import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { parse } from 'yaml';

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

export const project = (name: string, include: string[], more = {}) => ({
  plugins: [text],
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
        // vitest leaves one core to itself, which on two cores is half of them
        maxWorkers: availableParallelism(),
      }),
      // one browser for all files, and one file at a time: memory and cores are bounded
      project('browser', ['test/browser/**/*.test.ts'], {
        globalSetup: ['test/browser/browser-setup.ts'],
        fileParallelism: false,
        testTimeout: 60_000,
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
