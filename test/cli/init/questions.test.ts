import { render } from '@inquirer/testing';
import { describe, expect, test } from 'vitest';
import { additionsOf } from '../../../src/cli/init/draft-inventory.ts';
import type { Answers, Known, Question } from '../../../src/cli/init/question.ts';
import { promptFor } from '../../../src/cli/init/question-prompts.ts';
import { nextQuestion, questionsOf } from '../../../src/cli/init/questions.ts';

const KNOWN: Known = {
  sshHosts: [
    { name: 'web-01', jump: false },
    { name: 'bastion', jump: true },
  ],
  ansible: ['./hosts.ini'],
  namesUser: false,
  keys: [
    { path: '~/.ssh/id_ed25519', held: true },
    { path: '~/.ssh/work.pub', held: true },
  ],
  agentKeys: ['ops@laptop', 'work'],
  root: null,
  software: null,
  from: null,
  edit: false,
};

/** Answers that lead to every question there is. */
const ALL: Answers = {
  source: 'ssh',
  sshHosts: ['web-01'],
  hosts: ['web-[02:03]', 'ops@10.0.0.7:2222'],
  user: 'ops',
  identity: '~/.ssh/id_ed25519',
  sudo: 'secret',
  sudoPassword: 'env:SUDO_PASSWORD',
  template: 'otlp-gateway',
  to: 'urls',
  metrics_url: 'https://metrics.example.com/write',
  metrics_access: 'both',
  metrics_username: '123',
  metrics_password: 'env:TOKEN',
  metrics_tenant: 'team-a',
  traces_url: 'https://tempo.example.com:4318',
  traces_access: 'none',
  logs_url: '',
  listen: 'network',
  packages: 'mirror',
  mirror: 'https://apt.example.com',
  mirrorKey: './grafana.asc',
  mirrorFingerprint: 'b53ae77badb630a683046005963fa27710458545',
  version: 'pinned',
  pinned: '1.18.1',
};

test('each answer leads to the next question, until there is none', () => {
  const asked: string[] = [];
  let answers: Answers = {};
  for (let next = nextQuestion(answers, KNOWN); next; next = nextQuestion(answers, KNOWN)) {
    asked.push(next.id);
    answers = { ...answers, [next.id]: ALL[next.id]! };
  }
  expect(asked).toEqual(Object.keys(ALL));
});

test('asks only for what the template needs', () => {
  const ids = (answers: Answers, known = KNOWN) => questionsOf(answers, known).map(({ id }) => id);
  expect(ids({ template: 'minimal' }).filter((id) => /url|listen/.test(id))).toEqual([]);
  expect(ids({ template: 'linux-host' }).filter((id) => /url|listen/.test(id))).toEqual([
    'metrics_url',
    'logs_url',
  ]);
  expect(ids({}, { ...KNOWN, root: 'passwordless' })).not.toContain('sudo');
  expect(ids({ user: 'root' })).not.toContain('sudo');
  expect(ids({}, { ...KNOWN, namesUser: true })).not.toContain('user');
  expect(ids({ edit: ['version'] }, { ...KNOWN, edit: true })).toEqual(['edit', 'version']);
});

/** Answers that lead to what ALL leaves out. */
const PARTS: Answers = {
  source: 'ansible',
  ansible: './hosts.ini',
  user: '',
  identity: 'auto',
  sudo: 'ask',
  template: 'linux-host',
  collect: ['metrics', 'files', 'otlp'],
  to: 'otlp',
  log_files: ['/var/log/nginx/*.log', '/srv/a b.log'],
  otlp_url: 'https://otlp.example.com',
  otlp_access: 'token',
  otlp_token: 'env:TOKEN',
  listen: 'network',
  packages: 'grafana',
  version: 'present',
};
const CLOUD: Answers = {
  ...PARTS,
  template: 'otlp-gateway',
  to: 'cloud',
  otlp_username: '123',
  otlp_password: 'env:CLOUD',
};

