import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Diagnostic } from '../../alloy/diagnostic.ts';
import type { Parsed } from '../../alloy/parser.ts';
import { framesOf } from '../../alloy/source-frame.ts';
import type { Desired } from '../../model/desired.ts';
import type { Problem, Warning } from '../../model/problem.ts';
import { onlyBelow, repositoryOf } from '../../sources/may-read.ts';
import { throwAll, usageProblem } from '../usage.ts';

/** An Alloy file named on the command line. */
interface AlloyFile {
  /** The path, or `<stdin>`. */
  readonly name: string;
  /** Found in a directory that was named, not named itself. */
  readonly inDirectory: boolean;
  readonly bytes: Uint8Array;
}

/** No configuration is larger; a disk image named by mistake is. */
const MAX_BYTES = 16 * 1024 * 1024;

/** With a code beside those of the system. */
const unusable = (code: 'no-files' | 'too-big' | 'outside', message = ''): Error =>
  Object.assign(new Error(message), { code });

const WHY = {
  outside: 'outside',
  ENOENT: 'missing',
  EACCES: 'forbidden',
  'no-files': 'no-files',
  'too-big': 'too-big',
} as const;

/**
 * Reads files, one list per path given: a directory stands for its `*.alloy` files (with `deep`, at any
 * depth), `-` for stdin. A link that leads out of `root`, by default out of the repository that it is in, is
 * not followed. @throws ToolError `usage`, for every file that cannot be read
 */
export function readAlloyFiles(
  paths: readonly string[],
  { deep, root = null }: { readonly deep: boolean; readonly root?: string | null },
) {
  const problems: Problem[] = [];
  const files = paths.map((path) => {
    try {
      return expand(path, deep, root);
    } catch (error) {
      const { code, message: said } = error as { code?: keyof typeof WHY; message: string };
      const why = WHY[code!] ?? 'failed';
      problems.push(usageProblem({ reason: 'alloy-file', path, why, said }));
      return [];
    }
  });
  throwAll(problems);
  return files;
}

function expand(given: string, deep: boolean, root: string | null): readonly AlloyFile[] {
  if (given === '-') return [{ name: '<stdin>', inDirectory: false, bytes: readFileSync(0) }];
  stayInside(given, root);
  if (!statSync(given).isDirectory()) return [read(given, false)];
  const names = readdirSync(given, { recursive: deep, encoding: 'utf8' })
    .filter((name) => name.endsWith('.alloy') && !/(?:^|\/)(?:node_modules|\.git)\//.test(name))
    .sort();
  if (names.length === 0) throw unusable('no-files');
  return names
    .map((name) => join(given, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => {
      stayInside(path, root);
      return read(path, true);
    });
}

/** @throws Error with the code `outside` */
function stayInside(path: string, given: string | null): void {
  const root = given ?? repositoryOf(dirname(resolve(path)));
  if (root !== undefined && onlyBelow(root)(path)) throw unusable('outside', root);
}

function read(path: string, inDirectory: boolean): AlloyFile {
  const { size } = statSync(path);
  if (size > MAX_BYTES) throw unusable('too-big', `${size >> 20} MiB`);
  return { name: path, inDirectory, bytes: readFileSync(path) };
}

/** The 80 columns of a terminal, less the indentation of a problem's detail. */
const FRAME_WIDTH = 78;

/** The parser names tokens as Alloy's own parser does. */
const readable = (message: string): string =>
  message
    .replace(/\bTERMINATOR\b/g, 'the end of the line')
    .replace(/\bEOF\b/g, 'the end of the file');

/** Where braces are not Liquid's: `{{ .Value }}` is common in Alloy's strings. */
const QUOTED = /`[^`]*`|"(?:\\.|[^"\\\n])*"|\/\/.*|\/\*[\s\S]*?(?:\*\/|$)/g;

/** The problem that a file is a Liquid template, which is not Alloy until it is rendered; null: it is none. */
export function templateProblem(file: string, { source, errors }: Parsed): Problem | null {
  if (errors.length === 0) return null;
  const start = source.replace(QUOTED, (text) => text.replace(/[^\n]/g, ' ')).search(/\{\{|\{%/);
  if (start < 0) return null;
  const before = source.slice(0, start).split('\n');
  return {
    code: 'config.syntax',
    params: { reason: 'liquid-template' },
    at: { file, line: before.length, column: before.at(-1)!.length + 1 },
    detail: framesOf(source, FRAME_WIDTH)(start, start + 2),
  };
}

/** Diagnostics as problems and warnings. Of several syntax errors at one place, the first causes the others. */
export function findingsOf(
  file: string,
  parsed: Parsed,
  diagnostics: readonly Diagnostic[],
  writtenAt: Desired['writtenAt'] = () => undefined,
) {
  const template = templateProblem(file, parsed);
  const problems: Problem[] = [];
  const warnings: Warning[] = [];
  if (template) return { problems: [template], warnings };
  const seen = new Set<number>();
  const frame = framesOf(parsed.source, FRAME_WIDTH);
  const length = parsed.source.trimEnd().length;
  for (const { severity, code, message, hint, start, end, line, column } of diagnostics) {
    const isSyntax = code.startsWith('syntax.');
    if (isSyntax && seen.has(start)) continue;
    seen.add(start);
    // the parser may have skipped a brace after an earlier error
    const follows = isSyntax && problems.length > 0 && start >= length;
    const advice = follows ? 'Fix the errors above first: this may only be a consequence' : hint;
    const params = { reason: 'diagnostic', rule: code, said: readable(message), advice } as const;
    const place = { at: { file, line, column }, detail: frame(start, end), ...writtenAt(start) };
    if (severity === 'note') warnings.push({ code, severity, params, ...place });
    else if (severity === 'warning') warnings.push({ code, params, ...place });
    else problems.push({ code: isSyntax ? 'config.syntax' : 'config.check', params, ...place });
  }
  return { problems, warnings };
}
