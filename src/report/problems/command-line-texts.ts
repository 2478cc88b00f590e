import type { CommandLineProblems } from '../../model/problems/command-line-problems.ts';
import { someNames } from '../plain.ts';
import { schemaText } from './schema-texts.ts';
import { fileFailure } from './source-texts.ts';
import { didYouMean, quoted, type Text, type Texts, text } from './texts.ts';

const READ_FOR = {
  limit: { what: 'the --limit file', hint: 'Check the path after the @' },
  plan: { what: 'the saved plan', hint: 'Create one: alloyup plan --out FILE' },
  answers: { what: 'the answers file', hint: 'Check the path given to --answers' },
} as const;

/** What the system's error codes mean for a file that is to be written. */
const UNWRITABLE: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  ENOENT: 'its directory does not exist',
  EISDIR: 'it is a directory',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'part of its path is not a directory',
};

const directoryOf = (path: string): string => path.replace(/\/?[^/]*$/, '') || '.';

const NO_TERMINAL = 'and this is not an interactive terminal';
const LIST_RUNS = 'List the runs: alloyup runs';

const noPlan = (message: string): Text => text`${message}
  ${READ_FOR.plan.hint}`;
const noRun = (message: string, host: string): Text => text`${message}
  List its runs: ssh ${host} sudo ls /var/lib/alloyup/runs`;

