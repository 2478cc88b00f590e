import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { runProgram } from '../../../src/cli/program.ts';
import { memoryTerminal } from '../terminal.ts';

/** What a person says to each question; at the `stopAt`-th, Ctrl-C. */
const person = vi.hoisted(() => ({ answers: {} as Record<string, unknown>, asked: 0, stopAt: -1 }));

vi.mock('../../../src/cli/init/prompt.ts', () => ({
  promptOf: async (question: { id: string; kind: string }) => async () => {
    if (person.asked++ === person.stopAt)
      throw Object.assign(new Error('force closed'), { name: 'ExitPromptError' });
    if (question.kind === 'yes') return true;
    return person.answers[question.id];
  },
}));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'alloyup-init-'));
  Object.assign(person, { asked: 0, stopAt: -1 });
});
afterEach(() => rmSync(folder, { recursive: true }));

const file = () => join(folder, 'inventory.yaml');
const put = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

async function init(args: readonly string[], interactive = false) {
  const terminal = memoryTerminal({
    home: folder,
    cwd: folder,
    interactive,
    env: { HOME: folder },
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
    expect(readFileSync(file(), 'utf8')).toContain(
      'METRICS_PASSWORD: { secret: env:METRICS_PASSWORD }',
    );
    expect(out).toContain(`alloyup validate --strict -i ${file()}`);
    expect(out).toContain(
      'OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf\n    OTEL_EXPORTER_OTLP_ENDPOINT=http://web-01.example.com:4318',
    );
    expect(out).toContain(
      'OTEL_EXPORTER_OTLP_PROTOCOL=grpc\n    OTEL_EXPORTER_OTLP_ENDPOINT=http://web-01.example.com:4317',
    );
    expect(out).toContain('First set METRICS_PASSWORD');
    const terminal = memoryTerminal({ home: folder });
    expect(await runProgram(['validate', '--strict', '-i', file()], terminal)).toBe(0);
  });

  test.each([
    ['hosts: [web-01]', /does not answer template/],
    ['hosts: ["web-[9:1]"]\ntemplate: minimal', /hosts cannot be/],
    ['hosts: [web-01]\ntemplate: linux-hots', /template cannot be\s+"linux-hots"/],
    ['hosts: [web-01]\ntemplate: minimal\nverison: latest', /nothing asks for verison/],
    ['hosts: [web-01]\ntemplate: linux-host\nmetrics_url: prometheus', /metrics_url cannot be/],
    ['hosts: [web-01]\ntemplate: ./missing.alloy', /missing\.alloy/],
    ['hosts: [', /answers\.yaml/],
    ['[1, 2]', /holds no answers/],
  ])('refuses %j, and writes nothing', async (answers, said) => {
    const { code, err } = await init([
      '--answers',
      put('answers.yaml', answers === '[1, 2]' ? answers : `check: false\n${answers}`),
    ]);
    expect({ code, err }).toEqual({ code: 64, err: expect.stringMatching(said) });
    expect(readdirSync(folder)).toEqual(['answers.yaml']);
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
    expect((await init(['--answers', answers])).code).toBe(64);
    expect((await init(['--answers', answers, '--edit'])).code).toBe(0);
    expect(readFileSync(file(), 'utf8')).toBe(
      '# the shop\ndefaults:\n  alloy: { version: latest } # until June\nhosts:\n  a:\n  b:\n',
    );
  });
});

test('without a terminal it says what would do', async () => {
  const { code, err } = await init([]);
  expect(code).toBe(64);
  expect(err).toContain('--answers');
});

test('Ctrl-C at each question leaves no file', async () => {
  // nobody listens there: the login is tried, and fails at once
  person.answers = {
    hosts: ['127.0.0.1:9'],
    user: 'ops',
    identity: 'auto',
    sudo: 'passwordless',
    template: 'linux-host',
    metrics_url: 'http://127.0.0.1:9/write',
    metrics_access: 'none',
    logs_url: 'http://127.0.0.1:9/push',
    logs_access: 'none',
    packages: 'grafana',
    version: 'present',
  };
  let questions = 0;
  for (let stopAt = 0; stopAt < 20; stopAt += 1) {
    Object.assign(person, { asked: 0, stopAt });
    // the last question of all is another prompt, which no terminal answers here
    const done = init([], true).catch(() => undefined);
    const ended = await Promise.race([
      done,
      new Promise<'open'>((resolve) => setTimeout(resolve, 8000, 'open')),
    ]);
    if (ended === 'open' || person.asked <= stopAt) break;
    questions += 1;
    expect(ended).toMatchObject({
      code: 130,
      err: expect.stringContaining('Nothing was written.'),
    });
    expect(existsSync(file())).toBe(false);
    expect(readdirSync(folder).filter((name) => name !== '.ssh')).toEqual([]);
  }
  // eleven questions, two URLs that nobody answers at, and a login that failed
  expect(questions).toBe(14);
}, 60_000);
