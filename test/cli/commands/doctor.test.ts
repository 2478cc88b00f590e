import { chmodSync, readdirSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { findingsText } from '../../../src/cli/commands/doctor.ts';
import { runProgram } from '../../../src/cli/dispatch.ts';
import { node, writable } from '../../../src/cli/doctor/machine-findings.ts';
import type { Finding } from '../../../src/model/finding.ts';
import { useFolder } from '../folder.ts';
import { memoryTerminal } from '../terminal.ts';

const { path } = useFolder();

const terminalHere = (env: Record<string, string> = {}) =>
  memoryTerminal({
    home: path(),
    cwd: path(),
    env: { HOME: path(), PATH: process.env.PATH!, ...env },
  });

async function doctor(inventory: string, env: Record<string, string> = {}) {
  const file = path('inventory.yaml');
  writeFileSync(file, inventory);
  const terminal = terminalHere(env);
  const code = await runProgram(['doctor', '--no-hosts', '--output', 'json', '-i', file], terminal);
  const { findings } = JSON.parse(terminal.printed().out) as { findings: readonly Finding[] };
  const inventoryFindings = findings.filter(({ part }) => part === 'inventory');
  return { code, said: inventoryFindings.map(({ state, check }) => `${state} ${check}`), findings };
}

const HOST = 'hosts:\n  web-01: {}\n';

test('a valid inventory has no problems, and nothing is written', async () => {
  const { code, said } = await doctor(HOST);
  expect(said).toEqual(['ok inventory']);
  expect(code).toBe(0);
  expect(readdirSync(path())).toEqual(['inventory.yaml']);
});

test('an invalid inventory is a failure', async () => {
  const { code, said } = await doctor('hosts:\n  web-01: { prot: 22 }\n');
  expect(said).toEqual(['trip inventory.schema']);
  expect(code).toBe(1);
});

test('a warning about the inventory names its line', async () => {
  const { findings } = await doctor('[web]\nweb-01 ansible_python_interpreter=/usr/bin/python3\n');
  expect(
    findings.find(({ message }) => message.includes('ansible_python_interpreter')),
  ).toMatchObject({
    state: 'note',
    message: expect.stringContaining(`${path('inventory.yaml')}:2: `),
  });
});

const SECRETS = `defaults:
  alloy:
    environment:
      TOKEN: { secret: env:GCLOUD_TOKEN }
      OTHER: { secret: file:./no-such-file }
      ASKED: { secret: { exec: [touch, ran] } }
${HOST}`;

test('secrets that are not set are named; none is read and no program is run', async () => {
  const { said, findings } = await doctor(SECRETS);
  expect(said).toEqual(['trip secret', 'trip secret']);
  expect(JSON.stringify(findings)).toContain('GCLOUD_TOKEN');
  expect(JSON.stringify(findings)).toContain('no-such-file');
  expect(readdirSync(path())).toEqual(['inventory.yaml']);
  const set = await doctor(SECRETS, { GCLOUD_TOKEN: 'glc_hidden' });
  expect(set.said).toEqual(['trip secret']);
  expect(JSON.stringify(set.findings)).not.toContain('glc_hidden');
});

test('a key that others can read is noted, with its path', async () => {
  const key = path('id');
  writeFileSync(key, 'KEY', { mode: 0o644 });
  const inventory = `defaults: { ssh: { identity: ${key} } }\n${HOST}`;
  const { said, findings } = await doctor(inventory);
  expect(said).toEqual(['note identity', 'ok inventory']);
  expect(JSON.stringify(findings)).toContain(`chmod 600 ${key}`);
  chmodSync(key, 0o600);
  expect((await doctor(inventory)).said).toEqual(['ok inventory']);
});

test.each([
  ['20.18.9', 'trip'],
  ['20.19.0', 'ok'],
  ['18.20.0', 'trip'],
  ['24.0.1', 'ok'],
])('Node %s: %s', (version, state) => {
  expect(node(version)[0]).toBe(state);
});

test('a missing directory is writable if it could be created', () => {
  expect(writable('state', path('a/b/c'))[0]).toBe('ok');
  writeFileSync(path('file'), '');
  chmodSync(path('file'), 0o600);
  expect(writable('state', path('file/b'))[0]).toBe('trip');
});

test('the table lists failures first, and hosts with the same finding together', () => {
  const trip = (host: string): Finding => ({
    part: 'host',
    check: 'ssh.auth',
    state: 'trip',
    message: 'no key was accepted for ops',
    hint: 'make one',
    host,
  });
  const findings: readonly Finding[] = [
    { part: 'machine', check: 'node', state: 'ok', message: 'Node 20.19.0', hint: null },
    trip('web-01'),
    trip('web-02'),
  ];
  expect(findingsText(findings, memoryTerminal(), false)).toBe(`This machine
  ok    Node 20.19.0

Hosts
  fail  no key was accepted for ops
        on web-01, web-02
        help: make one

2 problems would make a run fail.
`);
});
