import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { runProgram } from '../../../src/cli/dispatch.ts';
import { useFolder } from '../folder.ts';
import { memoryTerminal } from '../terminal.ts';

const FINE = `prometheus.remote_write "central" {
	endpoint {
		url = "https://metrics.example.com/api/v1/write"
	}
}

prometheus.scrape "self" {
	targets    = [{"__address__" = "127.0.0.1:12345"}]
	forward_to = [prometheus.remote_write.central.receiver]
}
`;
const UNDEFINED = FINE.replace('central.receiver', 'centre.receiver');

const { path, put } = useFolder();

async function validate(...args: readonly string[]) {
  const terminal = memoryTerminal();
  const code = await runProgram(['validate', ...args], terminal);
  return { code, ...terminal.printed() };
}

test('a valid file', async () => {
  expect(await validate(put('a.alloy', FINE))).toEqual({
    code: 0,
    out: '1 file checked: no problems\n',
    err: '',
  });
});

test('a reference to nothing: code, place, line, caret, help, 64', async () => {
  const { code, err } = await validate(put('a.alloy', UNDEFINED));
  expect(code).toBe(64);
  expect(err).toContain('error[config.check]: ');
  expect(err).toMatch(/ --> .*a\.alloy:9:\d+\n/);
  expect(err).toMatch(/9 \| .*centre\.receiver/);
  expect(err).toMatch(/\n.*\| +\t? *\^/);
  expect(err).toContain('help: ');
});

test('syntax errors of all files are reported together', async () => {
  const { code, err } = await validate(put('a.alloy', 'logging {\n'), put('b.alloy', 'x = = 1\n'));
  expect(code).toBe(64);
  expect(err).toContain('a.alloy:');
  expect(err).toContain('b.alloy:1:5');
});

test('--output json prints one document that matches its schema', async () => {
  const schema = z.fromJSONSchema(
    JSON.parse(
      readFileSync(new URL('../../../schema/problems.schema.json', import.meta.url), 'utf8'),
    ),
  );
  for (const text of [FINE, UNDEFINED, 'broken {']) {
    const { code, out, err } = await validate('--output', 'json', put('a.alloy', text));
    const document = JSON.parse(out);
    schema.parse(document);
    expect(document.exitCode).toBe(code);
    expect(document.problems.length > 0).toBe(code === 64);
    expect(err).toBe('');
  }
});

test('a directory is one configuration', async () => {
  put('a.alloy', FINE.slice(0, FINE.indexOf('prometheus.scrape')));
  put('b.alloy', FINE.slice(FINE.indexOf('prometheus.scrape')));
  expect(await validate(path())).toMatchObject({ code: 0 });
});

test('a secret in an excerpt is masked', async () => {
  const { err, out } = await validate(
    put(
      'a.alloy',
      'prometheus.remote_write "x" {\n  endpoint {\n    basic_auth { password = "hunter2-long" \n    url = \n  }\n}\n',
    ),
  );
  expect(err).toContain('a.alloy');
  expect(out + err).not.toContain('hunter2');
});

test('a file is checked for the version that is asked for', async () => {
  const newer = FINE.replace('targets ', 'honor_metadata = false\n\ttargets ');
  const file = put('a.alloy', newer);
  expect(await validate(file)).toMatchObject({ code: 0, err: '' });
  const { code, err } = await validate('--alloy-version', '1.10.0', file);
  expect(code).toBe(0);
  expect(err).toMatch(/was added in\s+1\.11; this is checked for 1\.10\.0/);
  expect(await validate('--strict', '--alloy-version', '1.10.0', file)).toMatchObject({ code: 64 });
  expect((await validate('--alloy-version', 'newest', file)).err).toContain('such as 1.18.1');
});

test('a name that a newer version may have is a note, with --strict too', async () => {
  const file = put('a.alloy', `${FINE}\nprometheus.shiny "a" { }\n`);
  const { code, out, err } = await validate('--strict', '--alloy-version', '1.99.0', file);
  expect({ code, out }).toEqual({ code: 0, out: '1 file checked: 1 note\n' });
  expect(err).toContain('note[version.newer]: prometheus.shiny is not known: alloyup knows Alloy');
});

test('what is found in the texts of all hosts is said once, in JSON for each', async () => {
  put(
    'base.alloy',
    'loki.relabel "a" {\n\tforward_to = []\n}\n\nlogging {\n\tlevel = "info" // {{ host.name }}\n}\n',
  );
  const linesOf = async (hosts: number) => {
    const file = put(
      'inventory.yaml',
      `defaults: { config: { template: ./base.alloy } }\nhosts: { "web-[1:${hosts}]": {} }\n`,
    );
    const { code, out, err } = await validate('-i', file);
    expect({ code, out }).toEqual({ code: 0, out: `${hosts} hosts checked: 2 notes\n` });
    return err.replace(/.*also rendered.*\n/g, '');
  };
  const few = await linesOf(2);
  const { out } = await validate('--output', 'json', '-i', path('inventory.yaml'));
  const { warnings } = JSON.parse(out);
  expect(warnings.map((one: { host: string }) => one.host)).toEqual([
    ...['web-1', 'web-1'],
    ...['web-2', 'web-2'],
  ]);
  expect(await linesOf(500)).toBe(few);
  const { err } = await validate('-i', path('inventory.yaml'));
  expect(err).toContain('\n  also rendered for web-2, web-3, web-4, web-5, web-6,');
  expect(err).toMatch(/ and \d+ more\n {2}1 \| /);
});
