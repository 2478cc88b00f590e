import { Secret } from '../model/secret.ts';

/** What the kernel takes of one variable: `NAME=VALUE` and a zero byte (MAX_ARG_STRLEN). */
const MOST_BYTES = 131_072;

/**
 * What of a value keeps the service from starting, in words; null: the service gets it byte for byte.
 * For a code point that Unicode will never make a character systemd refuses the whole file and writes
 * the value into the journal (seen with 252); control characters it takes.
 */
export function unsayable(name: string, value: string | Secret): string | null {
  const text = value instanceof Secret ? value.reveal() : value;
  if (Buffer.byteLength(`${name}=${text}`) >= MOST_BYTES) return 'more than 128 KiB';
  const bad = UNSAYABLE.exec(text)?.[0];
  if (bad === undefined) return null;
  return `the character U+${bad.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;
}

const UNSAYABLE = /[\0\p{Noncharacter_Code_Point}]/u;
