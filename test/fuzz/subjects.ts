import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY_ROOT } from '../../lab/root.ts';
import { checkFiles } from '../../src/alloy/check/check.ts';
import { format } from '../../src/alloy/format.ts';
import { parse } from '../../src/alloy/parser.ts';
import { findingsOf } from '../../src/cli/files/alloy-files.ts';
import { makeTargets } from '../../src/cli/hosts/make-targets.ts';
import { openInventory } from '../../src/inventory/open-inventory.ts';
import { settingsOf } from '../../src/inventory/settings.ts';
import type { Notice, Problem } from '../../src/model/problem.ts';
import { findingsJson } from '../../src/report/ndjson.ts';
import { paintWith } from '../../src/report/paint.ts';
import { problemsText } from '../../src/report/problem-text.ts';
import { sampleTexts } from '../alloy/samples.ts';
import { mutated, readAny } from '../inventory/ansible/mutate.ts';
import { type Material, mutate } from './mutate.ts';
import { SAVED_SUBJECTS } from './saved-subjects.ts';

/** A kind of text that users write: how one is made, and what `validate` does with it. */
export interface Subject {
  readonly text: (random: () => number) => string;
  /** Throws what would be exit 70. Whether the text was accepted. */
  readonly read: (text: string, random: () => number) => boolean | Promise<boolean>;
}

const root = (path: string): string => join(REPOSITORY_ROOT, path);
const file = (path: string): string => readFileSync(root(path), 'utf8');

/** What every command prints of what it found. */
function print(problems: readonly Problem[], warnings: readonly Notice[]): void {
  problemsText(problems, warnings, { paint: paintWith(false), width: 80 });
  findingsJson({ exitCode: 64, problems, warnings: warnings as [] });
}

const VALID = ['inventory.example.yaml', 'docs/inventory.full.yaml'];
const WRONG = readdirSync(root('test/inventory/fixtures/wrong'))
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => `test/inventory/fixtures/wrong/${name}`);

const INVENTORIES: Material = {
  // the valid ones as often as all others together
  seeds: [...Array<readonly string[]>(10).fill(VALID).flat(), ...WRONG].map(file),
  words: [
    ...['hosts', 'groups', 'defaults', 'alloy', 'config', 'ssh', 'sudo', 'vars', 'template'],
    ...['constructor', '__proto__', 'toString', 'hasOwnProperty', 'null', '~', 'true', '""', '[]'],
    ...['{}', '[null]', '{a: null}', '0', '-1', '1e400', '.nan', '.inf', '0x1F', '2026-01-01'],
    ...['&a', '*a', '<<', '!!binary aGk=', '!!map', '!x', '|', '>-', '? ', '- ', '---', '...'],
    ...['web-[01:20]', 'web-[3:1]', 'web-[a:z]', '[1:9999999]', 'x'.repeat(300), '\u202e', '😀'],
    ...['{ secret: env:X }', '{ secret: exec }', '{ secret: file:/x }', 'linux-host', './x.alloy'],
    ...[
      '{{ x }}',
      '{% raw %}',
      '/etc/shadow',
      '../../x',
      '12345',
      '127.0.0.1:0',
      'latest',
      '1.18.1',
    ],
  ],
  lines: [
    ...[
      'hosts:',
      '  web-01: {}',
      '  web-02:',
      'groups:',
      '  edge: { hosts: [web-01] }',
      'defaults:',
    ],
    ...[
      '    vars: { labels: { env: test } }',
      '    ssh: { user: ops }',
      '  - web-01',
      '  ? a',
      '\t',
    ],
    ...['  constructor: {}', '  __proto__: {}', 'hosts: [{ web-01: {} }]', 'a: &a [*a]', '# x'],
  ],
  between: [': ', ':', ' ', ', '],
};

async function readInventory(text: string): Promise<boolean> {
  const read = openInventory(text, 'inventory.yaml').read();
  if (!read.ok) {
    print(read.problems, []);
    return false;
  }
  const inventory = read.value;
  const settings = [...inventory.hosts.keys()].map((name) => settingsOf(inventory, name));
  const chosen = { inventory, base: root('docs'), sha256: '', settings, warnings: [] };
  const { problems, warnings } = await makeTargets(chosen);
  print(problems, [...inventory.warnings, ...warnings]);
  return problems.length === 0;
}

const ALLOY: Material = {
  seeds: [
    ...sampleTexts().filter((text) => text.length < 20_000),
    ...readdirSync(root('test/alloy/fixtures/check'))
      .filter((name) => name.endsWith('.alloy'))
      .map((name) => file(`test/alloy/fixtures/check/${name}`)),
  ],
  words: [
    ...['constructor', '__proto__', 'toString', 'prometheus', 'prometheus.scrape', 'prometheus.)'],
    ...[
      'sys.env("X")',
      'null',
      'true',
      '1e400',
      '0x',
      '"',
      '`',
      '"\\u{110000}"',
      '"\\xff"',
      '{',
      '}',
    ],
    ...[
      '[',
      ']',
      '(',
      ')',
      '&&',
      '||',
      '!=',
      '==',
      '<=',
      '**',
      '/*',
      '*/',
      '//',
      ',',
      '=',
      '-',
      '!',
    ],
    ...[
      'argument',
      'export',
      'declare',
      'import.file',
      'foreach',
      'logging',
      'forward_to',
      'targets',
    ],
    ...[
      'x'.repeat(300),
      '[1, [2]]',
      '{ a = 1 }',
      '"<LOKI_HOST>"',
      '"$X"',
      'local.file.x.content',
      '😀',
    ],
  ],
  lines: [
    ...[
      'logging { level = "debug" }',
      'declare "x" {',
      '}',
      'prometheus.scrape "a" {',
      '  a = b.c.d',
    ],
    ...[
      'constructor "x" { }',
      'toString { }',
      '__proto__ = 1',
      'loki.write "a" { endpoint { url = 1 } }',
    ],
    ...[
      'argument "constructor" { }',
      'export "toString" { value = 1 }',
      'foreach "x" {',
      '/*',
      '`',
    ],
  ],
  between: [' = ', ' ', '.', ', '],
};

function readAlloy(text: string): boolean {
  const parsed = parse(new TextEncoder().encode(text));
  const { errors } = parsed;
  const options = { stability: 'experimental', strict: false, check: 'http' } as const;
  const diagnostics = checkFiles([{ name: 'x.alloy', parsed }], options);
  const { problems, warnings } = findingsOf('x.alloy', parsed, diagnostics);
  print(problems, warnings);
  if (errors.length > 0) return false;
  format(parsed.source, parsed.file);
  return true;
}

export const SUBJECTS: Readonly<Record<string, Subject>> = {
  inventories: { text: (random) => mutate(INVENTORIES, random), read: readInventory },
  'Ansible inventories': { text: mutated, read: readAny },
  'Alloy files': { text: (random) => mutate(ALLOY, random), read: readAlloy },
  ...SAVED_SUBJECTS,
};
