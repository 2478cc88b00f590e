import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Literal } from '../../src/alloy/ast.ts';
import { isString, stringOf } from '../../src/alloy/ast-lookup.ts';
import { checkConfig } from '../../src/alloy/check/check.ts';
import { componentsOf } from '../../src/alloy/components.ts';
import { deliveryDeadlines } from '../../src/alloy/delivery-deadlines.ts';
import { environmentReads } from '../../src/alloy/environment-reads.ts';
import { fileReads } from '../../src/alloy/file-reads.ts';
import { parse } from '../../src/alloy/parser.ts';
import { answersAlike, movedBetween, parseWatched } from '../../src/alloy/watched.ts';

/** A text with each `@` filled, and where that is. */
function filled(form: string, value: string) {
  const [first, ...rest] = form.split('@');
  let text = first!;
  const holes = rest.map((part) => {
    const start = text.length;
    text += value;
    const hole = { start, end: text.length };
    text += part;
    return hole;
  });
  return { text, holes };
}

/** Everything that is found in a text, with its offsets. */
const foundIn = (parsed: ReturnType<typeof parse>) => ({
  findings: checkConfig(parsed, { stability: 'generally-available', strict: false, check: 'http' }),
  components: componentsOf([parsed]),
  deadlines: deliveryDeadlines([parsed]),
  environment: environmentReads(parsed.file.body),
  files: fileReads(parsed.file.body),
});

/** Whether what was found in the first text, without a finding, is taken to hold for the second. */
function sharesWith(form: string, first: string, second: string): boolean {
  const [one, other] = [filled(form, first), filled(form, second)];
  const watched = parseWatched(one.text, one.holes);
  const { findings } = foundIn(watched.parsed);
  const asked = watched.asked();
  if (findings.length > 0 || asked === null) return false;
  return answersAlike(asked, one.holes, other.text, other.holes);
}

/** A configuration without a finding, with one more argument somewhere. */
const config = ({ write = '', scrape = '', rule = '' }): string => `prometheus.scrape "b" {
	targets    = [{ "__address__" = "127.0.0.1:9001" }]
	forward_to = [prometheus.relabel.c.receiver]
	${scrape}
}

prometheus.relabel "c" {
	forward_to = [prometheus.remote_write.a.receiver]

	rule {
		target_label = "x"
		${rule}
	}
}

prometheus.remote_write "a" {
	endpoint {
		url = "https://m.example/push"
		${write}
	}
}
`;
const WRITE = (write: string): string => config({ write });
const SCRAPE = (scrape: string): string => config({ scrape });
const RULE = (rule: string): string => config({ rule });

const SHARED = [
  WRITE('headers = { "X-Scope-OrgID" = "@" }'),
  WRITE('headers = { "X-Scope-OrgID" = "x@y@" }'),
  RULE('replacement = "@"'),
  SCRAPE('job_name = "@"'),
];

test.each(SHARED)('what no check looks at may differ: form %$', (form) => {
  expect(
    checkConfig(parse(filled(form, 'one').text), {
      stability: 'experimental',
      strict: true,
      check: 'http',
    }),
  ).toEqual([]);
  expect(sharesWith(form, 'one', 'another')).toBe(true);
  expect(sharesWith(form, 'one', '')).toBe(true);
});

test.each([
  ['a placeholder', WRITE('headers = { "X-Scope-OrgID" = "@" }'), 'one', '<TENANT>'],
  ['a variable', WRITE('headers = { "X-Scope-OrgID" = "@" }'), 'one', '${TENANT}'],
  ['a password in a URL', WRITE('name = "@"'), 'one', 'https://u:p@h'],
  ['a socket', WRITE('name = "@"'), 'one', 'unix:///run/x.sock'],
  ['a file', WRITE('bearer_token_file = "@"'), '/etc/a', '/etc/b'],
  ['a secret', WRITE('bearer_token = "@"'), '', 's3cret'],
  ['a duration', WRITE('remote_timeout = "@"'), '30s', '3O s'],
  ['a regular expression', RULE('regex = "@"'), 'a', '('],
  ['an action', RULE('action = "@"'), 'replace', 'none'],
  ['a variable of the service', WRITE('name = sys.env("@")'), 'A', 'B'],
  ['a URL', WRITE('').replace('m.example', '@'), 'm.example', 'm .example'],
  ['a number', SCRAPE('scrape_interval = "@"'), '10s', '5s'],
])('%s may not', (_, form, first, second) => {
  expect(sharesWith(form, first, second)).toBe(false);
  expect(sharesWith(form, first, first)).toBe(true);
});

