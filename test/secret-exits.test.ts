import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/**
 * The only files in which a secret leaves its shell, and why. A line more here is a decision: say
 * where the text goes, and see that no log, argument or report is among the places.
 */
const EXITS: Readonly<Record<string, string>> = {
  'cli/files/write-files.ts': 'writes what was typed into the wizard to a file of mode 0600',
  'desired/variable.ts': 'looks for what no variable may hold; says what it is, never around it',
  'engine/remote-run.ts': 'sends a run to the stdin of the command that launches it',
  'engine/sudo.ts': 'answers sudo on the stdin of a login',
  'host/run.ts': 'writes the request that a host reads on its stdin',
  'report/redact.ts': 'learns what to hide',
  'steps/environment-file.ts': 'quotes values for /etc/default/alloy; the text is a Secret again',
  'steps/environment.ts': 'compares the values of a host with those that are wanted',
  'transport/keys.ts': 'opens a private key with its passphrase',
};

const SRC = new URL('../src/', import.meta.url).pathname;
const revealing = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && file !== 'model/secret.ts')
  .filter((file) => /\.reveal\b/.test(readFileSync(join(SRC, file), 'utf8')))
  .sort();

test('secrets leave by the named exits alone', () => {
  expect(revealing).toEqual(Object.keys(EXITS).sort());
});
