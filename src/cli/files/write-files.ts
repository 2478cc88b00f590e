import { randomBytes } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  existsSync,
  linkSync,
  mkdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import process from 'node:process';
import { type Problem, ToolError } from '../../model/problem.ts';
import { Secret } from '../../model/secret.ts';
import { usageError, usageProblem } from '../usage.ts';

export const cannotWrite = (path: string, { code, message }: NodeJS.ErrnoException): Problem =>
  usageProblem({ reason: 'cannot-write', path, code: code ?? null, said: message });

/** @throws ToolError `usage` */
export function checkWritable(path: string): void {
  try {
    accessSync(dirname(path), constants.W_OK | constants.X_OK);
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory())
      throw Object.assign(new Error('it is a directory'), { code: 'EISDIR' });
  } catch (error) {
    throw new ToolError(cannotWrite(path, error as NodeJS.ErrnoException));
  }
}

/** @throws ToolError `usage`: it exists, or cannot be written */
export function writeNew(path: string, text: string, force: boolean): void {
  try {
    writeFileSync(path, text, { mode: 0o644, flag: force ? 'w' : 'wx' });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw usageError({ reason: 'file-exists', path });
    throw new ToolError(cannotWrite(path, error as NodeJS.ErrnoException));
  }
}

/** Writes the content next to `path`; returns where. */
function stage(path: string, content: string | Secret, mode: number): string {
  const staged = `${path}.alloyup-${randomBytes(6).toString('hex')}`;
  const text = content instanceof Secret ? content.reveal() : content;
  writeFileSync(staged, text, { flag: 'wx', mode, flush: true });
  return staged;
}

/**
 * Replaces or creates a file in one step, so that readers see the old text or the new one. An existing
 * file keeps its mode and owner; a symlink is followed.
 *
 * @throws ToolError `usage`
 */
export function replaceFile(path: string, text: string): void {
  let staged: string | undefined;
  try {
    const target = existsSync(path) ? realpathSync(path) : path;
    const before = statSync(target, { throwIfNoEntry: false });
    // e.g. /dev/stdout
    if (before && !before.isFile()) {
      writeFileSync(target, text);
      return;
    }
    staged = stage(target, text, before ? 0o600 : 0o666);
    if (before) {
      const { mode, uid, gid } = before;
      if (process.getuid?.() !== uid || process.getgid?.() !== gid) chownSync(staged, uid, gid);
      chmodSync(staged, mode & 0o7777);
    }
    renameSync(staged, target);
  } catch (error) {
    if (staged !== undefined) rmSync(staged, { force: true });
    throw new ToolError(cannotWrite(path, error as NodeJS.ErrnoException));
  }
}

/** A file that the wizard creates. */
export interface NewFile {
  readonly path: string;
  readonly content: string | Secret;
  readonly mode: number;
  /** It may replace an existing file; otherwise nothing is written if there is one. */
  readonly replaces: boolean;
}

/**
 * Writes all files or none: each is staged next to its place, then they are put in place one by one,
 * and removed again if one of them cannot be.
 *
 * @throws ToolError `usage`
 */
export function writeAll(files: readonly NewFile[]): void {
  const staged: { readonly file: NewFile; readonly at: string }[] = [];
  const placed: string[] = [];
  const exists = (path: string): ToolError => usageError({ reason: 'inventory-exists', path });
  try {
    for (const file of files) {
      mkdirSync(dirname(file.path), {
        recursive: true,
        ...(file.mode === 0o600 ? { mode: 0o700 } : {}),
      });
      if (!file.replaces && existsSync(file.path)) throw exists(file.path);
      staged.push({ file, at: stage(file.path, file.content, file.mode) });
    }
    for (const { file, at } of staged) {
      if (file.replaces) renameSync(at, file.path);
      else {
        // unlike a rename, a link never replaces a file that has appeared meanwhile
        linkSync(at, file.path);
        placed.push(file.path);
      }
    }
  } catch (error) {
    for (const path of placed) rmSync(path, { force: true });
    if (error instanceof ToolError) throw error;
    const { code, message, path = '' } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw exists(path);
    throw usageError({ reason: 'nothing-written', said: message });
  } finally {
    for (const { at } of staged) rmSync(at, { force: true });
  }
}
