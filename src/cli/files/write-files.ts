import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { ToolError } from '../../model/problem.ts';
import { Secret } from '../../model/secret.ts';

/** A file that the wizard makes. */
export interface NewFile {
  readonly path: string;
  readonly content: string | Secret;
  readonly mode: number;
  /** It is there and gives way; else a file of that name is left alone, and nothing is written. */
  readonly replaces: boolean;
}

/**
 * Writes all files, or none: each is staged beside its place, then they are put there one by one, and
 * taken away again when one of them cannot be.
 *
 * @throws ToolError `usage`
 */
export function writeAll(files: readonly NewFile[]): void {
  const staged: { readonly file: NewFile; readonly at: string }[] = [];
  const placed: string[] = [];
  try {
    for (const file of files) {
      mkdirSync(dirname(file.path), {
        recursive: true,
        ...(file.mode === 0o600 ? { mode: 0o700 } : {}),
      });
      if (!file.replaces && existsSync(file.path)) throw taken(file.path);
      const at = `${file.path}.alloyup-${randomBytes(6).toString('hex')}`;
      staged.push({ file, at });
      const text = file.content instanceof Secret ? file.content.reveal() : file.content;
      writeFileSync(at, text, { flag: 'wx', mode: file.mode });
    }
    for (const { file, at } of staged) {
      if (file.replaces) renameSync(at, file.path);
      else {
        // unlike a rename, a link never takes the place of what came meanwhile
        linkSync(at, file.path);
        placed.push(file.path);
      }
    }
  } catch (error) {
    for (const path of placed) rmSync(path, { force: true });
    if (error instanceof ToolError) throw error;
    const { code, message, path = '' } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw taken(path);
    throw new ToolError({
      code: 'usage',
      message: `nothing was written: ${message}`,
      hint: 'mend that, then run alloyup init again',
    });
  } finally {
    for (const { at } of staged) rmSync(at, { force: true });
  }
}

const taken = (path: string): ToolError =>
  new ToolError({
    code: 'usage',
    message: `${path} is there already, so nothing was written`,
    hint: 'move it away, or change an inventory that is there: alloyup init --edit',
  });
