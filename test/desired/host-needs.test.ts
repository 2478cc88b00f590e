import { describe, expect, test } from 'vitest';
import { readDeclarations } from '../../src/config/declarations.ts';
import { toldNeeds } from '../../src/config/host-needs.ts';
import type { Template } from '../../src/config/template-model.ts';
import { isSet } from '../../src/desired/configuration.ts';
import { needsOfHost } from '../../src/desired/host-needs.ts';
import { parseInventory } from '../../src/inventory/parse-inventory.ts';
import { settingsOf } from '../../src/inventory/settings.ts';
import { textOf } from '../../src/report/text-of.ts';

const PARAMETERS = `parameters:
  collect: { type: list, default: [metrics], meaning: Parts. }
  logs: { type: paths, meaning: Logs. }
  more: { type: map, meaning: By name., default: {} }
  user: { type: string, meaning: User. }
  password_file: { type: path, meaning: Password., default: /etc/p, needs: user }
  token_file: { type: path, meaning: Token., unless: user }
  variable: { type: name, meaning: Variable. }
`;

function declared(needs: string): Template {
  const read = readDeclarations(`summary: One.\n${PARAMETERS}${needs}\n`, 't.yaml');
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return { name: 'base', file: 't.alloy', text: '', ...read.value };
}

const NOTHING: Template = { name: 'base', file: 'b.alloy', text: '', parameters: null };

/** What the fragment `own` of this template needs, with these variables and settings of Alloy. */
function neededBy(
  template: Template,
  vars: object,
  alloy = '{}',
  alloyVersion = null as null | string,
) {
  const parsed = parseInventory(
    `hosts:
  h:
    alloy: ${alloy}
    config: { fragments: { own: { template: ./own.alloy, vars: ${JSON.stringify(vars)} } } }
`,
    'inventory.yaml',
  );
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const settings = settingsOf(parsed.value, 'h');
  const given = { isSet: (name: string) => isSet(name, settings), alloyVersion };
  const { problems, ...rest } = needsOfHost(settings, NOTHING, new Map([['own', template]]), given);
  return {
    ...rest,
    problems: problems.map((one) => {
      const { message, hint } = textOf(one);
      return `${one.at?.file}:${one.at?.line} ${message} -> ${hint}`;
    }),
  };
}

const by = { of: 'fragment', name: 'own' };

describe('files', () => {
  test.each<[needs: string, vars: object, paths: readonly string[]]>([
    ['[/run/a.sock, /var/log/*.log]', {}, ['/run/a.sock', '/var/log/*.log']],
    ['"{{ logs }}"', {}, []],
    ['"{{ logs }}"', { logs: ['/a', '/b*'] }, ['/a', '/b*']],
    ['"/x{{ logs }}.gz"', { logs: ['/a', '/b'] }, ['/x/a.gz', '/x/b.gz']],
    [
      '"{{ more }}"',
      { more: { a: '/a', b: { path: '/b', job: 'x' }, c: { path: ['/c', '/d'] } } },
      ['/a', '/b', '/c', '/d'],
    ],
    // a value that counts nowhere is read by nobody
    ['"{{ password_file }}"', {}, []],
    ['"{{ password_file }}"', { user: 'u' }, ['/etc/p']],
    ['"{{ token_file }}"', { token_file: '/t' }, ['/t']],
    ['"{{ token_file }}"', { token_file: '/t', user: 'u' }, []],
    ['"{{ user }}"', { user: 'no path' }, []],
  ])('%s with %j', (files, vars, paths) => {
    const { reads, problems } = neededBy(declared(`needs: { files: ${files} }`), vars);
    expect(problems).toEqual([]);
    expect(reads.map(({ path }) => path)).toEqual(paths);
    for (const one of reads) expect(one).toMatchObject({ by, at: { line: 4 } });
  });
});

const CONDITIONAL = declared(`needs:
  - { memberOf: [www] }
  - { when: { collect: [docker] }, memberOf: [docker], files: [/run/docker.sock] }`);

test('groups join those of the inventory, where their condition holds', () => {
  const alone = neededBy(CONDITIONAL, {}, '{ memberOf: [adm] }');
  expect([alone.memberOf, alone.reads]).toEqual([['adm', 'www'], []]);
  const both = neededBy(CONDITIONAL, { collect: ['metrics', 'docker'] }, '{ memberOf: [www] }');
  expect(both.memberOf).toEqual(['www', 'docker']);
  expect(both.needs.map((one) => one.memberOf)).toEqual([['www'], ['docker']]);
  expect(both.reads.map(({ path }) => path)).toEqual(['/run/docker.sock']);
});

describe('what the inventory does not give', () => {
  test.each<[needs: string, vars: object, alloy: string, problems: readonly string[]]>([
    ['environment: [A, HOME]', {}, '{ environment: { A: x } }', []],
    [
      'environment: [A, B, "{{ variable }}", A]',
      { variable: 'C' },
      '{ environment: { B: x } }',
      [
        'inventory.yaml:4 the fragment own needs the variables A, C -> Add them to alloy.environment, e.g. A: { secret: env:A }, or remove the fragment: config.fragments: { own: null }',
      ],
    ],
    ['alloy: ">=1.5"', {}, '{ version: 1.5.0 }', []],
    ['alloy: ">=1.5"', {}, '{ version: 1.12.0 }', []],
    ['alloy: ">=1.5"', {}, '{ version: present }', []],
    [
      'alloy: ">=1.10"',
      {},
      '{ version: 1.9.3 }',
      [
        'inventory.yaml:4 the fragment own needs Alloy 1.10 or newer, and version 1.9.3-1 is pinned -> Set alloy.version to a newer one, or remove the fragment: config.fragments: { own: null }',
      ],
    ],
    ['stability: public-preview', {}, '{ stability: experimental }', []],
    ['stability: public-preview', {}, '{ stability: public-preview }', []],
    [
      'stability: public-preview',
      {},
      '{}',
      [
        'inventory.yaml:4 the fragment own needs alloy.stability public-preview, and it is generally-available -> Set alloy.stability: public-preview, or remove the fragment: config.fragments: { own: null }',
      ],
    ],
  ])('%s with %j and %s', (needs, vars, alloy, problems) => {
    expect(neededBy(declared(`needs: { ${needs} }`), vars, alloy).problems).toEqual(problems);
  });

  test('a version that was asked for counts where none is pinned', () => {
    const template = declared('needs: { alloy: ">=1.10" }');
    expect(neededBy(template, {}, '{}', '1.9.0').problems).toEqual([
      expect.stringContaining('this is checked for 1.9.0 -> Check for a newer one'),
    ]);
    expect(neededBy(template, {}, '{ version: 1.11.0 }', '1.9.0').problems).toEqual([]);
    expect(neededBy(template, {}).needs).toMatchObject([{ by, alloy: '1.10' }]);
  });
});

test('needs are told in words', () => {
  const { needs = [] } = declared(
    'needs: [{ memberOf: docker, environment: "{{ variable }}" }, { when: { collect: [a, b] }, files: [/x, "{{ logs }}"], alloy: ">=1.9", stability: experimental }]',
  );
  expect(toldNeeds(needs)).toEqual([
    'the group docker, which equals root',
    'the variable that variable names in alloy.environment',
    'to read /x, with a or b in collect',
    'to read what logs names, with a or b in collect',
    'Alloy 1.9 or newer, with a or b in collect',
    'alloy.stability experimental, with a or b in collect',
  ]);
});
