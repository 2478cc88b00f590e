import { readdirSync, readFileSync } from 'node:fs';
import type { Expression, File, Statement } from '../../src/alloy/ast.ts';
import { format } from '../../src/alloy/format.ts';
import { parse } from '../../src/alloy/parser.ts';
import { positionAt } from '../../src/alloy/position.ts';
import { Scanner } from '../../src/alloy/scan.ts';
import { quote } from '../../src/alloy/string-literal.ts';
import * as token from '../../src/alloy/token.ts';

/** How many files of one question were answered as upstream answers them. */
export interface Count {
  readonly question: string;
  readonly right: number;
  readonly of: number;
  /** Files answered otherwise, with what was seen. */
  readonly wrong: readonly string[];
}

/** A file that upstream's printer would damage, so that ours must differ. */
export interface Exception {
  readonly file: string;
  readonly why: string;
}

export interface CorpusCounts {
  readonly counts: readonly Count[];
  readonly exceptions: readonly Exception[];
}

/** Puts every file of the corpus of upstream's own files through parser and printer. */
export function countCorpus(folder: string): CorpusCounts {
  const list = (name: string) => readdirSync(`${folder}/${name}`).sort();
  const bytes = (path: string) => new Uint8Array(readFileSync(`${folder}/${path}`));
  const text = (path: string) => readFileSync(`${folder}/${path}`, 'utf8');
  const counts: Count[] = [];
  const exceptions: Exception[] = [];

  /** `check` gives what is wrong with a file, or undefined. */
  const ask = <T extends string>(
    question: string,
    files: readonly T[],
    check: (file: T) => string | undefined,
  ): void => {
    const wrong = files.flatMap((file) => {
      const seen = check(file);
      return seen === undefined ? [] : [`${file}: ${seen}`];
    });
    counts.push({ question, right: files.length - wrong.length, of: files.length, wrong });
  };

  const errorsOf = (path: string) => parse(bytes(path)).errors;
  const said = (path: string): string[] =>
    errorsOf(path).map(({ line, column, message }) => `${line}:${column}: ${message}`);
  const valid = (path: string) => said(path)[0];
  const invalid = (path: string) => (errorsOf(path).length > 0 ? undefined : 'no error found');
  const differs = (wanted: readonly string[], found: readonly string[]) =>
    wanted.join('\n') === found.join('\n') ? undefined : `${wanted} / ${found}`;

  ask('`valid/`: parses', list('valid'), (file) => valid(`valid/${file}`));

  const rows = text('docs-index.tsv')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t') as [status: string, kind: string, file: string, first: string]);
  const docs = rows.map(([, , file]) => file);
  const rowOf = new Map(rows.map((row) => [row[2], row]));
  ask('`docs/`: verdict as in docs-index.tsv', docs, (file) =>
    rowOf.get(file)![0] === 'ok' ? valid(`docs/${file}`) : invalid(`docs/${file}`),
  );
  const docsBroken = docs.filter((file) => rowOf.get(file)![0] !== 'ok');
  ask('`docs/`: line, column and message of the first error', docsBroken, (file) =>
    differs([rowOf.get(file)![3]], said(`docs/${file}`).slice(0, 1)),
  );

  ask('`invalid/`: refused', list('invalid'), (file) => invalid(`invalid/${file}`));
  const marked = list('invalid').filter((file) => text(`invalid/${file}`).includes('/* ERROR'));
  ask('`invalid/`: line and column of every marked error, and no other', marked, (file) => {
    const wanted = markedErrors(text(`invalid/${file}`));
    const found = errorsOf(`invalid/${file}`);
    const places = differs(
      wanted.map(({ at }) => at),
      found.map(({ line, column }) => `${line}:${column}`),
    );
    const words = wanted.findIndex(({ pattern }, i) => !pattern.test(found[i]?.message ?? ''));
    return (
      places ?? (words < 0 ? undefined : `${wanted[words]!.pattern} / ${found[words]?.message}`)
    );
  });

  const edge = list('edge').filter((file) => file.endsWith('.in'));
  const edgeNames = new Set(list('edge'));
  const broken = edge.filter((file) => edgeNames.has(file.replace(/in$/, 'error')));
  const whole = edge.filter((file) => !broken.includes(file));
  ask('`edge/`: verdict', edge, (file) =>
    broken.includes(file) ? invalid(`edge/${file}`) : valid(`edge/${file}`),
  );
  ask('`edge/*.error`: line, column and message of every error, in order', broken, (file) => {
    const lines = text(`edge/${file.replace(/in$/, 'error')}`)
      .trim()
      .split('\n');
    return differs(
      lines.map((line) => line.replace(/^<stdin>:/, '')),
      said(`edge/${file}`),
    );
  });
  const refused = list('fmt-expected').filter((file) => file.endsWith('.error'));
  ask('`fmt-expected/*.error`: message', refused, (file) => {
    const wanted = text(`fmt-expected/${file}`).trim();
    const found = said(`fmt-in/${file.replace(/error$/, 'in')}`);
    return found.some((line) => line.endsWith(wanted)) ? undefined : `${wanted} / ${found}`;
  });

  /** Compares printing; a file that upstream's printer damages is listed instead. */
  const printing = (question: string, pairs: readonly (readonly [string, string])[]): void => {
    const equal: (readonly [string, string])[] = [];
    for (const pair of pairs) {
      const { source, file } = parse(bytes(pair[0]));
      const why = reasonToDiffer(source, file);
      if (why === undefined) equal.push(pair);
      else if (format(source, file) !== text(pair[1])) exceptions.push({ file: pair[0], why });
      else equal.push(pair);
    }
    const wantedOf = new Map(equal);
    ask(question, [...wantedOf.keys()], (path) => {
      const { source, file, errors } = parse(bytes(path));
      if (errors.length > 0) return errors[0]!.message;
      // upstream's own fixtures are compared without the last line breaks
      const trim = (written: string) =>
        written.replace(path.startsWith('fmt-in') ? /\n*$/ : /$^/, '');
      return trim(format(source, file)) === trim(text(wantedOf.get(path)!)) ? undefined : 'differs';
    });
  };
  for (const kind of ['valid', 'docs']) {
    const pairs = list(`fmt-golden/${kind}`).map(
      (file) => [`${kind}/${file}`, `fmt-golden/${kind}/${file}`] as const,
    );
    printing(`\`fmt-golden/${kind}/\`: printed byte for byte`, pairs);
  }
  printing(
    '`fmt-expected/*.expect`: printed byte for byte',
    list('fmt-expected')
      .filter((file) => file.endsWith('.expect'))
      .map((file) => [`fmt-in/${file.replace(/expect$/, 'in')}`, `fmt-expected/${file}`] as const),
  );
  printing(
    '`edge/*.expect`: printed byte for byte',
    whole.map((file) => [`edge/${file}`, `edge/${file.replace(/in$/, 'expect')}`] as const),
  );

  const printable = [
    ...list('valid').map((file) => `valid/${file}`),
    ...docs.filter((file) => !docsBroken.includes(file)).map((file) => `docs/${file}`),
    ...whole.map((file) => `edge/${file}`),
  ];
  ask('printed text parses, and printing it again changes nothing', printable, (path) => {
    const { source, file } = parse(bytes(path));
    const once = format(source, file);
    const again = parse(once);
    if (again.errors.length > 0) return again.errors[0]!.message;
    return format(once, again.file) === once ? undefined : 'changes when printed again';
  });
  return { counts, exceptions };
}

