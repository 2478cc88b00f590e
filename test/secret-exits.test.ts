import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/**
 * The only files that reveal a secret, and why. Adding a line is a decision: say where the text goes, and
 * make sure that no log, argument or report is among the places.
 */
const EXITS: Readonly<Record<string, string>> = {
  'cli/files/write-files.ts': 'writes what was entered in the wizard to a file of mode 0600',
  'desired/alloy-service.ts': 'looks for characters that no variable can contain',
  'engine/remote-run.ts': 'sends the request of a run to the stdin of a login',
  'engine/sudo.ts': 'answers sudo on the stdin of a login',
  'host/run.ts':
    'puts the contents of files into the request of a run; the request is a Secret again',
  'report/redact.ts': 'learns what to mask',
  'steps/environment-file.ts': 'quotes values for /etc/default/alloy; the text is a Secret again',
  'steps/environment.ts': 'compares the values on a host with the desired ones',
  'transport/keys.ts': 'opens a private key with its passphrase',
};

const SRC = new URL('../src/', import.meta.url).pathname;
const revealing = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && file !== 'model/secret.ts')
  .filter((file) => /\.reveal\b/.test(readFileSync(join(SRC, file), 'utf8')))
  .sort();

test('only the listed files reveal secrets', () => {
  expect(revealing).toEqual(Object.keys(EXITS).sort());
});
