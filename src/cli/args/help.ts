import { wrap } from '../../report/plain.ts';
import { COMMANDS, type CommandSpec, usageOf } from './commands.ts';
import { OPTIONS, type OptionName } from './option-table.ts';

/** Help fits the smallest terminal, with a row left for the prompt. */
const WIDTH = 80;
const ROWS = 23;

/** Options of many commands. Those that do not fit a command's help are on a page of their own. */
export const SHARED = (Object.keys(OPTIONS) as OptionName[]).filter((key) => {
  const commands: readonly CommandSpec[] = Object.values(COMMANDS);
  return commands.filter(({ options }) => options.includes(key)).length > 3;
});

const line = (text: string): string => `${text}\n`;

export const capitalized = (text: string): string => `${text[0]!.toUpperCase()}${text.slice(1)}`;

/** `alloyup --help`: one line per command. */
export function programHelp(): string {
  const width = Math.max(...Object.keys(COMMANDS).map((name) => name.length));
  const rows = Object.entries(COMMANDS).map(([name, { summary }]) =>
    line(`  ${name.padEnd(width)}  ${summary}`),
  );
  return [
    line('Installs and manages Grafana Alloy on Debian and Ubuntu hosts over SSH.'),
    line('Usage: alloyup <command> [options]      (details: alloyup <command> --help)'),
    ...rows,
  ].join('');
}

/** `alloyup COMMAND --help`: on one screen, the command's own options before shared ones. */
export function commandHelp(name: string, spec: CommandSpec): string {
  const { summary, options, examples } = spec;
  const head = `Usage: alloyup ${usageOf(name, spec)}\n\n${capitalized(summary)}.\n`;
  const foot = `\nExamples:\n${exampleLines(examples)}`;
  const room = ROWS - rowsOf(head) - rowsOf(foot) - 1;
  const ordered = [
    ...options.filter((key) => !SHARED.includes(key)),
    ...SHARED.filter((key) => options.includes(key)),
  ];
  // the more options are listed, the shorter the line that names the others
  for (let shown = ordered.length; ; shown -= 1) {
    const text = optionLines(ordered.slice(0, shown)) + alsoLine(ordered.slice(shown));
    if (rowsOf(text) <= room || shown === 0) return `${head}\n${text}${foot}`;
  }
}

/** `alloyup help options`. */
export const optionsHelp = (): string =>
  `${line('Options of many commands; ALLOYUP_FORKS=8 in the environment is --forks 8:')}${optionLines(SHARED)}`;

const rowsOf = (text: string): number => text.split('\n').length - 1;

const optionLines = (keys: readonly OptionName[]): string => {
  const width = Math.max(0, ...keys.map((key) => OPTIONS[key].flags.length));
  return keys
    .map((key) => {
      const { flags, description } = OPTIONS[key];
      return line(`  ${flags.padEnd(width)}  ${wrap(description, WIDTH, width + 4, width + 4)}`);
    })
    .join('');
};

const alsoLine = (keys: readonly OptionName[]): string => {
  const flags = keys.map((key) => OPTIONS[key].short ?? OPTIONS[key].long);
  const also = `Also ${flags.join(', ')}; see alloyup help options`;
  return keys.length === 0 ? '' : line(`  ${wrap(also, WIDTH, 2, 2)}`);
};

/** The meaning goes beside the command where all of them fit, otherwise after it or below. */
function exampleLines(examples: CommandSpec['examples']): string {
  const width = Math.max(...examples.map(([command]) => command.length));
  const column = examples.every(([, meaning]) => width + meaning.length + 4 <= WIDTH);
  return examples
    .map(([command, meaning]) => {
      if (column) return line(`  ${command.padEnd(width)}  ${meaning}`);
      const after = `  ${command}  # ${meaning}`;
      return line(after.length <= WIDTH ? after : `  ${command}\n      ${meaning}`);
    })
    .join('');
}
