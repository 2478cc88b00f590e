import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runProgram } from '../../../src/cli/dispatch.ts';
import { memoryTerminal } from '../terminal.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const before = process.cwd();
beforeAll(() => process.chdir(root));
afterAll(() => process.chdir(before));

async function run(...args: readonly string[]) {
  const terminal = memoryTerminal();
  const code = await runProgram(['upgrade-notes', ...args], terminal);
  return { code, ...terminal.printed() };
}

const EXAMPLE = /```console\n\$ alloyup upgrade-notes (.*)\n[\s\S]*?```\n/g;

test('the page shows what is said (vitest -u writes it)', async () => {
  const page = readFileSync('docs/upgrade-notes.md', 'utf8');
  let text = page;
  const examples = [...page.matchAll(EXAMPLE)];
  expect(examples).toHaveLength(3);
  for (const [block, args = ''] of examples) {
    const { err, out } = await run(...args.split(' '));
    text = text.replace(
      block,
      () => `\`\`\`console\n$ alloyup upgrade-notes ${args}\n${err}${out}\`\`\`\n`,
    );
  }
  await expect(text).toMatchFileSnapshot(`${root}docs/upgrade-notes.md`);
});

test('exits 64 where something has to be changed first', async () => {
  expect(await run('1.17.0', '1.18.1', 'docs/upgrade/gateway.alloy')).toMatchObject({ code: 64 });
  expect(await run('1.12.0', '1.12.2', 'docs/upgrade/gateway.alloy')).toEqual({
    code: 0,
    err: '',
    out: '1.12.0 to 1.12.2, 1 configuration: nothing changes\n',
  });
});

test('the document names rules and severities', async () => {
  const { out } = await run('--output', 'json', '1.17.0', '1.18.1', 'docs/upgrade/gateway.alloy');
  expect(JSON.parse(out)).toMatchObject({
    exitCode: 64,
    problems: [{ code: 'config.check', params: { rule: 'upgrade.removed' } }],
    warnings: [{ code: 'upgrade.default', docs: 'docs/upgrade-notes.md' }],
  });
});

test.each([
  ['1.18.1', '1.17.0'],
  ['1.18.1', '1.18.1-1'],
  ['one', 'two'],
])('%s to %s is no upgrade', async (from, to) => {
  const { code, err } = await run(from, to, 'docs/upgrade/gateway.alloy');
  expect(code).toBe(64);
  expect(err).toContain('is not an upgrade of Alloy');
});

test('without a file, what the inventory renders', async () => {
  const { code, out } = await run('-i', 'web-01,web-02,', '1.10.0', '1.11.0');
  expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining('1 configuration: ') });
});

test('what stands in a fragment of the inventory is shown in its own file', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'alloyup-notes-'));
  const lines =
    '{%- if fragment %}\n{%- endif %}\notelcol.processor.batch "own" {\n\toutput { }\n}\n';
  writeFileSync(join(directory, 'own.alloy'), lines);
  const inventory = join(directory, 'inventory.yaml');
  writeFileSync(inventory, 'hosts: { h: { config: { fragments: { own: ./own.alloy } } } }\n');
  try {
    const asked = ['--output', 'json', '-i', inventory, '1.10.0', '1.18.1'];
    const { problems, warnings } = JSON.parse((await run(...asked)).out);
    const [found] = [...problems, ...warnings];
    expect(found.at).toEqual({ file: join(directory, 'own.alloy'), line: 3, column: 1 });
  } finally {
    rmSync(directory, { recursive: true });
  }
});
