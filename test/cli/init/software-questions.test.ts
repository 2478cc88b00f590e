import { render } from '@inquirer/testing';
import { describe, expect, test } from 'vitest';
import { additionsOf } from '../../../src/cli/init/draft-inventory.ts';
import type { Answers, Known } from '../../../src/cli/init/question.ts';
import { promptFor } from '../../../src/cli/init/question-prompts.ts';
import { questionsOf } from '../../../src/cli/init/questions.ts';
import {
  anySoftware,
  findingsOf,
  softwareWithUsers,
} from '../../../src/cli/init/software-questions.ts';
import { editInventory } from '../../../src/inventory/edit.ts';
import { parseInventory } from '../../../src/inventory/parse-inventory.ts';
import { SOFTWARE, type Software } from '../../../src/model/software.ts';

const KNOWN: Known = {
  sshHosts: [],
  ansible: null,
  namesUser: false,
  keys: [],
  agentKeys: [],
  root: 'passwordless',
  software: findingsOf(new Map([['db-01', SOFTWARE]]), 1, null),
  from: null,
  edit: false,
};

const BOTH: Answers = {
  hosts: ['db-01'],
  template: 'linux-host',
  collect: ['metrics', 'journal'],
  to: 'urls',
  metrics_url: 'https://m.example.com/w',
  logs_url: 'https://l.example.com/p',
};

const asked = (answers: Answers, known = KNOWN) =>
  questionsOf(answers, known).find(({ id }) => id === 'software');
const offers = (answers: Answers, known = KNOWN) =>
  asked(answers, known)?.choices?.map(({ value }) => value) ?? [];

const LOGS = ['nginx', 'apache', 'docker'];
const METRICS = ['redis', 'memcached', 'postgres', 'mysql'];

describe('is offered', () => {
  test.each<[string, Answers, readonly string[]]>([
    ['where everything has a destination', BOTH, SOFTWARE],
    ['metrics alone', { ...BOTH, collect: ['metrics'] }, METRICS],
    ['logs alone', { ...BOTH, collect: ['journal'] }, LOGS],
    ['one endpoint', { ...BOTH, to: 'otlp', otlp_url: 'https://o.example.com' }, SOFTWARE],
    ['nowhere yet', { ...BOTH, metrics_url: '', logs_url: '' }, []],
    ['Docker once', { ...BOTH, collect: ['metrics', 'docker'] }, SOFTWARE.slice(0, -1)],
    [
      'log files once',
      { ...BOTH, collect: ['metrics', 'files'], log_files: ['/x', '/var/log/nginx/*.log'] },
      ['apache', ...METRICS, 'docker'],
    ],
    [
      'the gateway, which has no Docker',
      { ...BOTH, template: 'otlp-gateway', traces_url: '' },
      ['nginx', 'apache', ...METRICS],
    ],
    ['no destination in this template', { ...BOTH, template: 'minimal' }, []],
    ['no own template', { ...BOTH, template: 'own', templateFile: './x.alloy' }, []],
  ])('%s', (_, answers, expected) => {
    expect(offers(answers)).toEqual(expected);
  });

  test('nothing that nobody looked for or found', () => {
    expect(offers(BOTH, { ...KNOWN, software: null })).toEqual([]);
    const found = findingsOf(new Map([['db-01', ['redis'] as const]]), 1, null);
    expect(offers(BOTH, { ...KNOWN, software: found })).toEqual(['redis']);
    expect(offers(BOTH, { ...KNOWN, software: findingsOf(new Map(), 3, null) })).toEqual([]);
  });

  test('and what costs nothing is selected; an answers file that says nothing chooses nothing', () => {
    const { selected, fallback, message } = asked(BOTH)!;
    expect(selected).toEqual(['nginx', 'apache', 'redis', 'memcached']);
    expect(fallback).toEqual([]);
    expect(message).toBe('Found on db-01. Collect from it?');
  });

  test('in a terminal of 80 columns', async () => {
    const looked = new Map(
      Array.from({ length: 9 }, (_, at) => [`web-0${at}.example.com`, SOFTWARE] as const),
    );
    const software = findingsOf(looked, 10, null);
    const { answer, events, getScreen } = await render(
      (_config: unknown, context: unknown) =>
        promptFor(asked(BOTH, { ...KNOWN, software })!, context as never) as never,
      {},
    );
    expect(getScreen()).toContain('Found on your 10 hosts. Collect from it?');
    expect(getScreen()).toContain('It runs on web-00.example.com, web-01.example.com and 7 more.');
    expect(getScreen()).toContain('(needs group docker, which equals root)');
    expect(
      Math.max(
        ...getScreen()
          .split('\n')
          .map((line) => line.length),
      ),
    ).toBeLessThan(80);
    events.keypress('enter');
    expect(await answer).toEqual(['nginx', 'apache', 'redis', 'memcached']);
  });
});

