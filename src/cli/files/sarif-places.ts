import { readFileSync, statSync } from 'node:fs';
import { isAbsolute, relative, resolve } from 'node:path';
import { decode } from '../../alloy/decode.ts';
import { utf8Length } from '../../alloy/position.ts';
import { memo } from '../../model/memo.ts';
import type { Notice, Position } from '../../model/problem.ts';
import type { SarifPlace } from '../../report/sarif.ts';
import { repositoryOf } from '../../sources/may-read.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** A larger file is no text that a finding is about. */
const MAX_BYTES = 16 * 1024 * 1024;

/**
 * Where findings are, for a reader who has the repository and not this machine.
 *
 * @param named the files that were checked: what has no place of its own is shown at the start of the first
 */
export function sarifPlaces(
  { env, cwd }: Pick<Terminal, 'env' | 'cwd'>,
  named: readonly string[],
): (notice: Notice) => SarifPlace {
  const root = env.GITHUB_WORKSPACE ?? repositoryOf(cwd) ?? cwd;
  const uriOf = (file: string): string | undefined => {
    const path = relative(root, resolve(cwd, file));
    if (path === '' || path.startsWith('..') || isAbsolute(path)) return undefined;
    return path.split('/').map(encodeURIComponent).join('/');
  };
  const linesOf = memo((file: string): readonly string[] | undefined => {
    const stat = statSync(resolve(cwd, file), { throwIfNoEntry: false });
    if (!stat?.isFile() || stat.size > MAX_BYTES) return undefined;
    return decode(readFileSync(resolve(cwd, file))).split(/\r?\n/);
  });
  const start = named.flatMap((file) => uriOf(file) ?? [])[0] ?? 'inventory.yaml';

  return (notice) => {
    const { at } = notice;
    const uri = at && uriOf(at.file);
    const lines = uri === undefined ? undefined : linesOf(at!.file);
    if (!at || uri === undefined || !lines)
      return { uri: start, line: 1, column: 1, text: '', instead: true };
    const text = lines[at.line - 1] ?? '';
    return { uri, line: at.line, column: columnOf(at, text, notice), text, instead: false };
  };
}

/** Alloy counts bytes, whoever reads YAML and Liquid UTF-16 units; a byte order mark is none of SARIF's. */
function columnOf({ line, column }: Position, text: string, { code, params }: Notice): number {
  const inBytes = params.reason === 'diagnostic' || code === 'environment.missing';
  let units = Math.min(column - 1, text.length);
  if (inBytes) {
    units = 0;
    while (units < text.length && utf8Length(text, 0, units) < column - 1) units++;
  }
  if (line === 1 && text.startsWith('\ufeff')) units = Math.max(0, units - 1);
  return units + 1;
}