test('parts, and a single endpoint for all of them', () => {
  const { defaults, hosts } = additionsOf(PARTS, KNOWN);
  expect(hosts).toEqual([]);
  expect(Object.fromEntries(defaults.map(([path, value]) => [path.join('.'), value]))).toEqual({
    sudo: 'ask',
    'alloy.version': 'present',
    'alloy.environment.OTLP_TOKEN': { secret: 'env:TOKEN' },
    'config.template': 'linux-host',
    'config.vars.collect': ['metrics', 'files', 'otlp'],
    'config.vars.log_files': ['/var/log/nginx/*.log', '/srv/a b.log'],
    'config.vars.otlp_url': 'https://otlp.example.com',
    'config.vars.otlp_token_env': 'OTLP_TOKEN',
    'config.vars.grpc_listen': '0.0.0.0:4317',
    'config.vars.http_listen': '0.0.0.0:4318',
  });
  expect(nextQuestion(PARTS, KNOWN)).toBeUndefined();
});

test('a gateway listens on all interfaces, or on localhost if asked to', () => {
  const listening = (answers: Answers) =>
    additionsOf(answers, KNOWN).defaults.filter(([path]) => /_listen$/.test(path.at(-1)!));
  const question = (answers: Answers) =>
    questionsOf(answers, KNOWN).find(({ id }) => id === 'listen');
  expect(question(CLOUD)).toMatchObject({ fallback: 'network' });
  expect(listening(CLOUD)).toEqual([]);
  expect(listening({ ...CLOUD, listen: 'host' })).toEqual([
    [['config', 'vars', 'grpc_listen'], '127.0.0.1:4317'],
    [['config', 'vars', 'http_listen'], '127.0.0.1:4318'],
  ]);
  expect(question(PARTS)).toMatchObject({ fallback: 'host' });
  expect(listening({ ...PARTS, listen: 'host' })).toEqual([]);
});

test('an answer to a question that was not asked is ignored', () => {
  const { defaults } = additionsOf({ ...PARTS, collect: ['metrics'] }, KNOWN);
  const vars = defaults.flatMap(([path]) => (path[1] === 'vars' ? [path[2]] : []));
  expect(vars).toEqual(['collect', 'otlp_url', 'otlp_token_env']);
});

test('answers become settings, without any secret', () => {
  expect(additionsOf(ALL, KNOWN)).toEqual({
    defaults: [
      [['ssh', 'user'], 'ops'],
      [['ssh', 'identity'], '~/.ssh/id_ed25519'],
      [['sudo'], { password: { secret: 'env:SUDO_PASSWORD' } }],
      [['repository', 'url'], 'https://apt.example.com'],
      [['repository', 'key'], './grafana.asc'],
      [['repository', 'fingerprints'], ['B53AE77BADB630A683046005963FA27710458545']],
      [['alloy', 'version'], '1.18.1'],
      [['alloy', 'environment', 'METRICS_PASSWORD'], { secret: 'env:TOKEN' }],
      [['config', 'template'], 'otlp-gateway'],
      [['config', 'vars', 'metrics_url'], 'https://metrics.example.com/write'],
      [['config', 'vars', 'metrics_tenant'], 'team-a'],
      [['config', 'vars', 'metrics_username'], '123'],
      [['config', 'vars', 'traces_url'], 'https://tempo.example.com:4318'],
    ],
    groups: [],
    hosts: [
      { name: 'web-01', settings: [] },
      { name: 'web-[02:03]', settings: [] },
      {
        name: '10.0.0.7',
        settings: [
          [['ssh', 'user'], 'ops'],
          [['ssh', 'port'], 2222],
        ],
      },
    ],
  });
});

