import { chmodSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { runProgram } from '../../../src/cli/dispatch.ts';
import { BACK } from '../../../src/cli/init/question.ts';
import { Secret } from '../../../src/model/secret.ts';
import { useFolder } from '../folder.ts';
import { memoryTerminal } from '../terminal.ts';

/** What a person says to each question; at the `stopAt`-th, Ctrl-C. */
const person = vi.hoisted(() => ({
  answers: {} as Record<string, unknown>,
  asked: [] as string[],
  stopAt: -1,
  /** Questions at which they go back, once each. */
  back: new Set<string>(),
  /** What they say to whether to plan now. */
  plans: false,
  ctrlC: () => Object.assign(new Error('force closed'), { name: 'ExitPromptError' }),
  /** Whether this question is the one at which Ctrl-C is pressed. */
  stops(question: string): boolean {
    this.asked.push(question);
    return this.asked.length - 1 === this.stopAt;
  },
}));

vi.mock('../../../src/cli/init/question-prompts.ts', () => ({
  promptFor: async (question: { id: string; kind: string; message: string }) => {
    if (person.stops(question.id || question.message)) throw person.ctrlC();
    if (person.back.delete(question.id)) return BACK;
    if (!(question.id in person.answers)) throw new Error(`nobody answers ${question.id}`);
    return person.answers[question.id];
  },
}));

vi.mock('../../../src/cli/terminal/ask.ts', async (original) => {
  const real = await original<typeof import('../../../src/cli/terminal/ask.ts')>();
  return {
    ...real,
    askYes: async (question: string) => {
      if (person.stops(question)) throw person.ctrlC();
      return true;
    },
    confirmed: async (question: string) => {
      person.stops(question);
      return person.plans;
    },
    askSecret: async (question: string) => {
      if (person.stops(question)) throw person.ctrlC();
      return new Secret('canary of a person');
    },
  };
});

const { path, put, read } = useFolder();
beforeEach(() => {
  Object.assign(person, { asked: [], stopAt: -1 });
});

const file = () => path('inventory.yaml');

async function init(args: readonly string[], interactive = false) {
  const terminal = memoryTerminal({
    home: path(),
    cwd: path(),
    interactive,
    env: { HOME: path() },
  });
  const code = await runProgram(['init', '-i', file(), ...args], terminal);
  return { code, ...terminal.printed() };
}

const GATEWAY = `check: false
hosts: web-[01:02].example.com
user: ops
template: otlp-gateway
metrics_url: https://metrics.example.com/api/v1/write
metrics_access: basic
metrics_username: 123456
traces_url: https://tempo.example.com:4318
listen: network
`;

describe('--answers', () => {
  test('writes the inventory without a question, and says what comes next', async () => {
    const { code, out, err } = await init(['--answers', put('answers.yaml', GATEWAY)]);
    expect({ code, err }).toEqual({ code: 0, err: expect.not.stringContaining('error') });
    expect(read('inventory.yaml')).toContain('METRICS_PASSWORD: { secret: env:METRICS_PASSWORD }');
    expect(out).toContain(`alloyup validate --strict -i ${file()}`);
    expect(out).toContain(
      'OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf\n    OTEL_EXPORTER_OTLP_ENDPOINT=http://web-01.example.com:4318',
    );
    expect(out).toContain(
      'OTEL_EXPORTER_OTLP_PROTOCOL=grpc\n    OTEL_EXPORTER_OTLP_ENDPOINT=http://web-01.example.com:4317',
    );
    expect(out).toContain('Set METRICS_PASSWORD first');
    const terminal = memoryTerminal({ home: path() });
    expect(await runProgram(['validate', '--strict', '-i', file()], terminal)).toBe(0);
  });

  test('collects from software that the answers name, and nothing by itself', async () => {
    const linux =
      'check: false\nhosts: [db-01]\ntemplate: linux-host\nmetrics_url: https://m.example.com/w\nlogs_url: https://l.example.com/p\n';
    expect((await init(['--answers', put('answers.yaml', linux)])).code).toBe(0);
    expect(read('inventory.yaml')).not.toContain('fragments');
    rmSync(file());
    const chosen = `${linux}software: [redis, postgres, docker]\npostgres_dsn: file:./secrets/dsn\n`;
    const { code, out, err } = await init(['--answers', put('answers.yaml', chosen)]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(read('inventory.yaml')).toContain(`  alloy:
    version: present
    environment:
      POSTGRES_DSN: { secret: file:./secrets/dsn }
  config:
    template: linux-host
    vars:
      metrics_url: https://m.example.com/w
      logs_url: https://l.example.com/p
      collect: [ metrics, journal, docker ]
    fragments:
      redis: redis
      postgres: postgres
`);
    expect(out).toContain('alloyup templates show postgres');
    expect(out).toContain('Write the secret to ./secrets/dsn first');
    const terminal = memoryTerminal({ home: path() });
    expect(await runProgram(['validate', '--strict', '-i', file()], terminal)).toBe(0);
    // what is there stays as it is
    const again = put(
      'again.yaml',
      `${linux.replace('db-01', 'db-02')}edit: [hosts, template]\nsoftware: [redis]\n`,
    );
    const edited = await init(['--answers', again, '--edit']);
    expect(edited).toMatchObject({ code: 64, err: expect.stringMatching(/software cannot be/) });
  });

  test.each([
    ['hosts: [web-01]', /has no answer for template/],
    ['hosts: ["web-[9:1]"]\ntemplate: minimal', /hosts cannot be/],
    ['hosts: [web-01]\ntemplate: linux-hots', /template cannot be\s+"linux-hots"/],
    ['hosts: [web-01]\ntemplate: minimal\nverison: latest', /there is no question\s+verison/],
    ['hosts: [web-01]\ntemplate: linux-host\nmetrics_url: prometheus', /metrics_url cannot be/],
    ['hosts: [web-01]\ntemplate: ./missing.alloy', /missing\.alloy/],
    ['hosts: [', /answers\.yaml/],
    ['[1, 2]', /contains no answers/],
  ])('refuses %j, and writes nothing', async (answers, said) => {
    const { code, err } = await init([
      '--answers',
      put('answers.yaml', answers === '[1, 2]' ? answers : `check: false\n${answers}`),
    ]);
    expect({ code, err }).toEqual({ code: 64, err: expect.stringMatching(said) });
    expect(readdirSync(path())).toEqual(['answers.yaml']);
  });

  test('takes hosts, their users and their groups from an inventory of Ansible', async () => {
    const hosts = put('hosts.ini', '[web]\nweb-[01:02] ansible_user=deploy\n[db]\nweb-01\n');
    const answers = put(
      'answers.yaml',
      `check: false\nsource: ansible\nansible: ${hosts}\ntemplate: linux-host\ncollect: [files, otlp]\nlog_files: /var/log/app.log\nto: otlp\notlp_url: https://otlp.example.com\notlp_access: token\n`,
    );
    const { code, out, err } = await init(['--answers', answers]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318');
    const text = read('inventory.yaml');
    expect(text).toMatch(/^# Imported from .*\n\ndefaults:\n/);
    expect(text).toContain('OTLP_TOKEN: { secret: env:OTLP_TOKEN }');
    const terminal = memoryTerminal({ home: path() });
    await runProgram(['hosts', '-i', file(), '--output', 'json'], terminal);
    expect(JSON.parse(terminal.printed().out).hosts).toMatchObject([
      { name: 'web-01', user: 'deploy', groups: ['web', 'db'] },
      { name: 'web-02', user: 'deploy', groups: ['web'] },
    ]);
    expect(await init(['--answers', answers, '--edit'])).toMatchObject({ code: 64 });
  });

  test('edits what is there and keeps its comments; without --edit it is left alone', async () => {
    put(
      'inventory.yaml',
      '# the shop\ndefaults:\n  alloy: { version: 1.17.0 } # until June\nhosts:\n  a:\n',
    );
    const answers = put(
      'answers.yaml',
      'check: false\nedit: [hosts, version]\nhosts: [b]\nversion: latest\n',
    );
    chmodSync(file(), 0o640);
    expect((await init(['--answers', answers])).code).toBe(64);
    expect((await init(['--answers', answers, '--edit'])).code).toBe(0);
    expect(statSync(file()).mode & 0o777).toBe(0o640);
    expect(read('inventory.yaml')).toBe(
      '# the shop\ndefaults:\n  alloy: { version: latest } # until June\nhosts:\n  a:\n  b:\n',
    );
  });
});

test('without a terminal it says what would do', async () => {
  const { code, err } = await init([]);
  expect(code).toBe(64);
  expect(err).toContain('--answers');
});

/** Where nobody listens: what is tried fails at once. */
const NOBODY = '127.0.0.1:9';
const LOGIN = { user: 'ops', identity: 'auto', sudo: 'passwordless' };
const REST = { packages: 'grafana', version: 'present' };
const PASSWORDS = {
  metrics_url: `http://${NOBODY}/write`,
  metrics_access: 'basic',
  metrics_username: 'me',
  metrics_password: 'file:./secrets/metrics',
};

/** Each way through the wizard, and what there is beforehand. */
const WAYS: Readonly<
  Record<string, { readonly answers: object; readonly files?: Readonly<Record<string, string>> }>
> = {
  'linux-host, each part': {
    answers: {
      source: 'typed',
      hosts: [NOBODY],
      ...LOGIN,
      sudo: 'secret',
      sudoPassword: 'file:./secrets/sudo',
      template: 'linux-host',
      collect: ['metrics', 'journal', 'files', 'otlp'],
      to: 'urls',
      log_files: ['/var/log/nginx/*.log'],
      ...PASSWORDS,
      logs_url: `http://${NOBODY}/push`,
      logs_access: 'both',
      logs_username: 'me',
      logs_password: 'env:LOGS_PASSWORD',
      logs_tenant: 'team-a',
      traces_url: '',
      listen: 'network',
      packages: 'mirror',
      mirror: 'https://apt.example.com',
      mirrorKey: './grafana.asc',
      mirrorFingerprint: 'B53AE77BADB630A683046005963FA27710458545',
      version: 'pinned',
      pinned: '1.18.1',
    },
  },
  'otlp-gateway, to Grafana Cloud': {
    answers: {
      source: 'ssh',
      sshHosts: ['nobody'],
      hosts: [],
      ...LOGIN,
      template: 'otlp-gateway',
      to: 'cloud',
      otlp_url: `http://${NOBODY}/otlp`,
      otlp_username: '123456',
      otlp_password: 'env:GRAFANA_CLOUD_TOKEN',
      listen: 'host',
      ...REST,
    },
    files: { '.ssh/config': `Host nobody\n  HostName 127.0.0.1\n  Port 9\n` },
  },
  'hosts of Ansible, to any endpoint of OTLP': {
    answers: {
      source: 'ansible',
      ansible: './hosts.ini',
      ...LOGIN,
      template: 'linux-host',
      collect: ['metrics'],
      to: 'otlp',
      otlp_url: `http://${NOBODY}`,
      otlp_access: 'token',
      otlp_token: 'file:./secrets/token',
      ...REST,
    },
    files: { 'hosts.ini': '[web]\nnobody ansible_host=127.0.0.1 ansible_port=9\n' },
  },
  'a configuration of their own': {
    answers: {
      source: 'typed',
      hosts: [NOBODY],
      ...LOGIN,
      template: 'own',
      templateFile: './own.alloy',
      ...REST,
    },
    files: { 'own.alloy': 'logging { }\n' },
  },
  'an inventory that is there': {
    answers: {
      edit: ['hosts', 'login', 'sudo', 'template', 'packages', 'version'],
      hosts: [NOBODY],
      ...LOGIN,
      template: 'self-monitoring',
      ...PASSWORDS,
      logs_url: '',
      ...REST,
    },
    files: { 'inventory.yaml': 'hosts:\n  a: { ssh: { address: 127.0.0.1, port: 7 } } # here\n' },
  },
};

describe.each(Object.entries(WAYS))('%s', (_, { answers, files = {} }) => {
  /** Every file below the folder, with what is in it. */
  const there = () =>
    readdirSync(path(), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => {
        const name = relative(path(), join(entry.parentPath, entry.name));
        return [name, read(name)] as const;
      })
      .filter(([name]) => name !== '.ssh/known_hosts')
      .sort();

  test('each question is asked once, Ctrl-C at each of them leaves everything as it was', async () => {
    mkdirSync(path('.ssh'));
    for (const [name, text] of Object.entries(files)) put(name, text);
    const cwd = process.cwd();
    process.chdir(path());
    try {
      person.answers = answers as Record<string, unknown>;
      const before = there();
      const edit = 'inventory.yaml' in files ? ['--edit'] : [];
      let all: readonly string[] = [];
      for (let stopAt = 0; all.length === 0; stopAt += 1) {
        Object.assign(person, { asked: [], stopAt });
        const ended = await init(edit, true);
        if (person.asked.at(-1)!.startsWith('Plan now') || person.asked.length <= stopAt) {
          // it was all answered, and the files are written by now
          expect(ended.code, ended.err).toBe(0);
          all = person.asked.filter((question) => !question.startsWith('Plan now'));
          expect(stopAt).toBe(all.length);
          break;
        }
        expect(ended, person.asked.at(-1)!).toMatchObject({
          code: 130,
          err: expect.stringContaining('Nothing was written.'),
        });
        expect(there(), person.asked.at(-1)!).toEqual(before);
      }
      expect(all.filter((question) => question in answers)).toEqual(Object.keys(answers));
      // what was written is an inventory, and its secrets are in files of their own
      const terminal = memoryTerminal({ home: path(), cwd: path() });
      expect(await runProgram(['validate', '-i', file()], terminal)).toBe(0);
      const holding = there().flatMap(([path, text]) => (text.includes('canary') ? [path] : []));
      expect(holding.every((path) => path.startsWith('secrets/'))).toBe(true);
      expect(holding.length > 0).toBe(JSON.stringify(answers).includes('file:'));
    } finally {
      process.chdir(cwd);
    }
  }, 60_000);
});

describe('a person', () => {
  const answers = {
    source: 'typed',
    hosts: [NOBODY],
    ...LOGIN,
    template: 'linux-host',
    collect: ['metrics', 'otlp'],
    to: 'urls',
    metrics_url: `http://${NOBODY}/write`,
    metrics_access: 'none',
    logs_url: '',
    traces_url: '',
    listen: 'host',
    ...REST,
  };
  const withAnswers = async (more: object, at: Partial<typeof person> = {}) => {
    mkdirSync(path('.ssh'), { recursive: true });
    put('.ssh/config', 'Host nobody\n  HostName 127.0.0.1\n  Port 9\n');
    Object.assign(person, { answers: { ...answers, ...more }, back: new Set(), plans: false }, at);
    const cwd = process.cwd();
    process.chdir(path());
    try {
      return await init([], true);
    } finally {
      process.chdir(cwd);
    }
  };

  test('who goes back is asked the question before once more', async () => {
    const { code } = await withAnswers({}, { back: new Set(['collect', 'template']) });
    expect(code).toBe(0);
    const asked = person.asked.filter((id) => ['sudo', 'template', 'collect', 'to'].includes(id));
    // back from the first, and from the next again
    expect(asked).toEqual([
      'sudo',
      'template',
      'sudo',
      'template',
      'collect',
      'template',
      'collect',
      'to',
    ]);
  });

  test('who goes back at the first question is asked it again', async () => {
    const { code } = await withAnswers({}, { back: new Set(['source']) });
    expect(code).toBe(0);
    expect(person.asked.slice(0, 3)).toEqual(['source', 'source', 'hosts']);
  });

  test('reads one message for hosts that fail in the same way', async () => {
    const { err } = await withAnswers({ hosts: ['127.0.0.1:9', '127.0.0.2:9', '127.0.0.3:9'] });
    expect(err.match(/error\[/g)).toHaveLength(1);
    expect(err).toContain('127.0.0.1, 127.0.0.2, 127.0.0.3');
    expect(err).toContain('Logged in to 0 of 3 hosts.');
  });

  test('sees the beginning of the configuration, and how to see the rest', async () => {
    const { out } = await withAnswers({});
    const [, shown = ''] = out.split(/==> Alloy configuration for .* <==\n/);
    const [config] = shown.split(/\n\n(Wrote|In CI)/);
    expect(config!.split('\n').length).toBeLessThan(24);
    expect(config).toMatch(
      /\.\.\. \d+ more lines, once it is written: alloyup render 127\.0\.0\.1/,
    );
  });

  test('is not sent to apply after a plan that failed', async () => {
    const { code, out } = await withAnswers({}, { plans: true });
    expect(code).not.toBe(0);
    expect(out).toContain('Next: correct what the plan names, then alloyup plan');
    expect(out).not.toContain('Next: alloyup apply');
  });
});
