import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { builtCommand } from '../built.ts';

let BIN: string;
beforeAll(() => {
  BIN = builtCommand();
}, 120_000);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'alloyup-ci-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function alloyup(
  args: readonly string[],
  { input = '', env = {} }: { input?: string; env?: Record<string, string> } = {},
) {
  const ran = spawnSync(process.execPath, [BIN, ...args], {
    cwd: folder,
    input,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, HOME: folder, ...env },
  });
  return { code: ran.status, out: ran.stdout, err: ran.stderr };
}

const put = (name: string, text: string, mode = 0o644): void =>
  writeFileSync(join(folder, name), text, { mode });
const read = (name: string): string => readFileSync(join(folder, name), 'utf8');

/** A port of this machine on which nobody listens: every login fails at once. */
const NOBODY = 'hosts:\n  web-01: { ssh: { address: 127.0.0.1, port: 9, user: ops } }\n';
const GITHUB = { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: 'summary.md' };

test('on GitHub a wrong inventory is marked on its line, and told in the summary', () => {
  put('inventory.yaml', 'hosts:\n  web-01: { shs: {} }\n');
  const { code, err } = alloyup(['validate'], { env: GITHUB });
  expect(code).toBe(64);
  expect(err).toContain(
    '::error file=inventory.yaml,line=2,col=13,title=alloyup%3A inventory.schema::',
  );
  expect(read('summary.md')).toMatch(/^## alloyup validate: 1 error\n/);
  expect(alloyup(['validate']).err).not.toContain('::error');
});

test('a host that cannot be reached is marked where the inventory names it', () => {
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

test('a remark on what is no file of the repository names no file', () => {
  const { err } = alloyup(['plan', '-i', '-'], { input: 'hosts: { a: { x: 1 } }\n', env: GITHUB });
  expect(err).toMatch(/^::error title=alloyup%3A inventory\.schema::stdin:1:15: /m);
});

test('a host without a plan is named in the saved plan, and not touched by it', () => {
  put('inventory.yaml', NOBODY);
  expect(alloyup(['plan', '--out', 'plan.json']).code).toBe(1);
  expect(JSON.parse(read('plan.json'))).toMatchObject({ hosts: {}, left: ['web-01'] });
  const { code, out } = alloyup(['apply', 'plan.json', '--output', 'json']);
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    summary: { hosts: 0 },
    warnings: [{ code: 'plan.left' }],
  });
});

test('what is no saved plan, or is for other hosts, is refused before any connection', () => {
  put('inventory.yaml', NOBODY);
  expect(alloyup(['apply', 'nothing.json'])).toMatchObject({ code: 64, out: '' });
  put('plan.json', '{}');
  expect(alloyup(['apply', 'plan.json']).err).toContain('plan.json is no saved plan');
  const sha256 = 'a'.repeat(64);
  const saved = {
    schema: 1,
    kind: 'alloyup.plan',
    version: '0.1.0',
    run: 'r',
    createdAt: 0,
    inventory: { file: 'inventory.yaml', sha256 },
    adopt: false,
    hosts: { 'db-09': { hash: sha256, changes: [], expect: [] } },
    left: [],
  };
  put('plan.json', JSON.stringify(saved));
  const { code, err } = alloyup(['apply', 'plan.json']);
  expect(code).toBe(1);
  expect(err).toContain('error[apply.stale]');
  expect(err).toContain('db-09');
});

test('--retry goes over what the last apply left, and over nothing when all is done', () => {
  put('inventory.yaml', `${NOBODY}  web-02: { ssh: { address: 127.0.0.2, port: 9, user: ops } }\n`);
  expect(alloyup(['apply', '--yes', '-l', 'web-02']).code).toBe(1);
  const again = alloyup(['apply', '--yes', '--retry', 'last', '--output', 'json']);
  expect(Object.keys(JSON.parse(again.out).hosts)).toEqual(['web-02']);
  const none = alloyup(['apply', '--yes', '--retry', 'last', '-l', 'web-01']);
  expect(none).toMatchObject({ code: 0 });
  expect(none.out + none.err).toContain('warning[retry.nothing]');
  // that run went over no host: the one before it is still the last to tell anything
  const third = alloyup(['apply', '--yes', '--retry', 'last', '--output', 'json']);
  expect(Object.keys(JSON.parse(third.out).hosts)).toEqual(['web-02']);
});

const INI = '[web]\nweb-[01:02] ansible_port=2222 ansible_python_interpreter=/usr/bin/python3\n';

test('an Ansible inventory is read as it is, and its leftovers are told', () => {
  put('hosts', INI);
  expect(alloyup(['hosts', '-i', 'hosts']).out).toBe(
    'web-01  web-01:2222  web\nweb-02  web-02:2222  web\n',
  );
  expect(alloyup(['validate', '-i', 'hosts']).err).toContain('hosts:2:31');
  put(
    'inventory.sh',
    '#!/bin/sh\n[ "$1" = --list ] && echo \'{"web": ["web-01"], "_meta": {"hostvars": {}}}\'\n',
    0o755,
  );
  expect(alloyup(['hosts', '-i', 'inventory.sh']).out).toBe('web-01    web\n');
});

test('folders of variables beside an Ansible inventory count, in an import, too', () => {
  put('hosts', '[web]\nweb-01\n');
  mkdirSync(join(folder, 'group_vars'));
  put('group_vars/web.yml', 'ansible_port: 2200\n');
  expect(alloyup(['hosts', '-i', 'hosts']).out).toBe('web-01  web-01:2200  web\n');
  expect(alloyup(['inventory', 'import', 'hosts']).out).toContain('port: 2200');
});

test('inventory import prints ours, or writes it, and never over a file unasked', () => {
  put('hosts', INI);
  const printed = alloyup(['inventory', 'import', 'hosts']);
  expect(printed.code).toBe(0);
  expect(printed.err).toContain('ansible_python_interpreter has no counterpart here');
  expect(alloyup(['hosts', '-i', '-'], { input: printed.out }).out).toContain('web-02:2222');
  expect(alloyup(['inventory', 'import', 'hosts', '-o', 'new.yaml'])).toMatchObject({
    code: 0,
    out: '',
  });
  expect(read('new.yaml')).toBe(printed.out);
  expect(statSync(join(folder, 'new.yaml')).mode & 0o777).toBe(0o644);
  put('new.yaml', 'mine\n');
  expect(alloyup(['inventory', 'import', 'hosts', '-o', 'new.yaml'])).toMatchObject({ code: 64 });
  expect(read('new.yaml')).toBe('mine\n');
  expect(alloyup(['inventory', 'import', 'hosts', '-o', 'new.yaml', '--force']).code).toBe(0);
  expect(read('new.yaml')).toBe(printed.out);
});

test('names on stdin become an inventory', () => {
  const { out, code } = alloyup(['inventory', 'import', '-'], {
    input: 'web-01\n# no host\nops@web-02:2222\n',
  });
  expect(code).toBe(0);
  expect(alloyup(['hosts', '-i', '-'], { input: out }).out).toBe(
    'web-01\nweb-02  ops@web-02:2222\n',
  );
});
