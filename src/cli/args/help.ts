import { wrap } from '../../report/plain.ts';
import { COMMANDS, type CommandSpec } from './commands.ts';
import { longFlag, OPTIONS, type OptionName } from './options.ts';

/** Columns and rows of the smallest terminal that help has to fit, less the prompt's row. */
const WIDTH = 80;
const ROWS = 23;

/** Options that most commands take; what finds no room in a command's help stands on a page of its own. */
export const SHARED: readonly OptionName[] = [
  'inventory',
  'limit',
  'yes',
  'askSudoPassword',
  'forks',
  'output',
  'quiet',
  'verbose',
  'diff',
  'junit',
  'log',
  'color',
  'connectTimeout',
  'timeout',
  'lockTimeout',
  'watch',
  'user',
  'identity',
  'template',
  'var',
];

const line = (text: string): string => `${text}\n`;

/** `alloyup --help`: every command in a line. */
export function programHelp(): string {
  const names = Object.keys(COMMANDS);
  const width = Math.max(...names.map((name) => name.length));
  const rows = Object.entries(COMMANDS).map(([name, { summary }]) =>
    line(`  ${name.padEnd(width)}  ${summary}`),
  );
  return [
    line('Usage: alloyup <command> [options]     (alloyup <command> --help tells more)'),
    line('Brings Debian and Ubuntu hosts to a running, proven Grafana Alloy.\n'),
    ...rows,
    line('\nExit codes: 0 done, 1 some host is in trouble, 2 changes found (with'),
    line('--detailed-exitcode), 64 refused before anything was touched, 70 a bug, 130'),
    line('interrupted. Variables ALLOYUP_FORKS=8 and so on stand for options.'),
  ].join('');
}

/** `alloyup COMMAND --help`: on one screen, the options that are the command's own before shared ones. */
export function commandHelp(name: string, spec: CommandSpec): string {
  const { args, summary, options, examples } = spec;
  const head = [
    line(
      `Usage: alloyup ${name}${args === '' ? '' : ` ${args}`}${options.length > 0 ? ' [options]' : ''}\n`,
    ),
    line(`${summary[0]!.toUpperCase()}${summary.slice(1)}.`),
  ].join('');
  const foot = `\nExamples:\n${exampleLines(examples)}`;
  const room = ROWS - rowsOf(head) - rowsOf(foot) - 1;
  const ordered = [
    ...options.filter((key) => !SHARED.includes(key)),
    ...SHARED.filter((key) => options.includes(key)),
  ];
  // the more of them stand in the list, the shorter the line of the others
  for (let shown = ordered.length; shown >= 0; shown -= 1) {
    const rest = ordered.slice(shown);
    const text = optionLines(ordered.slice(0, shown)) + alsoLine(rest);
    if (rowsOf(text) <= room || shown === 0) return `${head}\n${text}${foot}`;
  }
  return head;
}

/** `alloyup help options`. */
export const optionsHelp = (): string =>
  `${line('Options that many commands take:')}${optionLines(SHARED)}`;

const rowsOf = (text: string): number => text.split('\n').length - 1;

const optionLines = (keys: readonly OptionName[]): string => {
  const width = Math.max(0, ...keys.map((key) => OPTIONS[key].flags.length));
  return keys
    .map((key) => {
      const { flags, help } = OPTIONS[key];
      return line(`  ${flags.padEnd(width)}  ${wrap(help, WIDTH, width + 4, width + 4)}`);
    })
    .join('');
};

const alsoLine = (keys: readonly OptionName[]): string =>
  keys.length === 0
    ? ''
    : line(
        `  ${wrap(`Also ${keys.map((key) => shortestFlag(key)).join(', ')}; see: alloyup help options`, WIDTH, 2, 2)}`,
      );

const shortestFlag = (key: OptionName): string =>
  /^-\w/.exec(OPTIONS[key].flags)?.[0] ?? longFlag(OPTIONS[key]);

/** The meaning beside the line: in a column where all of them fit so, else behind it, else below. */
function exampleLines(examples: CommandSpec['examples']): string {
  const width = Math.max(...examples.map(([written]) => written.length));
  const column = examples.every(([, meaning]) => width + meaning.length + 4 <= WIDTH);
  return examples
    .map(([written, meaning]) => {
      if (column) return line(`  ${written.padEnd(width)}  ${meaning}`);
      const behind = `  ${written}  # ${meaning}`;
      return line(behind.length <= WIDTH ? behind : `  ${written}\n      ${meaning}`);
    })
    .join('');
}
