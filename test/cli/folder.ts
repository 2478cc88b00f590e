import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';

/** A new directory for each test of the file. */
export function useFolder() {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'alloyup-cli-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const path = (name = ''): string => join(folder, name);
  return {
    path,
    read: (name: string): string => readFileSync(path(name), 'utf8'),
    /** Writes a file, and its directory; returns its path. */
    put(name: string, text: string, mode = 0o644): string {
      mkdirSync(dirname(path(name)), { recursive: true });
      writeFileSync(path(name), text, { mode });
      return path(name);
    },
  };
}
