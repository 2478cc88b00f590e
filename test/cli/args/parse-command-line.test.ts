import { afterEach, expect, test, vi } from 'vitest';
import { COMMANDS } from '../../../src/cli/args/commands.ts';
import { type Invocation, OPTIONS } from '../../../src/cli/args/option-table.ts';
import { readCommandLine } from '../../../src/cli/args/parse-command-line.ts';
import { runProgram } from '../../../src/cli/dispatch.ts';
import { ToolError } from '../../../src/model/problem.ts';
import { textOf } from '../../../src/report/text-of.ts';
import { memoryTerminal } from '../terminal.ts';

function read(line: string, env: Record<string, string> = {}): Invocation {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  const order = readCommandLine(line.split(' ').filter(Boolean), memoryTerminal());
  if (typeof order === 'number') throw new Error(`exited ${order}`);
  return order.invocation;
}

afterEach(() => vi.unstubAllEnvs());

const optionsOf = (line: string, env?: Record<string, string>) => read(line, env).options;

test.each([
  [
    'plan',
    {},
    {
      inventory: null,
      limit: null,
      forks: 32,
      verbose: 0,
      diff: true,
      color: true,
      output: 'text',
    },
  ],
  ['plan', {}, { shard: null }],
  ['plan --shard 2/4', {}, { shard: { index: 2, of: 4 } }],
  ['status', { ALLOYUP_SHARD: '12/12' }, { shard: { index: 12, of: 12 } }],
  ['apply -y -f 8 -l web*', {}, { yes: true, forks: 8, limit: 'web*' }],
  [
    'apply --canary 2 --serial 1,25%,100% --max-fail 10% --pause 30',
    {},
    {
      canary: 2,
      serial: [{ hosts: 1 }, { percent: 25 }, { percent: 100 }],
      maxFail: { percent: 10 },
      pause: 30,
    },
  ],
  ['plan --max-fail 0', { ALLOYUP_SERIAL: '5' }, { maxFail: { hosts: 0 }, serial: [{ hosts: 5 }] }],
  ['plan', {}, { canary: null, serial: null, maxFail: null, pause: null }],
  ['apply --no-rollback --no-diff --no-color', {}, { rollback: false, diff: false, color: false }],
  ['plan -vv', {}, { verbose: 2 }],
  ['plan -v --verbose -q', {}, { verbose: 2, quiet: true }],
  ['plan --var a=1 --var b=x=y', {}, { var: ['a=1', 'b=x=y'] }],
  ['plan -i web-01,web-02,', {}, { inventory: ['web-01,web-02,'] }],
  ['plan -i -', {}, { inventory: ['-'] }],
  ['plan -i a.yaml --inventory=b', {}, { inventory: ['a.yaml', 'b'] }],
  ['plan --inventory=x.yaml --output=ndjson', {}, { inventory: ['x.yaml'], output: 'ndjson' }],
  ['plan', { ALLOYUP_FORKS: '7', ALLOYUP_OUTPUT: 'json' }, { forks: 7, output: 'json' }],
  ['plan -f 9', { ALLOYUP_FORKS: '7' }, { forks: 9 }],
  ['plan', { ALLOYUP_FORKS: '', ALLOYUP_LIMIT: '' }, { forks: 32, limit: null }],
  ['plan --var a=1', { ALLOYUP_VAR: 'b=2' }, { var: ['a=1'] }],
  ['plan', { ALLOYUP_VAR: 'b=2' }, { var: ['b=2'] }],
  ['plan -v', { ALLOYUP_VERBOSE: '2' }, { verbose: 1 }],
  ['plan', { ALLOYUP_VERBOSE: '1' }, { verbose: 1 }],
  ['apply', { ALLOYUP_YES: '1' }, { yes: true }],
  ['apply', { ALLOYUP_YES: '0' }, { yes: false }],
  ['apply', { ALLOYUP_YES: '' }, { yes: false }],
  ['apply --yes', { ALLOYUP_YES: 'no' }, { yes: true }],
  ['apply', { ALLOYUP_NO_ROLLBACK: 'true' }, { rollback: false }],
  ['apply', { ALLOYUP_NO_ROLLBACK: '0' }, { rollback: true }],
  [
    'plan',
    { ALLOYUP_VERBOSE: '2', ALLOYUP_CONNECT_TIMEOUT: '3' },
    { verbose: 2, connectTimeout: 3 },
  ],
  // not an option of this command
  ['plan', { ALLOYUP_YES: 'perhaps' }, { yes: false }],
] as const)('alloyup %s with %j', (line, env, expected) => {
  expect(optionsOf(line, env)).toMatchObject(expected);
});

test('arguments are passed on', () => {
  expect(read('fmt -t a.alloy b.alloy -').args).toEqual(['a.alloy', 'b.alloy', '-']);
  expect(read('render web-01').args).toEqual(['web-01']);
});

