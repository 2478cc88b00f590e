import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { blockId, blocksOf } from '../../src/alloy/ast-lookup.ts';
import { componentsOf } from '../../src/alloy/components.ts';
import { parse } from '../../src/alloy/parser.ts';
import { BUILTIN_NAMES, builtinTemplate } from '../../src/config/builtins.ts';
import { text as renderText } from '../config/helper.ts';
import { variants } from '../config/variants.ts';
import { rendered } from './configure.ts';

/** What the templates made before log files, scraping and Docker became maps by name. */
const FIXTURES = join(import.meta.dirname, 'fixtures/released');

const TO = {
  metrics_url: 'https://prometheus.example.com/api/v1/write',
  logs_url: 'https://loki.example.com/loki/api/v1/push',
};
const ALL = { collect: ['metrics', 'journal', 'files', 'otlp'], log_files: ['/var/log/x.log'] };
const OTLP = { otlp_url: 'https://otlp.example.com', otlp_token_env: 'OTLP_TOKEN' };
const TRACES = { traces_url: 'https://tempo.example.com:4318' };
const of = (template: string, vars: object, fragments = {}): string =>
  JSON.stringify({ hosts: { h: { config: { template, vars, fragments } } } });
const SOME = { cache: { template: 'redis' }, db: { template: 'postgres' } };
const PAGES = join(import.meta.dirname, '../..');
const page = (path: string): string => readFileSync(join(PAGES, path), 'utf8');

/** Inventory and host. */
const INVENTORIES: Readonly<Record<string, readonly [inventory: string, host: string]>> = {
  'example-web': [page('inventory.example.yaml'), 'web-01.example.com'],
  'example-db': [page('inventory.example.yaml'), 'db-01.example.com'],
  full: [page('docs/inventory.full.yaml'), 'this-machine'],
  demo: [of('linux-host', TO), 'h'],
  every: [of('linux-host', { ...TO, ...TRACES, ...ALL, labels: { env: 'prod' } }), 'h'],
  otlp: [of('linux-host', { ...OTLP, ...ALL, labels: { env: 'prod', shard: 3 } }), 'h'],
  fragments: [of('linux-host', TO, SOME), 'h'],
  'fragments-otlp': [of('linux-host', OTLP, SOME), 'h'],
  gateway: [of('otlp-gateway', { ...TO, ...TRACES }, SOME), 'h'],
  self: [of('self-monitoring', TO, SOME), 'h'],
};

/** What was added since, each with its reason in CHANGELOG.md. */
const ADDED: readonly string[] = [
  `
	// what belongs to no unit: the kernel, and programs that write to syslog
	rule {
		source_labels = ["unit", "__journal_syslog_identifier"]
		regex         = ";(.+)"
		target_label  = "unit"
	}
`,
];

const asReleased = (text: string): string =>
  ADDED.reduce((shorter, added) => shorter.replace(added, ''), text);

/** Ids of components, and the labels that their targets are written with. */
function identity(text: string): readonly string[] {
  const parsed = parse(text);
  const written = (source: string): string => source.replace(/\s+/g, ' ');
  const blocks = parsed.file.body.filter((one) => one.kind === 'block');
  const targets = blocks.flatMap((block) =>
    block.body
      .filter((one) => one.kind === 'attribute')
      .filter(({ name }) => /^(targets|path_targets)$/.test(name.name))
      .map(({ start, end }) => `${blockId(block)}: ${written(parsed.source.slice(start, end))}`),
  );
  const rules = blocks
    .filter((block) => blockId(block).startsWith('discovery.relabel'))
    .flatMap((block) => blocksOf(block.body, 'rule'))
    .map(({ start, end }) => written(parsed.source.slice(start, end)));
  return [...componentsOf([parsed]).ids, ...targets, ...rules].sort();
}

describe.each(Object.entries(INVENTORIES))('the inventory %s', (name, [inventory, host]) => {
  const path = join(FIXTURES, `${name}.alloy`);
  const released = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const made = rendered(inventory, {}, host);

  test('renders as it was released', async () => {
    await expect(asReleased(made)).toMatchFileSnapshot(path);
  });

  test('keeps the names of its components and the labels of its targets', () => {
    expect(identity(made)).toEqual(identity(released));
  });
});

const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

test('what the tests of the templates render is as it was released', async () => {
  const lines = BUILTIN_NAMES.flatMap((name) => {
    const { text, parameters, file } = builtinTemplate(name);
    return variants(name).map(([how, vars]) => {
      const made = renderText(text, vars, parameters, { name, file });
      return `${hash(asReleased(made))} ${name}: ${how}`;
    });
  });
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(join(FIXTURES, 'variants.txt'));
});
