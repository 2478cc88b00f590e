import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { answer } from '../../lab/repository/server.ts';

let root: string;
let good: string;
let bad: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'served-'));
  [good, bad] = [join(root, 'good'), join(root, 'bad')];
  for (const folder of [good, bad]) mkdirSync(folder);
  writeFileSync(join(root, 'secret'), 'not served');
  writeFileSync(join(good, 'a'), 'good a');
  writeFileSync(join(good, 'b c'), 'good b');
  writeFileSync(join(bad, 'a'), 'bad a');
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const asked = (path: string, ifNoneMatch?: string) => {
  const { status, body } = answer([bad, good], { path, ifNoneMatch });
  return [status, body.toString()];
};

test('the first folder that has the file answers', () => {
  expect(asked('/a')).toEqual([200, 'bad a']);
  expect(asked('/b%20c?x=1')).toEqual([200, 'good b']);
  expect(asked('/none')[0]).toBe(404);
});

test.each(['/../secret', '/%2e%2e/secret', '/x/../../secret'])('%s stays inside', (path) => {
  expect(asked(path)[0]).toBe(404);
});

test('who has the file already is told so, and only then', () => {
  const { etag } = answer([good], { path: '/a' });
  expect(answer([good], { path: '/a', ifNoneMatch: etag! }).status).toBe(304);
  expect(answer([good], { path: '/a', ifNoneMatch: `"x", ${etag}` }).status).toBe(304);
  expect(answer([bad], { path: '/a', ifNoneMatch: etag! }).status).toBe(200);
});
