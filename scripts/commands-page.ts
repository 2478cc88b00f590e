import { COMMANDS, type CommandSpec } from '../src/cli/args/commands.ts';
import { SHARED } from '../src/cli/args/help.ts';
import {
  GROUPS,
  longFlag,
  OPTIONS,
  type OptionName,
  type OptionSpec,
  variableOf,
} from '../src/cli/args/options.ts';
import { wrap } from '../src/report/plain.ts';

/** What a program that calls alloyup may rely on. */
export const EXIT_CODES = `| code | meaning |
|---|---|
| 0 | done, or nothing to do |
| 1 | some host is in trouble: failed, unreachable, rolled back, drifted, locked, or not known |
| 2 | \`plan\` or \`status\` with \`--detailed-exitcode\` found something to change |
| 64 | usage, inventory, template or configuration is wrong; nothing was touched |
| 70 | a bug in alloyup |
| 130 | interrupted; what was begun on a host is finished or undone there |
`;

/** Columns of a line of the page. */
const WIDTH = 118;

const HEAD = `# Commands

<!-- Made by scripts/docs-commands.ts from src/cli/commands.ts and src/cli/options.ts: edit the words there. -->

\`alloyup COMMAND --help\` prints the same on one screen. Options that many commands take are explained once,
under [options](#options). What a word of the command line does not say, a variable of the environment may: \`ALLOYUP_FORKS=8\`
is \`--forks 8\`; the word wins.
`;

const OPTIONS_HEAD = `## Options

Which of these a command takes stands with the command.
`;

/** docs/commands.md. */
export function commandsPage(): string {
  const names = Object.keys(COMMANDS);
  const list = names.map((name) => `[${name}](#alloyup-${name})`).join(' · ');
  const commands = Object.entries(COMMANDS).map(([name, spec]) => commandSection(name, spec));
  const groups = GROUPS.flatMap((group) => {
    const keys = SHARED.filter((key) => OPTIONS[key].group === group);
    return keys.length === 0 ? [] : [`### ${group.replace(/:$/, '')}\n\n${table(keys)}`];
  });
  const exits = `## Exit codes\n\n${EXIT_CODES}`;
  return [HEAD, `${wrap(list, WIDTH, 0)}\n`, ...commands, OPTIONS_HEAD, ...groups, exits].join(
    '\n',
  );
}

function commandSection(name: string, spec: CommandSpec): string {
  const { args, summary, options, examples } = spec;
  const line = ['alloyup', name, args, options.length > 0 ? '[options]' : ''].filter(Boolean);
  const own = options.filter((key) => !SHARED.includes(key));
  const shared = SHARED.filter((key) => options.includes(key));
  const also = shared.map((key) => `\`${longFlag(OPTIONS[key])}\``).join(', ');
  return [
    `## alloyup ${name}\n`,
    `${summary[0]!.toUpperCase()}${summary.slice(1)}.\n`,
    `\`\`\`text\n${line.join(' ')}\n\`\`\`\n`,
    ...(own.length > 0 ? [table(own)] : []),
    ...(shared.length > 0
      ? [wrap(`${own.length > 0 ? 'Also' : 'Options'}: ${also}.\n`, WIDTH, 0)]
      : []),
    'For example:\n',
    ...examples.map(([written, meaning]) => `- \`${written}\` – ${meaning}`),
    '',
  ].join('\n');
}

const table = (keys: readonly OptionName[]): string =>
  [
    '| option | meaning | variable |',
    '|---|---|---|',
    ...keys.map((key) => {
      const spec: OptionSpec<unknown> = OPTIONS[key];
      return `| \`${spec.flags}\` | ${spec.help.replaceAll('|', '\\|')} | \`${variableOf(longFlag(spec))}\` |`;
    }),
    '',
  ].join('\n');