test('the address of a database is stored like any secret, and asked for only where it is chosen', () => {
  const ids = (software: readonly string[]) =>
    questionsOf({ ...BOTH, software }, KNOWN)
      .map(({ id }) => id)
      .filter((id) => id.endsWith('_dsn'));
  expect(ids(['redis'])).toEqual([]);
  expect(ids(['mysql', 'postgres'])).toEqual(['postgres_dsn', 'mysql_dsn']);
  expect(softwareWithUsers({ software: ['redis', 'mysql', 'docker'] })).toEqual(['mysql']);
  expect(softwareWithUsers({})).toEqual([]);
});

const written = (answers: Answers, software = KNOWN.software) => {
  const text = editInventory(null, additionsOf(answers, { ...KNOWN, software }));
  const parsed = parseInventory(text, 'inventory.yaml');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return { text, input: parsed.value.input };
};

describe('is written', () => {
  const CHOSEN: Answers = {
    ...BOTH,
    software: ['redis', 'postgres', 'docker'],
    postgres_dsn: 'env:SHOP_DSN',
  };

  test('for every host, where all have it', () => {
    expect(written(CHOSEN).input).toEqual({
      defaults: {
        alloy: { environment: { POSTGRES_DSN: { secret: 'env:SHOP_DSN' } } },
        config: {
          template: 'linux-host',
          vars: {
            metrics_url: BOTH.metrics_url,
            logs_url: BOTH.logs_url,
            collect: ['metrics', 'journal', 'docker'],
          },
          fragments: { redis: 'redis', postgres: 'postgres' },
        },
      },
      hosts: { 'db-01': null },
    });
  });

  test('for a group of those that have it, where others have not', () => {
    const looked = new Map<string, readonly Software[]>([
      ['db-01', ['redis', 'postgres', 'docker']],
      ['db-02', ['redis', 'postgres']],
      ['db-03', ['redis']],
    ]);
    const { text, input } = written(
      { ...CHOSEN, hosts: ['db-[01:03]'] },
      findingsOf(looked, 3, null),
    );
    expect(input.defaults?.config?.fragments).toEqual({ redis: 'redis' });
    expect(input.groups).toEqual({
      'with-postgres': {
        hosts: ['db-01', 'db-02'],
        alloy: { environment: { POSTGRES_DSN: { secret: 'env:SHOP_DSN' } } },
        config: { fragments: { postgres: 'postgres' } },
      },
      'with-docker': {
        hosts: ['db-01'],
        config: { vars: { collect: ['metrics', 'journal', 'docker'] } },
      },
    });
    expect(text).toMatch(/\n\ngroups:\n {2}with-postgres:\n {4}hosts: \[ db-01, db-02 \]\n/);
    expect(text).toMatch(/\n\nhosts:\n/);
  });

  test('not for a host that nobody could look at', () => {
    const { input } = written(CHOSEN, findingsOf(new Map([['db-01', ['redis']]]), 2, null));
    expect(input.groups).toMatchObject({ 'with-redis': { hosts: ['db-01'] } });
    expect(input.defaults?.config).not.toHaveProperty('fragments');
  });

  test.each<[string, Answers]>([
    ['was not chosen', { ...CHOSEN, software: [] }],
    ['has no destination any more', { ...CHOSEN, metrics_url: '', logs_url: '' }],
  ])('nothing that %s', (_, answers) => {
    expect(Object.keys(written(answers).input.defaults!)).toEqual(['config']);
    expect(written(answers).text).not.toMatch(/fragments|collect|groups/);
  });
});

test('what an inventory has already is left alone', () => {
  const existing = `defaults:
  config:
    template: linux-host
    fragments: { cache: { template: redis, vars: { instance: a } }, nginx: ./own.alloy, mysql: mysql }
groups: { with-postgres: { hosts: [a] } }
hosts: { a: }
`;
  expect([...anySoftware(existing).on.keys()]).toEqual(['apache', 'memcached', 'docker']);
  expect([...anySoftware(null).on.keys()]).toEqual(SOFTWARE);
  expect([...anySoftware('hosts: { a: }\n').on.values()]).toEqual(SOFTWARE.map(() => null));
});
