import { existsSync } from 'node:fs';
import { basename, dirname, relative, resolve } from 'node:path';
import { Secret } from '../../model/secret.ts';
import { besideInventory } from '../../sources/folders.ts';
import { resolveSecrets } from '../../sources/secrets.ts';
import { askSecret } from '../terminal/ask.ts';
import type { Terminal } from '../terminal/terminal.ts';
import type { Answers } from './question.ts';
import type { NewFile } from '../files/write-files.ts';

/** Where secrets are kept, each once: `env:NAME`, `file:PATH`. */
export const secretPlaces = (answers: Answers): readonly string[] => [
  ...new Set(
    Object.entries(answers).flatMap(([id, answer]) =>
      (/_(password|token)$/.test(id) || id === 'sudoPassword') && typeof answer === 'string'
        ? [answer]
        : [],
    ),
  ),
];

export const beside = (path: string, inventory: string): string =>
  resolve(besideInventory(path, dirname(inventory)));

/** As somebody in this folder would write it. */
export const nearby = (path: string): string => {
  const near = relative('.', path);
  return near.startsWith('..') ? path : near;
};

const NOTHING = new Secret('').sha256();

export const isEmpty = (secret: Secret): boolean => secret.sha256() === NOTHING;

const SECRET_MS = 10_000;

/** What lies at a place now; null: nothing does, or it cannot be read. */
export async function secretAt(
  place: string,
  inventory: string,
  terminal: Terminal,
): Promise<Secret | null> {
  const [, kind, rest = ''] = /^(env|file):(.*)$/s.exec(place) ?? [];
  const at = { file: inventory, line: 1, column: 1 };
  const ref =
    kind === 'env'
      ? ({ kind, name: rest, at } as const)
      : ({ kind: 'file', path: rest, at } as const);
  const read = await resolveSecrets([ref], {
    base: dirname(inventory),
    env: terminal.env,
    timeoutMs: SECRET_MS,
  });
  return read.ok ? (read.value.secrets.get(place) ?? null) : null;
}

/**
 * Asks for the secrets of files that are not there yet, unless they were typed before.
 *
 * @throws NoAnswer
 */
export async function askSecrets(
  places: readonly string[],
  inventory: string,
  typed: ReadonlyMap<string, Secret>,
  terminal: Terminal,
): Promise<readonly NewFile[]> {
  const files: NewFile[] = [];
  for (const place of places) {
    if (!place.startsWith('file:')) continue;
    const path = beside(place.slice(5), inventory);
    if (existsSync(path)) continue;
    const content =
      typed.get(place) ??
      (await askSecret(
        `The secret for ${basename(path)} (empty: you write it later):`,
        terminal,
        '',
      ));
    if (!isEmpty(content)) files.push({ path, content, mode: 0o600, replaces: false });
  }
  return files;
}
