import { describe, expect, test } from 'vitest';
import { checkFiles } from '../../src/alloy/check/check.ts';
import { readAnswers } from '../../src/alloy/exact/answers.ts';
import { type Findings, mergeFindings, ourFindings } from '../../src/alloy/exact/merge.ts';
import { parse } from '../../src/alloy/parser.ts';
import { findingsOf } from '../../src/cli/files/alloy-files.ts';

const COPY = 'config/0000.alloy';
const NAME = 'web.alloy';
const names = new Map([[COPY, NAME]]);

describe('what alloy prints', () => {
  test('places that were written elsewhere are shown there, in messages too', () => {
    const { found } = readAnswers(
      `Error: ${COPY}:9:2: block logging already declared at ${COPY}:1:1, see ${COPY}\n`,
      names,
      (file, { line, column }) => ({ line: line + file.length, column: column + 1 }),
    );
    expect(found).toEqual([
      {
        severity: 'error',
        file: NAME,
        line: 9 + COPY.length,
        column: 3,
        message: `block logging already declared at ${NAME}:${1 + COPY.length}:2, see ${NAME}`,
      },
    ]);
  });

  test('of validate: place, message and severity; excerpts and closing lines are left out', () => {
    const printed = `Warning: ${COPY}:3:9: this stdlib function is deprecated

2 |     endpoint {
3 |         url = env("URL")
  |               ^^^
4 |     }

Error: ${COPY}:9:2: block logging already declared at ${COPY}:1:1

  8 |   }
  9 |   logging {
    |  _^^^^^^^^^
 10 | | }
    | |_^
Error: validation failed
2026/01/02 03:04:05 collector server run finished with error: validation failed
`;
    expect(readAnswers(printed, names)).toEqual({
      found: [
        {
          severity: 'warning',
          file: NAME,
          line: 3,
          column: 9,
          message: 'this stdlib function is deprecated',
        },
        {
          severity: 'error',
          file: NAME,
          line: 9,
          column: 2,
          message: `block logging already declared at ${NAME}:1:1`,
        },
      ],
      panic: null,
      rest: [],
    });
  });

  test('of fmt, without a severity', () => {
    const printed = `${COPY}:2:9: expected expression, got }\nError: encountered errors during formatting\n`;
    expect(readAnswers(printed, names).found).toEqual([
      { severity: 'error', file: NAME, line: 2, column: 9, message: 'expected expression, got }' },
    ]);
  });

  test('a message of several lines is one', () => {
    const printed = `Error: ${COPY}:7:1: decoding: yaml: unmarshal errors:\n  line 2: field x not found\n\n7 | a {\n`;
    expect(readAnswers(printed, names).found[0]?.message).toBe(
      'decoding: yaml: unmarshal errors: line 2: field x not found',
    );
  });

  test('a panic is not a finding', () => {
    const printed = `panic: invalid identifier _name\n\ngoroutine 1 [running]:\nmain.main()\n`;
    expect(readAnswers(printed, names)).toEqual({
      found: [],
      panic: 'invalid identifier _name',
      rest: [],
    });
  });

  test('what names no place is the rest', () => {
    const printed = `Error: unknown flag: --x\n2026/01/02 03:04:05 collector server run finished with error: unknown flag: --x\n`;
    expect(readAnswers(printed, names)).toEqual({
      found: [],
      panic: null,
      rest: ['Error: unknown flag: --x'],
    });
  });
});

/** Our findings of a text, merged with what Alloy says of it. */
function merge(text: string, printed: string, by = 'alloy 1.2.3', known?: Findings) {
  const parsed = parse(text);
  const check = { stability: 'generally-available', strict: false, check: 'http' } as const;
  const own = findingsOf(NAME, parsed, checkFiles([{ name: NAME, parsed }], check));
  const { found } = readAnswers(printed, names);
  const sources = new Map([[NAME, text]]);
  return mergeFindings(known ?? ourFindings(own), { found, by, sources });
}

const shown = ({ problems, warnings }: Findings): readonly string[] => [
  ...problems.map(
    ({ at, params }) =>
      `error ${at?.line}:${at?.column} ${'rule' in params ? params.rule : ''} [${params.sources?.join(', ')}]`,
  ),
  ...warnings.map(
    ({ at, code, params }) =>
      `warning ${at?.line}:${at?.column} ${code} [${params.sources?.join(', ')}]`,
  ),
];

