import process from 'node:process';
import { Argument, Command as Commander, CommanderError, type Option } from 'commander';
import type { ToolError } from '../../model/problem.ts';
import { toPrintable } from '../../report/printable.ts';
import { VERSION } from '../alloyup-version.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { usageError } from '../usage.ts';
import { COMMANDS, type CommandSpec, isCommand } from './commands.ts';
import { commandHelp, optionsHelp, programHelp } from './help.ts';
import {
  createOptions,
  type Invocation,
  OPTIONS,
  type OptionName,
  type Options,
  variableOf,
} from './option-table.ts';

/** A command line, and how to load what runs it. */
export type Order = Pick<CommandSpec, 'load'> & { readonly invocation: Invocation };

/** An exit code when the command line asked only for help or the version. @throws ToolError `usage` */
export function readCommandLine(argv: readonly string[], terminal: Terminal): Order | number {
  if (argv.length === 0) {
    terminal.err(toPrintable(programHelp()));
    return 64;
  }
  if (argv.join(' ') === 'help options') {
    terminal.out(toPrintable(optionsHelp()));
    return 0;
  }
  let order: Order | undefined;
  const program = new Commander('alloyup')
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print the help of a command')
    .exitOverride()
    .configureOutput({ writeOut: (text) => terminal.out(toPrintable(text)), writeErr: () => {} })
    .configureHelp({ formatHelp: programHelp });
  for (const [name, spec] of Object.entries(COMMANDS) as [string, CommandSpec][]) {
    const command = addCommand(program, name, spec);
    // those of every command would take as long as everything else here
    if (argv.includes(name)) addOptions(command, spec.options);
    command.action(() => {
      const options = optionsOf(command);
      const plain = { ...terminal, outColour: false, errColour: false };
      order = {
        load: spec.load,
        invocation: { args: command.args, options, terminal: options.color ? terminal : plain },
      };
    });
  }
  try {
    program.parse([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return 0;
    throw refusal(error, argv.find(isCommand) ?? null);
  }
  return order ?? 0;
}

function addCommand(program: Commander, name: string, spec: CommandSpec): Commander {
  const command = program
    .command(name)
    .helpOption('-h, --help', 'print this help')
    .configureHelp({ formatHelp: () => commandHelp(name, spec) });
  for (const word of spec.args.split(' ').filter(Boolean)) {
    const argument = new Argument(word);
    const choices = spec.choices?.[argument.name()];
    command.addArgument(choices ? argument.choices(choices) : argument);
  }
  return command;
}

function addOptions(command: Commander, keys: readonly OptionName[]): void {
  const options = createOptions();
  for (const key of keys) {
    const option = options[key];
    command.addOption(isSet(option) ? option.env(variableOf(option)) : option);
  }
}

/** Whether a variable counts: for commander one that is set is a yes, even when empty or "0". */
function isSet(option: Option): boolean {
  const variable = variableOf(option);
  const value = process.env[variable] ?? '';
  if (option.required || option.optional) return value !== '';
  if (/^(0|false|no|off|)$/i.test(value)) return false;
  if (/^(1|true|yes|on)$/i.test(value) || (option.long === '--verbose' && value === '2'))
    return true;
  throw usageError({
    reason: 'command-line',
    said: `the variable ${variable} must be 1 or 0, not "${value}"`,
    suggestion: null,
    command: null,
  });
}

const FALLBACKS = Object.fromEntries(
  Object.entries(OPTIONS).map(([key, { defaultValue }]) => [key, defaultValue]),
) as Options;

function optionsOf(command: Commander): Options {
  const options: Options = { ...FALLBACKS, ...command.opts() };
  // commander counts how often a flag occurs; the variable is the number itself
  const isTwo = process.env[variableOf(OPTIONS.verbose)] === '2';
  return isTwo && command.getOptionValueSource('verbose') === 'env'
    ? { ...options, verbose: 2 }
    : options;
}

/** What commander reports, as a problem of ours. */
function refusal({ message }: CommanderError, command: string | null): ToolError {
  const [said, meant = ''] = message.replace(/^error: /, '').split('\n');
  return usageError({
    reason: 'command-line',
    said: said!.replace(/\.$/, ''),
    suggestion: /^\(Did you mean (.*)\?\)$/.exec(meant)?.[1] ?? null,
    command,
  });
}
