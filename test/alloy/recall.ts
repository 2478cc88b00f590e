import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkFiles } from '../../src/alloy/check/check.ts';
import type { CheckOptions, FileDiagnostic, NamedFile } from '../../src/alloy/check/model.ts';
import { parse } from '../../src/alloy/parse.ts';

/** The shared facts beside the repository; null where they are not (then own fixtures must do). */
export function sharedFolder(): string | null {
  const root = process.env.ALLOYUP_ROOT ?? fileURLToPath(new URL('../..', import.meta.url));
  const folder = join(root, '../shared/alloy');
  return existsSync(folder) ? folder : null;
}

/** One finding of the real `alloy validate`, or of a start. */
export interface Expected {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** A configuration and what Alloy itself said of it. */
export interface Case {
  readonly name: string;
  readonly files: readonly NamedFile[];
  readonly stability: CheckOptions['stability'];
  readonly expected: readonly Expected[];
  /** What the service did with it: up, fails, '' (not tried). */
  readonly start: string;
}

const FINDING = /^(?:Error|Warning): ([^:\s]+):(\d+):(\d+): (.*)$/gm;

const expectedIn = (text: string): readonly Expected[] =>
  [...text.matchAll(FINDING)].map(([, file = '', line, column, message = '']) => ({
    file,
    line: Number(line),
    column: Number(column),
    message,
  }));

/** The recordings of `alloy validate` on single files. */
export function recordedCases(shared: string): readonly Case[] {
  const folder = join(shared, 'recordings/validate');
  const starts = new Map(
    readFileSync(join(shared, 'recordings/cases.tsv'), 'utf8')
      .split('\n')
      .map((line) => line.split('\t'))
      .map(([name = '', , , start = '']) => [name, start]),
  );
  return readdirSync(folder)
    .filter((file) => file.endsWith('.alloy'))
    .map((file) => {
      const name = file.replace(/\.alloy$/, '');
      return {
        name,
        files: [{ name: file, parsed: parse(readFileSync(join(folder, file))) }],
        stability: 'generally-available' as const,
        expected: expectedIn(readFileSync(join(folder, `${name}.stderr`), 'utf8')),
        start: starts.get(name) ?? '',
      };
    });
}

/** Upstream's own fixtures of `alloy validate`; those below `ga` are checked at that level. */
export function semanticCases(shared: string): readonly Case[] {
  const folder = join(shared, 'corpus/semantic');
  return readdirSync(folder)
    .filter((file) => file.endsWith('.txtar'))
    .map((file) => {
      const name = file.replace(/^internal__validator__testdata__|\.txtar$/g, '');
      const [, ...parts] = readFileSync(join(folder, file), 'utf8').split(/^-- (\S+) --\n/m);
      const files: NamedFile[] = [];
      for (let i = 0; i < parts.length; i += 2) {
        files.push({ name: parts[i]!, parsed: parse(parts[i + 1]!) });
      }
      return {
        name,
        files,
        stability: name.startsWith('ga__')
          ? ('generally-available' as const)
          : ('experimental' as const),
        expected: expectedIn(readFileSync(join(folder, file.replace(/txtar$/, 'diags')), 'utf8')),
        start: '',
      };
    });
}

export interface Compared {
  readonly test: Case;
  readonly found: readonly FileDiagnostic[];
  /** Said by Alloy and by us, at one place. */
  readonly matched: readonly Expected[];
  readonly missed: readonly Expected[];
  /** Said by us alone. */
  readonly added: readonly FileDiagnostic[];
}

export function compare(test: Case): Compared {
  const found = checkFiles(test.files, {
    stability: test.stability,
    strict: false,
    check: 'service',
    communityComponents: true,
  });
  const same = (one: Expected, other: FileDiagnostic) =>
    one.file === other.file && one.line === other.line && one.column === other.column;
  const matched = test.expected.filter((one) => found.some((other) => same(one, other)));
  return {
    test,
    found,
    matched,
    missed: test.expected.filter((one) => !matched.includes(one)),
    added: found.filter((other) => !test.expected.some((one) => same(one, other))),
  };
}

/** Files that parse, one by one, by the corpus folder. */
export function filesOf(shared: string, folder: string): readonly NamedFile[] {
  return readdirSync(join(shared, 'corpus', folder))
    .filter((file) => file.endsWith('.alloy'))
    .map((name) => ({ name, parsed: parse(readFileSync(join(shared, 'corpus', folder, name))) }));
}