test.each([
  ['plan --fork 3', {}, "unknown option '--fork'", 'Did you mean --forks?'],
  ['plan --nonsense', {}, "unknown option '--nonsense'", 'Run alloyup plan --help'],
  ['paln', {}, "unknown command 'paln'", 'Did you mean plan?'],
  ['xyzzy', {}, "unknown command 'xyzzy'", 'Run alloyup --help'],
  // planned, and not built yet
  ['trust --shard 1/2', {}, "unknown option '--shard'", 'Run alloyup trust --help'],
  ['rollback --canary 1', {}, "unknown option '--canary'", 'Run alloyup rollback --help'],
  ...['0/2', '3/2', '1', '1/0', '0/0', '1/-2', '1/2/3', 'a/b', '01.5/2', '1/10001'].map(
    (shard) =>
      [
        `apply --shard=${shard}`,
        {},
        `option '--shard <i/n>' argument '${shard}' is invalid. Write which shard of how many, from 1/1 to 10000/10000, such as 2/4`,
        'Run alloyup apply --help',
      ] as const,
  ),
  ...['0', '0%', '101%', '1.5', '-1', '1x', '', '1,,2', '1;2'].map(
    (sizes) =>
      [
        `apply --serial=${sizes}`,
        {},
        `option '--serial <sizes>' argument '${sizes}' is invalid. Write numbers of hosts or percentages, such as 1 or 10%`,
        'Run alloyup apply --help',
      ] as const,
  ),
  ['plan -f', {}, "option '-f, --forks <n>' argument missing", 'Run alloyup plan --help'],
  [
    'plan -f 0',
    {},
    "option '-f, --forks <n>' argument '0' is invalid. It must be a whole number from 1 to 2000",
    'Run alloyup plan --help',
  ],
  [
    'plan -f 3.5',
    {},
    "option '-f, --forks <n>' argument '3.5' is invalid. It must be a whole number from 1 to 2000",
    'Run alloyup plan --help',
  ],
  [
    'plan --limit=',
    {},
    "option '-l, --limit <pattern>' argument '' is invalid. It is empty",
    'Run alloyup plan --help',
  ],
  [
    'plan --output xml',
    {},
    "option '--output <format>' argument 'xml' is invalid. Allowed choices are text, json, ndjson",
    'Run alloyup plan --help',
  ],
  [
    'plan --var role',
    {},
    "option '--var <key=value>' argument 'role' is invalid. It must be KEY=VALUE, such as role=web",
    'Run alloyup plan --help',
  ],
  [
    'plan',
    { ALLOYUP_FORKS: 'many' },
    "option '-f, --forks <n>' value 'many' from env 'ALLOYUP_FORKS' is invalid. It must be a whole number from 1 to 2000",
    'Run alloyup plan --help',
  ],
  [
    'apply',
    { ALLOYUP_YES: 'perhaps' },
    'the variable ALLOYUP_YES must be 1 or 0, not "perhaps"',
    'Run alloyup --help',
  ],
  [
    'plan web-01',
    {},
    "too many arguments for 'plan'. Expected 0 arguments but got 1",
    'Run alloyup plan --help',
  ],
  ['render', {}, "missing required argument 'host'", 'Run alloyup render --help'],
  ['plan --yes', {}, "unknown option '--yes'", 'Run alloyup plan --help'],
  [
    'inventory export x',
    {},
    "command-argument value 'export' is invalid for argument 'action'. Allowed choices are import",
    'Run alloyup inventory --help',
  ],
  [
    'completion powershell',
    {},
    "command-argument value 'powershell' is invalid for argument 'shell'. Allowed choices are bash, zsh, fish",
    'Run alloyup completion --help',
  ],
] as const)('alloyup %s with %j is refused: %s', (line, env, message, hint) => {
  expect(() => read(line, env)).toThrow(ToolError);
  try {
    read(line, env);
  } catch (error) {
    expect(textOf((error as ToolError).problem)).toEqual({ message, hint });
  }
});

test('every option is known by the name that commander gives it', () => {
  for (const [key, option] of Object.entries(OPTIONS)) expect(option.attributeName()).toBe(key);
});

test('the --watch of status is another one than that of apply, in the environment too', () => {
  const followOf = (line: string, env?: Record<string, string>) => optionsOf(line, env).follow;
  expect(followOf('status')).toBe(null);
  expect(followOf('status --watch')).toBe(5);
  expect(followOf('status --watch -l web*')).toBe(5);
  expect(followOf('status --watch=30')).toBe(30);
  expect(followOf('status', { ALLOYUP_WATCH: '60' })).toBe(null);
  expect(followOf('status', { ALLOYUP_STATUS_WATCH: '10' })).toBe(10);
  expect(followOf('status --watch=30', { ALLOYUP_STATUS_WATCH: '10' })).toBe(30);
  expect(optionsOf('apply --watch 7').watch).toBe(7);
});

test('an error exits 64 and prints nothing on stdout', async () => {
  const terminal = memoryTerminal();
  expect(await runProgram(['plan', '--fork', '3'], terminal)).toBe(64);
  expect(terminal.printed()).toEqual({
    out: '',
    err: "error[usage]: unknown option '--fork'\n  help: Did you mean --forks?\n",
  });
});

test('no command prints the help and exits 64', async () => {
  const terminal = memoryTerminal();
  expect(await runProgram([], terminal)).toBe(64);
  expect(terminal.printed().err).toContain('Usage: alloyup <command>');
});

test.each([
  '--help',
  '-h',
  'help',
  'plan --help',
  'help plan',
  '--version',
  ...Object.keys(COMMANDS).map((name) => `${name} -h`),
])('alloyup %s exits 0 and fits 80 columns', async (line) => {
  const terminal = memoryTerminal();
  expect(await runProgram(line.split(' '), terminal)).toBe(0);
  const { out, err } = terminal.printed();
  expect(err).toBe('');
  expect(out).not.toBe('');
  for (const printed of out.split('\n')) expect(printed.length, printed).toBeLessThanOrEqual(80);
});

test('no two options of a command share a flag', () => {
  for (const { options } of Object.values(COMMANDS)) {
    const flags = options.flatMap((key) => OPTIONS[key].flags.match(/(?<=^|, )--?[a-z-]+/gi) ?? []);
    expect(new Set(flags).size).toBe(flags.length);
    expect(flags).toEqual(expect.arrayContaining(options.map((key) => OPTIONS[key].long)));
  }
});
