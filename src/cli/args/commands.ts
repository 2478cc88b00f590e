import type { Verb } from '../../model/event.ts';
import type { Command, OptionName } from './option-table.ts';

export interface CommandSpec {
  /** As commander reads it: "<host>", "[files...]". */
  readonly args: string;
  /** What an argument may be. */
  readonly choices?: Readonly<Record<string, readonly string[]>>;
  readonly summary: string;
  readonly options: readonly OptionName[];
  readonly examples: readonly (readonly [line: string, meaning: string])[];
  /** Loads this command's module only: `--help` and `fmt` need no SSH. */
  load(): Promise<Command>;
}

const INVENTORY = ['inventory', 'limit', 'user', 'identity', 'template', 'var'] as const;
const PRINT = ['output', 'color', 'quiet', 'verbose'] as const;
const CONNECT = [...INVENTORY, 'askSudoPassword', 'forks', 'connectTimeout', 'timeout'] as const;
const REPORTS = [...PRINT, 'log', 'junit', 'html'] as const;
const CHANGE = ['yes', 'watch', 'lockTimeout'] as const;
const ROLLOUT = ['canary', 'serial', 'maxFail', 'pause'] as const;

const running = (verb: Verb) => async (): Promise<Command> => {
  const { runHosts } = await import('../runs/run-hosts.ts');
  return (invocation) => runHosts(verb, invocation);
};