/** What upstream's printer would do to this file's meaning; undefined: nothing. */
function reasonToDiffer(source: string, file: File): string | undefined {
  let why: string | undefined;
  const expression = (node: Expression): void => {
    switch (node.kind) {
      case 'literal':
        if (node.type !== 'string') return;
        if (/[\t\v\f]/.test(node.text)) why ??= 'a tab inside a string becomes spaces';
        if (/[ \t]\n/.test(node.text)) why ??= 'blanks at a line end inside a string are dropped';
        return;
      case 'array':
        node.elements.forEach(expression);
        return;
      case 'object':
        for (const { key, value } of node.fields) {
          if (key.quoted && quote(key.name) !== `"${key.name}"`) why ??= 'a key gets more escapes';
          expression(value);
        }
        return;
      case 'access':
      case 'unary':
        expression(node.value);
        return;
      case 'index':
        expression(node.value);
        expression(node.index);
        return;
      case 'call':
        expression(node.value);
        node.args.forEach(expression);
        if (node.args.length === 0 && source.slice(node.open, node.end).includes('\n')) {
          why ??= 'a call without arguments becomes f(,)';
        }
        return;
      case 'binary':
        expression(node.left);
        expression(node.right);
        return;
      case 'paren':
        expression(node.inner);
        return;
      case 'identifier':
      case 'missing':
        return;
    }
  };
  const statement = (node: Statement): void => {
    if (node.kind === 'block') node.body.forEach(statement);
    else expression(node.value);
  };
  file.body.forEach(statement);
  return why;
}

/**
 * The errors a file of upstream's parser tests announces: ERROR "pattern" in a comment is about the
 * token before it, ERROR HERE about the place behind that token.
 */
function markedErrors(source: string): readonly { at: string; pattern: RegExp }[] {
  const scanner = new Scanner(source, () => {});
  const errors: { at: string; pattern: RegExp }[] = [];
  let start = 0;
  let end = 0;
  for (let kind = scanner.next(); kind !== token.EOF; kind = scanner.next()) {
    if (kind === token.COMMENT) {
      const comment = source.slice(scanner.start, scanner.end);
      const [, here, pattern] = /ERROR\s*(HERE)?\s*"([^"]*)"/.exec(comment) ?? [];
      if (pattern === undefined) continue;
      const { line, column } = positionAt(source, here ? end : start);
      errors.push({ at: `${line}:${column}`, pattern: new RegExp(pattern) });
    } else if (kind !== token.TERMINATOR) {
      start = scanner.start;
      end = scanner.end;
    }
  }
  return errors;
}

/** The counts as they stand in docs/alloy-corpus.md. */
export function describeCounts({ counts, exceptions }: CorpusCounts): string {
  const rows = counts.map(({ question, right, of }) => `| ${question} | ${right} | ${of} |`);
  const listed = exceptions.map(({ file, why }) => `- \`${file}\`: ${why}`);
  return `# The Alloy corpus

How our parser and printer handle Alloy's own files (tests, examples, documentation).
\`node build.mjs run scripts/alloy-corpus.ts\` counts, and a test keeps these counts current.

| question | as upstream | of |
|---|---:|---:|
${rows.join('\n')}

Files that \`alloy fmt\` would damage, and that we print differently: a string with a tab, vertical tab,
form feed or trailing blank; a quoted key that would be escaped once more; a call without arguments
whose parentheses are on two lines. The rule looks at the text of the file.

${listed.join('\n')}
`;
}
