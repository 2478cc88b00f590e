import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { ndjson } from '../../../src/report/ndjson.ts';
import { stamp, started } from '../../report/events.ts';
import { useAlloyup } from '../built.ts';

const { alloyup, path } = useAlloyup();

const EVENTS = stamp([
  started('apply', 'web-01'),
  { type: 'host.started', host: 'web-01' },
  { type: 'host.finished', host: 'web-01', outcome: 'unchanged' },
  { type: 'run.finished', exitCode: 0 },
]);

const logged = (more = ''): string => {
  const log = join(path(), 'run.ndjson');
  writeFileSync(log, EVENTS.map(ndjson).join('') + more);
  return log;
};

test('a saved run is printed as a page, also one that was cut off', () => {
  const whole = alloyup(['report', logged(), '--format', 'html']);
  expect(whole).toMatchObject({ code: 0, err: '' });
  expect(whole.out).toMatch(/^<!doctype html>[\s\S]*1 host up to date[\s\S]*<\/html>\n$/);
  const cut = alloyup(['report', logged('{"type":"run.fin'), '--format', 'html']);
  expect(cut.out).toBe(whole.out);
});

test('a damaged log is named with its line, and nothing is printed', () => {
  const { code, out, err } = alloyup(['report', logged('{"type":"x"}\n'), '--format', 'html']);
  expect({ code, out }).toEqual({ code: 64, out: '' });
  expect(err).toContain('line 5');
});

test('a log of another version that this one cannot read is not called damaged', () => {
  const log = logged('{"type":"x"}\n');
  writeFileSync(log, readFileSync(log, 'utf8').replace(/"version":"[^"]*"/, '"version":"0.0.9"'));
  const { code, out, err } = alloyup(['report', log, '--format', 'html']);
  expect({ code, out }).toEqual({ code: 64, out: '' });
  expect(err.replace(/\s+/g, ' ')).toContain(
    'was written by another version of alloyup (0.0.9), and this one cannot read line 5',
  );
});

test('a run writes the page that its log gives later', () => {
  const planned = alloyup(['plan', '-i', '127.0.0.1,', '--html', 'run.html']);
  // there is no key to log in with
  expect(planned.code).toBe(1);
  const page = readFileSync(join(path(), 'run.html'), 'utf8');
  expect(page).toContain('1 host needs attention');
  expect(page).toContain('ssh.auth');
  expect(alloyup(['report', 'last', '--format', 'html']).out).toBe(page);
});

test('a page that cannot be written is refused before anything is done', () => {
  const { code, err } = alloyup(['plan', '-i', 'web-01,', '--html', 'missing/run.html']);
  expect(code).toBe(64);
  expect(err).toContain('missing/run.html');
});

test('only --html and --format html load what writes pages, and draws for them', () => {
  const dist = fileURLToPath(new URL('../../../dist/', import.meta.url));
  /** The files that `entry` imports, and what those import; older builds leave files of their own. */
  const reached = (
    entry: string,
    isLazy: boolean,
    all = new Set<string>(),
  ): ReadonlySet<string> => {
    if (all.has(entry)) return all;
    all.add(entry);
    const text = readFileSync(join(dist, entry), 'utf8');
    const imports = isLazy
      ? /(?:from|import\(?)\s*"\.\/([^"]+\.js)"/g
      : /(?:from|import)\s*"\.\/([^"]+\.js)"/g;
    for (const [, name] of text.matchAll(imports)) reached(name!, isLazy, all);
    return all;
  };
  const everything = [...reached('main.js', true)];
  const isEntry = (name: string): boolean => /^(?:fleet-page|page-pictures|run-page)-/.test(name);
  // and what those share
  const isPage = (name: string): boolean =>
    isEntry(name) || readFileSync(join(dist, name), 'utf8').includes('require-trusted-types-for');
  expect(everything.filter(isEntry)).toHaveLength(3);
  for (const name of everything.filter((one) => !isPage(one)))
    expect([...reached(name, false)].filter(isPage), name).toEqual([]);
});
