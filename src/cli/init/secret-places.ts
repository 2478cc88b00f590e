import { existsSync } from 'node:fs';
import { basename, dirname, relative, resolve } from 'node:path';
import { Secret } from '../../model/secret.ts';
import type { SecretRef } from '../../model/secret-ref.ts';
import { say } from '../../report/printable.ts';
import { besideInventory } from '../../sources/directories.ts';
import { resolveSecrets } from '../../sources/secret-values.ts';
import type { NewFile } from '../files/write-files.ts';
import { askSecret } from '../terminal/ask.ts';
import type { Terminal } from '../terminal/terminal.ts';
import type { Answers } from './question.ts';

/** The places of all secrets, each once: `env:NAME`, `file:PATH`. */
export const secretPlaces = (answers: Answers): readonly string[] => [
  ...new Set(
    Object.entries(answers).flatMap(([id, answer]) =>
      /_(password|token|dsn)$|^sudoPassword$/.test(id) ? answer : [],
    ),
  ),
];

export const besideFile = (path: string, inventory: string): string =>
  resolve(besideInventory(path, dirname(inventory)));

/** Relative to this directory, if it is below it. */
export const shortPath = (path: string): string => {
  const short = relative('.', path);
  return short.startsWith('..') ? path : short;
};

export const isEmpty = (secret: Secret): boolean => secret.sha256() === new Secret('').sha256();

/** The secret stored at a place; null: there is none, or it cannot be read. */
export async function secretAt(
  place: string,
  inventory: string,
  terminal: Terminal,
): Promise<Secret | null> {
  const at = { file: inventory, line: 1, column: 1 };
  const rest = place.replace(/^(env|file):/, '');
  const ref: SecretRef = place.startsWith('env:')
    ? { kind: 'env', name: rest, at }
    : { kind: 'file', path: rest, at };
  const read = await resolveSecrets([ref], {
    base: dirname(inventory),
    env: terminal.env,
    timeoutMs: 10_000,
  });
  return read.ok ? (read.value.secrets.get(place) ?? null) : null;
}

/** Asks for the secrets of files that do not exist yet, unless they have been typed. */
export async function askSecrets(
  places: readonly string[],
  inventory: string,
  typed: ReadonlyMap<string, Secret>,
): Promise<readonly NewFile[]> {
  const files: NewFile[] = [];
  for (const place of places) {
    if (!place.startsWith('file:')) continue;
    const path = besideFile(place.slice('file:'.length), inventory);
    if (existsSync(path)) continue;
    const content =
      typed.get(place) ??
      (await askSecret(say`Secret for ${basename(path)} (empty: write the file later):`));
    if (!isEmpty(content)) files.push({ path, content, mode: 0o600 });
  }
  return files;
}
