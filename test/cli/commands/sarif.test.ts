import { mkdirSync, readFileSync } from 'node:fs';
import { beforeEach, expect, test } from 'vitest';
import { runProgram } from '../../../src/cli/dispatch.ts';
import { sarifFaults } from '../../report/sarif-schema.ts';
import { useFolder } from '../folder.ts';
import { memoryTerminal } from '../terminal.ts';

const UNDEFINED = `prometheus.scrape "self" {
	targets    = [{"__address__" = "127.0.0.1:12345"}]
	forward_to = [prometheus.remote_write.gone.receiver]
}
`;

const { path, put, read } = useFolder();
beforeEach(() => void mkdirSync(path('.git')));

interface Result {
  readonly ruleId: string;
  readonly ruleIndex: number;
  readonly level: string;
  readonly message: { readonly text: string };
  readonly locations: readonly {
    readonly physicalLocation: {
      readonly artifactLocation: { readonly uri: string; readonly uriBaseId: string };
      readonly region: { readonly startLine: number; readonly startColumn: number };
    };
  }[];
  readonly partialFingerprints: Readonly<Record<string, string>>;
}

/** Validates with --sarif in the folder; the file must match the schema. */
async function sarifOf(...args: readonly string[]) {
  const terminal = memoryTerminal({ cwd: path() });
  const code = await runProgram(
    ['validate', '-q', '--sarif', path('out.sarif'), ...args],
    terminal,
  );
  const document = JSON.parse(read('out.sarif'));
  expect(sarifFaults(document)).toEqual([]);
  const [{ results, tool, ...run }] = document.runs;
  return { code, run, rules: tool.driver.rules, results: results as readonly Result[] };
}

const shown = (results: readonly Result[]): readonly string[] =>
  results.map(({ ruleId, level, locations: [at] }) => {
    const { artifactLocation, region } = at!.physicalLocation;
    return `${level} ${ruleId} ${artifactLocation.uri}:${region.startLine}:${region.startColumn}`;
  });
const fingerprints = (results: readonly Result[]): readonly string[] =>
  results.map(({ partialFingerprints }) => Object.values(partialFingerprints).join());

test('the schema sees what is wrong with a document', () => {
  expect(sarifFaults({ version: '2.1.0', runs: [{}] })).not.toEqual([]);
  expect(sarifFaults({ version: '2.1.0', runs: [] })).toEqual([]);
});

test('no findings: a document with an empty list, which closes earlier alerts', async () => {
  const { code, results, run } = await sarifOf(put('a.alloy', 'logging {\n\tlevel = "info"\n}\n'));
  expect([code, results]).toEqual([0, []]);
  expect(run.invocations).toEqual([{ executionSuccessful: true }]);
});

test('rule, level, place relative to the repository, and a rule that says where it is explained', async () => {
  const { code, results, rules } = await sarifOf(put('my configs/web #1.alloy', UNDEFINED));
  expect(code).toBe(64);
  expect(shown(results)).toEqual(['error reference.undefined my%20configs/web%20%231.alloy:3:16']);
  const [result] = results;
  expect(result!.message.text).toContain('prometheus.remote_write.gone.receiver');
  expect(rules[result!.ruleIndex]).toMatchObject({
    id: 'reference.undefined',
    defaultConfiguration: { level: 'error' },
    help: { text: expect.stringContaining('docs/checks.md') },
  });
});

test('columns are counted in UTF-16 units: a letter of two bytes is one, an emoji is two', async () => {
  const line = (text: string): string => `logging {\n\tlevel = "${text}" + gone.there.at\n}\n`;
  const column = async (text: string): Promise<number> => {
    const { results } = await sarifOf(put('a.alloy', line(text)));
    const found = results.find(({ ruleId }) => ruleId === 'reference.undefined');
    return found!.locations[0]!.physicalLocation.region.startColumn;
  };
  const plain = await column('');
  expect(await column('ü')).toBe(plain + 1);
  expect(await column('🎉')).toBe(plain + 2);
});

test('a byte order mark is no column', async () => {
  const { results } = await sarifOf(put('a.alloy', '\ufefflogging "x" {\n}\n'));
  const columns = results.map(({ locations: [at] }) => at!.physicalLocation.region.startColumn);
  const { results: without } = await sarifOf(put('b.alloy', 'logging "x" {\n}\n'));
  expect(columns).toEqual(
    without.map(({ locations: [at] }) => at!.physicalLocation.region.startColumn),
  );
});

test('a fingerprint stays when the line moves, and differs between equal lines and between files', async () => {
  const twice = `${UNDEFINED}${UNDEFINED.replace('"self"', '"other"')}`;
  const before = fingerprints((await sarifOf(put('a.alloy', twice))).results);
  expect(new Set(before).size).toBe(2);
  const moved = fingerprints(
    (await sarifOf(put('a.alloy', `// one more line\n\n${twice}`))).results,
  );
  expect(moved).toEqual(before);
  const other = fingerprints((await sarifOf(put('b.alloy', twice))).results);
  expect(other.filter((one) => before.includes(one))).toEqual([]);
});

test('what is in no file of the repository is shown at the start of what was checked', async () => {
  put(
    'fleet/inventory.yaml',
    'hosts:\n  web-01:\n    config: { template: linux-host, vars: { metrics_url: "http://<HOST>:1/" } }\n',
  );
  const { results } = await sarifOf('-i', path('fleet/inventory.yaml'));
  expect(results.length).toBeGreaterThan(0);
  for (const { locations } of results)
    expect(locations[0]!.physicalLocation.artifactLocation.uri).toBe('fleet/inventory.yaml');
});

test('a mistake in the inventory is at its line', async () => {
  put('inventory.yaml', 'hosts:\n  web-01: { alloy: { versoin: 1.18.1 } }\n');
  const { results, rules } = await sarifOf('-i', path('inventory.yaml'));
  expect(shown(results)[0]).toMatch(/^error inventory\.schema inventory\.yaml:2:\d+$/);
  expect(rules[0].help.text).toContain('docs/problems.md#inventoryschema');
});

test('a secret of the text is not in the file', async () => {
  const text =
    'remote.http "x" {\n\turl = "http://a"\n\tclient {\n\t\tbearer_token = "hunter2-long"\n\t}\n}\n';
  const { results } = await sarifOf(put('a.alloy', text));
  expect(results.length).toBeGreaterThan(0);
  expect(readFileSync(path('out.sarif'), 'utf8')).not.toContain('hunter2');
});

test('a file that cannot be written is refused before anything is checked', async () => {
  const terminal = memoryTerminal({ cwd: path() });
  const code = await runProgram(
    ['validate', '--sarif', path('missing/out.sarif'), put('a.alloy', UNDEFINED)],
    terminal,
  );
  expect(code).toBe(64);
  expect(terminal.printed().err).toMatch(/^error\[usage\]/);
});
