import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { BUILTIN_NAMES } from '../../../src/config/builtins.ts';
import { FRAGMENT_NAMES } from '../../../src/config/fragments.ts';
import { useAlloyup } from '../built.ts';

const { alloyup: run, put } = useAlloyup();
const alloyup = (...args: readonly string[]) => run(args);

test('templates lists what is built in, fragments one line each', () => {
  const { code, out, err } = alloyup('templates');
  expect([code, err]).toEqual([0, '']);
  const all = out.split('\n');
  expect(all.filter((line) => line.length > 80)).toEqual([]);
  // what does not fit goes on below
  const lines = all.filter((line) => /^ {2}\S/.test(line));
  expect(lines.map((line) => line.trim().split(' ')[0])).toEqual([
    ...BUILTIN_NAMES,
    ...FRAGMENT_NAMES,
  ]);
  expect(all.slice(all.indexOf('fragments') + 1, -1)).toHaveLength(FRAGMENT_NAMES.length);
  const { templates } = JSON.parse(alloyup('templates', '--output', 'json').out);
  expect(templates).toHaveLength(lines.length);
});

test.each([...BUILTIN_NAMES, ...FRAGMENT_NAMES])('the example of %s is valid', (name) => {
  const { code, out } = alloyup('templates', 'show', name, '--output', 'json');
  expect(code).toBe(0);
  const { example, kind, parameters, setup } = JSON.parse(out);
  expect(parameters.length).toBeGreaterThan(0);
  const shown = alloyup('templates', 'show', name);
  expect(shown.code).toBe(0);
  for (const { name: parameter } of parameters) expect(shown.out).toContain(parameter);
  const flat = (text: string): string => text.replace(/\s+/g, ' ');
  for (const sentence of setup) expect(flat(shown.out)).toContain(flat(sentence));
  // a word that is longer than a line is to be copied
  const long = shown.out.split('\n').filter((line) => line.length > 80 && /\S\s+\S/.test(line));
  expect(long).toEqual([]);
  const vars = '{ metrics_url: "https://m.example.com/w", logs_url: "https://l.example.com/p" }';
  const base =
    kind === 'fragment'
      ? `defaults: { config: { template: self-monitoring, vars: ${vars} } }\n`
      : '';
  const own = JSON.stringify(parse(example));
  put('inventory.yaml', `${base}hosts: { h: ${own} }\n`);
  expect(alloyup('validate').code).toBe(0);
});

test.each([
  [['show', 'rediss'], 'Did you mean "redis"?'],
  [['show'], 'Use one of minimal,'],
  [['list'], 'show'],
])('templates %j is refused with a way out', (args, hint) => {
  const { code, err } = alloyup('templates', ...args);
  expect(code).toBe(64);
  expect(err).toContain(hint);
});

test('fragments of an inventory are read, checked and rendered, and each problem names its own file', () => {
  const fragments = '{ nginx: ./parts/nginx.alloy, cache: redis }';
  const base = '{ template: self-monitoring, vars: { metrics_url: "https://m.example.com/w" } }';
  put(
    'inventory.yaml',
    `defaults: { config: ${base} }\nhosts: { h: { config: { fragments: ${fragments} } } }\n`,
  );
  expect(alloyup('validate').err).toMatch(/the template .*parts\/nginx\.alloy does not exist/);

  put('parts/nginx.alloy', 'local.file_match "{{ fragment }}" {\n\tpath_targets = []\n}\n');
  const { out, code } = alloyup('render', 'h', '-q');
  expect(code).toBe(0);
  expect(out).toMatch(
    /fragment cache: redis\n[\s\S]*fragment nginx: \.\/parts\/nginx\.alloy\nlocal\.file_match "nginx"/,
  );

  put('parts/nginx.alloy', '// one\n// two\n\n\n\n\nlocal.file_match "x" [\n');
  expect(alloyup('validate').err).toMatch(/parts\/nginx\.alloy:7:22/);
});
