import type {
  FileFailure,
  InventoryFileProblem,
  ProgramFailure,
} from '../../model/problems/file-problems.ts';
import type { Text } from './texts.ts';

/** Predicate of a sentence about the file. */
export function fileFailure(failure: FileFailure): string {
  switch (failure.kind) {
    case 'missing':
      return 'does not exist';
    case 'directory':
      return 'is a directory';
    case 'forbidden':
      return 'cannot be read: permission denied';
    case 'special':
      return 'is not a regular file';
    case 'not-text':
      return 'is not UTF-8 text';
    case 'too-big':
      return `is larger than ${failure.maxBytes >> 10} KiB`;
    case 'failed':
      return `cannot be read: ${failure.said}`;
  }
}

/** What to do about a file of text that the inventory names. */
export const fileHint = ({ kind }: FileFailure): string =>
  kind === 'missing'
    ? 'Fix the path: relative paths start at the directory of the inventory'
    : kind === 'too-big' || kind === 'not-text'
      ? 'Copy such files to the hosts by other means: this is for text of up to 1 MiB'
      : 'Name a file that you can read';

export function programFailure(failure: ProgramFailure): string {
  switch (failure.kind) {
    case 'not-found':
      return 'not found';
    case 'not-executable':
      return 'not executable';
    case 'timeout':
      return `no answer within ${failure.seconds} s`;
    case 'too-much':
      return `more than ${failure.maxBytes >> 20} MiB of output`;
    case 'signal':
      return `killed by ${failure.signal}`;
    case 'exit':
      return `exit code ${failure.exitCode}`;
    case 'failed':
      return failure.said;
  }
}

/** A word of a command that is pasted into a shell. */
const shellWord = (word: string): string =>
  /^[\w./:@%+=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

function inventoryHint(path: string, { kind }: FileFailure, meant: string | null): string {
  switch (kind) {
    case 'missing':
      return meant
        ? `Did you mean ${meant}?`
        : 'Write one with alloyup init, or name the hosts: -i web-01,web-02,';
    case 'directory':
      return `Name a file${meant ? ` in it: -i ${shellWord(meant)}` : ''}`;
    case 'forbidden':
      return `Check its permissions: ls -l ${shellWord(path)}`;
    case 'not-text':
      return `Check what it is: file ${shellWord(path)}`;
    default:
      return 'Name a YAML file: -i FILE';
  }
}

type InventoryFileTexts = {
  readonly [R in InventoryFileProblem['reason']]: (
    params: Extract<InventoryFileProblem, { reason: R }>,
  ) => Text;
};

export const inventoryFileTexts: InventoryFileTexts = {
  'endless-stdin': () => ({
    message: 'the inventory on stdin is larger than 16 MiB',
    hint: 'Pipe a smaller inventory into it',
  }),
  'stdin-not-text': () => ({
    message: 'the inventory on stdin is not UTF-8 text',
    hint: 'Convert it: iconv -t UTF-8',
  }),
  'empty-stdin': () => ({
    message: 'there is no inventory on stdin',
    hint: 'Pipe one into it, or name a file: -i FILE',
  }),
  'unreadable-inventory': ({ path, failure, meant }) => ({
    message: `the inventory ${path} ${fileFailure(failure)}`,
    hint: inventoryHint(path, failure, meant),
  }),
  'unreadable-file': ({ path, failure }) => ({
    message: `the file ${path} ${fileFailure(failure)}`,
    hint: fileHint(failure),
  }),
  'variables-unreadable': ({ file, failure }) => ({
    message: `${file} ${fileFailure(failure)}`,
    hint: 'Fix the file, or let Ansible read it: ansible-inventory -i INVENTORY --list | alloyup inventory import -',
  }),
  program: ({ path }) => ({
    message: `${path} is a program, and validate runs no programs`,
    hint: `Run it and check what it prints: ${shellWord(path)} | alloyup validate -i -`,
  }),
  'not-executable': ({ path }) => ({
    message: `${path} starts with #! but is not executable`,
    hint: `Run chmod +x ${shellWord(path)}, or remove the first line`,
  }),
  'world-writable': ({ path }) => ({
    message: `${path} is a program that every user of this machine can change`,
    hint: `Review it, then: chmod o-w ${shellWord(path)}`,
  }),
  'program-failed': ({ path, failure }) => ({
    message: `the inventory program ${path} failed: ${programFailure(failure)}`,
    hint: `Run it to see why: ${shellWord(path)}`,
  }),
  'program-silent': ({ path }) => ({
    message: `the inventory program ${path} printed nothing`,
    hint: `Run it to see why: ${shellWord(path)}`,
  }),
};