const UNDEFINED = `prometheus.scrape "self" {
	targets    = [{"__address__" = "127.0.0.1:12345"}]
	forward_to = [prometheus.remote_write.gone.receiver]
	nonsense   = 1
}
`;
const GONE = `Error: ${COPY}:3:16: component "prometheus.remote_write.gone.receiver" does not exist or is out of scope\n`;
const NONSENSE = `Error: ${COPY}:4:2: unrecognized attribute name "nonsense"\n`;

describe('one list', () => {
  test('what both say is one entry that names both, and an error if Alloy calls it one', () => {
    expect(shown(merge(UNDEFINED, `${GONE}\n${NONSENSE}`))).toEqual([
      'error 3:16 reference.undefined [alloyup, alloy 1.2.3]',
      'error 4:2 argument.unknown [alloyup, alloy 1.2.3]',
    ]);
  });

  test('what only one says names that one', () => {
    const other = `Error: ${COPY}:2:2: expected capsule, got array\n`;
    expect(shown(merge(UNDEFINED, `${GONE}\n${other}`))).toEqual([
      'error 3:16 reference.undefined [alloyup, alloy 1.2.3]',
      'error 2:2 alloy.validate [alloy 1.2.3]',
      'warning 4:2 argument.unknown [alloyup]',
    ]);
  });

  test('a name that Alloy accepts is no mistake', () => {
    const text = UNDEFINED.replace('prometheus.remote_write.gone.receiver', '');
    expect(shown(merge(text, ''))).not.toContain('warning 4:2 argument.unknown [alloyup]');
    expect(shown(merge(text, NONSENSE))).toContain(
      'error 4:2 argument.unknown [alloyup, alloy 1.2.3]',
    );
  });

  test('two versions that say the same are both named', () => {
    const first = merge(UNDEFINED, GONE);
    expect(shown(merge(UNDEFINED, GONE, 'alloy 1.3.0', first))[0]).toBe(
      'error 3:16 reference.undefined [alloyup, alloy 1.2.3, alloy 1.3.0]',
    );
  });

  test('two faults on one line stay two', () => {
    const text = 'logging {\n\tlevel = "x", format = "y"\n}\n';
    const one = `Error: ${COPY}:2:10: unrecognized log level "x"\n`;
    const other = `Error: ${COPY}:2:24: unrecognized log format "y"\n`;
    expect(
      shown(merge(text, `${one}\n${other}`)).filter((line) => line.includes('1.2.3')),
    ).toHaveLength(2);
  });

  test('a cycle, which Alloy names at each member, is one entry', () => {
    const text = ['a', 'b']
      .map(
        (name, i) =>
          `prometheus.relabel "${name}" {\n\tforward_to = [prometheus.relabel.${'ba'[i]}.receiver]\n}\n`,
      )
      .join('\n');
    const said = 'cycle detected: prometheus.relabel.a, prometheus.relabel.b';
    const printed = `Error: ${COPY}:1:1: ${said}\n\nError: ${COPY}:5:1: ${said}\n`;
    expect(
      shown(merge(text, printed)).every((line) => line.includes('[alloyup, alloy 1.2.3]')),
    ).toBe(true);
  });

  test('a secret in the text is not repeated from what Alloy prints, and the place is shown', () => {
    const text =
      'remote.http "x" {\n\turl = "a"\n\tclient {\n\t\tbearer_token = "hunter2-long"\n\t}\n}\n';
    const merged = merge(text, `Error: ${COPY}:4:18: "hunter2-long" is not a token\n`);
    const [problem] = merged.problems;
    expect(JSON.stringify(merged)).not.toContain('hunter2');
    expect(problem?.detail).toContain('4 |');
    expect(problem?.detail).toContain('***');
  });

  test('columns are bytes, the caret stands under the character', () => {
    const text = 'logging {\n\tlevel = "ü" + "nope"\n}\n';
    const { problems } = merge(text, `Error: ${COPY}:2:17: some other complaint\n`);
    const theirs = problems.find(({ params }) => params.sources?.join() === 'alloy 1.2.3');
    const [line, caret] = theirs!.detail!.split('\n').slice(-2);
    expect(line!.slice(caret!.indexOf('^')).startsWith('"nope"')).toBe(true);
  });
});
