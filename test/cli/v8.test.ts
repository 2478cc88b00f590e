import process from 'node:process';
import { beforeEach, expect, test, vi } from 'vitest';
import { optimizeLater, prepareForHosts } from '../../src/cli/v8.ts';

const flags = vi.hoisted((): string[] => []);
vi.mock('node:v8', async (real) => ({
  ...(await real()),
  setFlagsFromString: (flag: string) => flags.push(flag.replace(/=.*/, '')),
}));

beforeEach(() => {
  flags.length = 0;
});

const ofNode20 = process.versions.node.startsWith('20.') ? ['--interrupt-budget'] : [];

test('only the V8 of Node 20 is told to wait', () => {
  optimizeLater();
  expect(flags).toEqual(ofNode20);
});

test.each([
  [1, []],
  [499, []],
  [500, ['--heap-growing-percent']],
  [1999, ['--heap-growing-percent']],
  [2000, ['--heap-growing-percent', ...ofNode20]],
])('a run over %i hosts', (hosts, expected) => {
  prepareForHosts(hosts);
  expect(flags).toEqual(expected);
});
