import type { Command } from './invocation.ts';
import type { OptionName } from './options.ts';

export interface CommandSpec {
  /** As commander reads it: "<host>", "[files...]". */
  readonly args: string;
  readonly summary: string;
  readonly options: readonly OptionName[];
  readonly examples: readonly (readonly [line: string, meaning: string])[];
  /** Loads the module of this command alone: `--help` and `fmt` need no SSH. */
  load(): Promise<Command>;
}

const INVENTORY = ['inventory', 'limit', 'user', 'identity', 'template', 'var'] as const;
const PRINT = ['output', 'color', 'quiet', 'verbose'] as const;
const CONNECT = [...INVENTORY, 'askSudoPassword', 'forks', 'connectTimeout', 'timeout'] as const;
const REPORTS = [...PRINT, 'log', 'junit'] as const;
const CHANGE = ['yes', 'watch', 'lockTimeout'] as const;

/** Every command there is, in the order of the help. */
export const COMMANDS = {
  init: {
    args: '',
    summary: 'ask for hosts and what to collect, try it, write the inventory',
    options: ['inventory', 'answers', 'edit', 'from', 'color'],
    examples: [
      ['alloyup init', 'from an empty folder to a first plan'],
      ['alloyup init --edit', 'add hosts to an inventory; its comments stay'],
      ['alloyup init --from web-01', 'take over a hand-made host as it is'],
      ['alloyup init --answers answers.yaml', 'the same without a question'],
    ],
    load: async () => (await import('../commands/init.ts')).init,
  },
  plan: {
    args: '',
    summary: 'show what would change, with diffs; touches nothing',
    options: [...CONNECT, 'adopt', 'retry', 'detailedExitcode', ...REPORTS, 'out', 'diff'],
    examples: [
      ['alloyup plan -l "web*"', 'what an apply would do to the web hosts'],
      ['alloyup plan -i web-01, --template linux-host', 'a first look, without any file'],
      ['alloyup plan --out plan.json', 'then, once approved: alloyup apply plan.json'],
    ],
    load: async () => (await import('../runs/run-hosts.ts')).verbCommand('plan'),
  },
  apply: {
    args: '[plan]',
    summary: 'plan, ask, bring every host to its plan, prove it',
    options: [...CONNECT, ...CHANGE, 'adopt', 'rollback', 'retry', ...REPORTS, 'diff'],
    examples: [
      ['alloyup apply', 'shows the plan and asks'],
      ['alloyup apply --yes --junit report.xml', 'in CI'],
      ['alloyup apply plan.json', 'a saved plan; refused when the world has moved'],
      ['alloyup apply --retry last', 'only the hosts that the last apply left undone'],
    ],
    load: async () => (await import('../runs/run-hosts.ts')).verbCommand('apply'),
  },
  status: {
    args: '',
    summary: 'what each host runs now, and whether it is as asked',
    options: [...CONNECT, 'detailedExitcode', ...REPORTS],
    examples: [['alloyup status -l prod', 'the hosts of one group']],
    load: async () => (await import('../runs/run-hosts.ts')).verbCommand('status'),
  },
  rollback: {
    args: '',
    summary: 'put hosts back to the state before a run',
    options: [...CONNECT, ...CHANGE, 'run', ...REPORTS],
    examples: [['alloyup rollback -l web-03', 'takes back the newest run of one host']],
    load: async () => (await import('../runs/run-hosts.ts')).verbCommand('rollback'),
  },
  remove: {
    args: '',
    summary: 'take Alloy off hosts',
    options: [...CONNECT, ...CHANGE, 'purge', ...REPORTS, 'diff'],
    examples: [['alloyup remove -l web-03 --purge', 'with its data and its user']],
    load: async () => (await import('../runs/run-hosts.ts')).verbCommand('remove'),
  },
  trust: {
    args: '[hosts...]',
    summary: 'show the host keys that nobody has met, record them after one yes',
    options: [...INVENTORY, 'forks', 'connectTimeout', 'yes', ...PRINT],
    examples: [
      ['alloyup trust', 'the whole fleet in one table'],
      ['alloyup trust web-01 web-02 --yes', 'in a script that knows the network is its own'],
    ],
    load: async () => (await import('../commands/trust.ts')).trust,
  },
  hosts: {
    args: '',
    summary: 'list the hosts of the inventory',
    options: [...INVENTORY, ...PRINT],
    examples: [['alloyup hosts -l "web*:!web-03"', 'try a pattern before it is used']],
    load: async () => (await import('../commands/hosts.ts')).hosts,
  },
  inventory: {
    args: '<words...>',
    summary: 'turn an Ansible inventory, or names of hosts on stdin, into ours',
    options: ['out', 'force', 'color', 'quiet'],
    examples: [
      ['alloyup inventory import hosts.ini -o inventory.yaml', 'INI, YAML, JSON or a program'],
      ['printf "web-01\\nops@web-02:2222\\n" | alloyup inventory import -', 'names of hosts'],
    ],
    load: async () => (await import('../commands/inventory.ts')).inventory,
  },
  render: {
    args: '<host>',
    summary: 'print the configuration and environment a host would get',
    options: [...INVENTORY, ...PRINT],
    examples: [['alloyup render web-01', 'secrets are masked']],
    load: async () => (await import('../commands/render.ts')).render,
  },
  validate: {
    args: '[files...]',
    summary: 'check Alloy files, or the whole inventory; offline',
    options: [...INVENTORY, 'strict', ...PRINT],
    examples: [
      ['alloyup validate config.alloy', 'one file'],
      ['alloyup validate --strict', 'the inventory and all that it renders, in a pull request'],
    ],
    load: async () => (await import('../commands/validate.ts')).validate,
  },
  fmt: {
    args: '<files...>',
    summary: 'print Alloy files in canonical form; "-" is stdin',
    options: ['write', 'test', 'color'],
    examples: [
      ['alloyup fmt -w templates/', 'every *.alloy below a folder, in place'],
      ['alloyup fmt -t config.alloy', 'exit 1 if it would change'],
    ],
    load: async () => (await import('../commands/fmt.ts')).fmt,
  },
  runs: {
    args: '[words...]',
    summary: 'list the saved runs; "runs show RUN" prints one',
    options: [...PRINT, 'diff'],
    examples: [
      ['alloyup runs', 'newest last'],
      ['alloyup runs show 3f9a', 'a part of the id is enough'],
    ],
    load: async () => (await import('../commands/runs.ts')).runs,
  },
  report: {
    args: '<run>',
    summary: 'print a saved run as text, json, ndjson, junit or markdown',
    options: ['format', 'color', 'quiet', 'verbose', 'diff'],
    examples: [['alloyup report 3f9a --format junit > report.xml', 'for a CI system']],
    load: async () => (await import('../commands/report.ts')).report,
  },
  doctor: {
    args: '',
    summary: 'what here, in the inventory or on the hosts would trip a run',
    options: [...INVENTORY, 'hosts', 'askSudoPassword', 'forks', 'connectTimeout', ...PRINT],
    examples: [
      ['alloyup doctor', 'all of it; changes nothing'],
      ['alloyup doctor --no-hosts --output json', 'without a login, for a program'],
    ],
    load: async () => (await import('../commands/doctor.ts')).doctor,
  },
  completion: {
    args: '<shell>',
    summary: 'print a completion script for bash, zsh or fish',
    options: [],
    examples: [
      ['source <(alloyup completion bash)', 'in ~/.bashrc; for zsh in ~/.zshrc'],
      ['alloyup completion fish | source', 'in ~/.config/fish/config.fish'],
    ],
    load: async () => (await import('../commands/completion.ts')).completion,
  },
} as const satisfies Record<string, CommandSpec>;

export type CommandName = keyof typeof COMMANDS;
