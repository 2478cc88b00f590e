import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkFiles } from '../../src/alloy/check/check.ts';
import type { CheckOptions, FileDiagnostic, NamedFile } from '../../src/alloy/check/model.ts';
import { RULES } from '../../src/alloy/check/rules.ts';
import { parse } from '../../src/alloy/parser.ts';

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

/** Upstream's files that parse, each checked alone, as permissively as a service can be set. */
export interface ValidCounts {
  readonly files: number;
  /** Error codes by file. */
  readonly refused: ReadonlyMap<string, readonly string[]>;
  /** Findings that stop nothing, by code. */
  readonly warnings: ReadonlyMap<string, number>;
}

/** Files of valid/ that parse and that Alloy itself refuses: its tests of refusing, and of the grammar alone. */
export const REFUSED_BY_ALLOY =
  /validator__testdata__(?!default__valid\.)|testdata__import_error|^syntax__parser__/;

export function countValid(shared: string): ValidCounts {
  const folder = join(shared, 'corpus/valid');
  const names = readdirSync(folder).filter((file) => file.endsWith('.alloy'));
  const refused = new Map<string, string[]>();
  const warnings = new Map<string, number>();
  for (const name of names) {
    const parsed = parse(readFileSync(join(folder, name)));
    const found = checkFiles([{ name, parsed }], {
      stability: 'experimental',
      strict: false,
      check: 'service',
      communityComponents: true,
    });
    const errors = found.filter(({ severity }) => severity === 'error').map(({ code }) => code);
    if (errors.length > 0) refused.set(name, [...new Set(errors)].sort());
    if (REFUSED_BY_ALLOY.test(name)) continue;
    for (const { severity, code } of found) {
      if (severity === 'warning') warnings.set(code, (warnings.get(code) ?? 0) + 1);
    }
  }
  return { files: names.length, refused, warnings };
}

/** Why a kind of warning comes up in files that `alloy validate` takes. */
const WHY: Readonly<Record<string, string>> = {
  'argument.missing': 'the output of a converter for an incomplete source',
  'argument.unknown': 'an argument that the table does not know',
  'block.missing':
    'converters leave out the output block when nothing follows; Alloy refuses it at the start',
  'component.unknown':
    "components of upstream's own tests (testcomponents.*), which no released Alloy has, and a module file that uses a declare of its neighbour",
  'fields.demand':
    'the output of a converter for an incomplete or contradictory source, which Alloy refuses when it starts',
  'value.enum': 'empty words of a converted configuration, which Alloy refuses when it starts',
  'value.selector':
    'made-up selectors in a test of the converter, which Alloy refuses when it starts',
};

export function describeRecall(cases: readonly Compared[], valid: ValidCounts): string {
  const own = cases.filter(({ test }) => test.expected.length > 0);
  const said = own.reduce((sum, { test }) => sum + test.expected.length, 0);
  const matched = own.reduce((sum, { matched: m }) => sum + m.length, 0);
  const late = cases.filter(isLate);
  const caught = late.filter(isCaught);
  const row = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |\n`;
  const places = (found: readonly FileDiagnostic[]) =>
    found.map(({ line, column, code }) => `${line}:${column} ${code}`).join('<br>');

  let text = `# What the checks find that Alloy finds, and more

Generated by \`node build.mjs run scripts/alloy-recall.ts\`; a test keeps it current.

Our findings are compared with recordings of \`alloy validate\` 1.18.1 and with Alloy's own test fixtures. A
finding matches if its line and column are the same.

- **${matched} of ${said}** findings of \`alloy validate\` in ${own.length} cases are found here too.
- **${caught.length} of ${late.length}** configurations that pass \`alloy validate\` and then fail to start are found here.
- ${valid.files} of Alloy's own files parse: errors in ${valid.refused.size}, all of which Alloy refuses too.

## Configurations that pass \`alloy validate\` and fail to start

`;
  text += row(['case', 'found']) + row(['---', '---']);
  for (const one of late) {
    text += row([
      one.test.name,
      isCaught(one) ? places(strong(one.added)) : 'no: only the host knows which files exist',
    ]);
  }
  text += `
## Every case

\`reported\` counts the findings of \`alloy validate\`, \`missed\` lists those not found here, \`in addition\` what only
our checks find.

`;
  text +=
    row(['case', 'reported', 'found', 'missed', 'in addition']) +
    row(['---', '---', '---', '---', '---']);
  for (const { test, matched: m, missed, added } of cases) {
    const gone = missed
      .map(({ line, column, message }) => `${line}:${column} ${message}`)
      .join('<br>');
    text += row([test.name, test.expected.length, m.length, gone, places(added)]);
  }
  text += `
## Alloy's own files

Each file is checked alone, at stability experimental, with community components and \`alloy.check: service\`.

Files with errors. Alloy refuses all of them: they test refusals, or only the grammar.

`;
  text += row(['file', 'errors']) + row(['---', '---']);
  for (const [file, codes] of valid.refused) text += row([file, codes.join(', ')]);
  text += `
Warnings in the other files:

`;
  text += row(['kind', 'count', 'why']) + row(['---', '---', '---']);
  for (const [code, count] of [...valid.warnings].sort())
    text += row([code, count, WHY[code] ?? '']);
  return text;
}

/** The kinds of warnings that nobody has explained yet. */
export const unexplained = ({ warnings }: ValidCounts): readonly string[] =>
  [...warnings.keys()].filter((code) => !WHY[code]);

/** Passed by alloy validate, failed at the start. */
export const isLate = ({ test }: Compared): boolean =>
  test.start.startsWith('fails') && test.expected.length === 0;

/** What says that it does not start; notes do not. */
const strong = (found: readonly FileDiagnostic[]): readonly FileDiagnostic[] =>
  found.filter(({ code }) => RULES.find((rule) => rule.code === code)?.kind !== 'note');

export const isCaught = ({ added }: Compared): boolean => strong(added).length > 0;
