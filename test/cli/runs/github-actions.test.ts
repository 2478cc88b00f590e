import { expect, test } from 'vitest';
import { useAlloyup } from '../built.ts';

const { alloyup, put, read } = useAlloyup();

/** A port of this machine where nobody listens: logins fail immediately. */
const NOBODY = 'hosts:\n  web-01: { ssh: { address: 127.0.0.1, port: 9, user: ops } }\n';
const GITHUB = { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: 'summary.md' };

test('on GitHub an invalid inventory is annotated on its line and in the summary', () => {
  put('inventory.yaml', 'hosts:\n  web-01: { shs: {} }\n');
  const { code, err } = alloyup(['validate'], { env: GITHUB });
  expect(code).toBe(64);
  expect(err).toContain(
    '::error file=inventory.yaml,line=2,col=13,title=alloyup%3A inventory.schema::',
  );
  expect(read('summary.md')).toMatch(/^## alloyup validate: 1 error\n/);
  expect(alloyup(['validate']).err).not.toContain('::error');
});

test('an unreachable host is annotated where the inventory names it', () => {
  put('inventory.yaml', NOBODY);
  const { code, out, err } = alloyup(['plan', '--output', 'json'], { env: GITHUB });
  expect(code).toBe(1);
  expect(JSON.parse(out).hosts['web-01'].place).toEqual({
    file: 'inventory.yaml',
    line: 2,
    column: 3,
  });
  expect(err).toContain('::error file=inventory.yaml,line=2,col=3,title=alloyup%3A ssh.');
  expect(read('summary.md')).toContain('| unreachable | 1 | web-01 |');
});

test('an annotation on something outside the repository names no file', () => {
  const { err } = alloyup(['plan', '-i', '-'], { input: 'hosts: { a: { x: 1 } }\n', env: GITHUB });
  expect(err).toMatch(/^::error title=alloyup%3A inventory\.schema::stdin:1:15: /m);
});
