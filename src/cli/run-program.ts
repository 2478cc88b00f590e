import { Command as Commander, CommanderError, Option } from 'commander';
import { nearest } from '../model/frame.ts';
import { type Problem, ToolError } from '../model/problem.ts';
import { paintWith } from '../report/paint.ts';
import { problemsText } from '../report/problem.ts';
import { reportBug } from './failure.ts';
import { COMMANDS, type CommandSpec } from './args/commands.ts';
import { tellFindings } from './runs/github-actions.ts';
import { commandHelp, optionsHelp, programHelp } from './args/help.ts';
import type { Command, Invocation } from './args/invocation.ts';
import {
  GROUPS,
  longFlag,
  OPTIONS,
  type OptionName,
  type OptionSpec,
  type Options,
  variableOf,
} from './args/options.ts';
import type { Terminal } from './terminal/terminal.ts';
import { exitCodeOfProblems, usageError } from './usage.ts';
import { VERSION } from './alloyup-version.ts';

/** Reads a command line and runs it. Gives the exit code, whatever happens. */
export async function runProgram(argv: readonly string[], terminal: Terminal): Promise<number> {
  // asked by a shell with every Tab
  if (argv[0] === '__complete') {
    const { answerShell } = await import('./completion/shell-answer.ts');
    return answerShell(argv.slice(1), terminal);
  }
  let invocation: Invocation | undefined;
  try {
    const read = readCommandLine(argv, terminal);
    if (typeof read === 'number') return read;
    invocation = read.invocation;
    const command = await read.load();
    return await command(read.invocation);
  } catch (error) {
    if (!(error instanceof ToolError)) return reportBug(error, terminal);
    if (invocation && (await wantsWizard(error, invocation))) {
      const init = readCommandLine(['init'], terminal);
      if (typeof init !== 'number') return (await init.load())(init.invocation);
    }
    return refuse(error.problems, terminal, invocation?.options);
  }
}

/** There is no inventory, none was named, and somebody is there to make one with. */
async function wantsWizard(
  { problem }: ToolError,
  { options, terminal }: Invocation,
): Promise<boolean> {
  if (problem.code !== 'inventory.file' || options.inventory !== null || !terminal.interactive)
    return false;
  const { askYes } = await import('./terminal/ask.ts');
  try {
    return await askYes(`${problem.message}. Make one now (alloyup init)?`, true);
  } catch {
    return false;
  }
}

/** Prints what was wrong; for a program that reads stdout, there too. */
function refuse(problems: readonly Problem[], terminal: Terminal, options?: Options): number {
  const exitCode = exitCodeOfProblems(problems);
  const paint = paintWith(terminal.errColour && options?.color !== false);
  terminal.err(problemsText(problems, [], { paint, width: terminal.width }));
  tellFindings('refused', problems, [], terminal);
  if (options && options.output !== 'text')
    terminal.out(`${JSON.stringify({ schema: 1, exitCode, problems, warnings: [] })}\n`);
  return exitCode;
}

interface Order {
  readonly load: () => Promise<Command>;
  readonly invocation: Invocation;
}

/**
 * An exit code when the command line asked for no more than help or the version.
 *
 * @throws ToolError `usage`
 */
export function readCommandLine(argv: readonly string[], terminal: Terminal): Order | number {
  let order: Order | undefined;
  const program = commander(terminal);
  for (const [name, spec] of entries(COMMANDS)) {
    // the options of all the others would take as long as the rest of this
    const asked = argv.includes(name) ? spec : { ...spec, options: [] };
    addCommand(program, name, asked, (args, written) => {
      const options = readOptions(spec, written, terminal.env);
      order = { load: spec.load, invocation: { args, options, terminal } };
    });
  }
  if (argv.length === 0) {
    terminal.err(program.helpInformation());
    return 64;
  }
  if (argv.join(' ') === 'help options') {
    terminal.out(optionsHelp());
    return 0;
  }
  try {
    program.parse([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return 0;
    throw refusal(error, argv);
  }
  return order ?? 0;
}

function commander(terminal: Terminal): Commander {
  const program = new Commander('alloyup')
    .usage('<command> [options]')
    .description('Brings Debian and Ubuntu hosts to a running, proven Grafana Alloy.')
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print the help of a command')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text),
      writeErr: () => {}, // told by refusal(), with a hint
      getOutHelpWidth: () => Math.min(80, terminal.width),
      getErrHelpWidth: () => Math.min(80, terminal.width),
    })
    .configureHelp({ formatHelp: () => programHelp() });
  return program;
}

