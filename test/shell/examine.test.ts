import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { examineScript, packagesFrom, readExtras } from '../../src/shell/examine.ts';
import { targetOf } from '../builders.ts';

/** The script in dash, with a sudo that says this. */
function examine(sudoSays: string, env: Record<string, string> = { SUDO_USER: 'ops' }, port = '1') {
  const folder = mkdtempSync(join(tmpdir(), 'alloyup-examine-'));
  const stub = (name: string, text: string): void => {
    writeFileSync(join(folder, name), `#!/bin/sh\ncat <<'END'\n${text}\nEND\n`);
    chmodSync(join(folder, name), 0o755);
  };
  stub('sudo', sudoSays);
  stub('timedatectl', 'yes');
  stub('apt-config', '');
  const { stdout } = spawnSync('dash', ['-s', '--', '127.0.0.1', port], {
    input: examineScript,
    encoding: 'utf8',
    env: { PATH: `${folder}:${process.env.PATH}`, ...env },
  });
  rmSync(folder, { recursive: true });
  return readExtras(stdout);
}

const DEFAULTS = 'Matching Defaults entries for ops on web-01:\n    env_reset, mail_badpass';

test.each([
  [`${DEFAULTS}, use_pty`, false],
  [`${DEFAULTS}, log_input, use_pty`, true],
  [`${DEFAULTS}, log_input`, true],
  [`${DEFAULTS}, !log_input`, false],
  [`${DEFAULTS}, log_output`, false],
])('%j: %s', (says, logInput) => {
  expect(examine(says)).toMatchObject({ ntp: true, logInput });
});

test('who came without sudo is not asked about it', () => {
  expect(examine(`${DEFAULTS}, log_input`, {}).logInput).toBe(false);
});

test('a port that nobody listens on is told in the words of the system', () => {
  expect(examine(DEFAULTS).unreachable).toBe('Connection refused');
});

test.each([
  [{ url: 'https://apt.grafana.com', proxy: null }, ['apt.grafana.com', '443']],
  [{ url: 'http://mirror.lan:8080/grafana', proxy: null }, ['mirror.lan', '8080']],
  [{ url: 'https://apt.grafana.com', proxy: 'http://[2001:db8::1]' }, ['2001:db8::1', '80']],
])('packages of %j come from %j', (repository, from) => {
  expect(packagesFrom({ ...targetOf().desired.repository, ...repository })).toEqual(from);
});