/** An invalid answer for each question that takes text, and the message it gets. */
const WRONG: Readonly<Record<string, readonly [typed: string, seen: RegExp]>> = {
  hosts: ['web-[20:01]', /runs backward/],
  user: ['not a user', /enter a user name/],
  sudoPassword: ['hunter2', /never the secret itself/],
  metrics_url: ['metrics.example.com', /must be an http or https URL/],
  metrics_username: ['', /an answer is required/],
  metrics_password: ['glc_secret', /never the secret itself/],
  metrics_tenant: ['', /an answer is required/],
  traces_url: ['ftp://tempo', /must be an http or https URL/],
  logs_url: ['loki', /must be an http or https URL/],
  mirror: ['apt.example.com', /http or https URL/],
  mirrorFingerprint: ['B53A', /40 hex digits/],
  pinned: ['newest', /such as 1\.18\.1/],
  templateFile: ['host.alloy', /with a slash/],
  log_files: ['nginx/*.log', /an absolute path, or a list of them/],
  otlp_url: ['otlp.example.com', /must be an http or https URL/],
  otlp_token: ['glc_secret', /never the secret itself/],
  otlp_username: ['', /an answer is required/],
  otlp_password: ['glc_secret', /never the secret itself/],
};

const every: readonly Question[] = [
  ...questionsOf(ALL, KNOWN),
  ...questionsOf(PARTS, KNOWN),
  ...questionsOf(CLOUD, KNOWN),
  ...questionsOf({ template: 'own' }, KNOWN).filter(({ id }) => id === 'templateFile'),
  ...questionsOf({}, { ...KNOWN, edit: true }),
];

/** Each question once. */
const all = [...new Map(every.map((question) => [question.id, question])).values()];

describe.each(all.map((question) => [question.id, question] as const))('%s', (id, question) => {
  const ask = () =>
    render(
      (_config: unknown, context: unknown) => promptFor(question, context as never) as never,
      {},
    );

  test('is asked, and Ctrl-C ends it', async () => {
    const { answer, events, getScreen } = await ask();
    expect(getScreen()).toContain(question.message.slice(0, 20));
    answer.catch(() => undefined);
    events.keypress({ name: 'c', ctrl: true });
    await expect(answer).rejects.toThrow(/force closed|SIGINT/i);
  });

  if (id in WRONG)
    test('an invalid answer is explained and asked again', async () => {
      const [typed, seen] = WRONG[id]!;
      const { answer, events, getScreen, nextRender } = await ask();
      answer.catch(() => undefined);
      if (typed === '') events.keypress('enter');
      else {
        events.type(typed);
        events.keypress('enter');
      }
      await nextRender();
      expect(getScreen()).toMatch(seen);
      events.keypress({ name: 'c', ctrl: true });
      await expect(answer).rejects.toThrow();
    });

  if (question.kind === 'choice')
    test('Enter takes the default', async () => {
      const { answer, events } = await ask();
      events.keypress('enter');
      expect(await answer).toBe(question.fallback ?? question.choices![0]!.value);
    });
});

test('the usual parts are selected', async () => {
  const question = all.find(({ id }) => id === 'collect')!;
  const { answer, events } = await render(
    (_config: unknown, context: unknown) => promptFor(question, context as never) as never,
    {},
  );
  events.keypress('enter');
  expect(await answer).toEqual(['metrics', 'journal']);
});

test('a comment is no log file', async () => {
  const question = all.find(({ id }) => id === 'log_files')!;
  const { answer, events, getScreen, nextRender } = await render(
    (_config: unknown, context: unknown) => promptFor(question, context as never) as never,
    {},
  );
  answer.catch(() => undefined);
  events.type('# nginx');
  events.keypress('enter');
  await nextRender();
  expect(getScreen()).toMatch(/an absolute path, or a list of them/);
  events.keypress({ name: 'c', ctrl: true });
  await expect(answer).rejects.toThrow();
});

test('a pasted list is one answer', async () => {
  const question = questionsOf({}, { ...KNOWN, sshHosts: [] }).find(({ id }) => id === 'hosts')!;
  const { answer, events } = await render(
    (_config: unknown, context: unknown) => promptFor(question, context as never) as never,
    {},
  );
  for (const line of ['web-01', 'web-02, web-03', 'ops@10.0.0.7:2222']) {
    events.type(line);
    events.keypress('enter');
  }
  events.keypress('enter');
  expect(await answer).toEqual(['web-01', 'web-02, web-03', 'ops@10.0.0.7:2222']);
});
