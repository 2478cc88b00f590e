import { describe, expect, test } from 'vitest';
import { COMMANDS, type CommandSpec } from '../../../src/cli/args/commands.ts';
import { commandHelp, optionsHelp, programHelp } from '../../../src/cli/args/help.ts';
import { OPTIONS } from '../../../src/cli/args/option-table.ts';
import { runProgram } from '../../../src/cli/dispatch.ts';
import { memoryTerminal } from '../terminal.ts';

const commands: readonly (readonly [string, CommandSpec])[] = Object.entries(COMMANDS);

/** A terminal of 80x24, with a row for the prompt. */
function expectOneScreen(text: string): void {
  const lines = text.replace(/\n$/, '').split('\n');
  expect(lines.length).toBeLessThanOrEqual(23);
  for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(80);
}

describe.each(commands)('help of %s', (name, spec) => {
  const help = commandHelp(name, spec);

  test('fits one screen', () => expectOneScreen(help));

  test('has examples of the command', () => {
    expect(spec.examples.length).toBeGreaterThan(0);
    for (const [line] of spec.examples) {
      expect(line).toMatch(new RegExp(`(^|[|(] ?)alloyup ${name}\\b`));
      expect(help).toContain(line);
    }
  });

  test('names every option of the command', () => {
    for (const key of spec.options) {
      const short = OPTIONS[key].short ?? OPTIONS[key].long;
      expect(help).toMatch(new RegExp(`(^|[ ,])${short}(?![\\w-])`, 'm'));
    }
  });

  test('describes every option that the shared page does not', () => {
    for (const key of spec.options) {
      const words = OPTIONS[key].description.split(' ')[0]!;
      expect(help.includes(OPTIONS[key].flags) || optionsHelp().includes(words)).toBe(true);
    }
  });
});

test('the lists of commands and of shared options fit one screen each', () => {
  expectOneScreen(programHelp());
  expectOneScreen(optionsHelp());
  expect(programHelp()).toMatch(/^Installs and manages Grafana Alloy on .*\nUsage: alloyup /);
  for (const [name] of commands) expect(programHelp()).toMatch(new RegExp(`^ {2}${name} `, 'm'));
});

test.each([
  [['--help'], programHelp()],
  [['help'], programHelp()],
  [['help', 'apply'], commandHelp('apply', COMMANDS.apply)],
  [['apply', '--help'], commandHelp('apply', COMMANDS.apply)],
  [['apply', '-h', '-l', 'web'], commandHelp('apply', COMMANDS.apply)],
  [['help', 'options'], optionsHelp()],
])('alloyup %s prints help and exits 0', async (argv, text) => {
  const terminal = memoryTerminal();
  expect(await runProgram(argv, terminal)).toBe(0);
  expect(terminal.printed()).toEqual({ out: text, err: '' });
});

test.each([
  ['aply', 'Did you mean apply?'],
  ['staus', 'Did you mean status?'],
  ['xyzzy', 'Run alloyup --help'],
])('alloyup %s is refused with a suggestion', async (word, hint) => {
  const terminal = memoryTerminal();
  expect(await runProgram([word], terminal)).toBe(64);
  expect(terminal.printed().err).toContain(`unknown command '${word}'`);
  expect(terminal.printed().err).toContain(hint);
});
