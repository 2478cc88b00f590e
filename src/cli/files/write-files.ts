import { randomBytes } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  existsSync,
  mkdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import process from 'node:process';
import { ToolError } from '../../model/problem.ts';
import { Secret } from '../../model/secret.ts';
import { usageError } from '../usage.ts';

export function cannotWrite(path: string, error: unknown): ToolError {
  const { code = null, message } = error as NodeJS.ErrnoException;
  return usageError({ reason: 'cannot-write', path, code, said: message });
}

/** @throws ToolError `usage` */
export function checkWritable(path: string): void {
  try {
    accessSync(dirname(path), constants.W_OK | constants.X_OK);
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory())
      throw Object.assign(new Error('it is a directory'), { code: 'EISDIR' });
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

/** @throws ToolError `usage`: it exists, or cannot be written */
export function writeNew(path: string, text: string, force: boolean): void {
  try {
    writeFileSync(path, text, { mode: 0o644, flag: force ? 'w' : 'wx' });
  } catch (error) {
    const exists = (error as NodeJS.ErrnoException).code === 'EEXIST';
    throw exists ? usageError({ reason: 'file-exists', path }) : cannotWrite(path, error);
  }
}

/**
 * Replaces or creates a file in one step, so that readers see the old text or the new one. An existing
 * file keeps its mode and owner; a symlink is followed. @throws ToolError `usage`
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
    staged = `${target}.alloyup-${randomBytes(6).toString('hex')}`;
    writeFileSync(staged, text, { flag: 'wx', mode: before ? 0o600 : 0o666, flush: true });
    if (before) {
      const { mode, uid, gid } = before;
      if (process.getuid?.() !== uid || process.getgid?.() !== gid) chownSync(staged, uid, gid);
      chmodSync(staged, mode & 0o7777);
    }
    renameSync(staged, target);
  } catch (error) {
    if (staged !== undefined) rmSync(staged, { force: true });
    throw cannotWrite(path, error);
  }
}

/** A file that the wizard creates. */
export interface NewFile {
  readonly path: string;
  readonly content: string | Secret;
  readonly mode: number;
  /** An existing file is replaced; otherwise nothing is written if there is one. */
  readonly replaces?: boolean;
}

/**
 * Writes all files or none: what was created is removed again if another file cannot be.
 *
 * @throws ToolError `usage`
 */
export function writeAll(files: readonly NewFile[]): void {
  const created: string[] = [];
  try {
    for (const { path, content, mode, replaces } of files) {
      const text = content instanceof Secret ? content.reveal() : content;
      const isSecret = mode === 0o600;
      mkdirSync(dirname(path), { recursive: true, ...(isSecret ? { mode: 0o700 } : {}) });
      if (replaces) replaceFile(path, text);
      else {
        // claims the path: only what was created here may be removed
        writeFileSync(path, '', { flag: 'wx', mode });
        created.push(path);
        writeFileSync(path, text, { flush: true });
      }
    }
  } catch (error) {
    for (const path of created) rmSync(path, { force: true });
    if (error instanceof ToolError) throw error;
    const { code, syscall, message, path = '' } = error as NodeJS.ErrnoException;
    // mkdir fails in this way where a file is in place of a directory
    throw code === 'EEXIST' && syscall === 'open'
      ? usageError({ reason: 'inventory-exists', path })
      : usageError({ reason: 'nothing-written', said: message });
  }
}