/** Every command, in the order of the help. */
export const COMMANDS = {
  init: {
    args: '',
    summary: 'create an inventory interactively and try it out',
    options: ['inventory', 'answers', 'edit', 'from', 'color'],
    examples: [
      ['alloyup init', 'from an empty directory to a first plan'],
      ['alloyup init --edit', 'add hosts to an existing inventory'],
      ['alloyup init --from web-01', 'import a manually configured host'],
      ['alloyup init --answers answers.yaml', 'without prompts'],
    ],
    load: async () => (await import('../commands/init.ts')).init,
  },
  plan: {
    args: '',
    summary: 'show what would change, with diffs; changes nothing',
    options: [
      ...CONNECT,
      'shard',
      ...ROLLOUT,
      'adopt',
      'retry',
      'detailedExitcode',
      ...REPORTS,
      'out',
      'diff',
      'queue',
    ],
    examples: [
      ['alloyup plan -l "web*"', 'what apply would change on the web hosts'],
      ['alloyup plan -i web-01, --template linux-host', 'without an inventory file'],
      ['alloyup plan --out plan.json', 'once approved: alloyup apply plan.json'],
    ],
    load: running('plan'),
  },
  apply: {
    args: '[plan]',
    summary: 'plan, confirm, apply the changes and verify the result',
    options: [
      ...CONNECT,
      'shard',
      ...ROLLOUT,
      'adopt',
      'rollback',
      'retry',
      'attach',
      ...CHANGE,
      ...REPORTS,
      'diff',
      'queue',
    ],
    examples: [
      ['alloyup apply', 'shows the plan and asks for confirmation'],
      ['alloyup apply --yes --junit report.xml --html run.html', 'in CI'],
      ['alloyup apply --canary 1 --serial 10%,50%', 'one host first, the others in waves'],
      ['alloyup apply plan.json', 'a saved plan; refused if anything has changed since'],
      ['alloyup apply --retry last', 'only the hosts the last apply did not finish'],
    ],
    load: running('apply'),
  },
  status: {
    args: '',
    summary: 'show what each host runs and whether it is up to date',
    options: [...CONNECT, 'shard', 'follow', 'detailedExitcode', ...REPORTS, 'queue'],
    examples: [
      ['alloyup status -l prod', 'the hosts of one group'],
      ['alloyup status --watch', 'a table that stays current; q ends it'],
    ],
    load: async () => {
      const once = await running('status')();
      return async (invocation) => {
        if (invocation.options.follow === null) return once(invocation);
        const { watchHosts } = await import('../runs/watch-hosts.ts');
        return watchHosts(invocation);
      };
    },
  },
  rollback: {
    args: '',
    summary: 'return hosts to their state before a run',
    options: [...CONNECT, 'shard', ...CHANGE, 'run', ...REPORTS, 'queue', 'attach'],
    examples: [['alloyup rollback -l web-03', "undo one host's newest run"]],
    load: running('rollback'),
  },
  remove: {
    args: '',
    summary: 'remove Alloy from hosts',
    options: [...CONNECT, 'shard', ...CHANGE, 'purge', ...REPORTS, 'diff'],
    examples: [['alloyup remove -l web-03 --purge', 'including its data and user']],
    load: running('remove'),
  },
  trust: {
    args: '[hosts...]',
    summary: 'show unknown host keys and record them after confirmation',
    options: [...INVENTORY, 'forks', 'connectTimeout', 'yes', ...PRINT],
    examples: [
      ['alloyup trust', 'all hosts in one table'],
      ['alloyup trust web-01 web-02 --yes', 'in a script, on a network you trust'],
    ],
    load: async () => (await import('../commands/trust.ts')).trust,
  },
  hosts: {
    args: '',
    summary: 'list the hosts in the inventory',
    options: [...INVENTORY, 'shard', ...PRINT],
    examples: [['alloyup hosts -l "web*:!web-03"', 'try out a pattern']],
    load: async () => (await import('../commands/hosts.ts')).hosts,
  },
  inventory: {
    args: '<action> <file>',
    choices: { action: ['import'] },
    summary: 'convert an Ansible inventory or a list of hosts',
    options: ['out', 'force', 'color', 'quiet'],
    examples: [
      ['alloyup inventory import hosts.ini -o inventory.yaml', 'INI, YAML, JSON or a script'],
      ['printf "web-01\\nops@web-02:2222\\n" | alloyup inventory import -', 'a list of hosts'],
    ],
    load: async () => (await import('../commands/inventory.ts')).inventory,
  },
  render: {
    args: '<host>',
    summary: "print a host's configuration and environment",
    options: [...INVENTORY, 'root', ...PRINT],
    examples: [['alloyup render web-01', 'secrets are masked']],
    load: async () => (await import('../commands/render.ts')).render,
  },
  graph: {
    args: '[host-or-files...]',
    summary: 'draw what a host or a file consists of, and what flows where',
    options: [
      ...(['graphFormat', 'out', 'live', 'interval', 'rewrite', 'alloyVersion', 'root'] as const),
      ...([...INVENTORY, 'askSudoPassword', 'forks', 'connectTimeout', 'color', 'quiet'] as const),
    ],
    examples: [
      ['alloyup graph config.alloy -o config.svg', 'a picture of a file'],
      ['alloyup graph web-01 -o web-01.html', 'a page; modules open and close'],
      ['alloyup graph web-01 --format mermaid', 'for a Markdown page'],
      ['alloyup graph /etc/alloy/ --format dot', 'a directory, as one configuration'],
      ['alloyup graph -l web --live -o web.html', 'what a group collects and sends'],
    ],
    load: async () => (await import('../commands/graph.ts')).graph,
  },
  templates: {
    args: '[action] [name]',
    choices: { action: ['show'] },
    summary: 'list the built-in templates and fragments, or show one',
    options: ['output', 'color', 'quiet'],
    examples: [
      ['alloyup templates', 'one line each'],
      ['alloyup templates show linux-host', 'its parameters and an example'],
    ],
    load: async () => (await import('../commands/templates.ts')).templates,
  },
  validate: {
    args: '[files...]',
    summary: 'check Alloy files, or the inventory and all it renders; offline',
    options: [...INVENTORY, 'shard', 'strict', 'alloyVersion', 'exact', 'root', 'sarif', ...PRINT],
    examples: [
      ['alloyup validate a.alloy b.alloy', 'two files, each a configuration of its own'],
      ['alloyup validate /etc/alloy/', 'the *.alloy files of a directory, as one configuration'],
      ['alloyup validate --alloy-version 1.17.0 config.alloy', 'for that version of Alloy'],
      ['alloyup validate --strict', 'the whole inventory, in a pull request'],
      ['alloyup validate --sarif alloyup.sarif', 'and writes a file for code scanning'],
      ['alloyup validate --exact', "and asks the pinned version's own alloy validate"],
    ],
    load: async () => (await import('../commands/validate.ts')).validate,
  },
  'upgrade-notes': {
    args: '<from> <to> [files...]',
    summary: 'list what an upgrade of Alloy changes; offline',
    options: [...INVENTORY, ...PRINT],
    examples: [
      ['alloyup upgrade-notes 1.17.0 1.18.1 config.alloy', 'for one file'],
      ['alloyup upgrade-notes 1.17.0 1.18.1', 'for all that the inventory renders'],
    ],
    load: async () => (await import('../commands/upgrade-notes.ts')).upgradeNotesOf,
  },
  fmt: {
    args: '<files...>',
    summary: 'format Alloy files; "-" reads stdin',
    options: ['write', 'test', 'exact', 'alloyVersion', 'inventory', 'limit', 'color', 'quiet'],
    examples: [
      ['alloyup fmt -w templates/', 'every *.alloy file below a directory, in place'],
      ['alloyup fmt -t config.alloy', 'exit 1 if it is not formatted'],
    ],
    load: async () => (await import('../commands/fmt.ts')).fmt,
  },
  runs: {
    args: '[action] [run]',
    choices: { action: ['show'] },
    summary: 'list saved runs, or show one',
    options: [...PRINT, 'diff'],
    examples: [
      ['alloyup runs', 'newest last'],
      ['alloyup runs show 3f9a', 'part of the ID is enough'],
    ],
    load: async () => (await import('../commands/runs.ts')).runs,
  },
  report: {
    args: '<run>',
    summary: 'print a saved run: text, JSON, NDJSON, JUnit, Markdown or HTML',
    options: ['format', 'color', 'quiet', 'verbose', 'diff'],
    examples: [
      ['alloyup report 3f9a --format junit > report.xml', 'for a CI system'],
      ['alloyup report last --format html > run.html', 'for the browser'],
    ],
    load: async () => (await import('../commands/report.ts')).report,
  },
  doctor: {
    args: '',
    summary: 'find problems on this machine, in the inventory and on hosts',
    options: [...INVENTORY, 'hosts', 'askSudoPassword', 'forks', 'connectTimeout', ...PRINT],
    examples: [
      ['alloyup doctor', 'every check; changes nothing'],
      ['alloyup doctor --no-hosts --output json', 'without logging in, for scripts'],
    ],
    load: async () => (await import('../commands/doctor.ts')).doctor,
  },
  worker: {
    args: '',
    summary: 'work on hosts for plan, apply, status and rollback --queue',
    options: [
      'inventory',
      'user',
      'identity',
      'template',
      'var',
      'queue',
      'concurrency',
      'color',
      'quiet',
    ],
    examples: [
      ['alloyup worker --queue redis://redis.example.com', 'until it is stopped'],
      ['alloyup worker --concurrency 64', 'with ALLOYUP_QUEUE in the environment'],
    ],
    load: async () => (await import('../commands/worker.ts')).worker,
  },
  queue: {
    args: '<action>',
    choices: { action: ['status'] },
    summary: 'show what waits, runs and has failed in a queue',
    options: ['queue', 'output', 'color'],
    examples: [['alloyup queue status', 'with ALLOYUP_QUEUE in the environment']],
    load: async () => (await import('../commands/queue.ts')).queue,
  },
  completion: {
    args: '<shell>',
    choices: { shell: ['bash', 'zsh', 'fish'] },
    summary: 'print a completion script for bash, zsh or fish',
    options: [],
    examples: [
      ['source <(alloyup completion bash)', 'in ~/.bashrc; for zsh in ~/.zshrc'],
      ['alloyup completion fish | source', 'in ~/.config/fish/config.fish'],
    ],
    load: async () => (await import('../commands/completion.ts')).completion,
  },
} as const satisfies Record<string, CommandSpec>;

export const isCommand = (name: string): name is keyof typeof COMMANDS =>
  Object.hasOwn(COMMANDS, name);

/** "apply [plan] [options]"; an action is shown by its own name. */
export function usageOf(name: string, { args, choices, options }: CommandSpec): string {
  const action = choices?.action?.[0] ?? '';
  const named = args
    .replace('<action>', action)
    .replace(/\[action\] \[(\w+)\]/, `[${action} [$1]]`);
  return [name, named, options.length > 0 ? '[options]' : ''].filter(Boolean).join(' ');
}