test.each([
  ['a label', 'loki.relabel "@" {\n\tforward_to = []\n}\n'],
  ['a name', '@.relabel "x" {\n\tforward_to = []\n}\n'],
  ['a key', WRITE('headers = { "@" = "x" }')],
  ['a comment', `// @\n${WRITE('')}`],
  ['a part of a text with an error', `${WRITE('name = "@"')}}\n`],
])('a hole in %s shares nothing', (_, form) => {
  const { text, holes } = filled(form, 'loki');
  expect(parseWatched(text, holes).asked()).toBeNull();
});

test('who reads the source has seen all of it', () => {
  const { text, holes } = filled('a = "@"\n', 'x');
  const watched = parseWatched(text, holes);
  expect(watched.asked()).toEqual([]);
  expect(watched.parsed.source).toBe(text);
  expect(watched.asked()).toBeNull();
});

test('an answer tells less than the text', () => {
  const { text, holes } = filled('a = "x@"\n', 'y');
  const read = () => {
    const watched = parseWatched(text, holes);
    const [statement] = watched.parsed.file.body;
    if (statement?.kind !== 'attribute') throw new Error('no attribute');
    const alike = (value: string): boolean => {
      const other = filled('a = "x@"\n', value);
      return answersAlike(watched.asked()!, holes, other.text, other.holes);
    };
    return { value: statement.value as Literal, alike };
  };
  const one = read();
  expect(isString(one.value, (value) => value.startsWith('xy'))).toBe(true);
  expect([one.alike('yz'), one.alike('z')]).toEqual([true, false]);
  const other = read();
  expect(stringOf(other.value)).toBe('xy');
  expect([other.alike('y'), other.alike('yz')]).toEqual([true, false]);
});

test('places move with what is in front of them', () => {
  const from = [
    { start: 2, end: 3 },
    { start: 5, end: 5 },
  ];
  const to = [
    { start: 2, end: 2 },
    { start: 4, end: 9 },
  ];
  expect([0, 1, 3, 4, 5, 6].map(movedBetween(from, to))).toEqual([0, 1, 2, 3, 9, 10]);
});

test('where answers are alike, so is what is found', () => {
  const forms = [
    ...SHARED,
    ...['name', 'bearer_token', 'bearer_token_file', 'remote_timeout', 'proxy_url'].map((name) =>
      WRITE(`${name} = "@"`),
    ),
    ...['regex', 'replacement', 'target_label', 'action', 'separator'].map((name) =>
      RULE(`${name} = "@"`),
    ),
    ...['job_name', 'scrape_interval', 'scheme', 'metrics_path'].map((name) =>
      SCRAPE(`${name} = "@"`),
    ),
    WRITE('name = sys.env("@")'),
    SCRAPE('').replace('127.0.0.1', '@'),
    'local.file "f" {\n\tfilename = "@"\n}\n',
    'loki.source.file "f" {\n\ttargets = [{ "__path__" = "/x/@" }]\n\tforward_to = []\n}\n',
    'otelcol.processor.transform "t" {\n\toutput { }\n\n\ttrace_statements {\n\t\tcontext = "resource"\n\t\tstatements = ["@"]\n\t}\n}\n',
  ];
  const texts = fc.constantFrom(
    ...[
      'a',
      'b',
      '',
      '/a',
      '/b',
      '10s',
      '5s',
      '(',
      'keep',
      'drop',
      '$1',
      '<X>',
      '$(A)',
      '${A}',
      'http',
      'x y',
      'unix:///x',
      'http://u:p@h',
      'HOME',
      'TEAM',
      'a:80',
      'a:x',
      'set(a, 1)',
      '-----BEGIN CERTIFICATE-----',
    ],
  );
  let shared = 0;
  fc.assert(
    fc.property(fc.constantFrom(...forms), texts, texts, (form, first, second) => {
      if (!sharesWith(form, first, second)) return;
      shared += 1;
      const [one, other] = [filled(form, first), filled(form, second)];
      const moved = movedBetween(one.holes, other.holes);
      const at = <T extends { readonly start: number }>(all: readonly T[]) =>
        all.map((each) => ({ ...each, start: moved(each.start) }));
      const { environment, files, ...rest } = foundIn(parse(one.text));
      expect({
        ...rest,
        environment: at(environment).map(({ start, name }) => ({ start, name })),
        files: at(files),
      }).toEqual(
        (({ environment: all, ...same }) => ({
          ...same,
          environment: all.map(({ start, name }) => ({ start, name })),
        }))(foundIn(parse(other.text))),
      );
    }),
    { numRuns: 2000 },
  );
  expect(shared).toBeGreaterThan(100);
});