export const commandLineTexts: Texts<CommandLineProblems> = {
  bug: {
    unexpected: ({ said, file }) => text`this is a bug in alloyup, not in your files: ${said}
      ${file ? `Report it and attach ${file}` : 'Report it with the lines above'}`,
    'on-host': text`this is a bug in alloyup
      Report it with the lines below; what was started on the host finishes there by itself`,
  },
  usage: {
    'command-line': ({ said, suggestion, command }) => text`${said}
      ${didYouMean(suggestion, `Run alloyup ${command === null ? '' : `${command} `}--help`)}`,
    'options-conflict': ({ options: [one, other] }) => text`
      ${one} and ${other} cannot be used together
      Remove one of them`,
    'hosts-named-twice': text`hosts are given both as arguments and with --limit
      Use one or the other`,
    'list-option': ({ option }) => text`
      ${option} only works with a list of hosts, not with an inventory file
      Set it in the inventory, or name the hosts: -i web-01,web-02,`,
    'one-inventory': text`init writes one inventory, and several are named
      Name one file with -i, and give the others to the other commands`,
    'fmt-stdin': text`-w cannot write to stdin
      Remove -w to print the result`,
    'confirmation-needed': ({ verb }) => text`changes need confirmation, ${NO_TERMINAL}
      Review the changes with alloyup plan, then run alloyup ${verb} --yes`,
    'trust-confirmation-needed': text`host keys need confirmation, ${NO_TERMINAL}
      Run it in a terminal to compare the keys, or accept what the hosts present with --yes`,
    'wizard-needs-terminal': text`the wizard needs an interactive terminal
      Put the answers into a file and pass it with --answers: "hosts: [web-01]", "template: linux-host", "metrics_url: https://...", "logs_url: https://..."`,
    'watch-needs-terminal': ({ output }) => text`
      ${output === 'text' ? 'status --watch draws a table, and this is not a terminal' : `status --watch has no --output ${output}`}
      For a line each time something changes, use --output ndjson; for one look, remove --watch`,
    'graph-without-subject': text`nothing is named that could be drawn
      Name a host, files, or a group with -l`,
    'live-needs-hosts': text`files report nothing: --live needs hosts
      Name a host of the inventory, or a group with -l`,
    'watch-needs-file': text`graph --watch writes a file again and again, and none is named
      Name it with -o, or remove --watch`,
    'needs-live': ({ option }) => text`${option} is about what hosts report
      Add --live, or remove ${option}`,
    'sudo-password-needed': text`sudo needs a password, ${NO_TERMINAL}
      Add sudo: { password: { secret: env:SUDO_PASSWORD } } to the inventory`,
    'no-sudo-password': text`no sudo password was entered
      Run the command again`,
    'queue-url': ({ why }) => text`
      ${why === 'missing' ? 'no queue is named' : 'the queue is no URL of a Redis'}
      Name it with --queue, or with ALLOYUP_QUEUE where it holds a password: rediss://USER:PASSWORD@redis.example.com:6379`,
    'queue-key': ({ why, least }) => text`
      ${why === 'missing' ? 'ALLOYUP_QUEUE_KEY is not set' : `ALLOYUP_QUEUE_KEY is shorter than ${least} characters`}
      Create one key for the dispatcher and all workers: openssl rand -hex 32`,
    'queue-sudo': text`a sudo password that is typed does not reach workers
      Let workers read it: sudo: { password: { secret: env:SUDO_PASSWORD } }`,
    'queue-local': ({ hosts }) => text`
      ${someNames(hosts, 100)} ${hosts.length === 1 ? 'is' : 'are'} this machine for whoever looks, and so each worker's own
      Leave out hosts with ssh: { transport: local }: --limit`,
    unreadable: ({ of, path, failure }) => text`${READ_FOR[of].what} ${path} ${fileFailure(failure)}
      ${READ_FOR[of].hint}`,
    'cannot-write': ({ path, code, said }) => text`
      ${path} cannot be written: ${UNWRITABLE[code ?? ''] ?? said}
      ${code === 'ENOENT' ? `Create its directory: mkdir -p ${directoryOf(path)}` : 'Choose another path, or check its permissions'}`,
    'file-exists': ({ path }) => text`${path} already exists
      Choose another path, or replace it with --force`,
    'nothing-written': ({ said }) => text`nothing was written: ${said}
      Fix that and run alloyup init again`,
    'not-an-upgrade': ({ from, to }) => text`${from} to ${to} is not an upgrade of Alloy
      Name the version that runs and the newer one, such as 1.17.0 1.18.1`,
    'alloy-file': ({ path, why, said }) =>
      ({
        missing: text`${path} does not exist
          Check the path`,
        outside: text`${path} is a link out of ${said}
          Name the file that it leads to`,
        forbidden: text`${path} cannot be read: permission denied
          Check its permissions: ls -l ${path}`,
        'no-files': text`${path} contains no *.alloy files
          Name the files`,
        'too-big': text`${path} is too large for an Alloy configuration (${said})
          Name another file`,
        failed: text`${path} cannot be read: ${said}
          Name another file`,
      })[why],
    'unknown-template': ({ name, meant, known }) => text`
      ${name === '' ? 'no template is named' : `there is no built-in template or fragment "${name}"`}
      ${didYouMean(meant && quoted(meant), `Use one of ${known.join(', ')}`)}`,
    'unknown-host': ({ name, nearest }) => text`the inventory has no host "${name}"
      ${didYouMean(nearest && quoted(nearest), 'List the hosts: alloyup hosts')}`,
    'plan-of-shard': ({ saved, given }) => text`the plan was saved for shard ${saved}, not ${given}
      Name the plan that was saved with --shard ${given}`,
    'no-run-logged': ({ verb }) => text`no ${verb ?? 'run'} has been logged on this machine
      Pass the path of another machine's log`,
    'unknown-run': ({ run, nearest }) => text`no run "${run}" has been logged on this machine
      ${didYouMean(nearest, LIST_RUNS)}`,
    'ambiguous-run': ({ run, matches }) => text`"${run}" matches ${matches.length} runs
      Use a longer part of the ID, such as ${matches[0]!}`,
    'run-log-damaged': ({ path, line, where }) => text`
      ${path}, line ${line}, is damaged: ${where ? `${where} is not what alloyup writes there` : 'it is no event of a run'}
      Restore the log from a copy, or remove the line: what follows from it is not shown then`,
    'run-log-version': ({ path, line, version }) => text`
      ${path} was written by another version of alloyup (${version}), and this one cannot read line ${line}
      Show it with that version: alloyup report FILE`,
    'not-a-run-log': ({ path }) => text`${path} is not a run log
      ${LIST_RUNS}`,
    'inventory-exists': ({ path }) => text`${path} already exists
      Change it with alloyup init --edit, or write another file with -i FILE`,
    'no-inventory-to-edit': ({ path }) => text`${path} does not exist, so there is nothing to edit
      Remove --edit, or name an existing inventory with -i`,
    'not-an-inventory-path': ({ path }) => text`an inventory cannot be written to ${path}
      Name a file: -i inventory.yaml`,
    'import-one-host': ({ hosts }) => text`--from takes one host, not ${hosts}
      Name a single host`,
    'answers-syntax': ({ path, said }) => text`${path} is not valid YAML: ${said}
      Fix the file`,
    'no-answers': ({ path }) => text`${path} contains no answers
      Write one answer per line, such as template: linux-host`,
    'answer-missing': ({ path, id, question, example }) => text`
      ${path} has no answer for ${id}: ${question}
      Add a line such as ${id}: ${example}`,
    'answer-invalid': ({ path, id, value, said, example }) => text`
      ${path}: ${id} cannot be ${value}: ${said}
      Write it like this: ${id}: ${example}`,
    'answer-unused': ({ path, id, nearest, known }) => text`${path}: there is no question ${id}
      ${didYouMean(nearest, `Remove it; the questions were ${known.join(', ')}`)}`,
    'invalid-flag-value': ({ flag, mistake }) => schemaText(flag, mistake),
    'sudo-password-missing': text`a sudo password is needed, and there is none
      Run it in a terminal, or set sudo: { password: { secret: env:SUDO_PASSWORD } }`,
    'var-without-value': ({ variable }) => text`--var ${variable} has no value
      Write --var KEY=VALUE`,
    'plan-not-json': ({ file }) => noPlan(`${file} is not a saved plan: it is not JSON`),
    'not-a-plan': ({ file }) => noPlan(`${file} is not a saved plan`),
    'plan-version': ({ file, version }) => text`
      ${file} was saved by another version of alloyup (${version})
      Plan again with the version that applies it: alloyup plan --out FILE`,
    'plan-edited': ({ file }) => noPlan(`${file} was changed after it was saved`),
    'plan-damaged': ({ file, where }) =>
      noPlan(`${file} is damaged: ${where} is not what alloyup writes there`),
  },
  'run.missing': {
    none: (_, host) => noRun('no run on the host can be rolled back', host),
    'not-found': ({ run }, host) => noRun(`there is no run ${run} to roll back to`, host),
  },
};
