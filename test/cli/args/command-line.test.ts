import { expect, test } from 'vitest';
import { COMMANDS } from '../../../src/cli/args/commands.ts';
import type { Invocation } from '../../../src/cli/args/invocation.ts';
import { longFlag, OPTIONS } from '../../../src/cli/args/options.ts';
import { readCommandLine, runProgram } from '../../../src/cli/run-program.ts';
import { ToolError } from '../../../src/model/problem.ts';
import { memoryTerminal } from '../terminal.ts';

function read(line: string, env: Record<string, string> = {}): Invocation {
  const order = readCommandLine(line.split(' ').filter(Boolean), memoryTerminal({ env }));
  if (typeof order === 'number') throw new Error(`no order but ${order}`);
  return order.invocation;
}

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
  ['apply -y -f 8 -l web*', {}, { yes: true, forks: 8, limit: 'web*' }],
  ['apply --no-rollback --no-diff --no-color', {}, { rollback: false, diff: false, color: false }],
  ['plan -vv', {}, { verbose: 2 }],
  ['plan -v --verbose -q', {}, { verbose: 2, quiet: true }],
  ['plan --var a=1 --var b=x=y', {}, { var: ['a=1', 'b=x=y'] }],
  ['plan -i web-01,web-02,', {}, { inventory: 'web-01,web-02,' }],
  ['plan -i -', {}, { inventory: '-' }],
  ['plan --inventory=x.yaml --output=ndjson', {}, { inventory: 'x.yaml', output: 'ndjson' }],
  ['plan', { ALLOYUP_FORKS: '7', ALLOYUP_OUTPUT: 'json' }, { forks: 7, output: 'json' }],
  ['plan -f 9', { ALLOYUP_FORKS: '7' }, { forks: 9 }],
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
  // of another command: not looked at
  ['plan', { ALLOYUP_YES: 'perhaps' }, { yes: false }],
] as const)('alloyup %s with %j', (line, env, expected) => {
  expect(optionsOf(line, env)).toMatchObject(expected);
});

test('words that are no options are the command’s own', () => {
  expect(read('fmt -t a.alloy b.alloy -').args).toEqual(['a.alloy', 'b.alloy', '-']);
  expect(read('render web-01').args).toEqual(['web-01']);
});

test.each([
  ['plan --fork 3', {}, 'unknown option --fork of plan', 'did you mean --forks?'],
  [
    'plan --nonsense',
    {},
    'unknown option --nonsense of plan',
    'see the options: alloyup plan --help',
  ],
  ['paln', {}, 'unknown command "paln"', 'did you mean: alloyup plan'],
  ['xyzzy', {}, 'unknown command "xyzzy"', 'see the commands: alloyup --help'],
  ['worker', {}, 'worker is not part of this version of alloyup', 'see what is: alloyup --help'],
  [
    'apply --canary 1',
    {},
    '--canary is not part of this version of alloyup',
    'see what is: alloyup apply --help',
  ],
  [
    'apply --serial=10%',
    {},
    '--serial is not part of this version of alloyup',
    'see what is: alloyup apply --help',
  ],
  ['plan -f', {}, '--forks <n> wants a value', 'see its meaning: alloyup plan --help'],
  [
    'plan -f 0',
    {},
    '--forks wants a whole number from 1 to 2000, not "0"',
    'leave it out for 32, or write e.g. --forks 32',
  ],
  [
    'plan -f 3.5',
    {},
    '--forks wants a whole number from 1 to 2000, not "3.5"',
    'leave it out for 32, or write e.g. --forks 32',
  ],
  ['plan --output xml', {}, '--output cannot be "xml"', 'write one of: text, json, ndjson'],
  ['plan --var role', {}, '--var wants KEY=VALUE, not "role"', 'write e.g. --var role=web'],
  [
    'plan',
    { ALLOYUP_FORKS: 'many' },
    'ALLOYUP_FORKS wants a whole number from 1 to 2000, not "many"',
    'leave it out for 32, or write e.g. ALLOYUP_FORKS=32',
  ],
  [
    'apply',
    { ALLOYUP_YES: 'perhaps' },
    'ALLOYUP_YES is neither yes nor no: "perhaps"',
    'write ALLOYUP_YES=1 or ALLOYUP_YES=0',
  ],
  [
    'plan web-01',
    {},
    "too many arguments for 'plan'. Expected 0 arguments but got 1",
    'see how it is used: alloyup plan --help',
  ],
  ['render', {}, "missing required argument 'host'", 'see how it is used: alloyup render --help'],
  ['plan --yes', {}, 'unknown option --yes of plan', 'see the options: alloyup plan --help'],
] as const)('alloyup %s with %j is refused: %s', (line, env, message, hint) => {
  expect(() => read(line, env)).toThrow(ToolError);
  try {
    read(line, env);
  } catch (error) {
    expect((error as ToolError).problem).toEqual({ code: 'usage', message, hint });
  }
});

test('a refusal exits 64 and prints nothing on stdout', async () => {
  const terminal = memoryTerminal();
  expect(await runProgram(['plan', '--fork', '3'], terminal)).toBe(64);
  expect(terminal.printed()).toEqual({
    out: '',
    err: 'error[usage]: unknown option --fork of plan\n  help: did you mean --forks?\n',
  });
});

test('nothing at all is answered with the help, and 64', async () => {
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
  expect(out).not.toMatch(/canary|worker|--shard/);
});

test('no two options of a command share a flag', () => {
  for (const { options } of Object.values(COMMANDS)) {
    const flags = options.flatMap((key) => OPTIONS[key].flags.match(/(?<=^|, )--?[a-z-]+/gi) ?? []);
    expect(new Set(flags).size).toBe(flags.length);
    expect(flags).toEqual(expect.arrayContaining(options.map((key) => longFlag(OPTIONS[key]))));
  }
});
