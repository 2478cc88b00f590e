import { chmodSync, lstatSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { expect, test } from 'vitest';
import { runProgram } from '../../../src/cli/dispatch.ts';
import { useFolder } from '../folder.ts';
import { memoryTerminal } from '../terminal.ts';

const UGLY = 'logging {\nlevel="info"\n}\n';
const CANONICAL = 'logging {\n\tlevel = "info"\n}\n';
const BROKEN = 'logging {\n  level = \n}\n';

const { path: inFolder, put } = useFolder();

async function fmt(...args: readonly string[]) {
  const terminal = memoryTerminal();
  const code = await runProgram(['fmt', ...args], terminal);
  return { code, ...terminal.printed() };
}

test('prints the canonical text and leaves the file alone', async () => {
  const path = put('a.alloy', UGLY);
  expect(await fmt(path)).toEqual({ code: 0, out: CANONICAL, err: '' });
  expect(readFileSync(path, 'utf8')).toBe(UGLY);
});

test('-t lists the files that would change, and exits 1', async () => {
  const ugly = put('a.alloy', UGLY);
  const fine = put('b.alloy', CANONICAL);
  expect(await fmt('-t', ugly, fine)).toEqual({ code: 1, out: `${ugly}\n`, err: '' });
  expect(await fmt('-t', fine)).toEqual({ code: 0, out: '', err: '' });
  expect(readFileSync(ugly, 'utf8')).toBe(UGLY);
});

test('-w writes in place and keeps mode, links and neighbours', async () => {
  const path = put('a.alloy', UGLY);
  chmodSync(path, 0o640);
  const link = inFolder('link.alloy');
  symlinkSync('a.alloy', link);
  expect(await fmt('-w', link)).toEqual({ code: 0, out: `${link}\n`, err: '' });
  expect(readFileSync(path, 'utf8')).toBe(CANONICAL);
  expect(statSync(path).mode & 0o777).toBe(0o640);
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(readdirSync(inFolder()).sort()).toEqual(['a.alloy', 'link.alloy']);
});

const TEMPLATE = 'logging {\n\tlevel = {{ level }}\n}\n{% if a %}\n{% endif %}\n';

test('a Liquid template is reported as one, not as invalid Alloy', async () => {
  const path = put('t.alloy', TEMPLATE);
  const { code, err } = await fmt(path);
  expect(code).toBe(64);
  expect(err).toContain(`this is a Liquid template`);
  expect(err).toContain(`${path}:2:10`);
  expect(err.match(/error\[/g)).toHaveLength(1);
});

test('in a directory, templates are skipped and other files formatted', async () => {
  put('t.alloy', TEMPLATE);
  const ugly = put('u.alloy', UGLY);
  const { code, out, err } = await fmt('-w', inFolder());
  expect({ code, out }).toEqual({ code: 0, out: `${ugly}\n` });
  expect(err).toContain('skipped Liquid templates');
  expect(readFileSync(inFolder('t.alloy'), 'utf8')).toBe(TEMPLATE);
});

test('a broken file with Loki templates in its strings is not a Liquid template', async () => {
  const path = put('l.alloy', 'a {\n\tb = "{{ .Value }}"\n\tc = `{{ x\n}}` // {{ y }}\n\td =\n}\n');
  expect((await fmt(path)).err).not.toContain('Liquid');
});

test('-w does not touch a formatted file', async () => {
  const path = put('a.alloy', CANONICAL);
  const { ino, mtimeMs } = statSync(path);
  expect(await fmt('-w', path)).toEqual({ code: 0, out: '', err: '' });
  expect(statSync(path)).toMatchObject({ ino, mtimeMs });
});

test('a directory stands for the Alloy files below it', async () => {
  put('x/deep/a.alloy', UGLY);
  put('x/b.alloy', UGLY);
  put('x/c.txt', UGLY);
  const { code, out } = await fmt('-t', inFolder('x'));
  expect(code).toBe(1);
  expect(out).toBe(`${inFolder('x/b.alloy')}\n${inFolder('x/deep/a.alloy')}\n`);
});

test('a broken file exits 64 and is not changed; the others are written', async () => {
  const broken = put('a.alloy', BROKEN);
  const ugly = put('b.alloy', UGLY);
  const { code, out, err } = await fmt('-w', broken, ugly);
  expect(code).toBe(64);
  expect(out).toBe(`${ugly}\n`);
  expect(err).toMatch(/^error\[config\.syntax\]: /);
  expect(err).toMatch(/ --> .*a\.alloy:3:1\n/);
  expect(err).toMatch(/ {2}\d \| .*level =/);
  expect(err).toMatch(/ {2}help: /);
  expect(readFileSync(broken, 'utf8')).toBe(BROKEN);
  expect(readFileSync(ugly, 'utf8')).toBe(CANONICAL);
});

test.each([
  [['-w', '-t', 'x'], '-w and -t cannot be used together'],
  [['-w', '-'], '-w cannot write to stdin'],
  [['/nonexistent.alloy'], '/nonexistent.alloy does not exist'],
  [[], "missing required argument 'files'"],
])('fmt %j is refused: %s', async (args, message) => {
  const { code, err, out } = await fmt(...args);
  expect(code).toBe(64);
  expect(out).toBe('');
  expect(err).toContain(message);
});

test('all files that cannot be read are reported together', async () => {
  const { err } = await fmt('/none/a.alloy', '/none/b.alloy');
  expect(err).toContain('/none/a.alloy');
  expect(err).toContain('/none/b.alloy');
  expect(err).toContain('2 errors');
});
