import { DEFAULT_LAB } from './names.ts';

export interface Arguments {
  readonly verb: string | undefined;
  readonly name: string;
  readonly suite: string;
  readonly words: readonly string[];
}

/**
 * Parses the arguments of `npm run lab -- ...`. Everything after `--`, or after the host of `ssh`, belongs
 * to another command and is passed on unchanged.
 *
 * @throws Error for an unknown flag, or one without its value.
 */
export function readArguments(argv: readonly string[]): Arguments {
  const flags: Record<string, string> = { '--name': DEFAULT_LAB, '--suite': 'bookworm' };
  const words: string[] = [];
  for (let index = 0; index < argv.length; index += 1) {
    const word = argv[index]!;
    const theirs = words[0] === 'ssh' && words.length > 2;
    if (word === '--' || theirs) {
      words.push(...argv.slice(word === '--' ? index + 1 : index));
      break;
    }
    if (!word.startsWith('--')) words.push(word);
    else {
      const value = argv[index + 1];
      if (!(word in flags)) throw new Error(`unknown flag ${word}`);
      if (value === undefined) throw new Error(`${word} needs a value`);
      flags[word] = value;
      index += 1;
    }
  }
  const [verb, ...rest] = words;
  return { verb, name: flags['--name']!, suite: flags['--suite']!, words: rest };
}
