import type { CommandLineProblem } from '../../model/problems/command-line-problems.ts';
import { fileFailure } from './file-texts.ts';
import type { Texts } from './texts.ts';

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

export const commandLineTexts: Texts<{ usage: CommandLineProblem }>['usage'] = {
  'command-line': ({ said, suggestion, command }) => ({
    message: said,
    hint:
      suggestion === null
        ? `Run alloyup ${command === null ? '' : `${command} `}--help`
        : `Did you mean ${suggestion}?`,
  }),
  'options-conflict': ({ options: [one, other] }) => ({
    message: `${one} and ${other} cannot be used together`,
    hint: 'Remove one of them',
  }),
  'hosts-named-twice': () => ({
    message: 'hosts are given both as arguments and with --limit',
    hint: 'Use one or the other',
  }),
  'list-option': ({ option }) => ({
    message: `${option} only works with a list of hosts, not with an inventory file`,
    hint: 'Set it in the inventory, or name the hosts: -i web-01,web-02,',
  }),
  'fmt-stdin': () => ({
    message: '-w cannot write to stdin',
    hint: 'Remove -w to print the result',
  }),
  'confirmation-needed': ({ verb }) => ({
    message: 'changes need confirmation, and this is not an interactive terminal',
    hint: `Review the changes with alloyup plan, then run alloyup ${verb} --yes`,
  }),
  'trust-confirmation-needed': () => ({
    message: 'host keys need confirmation, and this is not an interactive terminal',
    hint: 'Run it in a terminal to compare the keys, or accept what the hosts present with --yes',
  }),
  'wizard-needs-terminal': () => ({
    message: 'the wizard needs an interactive terminal',
    hint: 'Put the answers into a file and pass it with --answers: "hosts: [web-01]", "template: linux-host", "metrics_url: https://...", "logs_url: https://..."',
  }),
  'sudo-password-needed': () => ({
    message: 'sudo needs a password, and this is not an interactive terminal',
    hint: 'Add sudo: { password: { secret: env:SUDO_PASSWORD } } to the inventory',
  }),
  'no-sudo-password': () => ({
    message: 'no sudo password was entered',
    hint: 'Run the command again',
  }),
  unreadable: ({ of, path, failure }) => ({
    message: `${READ_FOR[of].what} ${path} ${fileFailure(failure)}`,
    hint: READ_FOR[of].hint,
  }),
  'cannot-write': ({ path, code, said }) => ({
    message: `${path} cannot be written: ${UNWRITABLE[code ?? ''] ?? said}`,
    hint:
      code === 'ENOENT'
        ? `Create its directory: mkdir -p ${directoryOf(path)}`
        : 'Choose another path, or check its permissions',
  }),
  'file-exists': ({ path }) => ({
    message: `${path} already exists`,
    hint: 'Choose another path, or replace it with --force',
  }),
  'nothing-written': ({ said }) => ({
    message: `nothing was written: ${said}`,
    hint: 'Fix that and run alloyup init again',
  }),
  'alloy-file': ({ path, why, said }) => {
    switch (why) {
      case 'missing':
        return { message: `${path} does not exist`, hint: 'Check the path' };
      case 'forbidden':
        return {
          message: `${path} cannot be read: permission denied`,
          hint: `Check its permissions: ls -l ${path}`,
        };
      case 'no-files':
        return { message: `${path} contains no *.alloy files`, hint: 'Name the files' };
      case 'too-big':
        return {
          message: `${path} is too large for an Alloy configuration (${said})`,
          hint: 'Name another file',
        };
      case 'failed':
        return { message: `${path} cannot be read: ${said}`, hint: 'Name another file' };
    }
  },
  'unknown-host': ({ name, nearest }) => ({
    message: `the inventory has no host "${name}"`,
    hint: nearest === null ? 'List the hosts: alloyup hosts' : `Did you mean "${nearest}"?`,
  }),
  'no-run-logged': ({ verb }) => ({
    message: `no ${verb ?? 'run'} has been logged on this machine`,
    hint: "Pass the path of another machine's log",
  }),
  'unknown-run': ({ run, nearest }) => ({
    message: `no run "${run}" has been logged on this machine`,
    hint: nearest === null ? 'List the runs: alloyup runs' : `Did you mean ${nearest}?`,
  }),
  'ambiguous-run': ({ run, matches }) => ({
    message: `"${run}" matches ${matches.length} runs`,
    hint: `Use a longer part of the ID, such as ${matches[0]}`,
  }),
  'not-a-run-log': ({ path }) => ({
    message: `${path} is not a run log`,
    hint: 'List the runs: alloyup runs',
  }),
  'inventory-exists': ({ path }) => ({
    message: `${path} already exists`,
    hint: 'Change it with alloyup init --edit, or write another file with -i FILE',
  }),
  'no-inventory-to-edit': ({ path }) => ({
    message: `${path} does not exist, so there is nothing to edit`,
    hint: 'Remove --edit, or name an existing inventory with -i',
  }),
  'not-an-inventory-path': ({ path }) => ({
    message: `an inventory cannot be written to ${path}`,
    hint: 'Name a file: -i inventory.yaml',
  }),
  'import-one-host': ({ hosts }) => ({
    message: `--from takes one host, not ${hosts}`,
    hint: 'Name a single host',
  }),
  'answers-syntax': ({ path, said }) => ({
    message: `${path} is not valid YAML: ${said}`,
    hint: 'Fix the file',
  }),
  'no-answers': ({ path }) => ({
    message: `${path} contains no answers`,
    hint: 'Write one answer per line, such as template: linux-host',
  }),
  'answer-missing': ({ path, id, question, example }) => ({
    message: `${path} has no answer for ${id}: ${question}`,
    hint: `Add a line such as ${id}: ${example}`,
  }),
  'answer-invalid': ({ path, id, value, said, example }) => ({
    message: `${path}: ${id} cannot be ${value}: ${said}`,
    hint: `Write it like this: ${id}: ${example}`,
  }),
  'answer-unused': ({ path, id, nearest, known }) => ({
    message: `${path}: there is no question ${id}`,
    hint:
      nearest === null
        ? `Remove it; the questions were ${known.join(', ')}`
        : `Did you mean ${nearest}?`,
  }),
};