type Act = (args: readonly string[], written: Readonly<Record<string, unknown>>) => void;

function addCommand(program: Commander, name: string, spec: CommandSpec, act: Act): void {
  const command = program.command(`${name} ${spec.args}`.trim()).summary(spec.summary);
  command
    .description(`${spec.summary[0]!.toUpperCase()}${spec.summary.slice(1)}.`)
    .helpOption('-h, --help', 'print this help')
    .configureHelp({ formatHelp: () => commandHelp(name, spec) })
    .action(() => act(command.args, command.opts()));
  // in the order of the headings
  for (const group of GROUPS) {
    for (const key of spec.options) {
      if (OPTIONS[key].group === group) command.addOption(optionOf(key));
    }
  }
}

/** How the value of each kind is gathered; the reading itself is the option's own. */
function optionOf(key: OptionName): Option {
  const spec: OptionSpec<unknown> = OPTIONS[key];
  const option = new Option(spec.flags, spec.help).helpGroup(spec.group);
  const name = longFlag(spec);
  switch (spec.kind) {
    case 'value':
      return option.argParser((text) => spec.read(text, name));
    case 'list':
      return option.argParser((text, before: readonly unknown[] = []) => [
        ...before,
        ...(spec.read(text, name) as readonly unknown[]),
      ]);
    case 'count':
      return option.argParser((_, before: number = 0) => before + 1);
    case 'flag':
    case 'toggle':
      return option;
  }
}

/** Flags win over variables, variables over fallbacks. */
export function readOptions(
  { options }: Pick<CommandSpec, 'options'>,
  written: Readonly<Record<string, unknown>>,
  env: Terminal['env'],
): Options {
  const read = entries(OPTIONS).map(([key, spec]: [OptionName, OptionSpec<unknown>]) => {
    if (!options.includes(key)) return [key, spec.fallback];
    // commander gives `true` for a toggle that was not written
    const said = spec.kind === 'toggle' ? written[key] === false : written[key] !== undefined;
    if (said) return [key, written[key]];
    return [key, fromVariable(spec, env) ?? spec.fallback];
  });
  return Object.fromEntries(read) as Options;
}

function fromVariable(spec: OptionSpec<unknown>, env: Terminal['env']): unknown {
  const flag = longFlag(spec);
  const name = variableOf(flag);
  const text = env[name];
  if (text === undefined || (text === '' && spec.kind !== 'flag')) return undefined;
  const value = spec.read(text, name);
  // --no-rollback is ALLOYUP_NO_ROLLBACK=1
  return spec.kind === 'toggle' ? !value : value;
}

/** What commander says, in our words: what is wrong, and what to write. */
function refusal(error: CommanderError, argv: readonly string[]): ToolError {
  const message = error.message.replace(/^error: /, '');
  const word = (/'([^']+)'/.exec(message)?.[1] ?? '').replace(/=.*$/s, '');
  const command = entries(COMMANDS).find(([name]) => argv.includes(name))?.[0];
  const help = command ? `alloyup ${command} --help` : 'alloyup --help';
  switch (error.code) {
    case 'commander.unknownOption': {
      const known = command ? COMMANDS[command].options.map((key) => longFlag(OPTIONS[key])) : [];
      const meant = nearest(word, known);
      return usageError(
        `unknown option ${word}${command ? ` of ${command}` : ''}`,
        meant ? `did you mean ${meant}?` : `see the options: ${help}`,
      );
    }
    case 'commander.unknownCommand': {
      const meant = nearest(word, Object.keys(COMMANDS));
      return usageError(
        `unknown command "${word}"`,
        meant ? `did you mean: alloyup ${meant}` : 'see the commands: alloyup --help',
      );
    }
    case 'commander.optionMissingArgument':
      return usageError(`${word.replace(/^-\w, /, '')} wants a value`, `see its meaning: ${help}`);
    default:
      return usageError(message.split('\n')[0]!.replace(/\.$/, ''), `see how it is used: ${help}`);
  }
}

const entries = <K extends string, V>(record: Readonly<Record<K, V>>): [K, V][] =>
  Object.entries(record) as [K, V][];
