import process from 'node:process';
import { expect, test } from 'vitest';
import { checkFiles } from '../src/alloy/check/check.ts';
import { parse } from '../src/alloy/parser.ts';
import { templateProblem } from '../src/cli/files/alloy-files.ts';
import { readFacts } from '../src/host/facts.ts';
import { namesIn } from '../src/inventory/host-list.ts';
import { openInventory } from '../src/inventory/open-inventory.ts';
import { ToolError } from '../src/model/problem.ts';
import { planHost } from '../src/plan/planner.ts';
import { oneLine } from '../src/report/plain.ts';
import { readKeyring } from '../src/sources/keyring.ts';
import { factsOf, suppliesOf, targetOf } from './builders.ts';
import { rawFacts } from './host/raw-facts.ts';

// Texts on which expressions that backtrack take minutes, or for ever: from hosts, and from files of a pull request.

/** Milliseconds of CPU; such an expression takes a hundred times as long, or does not end. */
const MOST_CPU_MS = 2000;

async function cpuMsOf(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

const alloy = (text: string) => (): void => {
  const parsed = parse(new TextEncoder().encode(text));
  templateProblem('x.alloy', parsed);
  checkFiles([{ name: 'x.alloy', parsed }], {
    stability: 'experimental',
    strict: false,
    check: 'http',
  });
};
const relabel = (rule: string) =>
  alloy(`discovery.relabel "x" {\n targets = []\n rule {\n${rule}\n}\n}\n`);
const inventory =
  (text: string, name = 'inventory.yaml') =>
  (): void => {
    openInventory(text, name).read();
  };

test.each<[string, () => unknown]>([
  ['a replacement of letters', relabel(`action = "labelmap"\nreplacement = "${'a'.repeat(50)}-"`)],
  ['a target label of letters', relabel(`target_label = "${'a'.repeat(50)}-"`)],
  ['a target label of groups', relabel(`target_label = "${'$ab'.repeat(50)}-"`)],
  ['comments that do not end', alloy('/* '.repeat(200_000))],
  ['variables that do not end', alloy(`logging { level = "${'${A-'.repeat(100_000)}" }`)],
  [
    'a URL of slashes',
    inventory(`defaults: {repository: {url: "http://${'/'.repeat(100_000)} b"}}`),
  ],
  [
    'a URL with a space',
    inventory(
      `defaults: {config: {vars: {metrics_url: "http://${'a'.repeat(100_000)} b"}}}\nhosts: {a: {}}`,
    ),
  ],
  ['an address of colons', inventory(`hosts: {"[${':'.repeat(20_000)}x]": {}}`)],
  ['an Ansible host of brackets', inventory(`[web]\n${'[]'.repeat(50)}x\n`, 'hosts.ini')],
  [
    'an Ansible host of many brackets',
    inventory(`[web]\n${'[1:3]'.repeat(20_000)}:x\n`, 'hosts.ini'),
  ],
  ['an Ansible number', inventory(`[web]\na x=${'1'.repeat(100_000)}x\n`, 'hosts.ini')],
  ['a list of colons', () => namesIn(`[${':'.repeat(20_000)}\n`)],
  ['a list of hashes', () => namesIn(`${' #'.repeat(100_000)}\u2028x\n`)],
  ['a message of spaces', () => oneLine(`${' '.repeat(200_000)}x`)],
  [
    'a keyring of blocks that do not end',
    () => readKeyring(Buffer.from('-----BEGIN PGP A-----\n'.repeat(40_000))).catch(() => undefined),
  ],
])('%s: no second of work', async (_, work) => {
  expect(await cpuMsOf(work)).toBeLessThan(MOST_CPU_MS);
});

/** The same report with another text in each place where one stands, one after the other. */
function* withText(value: unknown, text: string): Generator<unknown> {
  if (typeof value === 'string') yield /^[tb]/.test(value) ? value[0] + text : text;
  if (Array.isArray(value))
    for (const [i, one] of value.entries())
      for (const other of withText(one, text)) yield value.with(i, other);
  else if (typeof value === 'object' && value !== null)
    for (const [key, one] of Object.entries(value))
      for (const other of withText(one, text)) yield { ...value, [key]: other };
}

const target = targetOf();
const raw = rawFacts(
  factsOf(target, {
    apt: {
      sources: [
        {
          path: '/etc/apt/sources.list.d/grafana.list',
          text: 'deb [signed-by=/etc/apt/keyrings/grafana.asc] https://apt.grafana.com stable main\n',
        },
        {
          path: '/etc/apt/sources.list.d/grafana.sources',
          text: 'Types: deb\nURIs: https://apt.grafana.com\nSuites: stable\nComponents: main\n',
        },
      ],
      keyrings: [],
      preferences: [
        {
          path: '/etc/apt/preferences',
          text: 'Package: alloy\nPin: version 1.0\nPin-Priority: 900\n',
        },
      ],
      listed: true,
    },
  } as never),
);

test.each<[string, string]>([
  ['slashes', `https://apt.grafana.com${'/'.repeat(300_000)}x`],
  ['a source of slashes', `deb https://apt.grafana.com${'/'.repeat(300_000)}x stable main\n`],
  [
    'URIs of slashes',
    `Types: deb\nURIs: https://apt.grafana.com${'/'.repeat(300_000)}x\nSuites: stable\n`,
  ],
  ['spaces', `${' '.repeat(300_000)}x`],
  ['a value of spaces', `ID=a${' '.repeat(300_000)}x`],
  ['empty lines', `${'\n '.repeat(150_000)}x`],
  ['brackets', '[]'.repeat(150_000)],
  ['escaped quotes', `"${'\\"'.repeat(150_000)}`],
  ['commands', ' argv[]='.repeat(40_000)],
  ['names', 'a'.repeat(300_000)],
  [
    'paragraphs',
    `Package: alloy\nStatus: install ok installed\nConffiles:\n${' /a b\n'.repeat(50_000)}`,
  ],
  ['JSON', '['.repeat(300_000)],
])(
  'a host that reports %s anywhere: no second of work for each',
  async (_, text) => {
    for (const report of withText(raw, text)) {
      const ms = await cpuMsOf(() => {
        try {
          planHost(target, readFacts('web-01', report), suppliesOf(), { adopt: false, watchS: 5 });
        } catch (error) {
          // facts that make no sense are refused; anything else is a bug
          if (!(error instanceof ToolError)) throw error;
        }
      });
      expect(ms).toBeLessThan(MOST_CPU_MS);
    }
  },
  300_000,
);
