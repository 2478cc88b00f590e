import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { usedComponents } from '../../lab/stand-in/components.ts';
import { GOOD_VERSIONS, programOf } from '../../lab/stand-in/package.ts';

const FIXTURES = new URL('../desired/fixtures/fragments/', import.meta.url);
const BASE = `loki.write "default" { }

prometheus.remote_write "default" { }
`;

let folder = '';
let program = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'stand-in-fragments-'));
  program = join(folder, 'alloy');
  writeFileSync(program, programOf(GOOD_VERSIONS.at(-1)!));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const validate = (text: string) => {
  const file = join(folder, 'config.alloy');
  writeFileSync(file, text);
  const { status, stderr } = spawnSync('perl', [program, 'validate', file], { encoding: 'utf8' });
  return { status, stderr };
};

test('the stand-in of a lab is valid perl and knows every component that built-in templates use', () => {
  execFileSync('perl', ['-c', program], { stdio: 'pipe' });
  const text = readFileSync(program, 'utf8');
  const known = [...text.matchAll(/^(?:component|block) (\S+)/gm)].map(([, name]) => name);
  expect(usedComponents()).toContain('prometheus.exporter.blackbox');
  expect(usedComponents().filter((name) => !known.includes(name))).toEqual([]);
});

describe('judges what built-in fragments render', () => {
  test.each(readdirSync(FIXTURES))('%s', (name) => {
    const text = `${BASE}\n${readFileSync(new URL(name, FIXTURES), 'utf8')}`;
    expect(validate(text)).toEqual({ status: 0, stderr: '' });
  });

  test.each([
    [
      'attribute',
      'prometheus.exporter.snmp "x" {\n\ttargts = []\n}\n',
      'unrecognized attribute name "targts"',
    ],
    [
      'type',
      'pyroscope.scrape "x" {\n\ttargets    = []\n\tforward_to = ["x"]\n}\n',
      'expected capsule("pyroscope.Appendable"), got string',
    ],
    ['block', 'remotecfg {\n\tbasic { }\n}\n', 'unrecognized block name "basic"'],
    [
      'nested block',
      'loki.process "x" {\n\tforward_to = []\n\n\tstage.match {\n\t\tselector = "{}"\n\n\t\tstage.regx { }\n\t}\n}\n',
      'unrecognized block name "stage.regx"',
    ],
    [
      'missing attribute of a nested block',
      'loki.process "x" {\n\tforward_to = []\n\n\tstage.match {\n\t\tselector = "{}"\n\n\t\tstage.regex { }\n\t}\n}\n',
      'missing required attribute "expression"',
    ],
  ])('but no wrong %s', (_, text, said) => {
    const { status, stderr } = validate(text);
    expect(status).toBe(1);
    expect(stderr).toContain(said);
  });
});
