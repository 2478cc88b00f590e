import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byteSize, inByteUnits } from '../../../src/alloy/check/grammar/byte-size.ts';
import { BLACKBOX, SNMP, SQL } from '../../../src/alloy/check/grammar/exporter-configs.ts';
import { templateProblem } from '../../../src/alloy/check/grammar/go-template.ts';
import { jmespathProblem, subtractsNames } from '../../../src/alloy/check/grammar/jmespath.ts';
import { selectorProblem } from '../../../src/alloy/check/grammar/log-selector.ts';
import { lokiPatternProblem } from '../../../src/alloy/check/grammar/loki-pattern.ts';
import { mysqlDsnProblem } from '../../../src/alloy/check/grammar/mysql-dsn.ts';
import { timeZoneProblem } from '../../../src/alloy/check/grammar/time-zone.ts';
import { type Shape, yamlProblem } from '../../../src/alloy/check/grammar/yaml-config.ts';
import { re2Problem } from '../../../src/model/re2.ts';

describe('sizes as Alloy reads them', () => {
  test.each([
    ['0', 0],
    ['512B', 512],
    ['1KiB', 1024],
    ['1KB', 1024],
    ['1.5MiB', 1_572_864],
    ['1GiB512MiB', 1_610_612_736],
    ['-1KiB', -1024],
  ])('%s', (text, bytes) => expect(byteSize(text)).toBe(bytes));

  test.each([
    ['', 'invalid '],
    ['536870912', 'unknown unit  in 536870912'],
    ['1mb', 'unknown unit mb in 1mb'],
    ['512Mi', 'unknown unit Mi in 512Mi'],
    ['8 KB', 'unknown unit  KB in 8 KB'],
    ['1kB', 'unknown unit kB in 1kB'],
    ['1MiB1MB', 'unknown unit MiB in 1MiB1MB'],
  ])('not %j', (text, problem) => expect(byteSize(text)).toEqual({ problem }));

  test.each([
    ['512Mi', '512MiB'],
    ['1mb', '1MiB'],
    ['8 KB', '8KiB'],
    ['8192', '8192B'],
    ['many', undefined],
  ])('%s is meant as %s', (text, meant) => expect(inByteUnits(text)).toBe(meant));

  test('what is meant can be read', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.constantFrom('k', 'Kb', 'mi', 'MB', 'gib', ' G', 'tb'),
        (count, unit) => {
          expect(typeof byteSize(inByteUnits(`${count}${unit}`)!)).toBe('number');
        },
      ),
    );
  });
});

describe('JMESPath', () => {
  test.each([
    'a',
    'a.b[0].c[*].d',
    '"@timestamp"',
    'a[?b == `1`].c | [0]',
    'length(a) > `2` && !b || c',
    '{x: a, "y": b.c}',
    '[a, b][1:3]',
    'max_by(a, &b.c)',
    'let $x = a in $x.b',
    'user-agent',
    '- a',
    '@.a',
    '*.b',
    "'raw \\' string'",
  ])('%s', (expression) => expect(jmespathProblem(expression)).toBeUndefined());

  test.each([
    ['@timestamp', 'Unexpected token at the end of the expression: timestamp'],
    ['a.', 'Expected identifier, lbracket, or lbrace'],
    ['a[', 'Expected *, received: the end'],
    ['a b', 'Unexpected token at the end of the expression: b'],
    ['', 'Incomplete expression'],
    ['"a', 'Unclosed delimiter: "'],
    ['a#b', "Unknown char: '#'"],
    ['"f"(a)', "Can't have quoted identifier as function name."],
    ['1', 'Invalid token: 1'],
    ['a[1:2:3:4]', 'Too many colons in slice expression'],
  ])('not %j', (expression, problem) => expect(jmespathProblem(expression)).toBe(problem));

  test('before 1.11 there is no arithmetic', () => {
    expect(jmespathProblem('user-agent', { arithmetic: false })).toBe("Unknown char: '-'");
    expect(jmespathProblem('a[-1]', { arithmetic: false })).toBeUndefined();
  });

  test('a key with a hyphen is a subtraction', () => {
    expect(subtractsNames('user-agent')).toBe(true);
    expect(subtractsNames('a - b')).toBe(false);
    expect(subtractsNames('"user-agent"')).toBe(false);
  });
});

describe('selectors of stage.match', () => {
  test.each([
    '{app="a"}',
    '{app=`a`, path!="b",x=~"a.*", y!~"b+"}',
    ' { app = "a" } |= "x" |~ `y{2}` != "z" !~ "w" ',
    '{app="a"} // a comment',
    '{été="1"}',
  ])('%s', (text) => expect(selectorProblem(text)).toBeUndefined());

  test.each([
    ['{}', 'expecting a label name'],
    ['app="a"', 'unexpected app, expecting {'],
    ['{app=a}', 'expecting a string'],
    ['{app="a"', 'unexpected the end, expecting , or }'],
    ['{app="a",}', 'expecting a label name'],
    ['{app.name="a"}', 'unexpected ., expecting =, !=, =~ or !~'],
    ['{app="a"} | json', 'expecting |=, !=, |~ or !~'],
    ['{app="a} |= "b"', 'literal not terminated'],
    ['{app="a"} |~ "("', 'missing closing )'],
    ['{app="\\q"}', 'invalid syntax'],
    ['{app="a', 'literal not terminated'],
  ])('not %j', (text, message) => {
    expect(selectorProblem(text)?.message).toContain(message);
    expect(selectorProblem(text)?.panics).toBe(false);
  });

  test.each(['{app=~"a(b"}', '{a="b", app!~"(?=x)"} |= "y"', '{app=~"["'])(
    'Alloy panics on %j',
    (text) => expect(selectorProblem(text)?.panics).toBe(true),
  );
});

describe('patterns of stage.pattern', () => {
  test.each(['<ip> - <user>', 'a<x>', '<_> <x>', '<a b> <x>'])('%s', (text) =>
    expect(lokiPatternProblem(text)).toBeUndefined(),
  );
  test.each([
    ['plain', 'at least one capture is required'],
    ['<_>', 'at least one capture is required'],
    ['<a><b>', "found consecutive capture '<a><b>': invalid expression"],
    ['<a> <a>', 'duplicate capture name (a): invalid expression'],
  ])('not %j', (text, problem) => expect(lokiPatternProblem(text)).toBe(problem));
});

describe('templates', () => {
  test.each([
    'plain',
    '{{ .Value | ToUpper }}',
    '{{- if and .a (eq .b "c") -}}x{{ else if .d }}y{{ else }}z{{ end }}',
    '{{ range $i, $e := .list }}{{ $i }}{{ if $e }}{{ break }}{{ end }}{{ end }}',
    '{{ define "t" }}a{{ end }}{{ template "t" . }}',
    '{{/* a comment */}}{{ printf "%s-%d" .a 1 }}',
    '{{ with $x := .a }}{{ $x.b.c }}{{ end }}',
    '{{ regexReplaceAll "a(b)" .Value "${1}" | b64enc | trimSuffix "=" }}',
    '{{ `raw }}` }}',
  ])('%s', (text) => expect(templateProblem(text)).toBeUndefined());

  test.each([
    ['{{ .Value ', 'template: pipeline_template:1: unclosed action'],
    ['a\n{{ nope .a }}', 'template: pipeline_template:2: function "nope" not defined'],
    ['{{ $x }}', 'template: pipeline_template:1: undefined variable "$x"'],
    ['{{ if .a }}', 'template: pipeline_template:1: unexpected EOF'],
    ['{{ end }}', 'template: pipeline_template:1: unexpected {{end}}'],
    ['{{ }}', 'template: pipeline_template:1: missing value for command'],
    ['{{ .a | 1 }}', 'template: pipeline_template:1: non executable command in pipeline stage 2'],
    ['{{ "a }}', 'template: pipeline_template:1: unterminated quoted string'],
    ['{{ (.a }}', 'template: pipeline_template:1: unclosed left paren'],
    ['{{ break }}', 'template: pipeline_template:1: {{break}} outside {{range}}'],
    ['{{ .a+1 }}', "template: pipeline_template:1: bad character U+002B '+'"],
  ])('not %j', (text, message) => expect(templateProblem(text)?.message).toBe(message));

  test('a function with a typo is named', () => {
    expect(templateProblem('{{ ToUper .a }}')?.meant).toBe('ToUpper');
  });
});

describe('time zones', () => {
  test.each([
    '',
    'UTC',
    'Local',
    'Europe/Berlin',
    'US/Pacific',
    'EST5EDT',
    'Etc/GMT+5',
    'Asia/Kolkata',
  ])('%j', (name) => expect(timeZoneProblem(name)).toBeUndefined());
  test.each(['Europe/Berln', 'europe/berlin', '+01:00', 'CEST', '../etc/passwd', 'Mars/Olympus'])(
    'not %j',
    (name) => expect(timeZoneProblem(name)).toBe(`unknown time zone ${name}`),
  );
});

describe('DSNs of MySQL', () => {
  test.each([
    '',
    'root@(127.0.0.1:3306)/',
    'u:p@tcp(db:3306)/name?timeout=5s&parseTime=true',
    'u:p/w@ss@unix(/run/mysqld.sock)/',
    '/',
  ])('%s', (dsn) => expect(mysqlDsnProblem(dsn)).toBeUndefined());
  test.each([
    'mysql://root:pw@127.0.0.1:3306/',
    'root@127.0.0.1:3306',
    'root@tcp(127.0.0.1:3306/',
    'root@(db)/?timeout=5',
    'root@(db)/?parseTime=yes',
  ])('not %s, and no part of it is repeated', (dsn) => {
    const problem = mysqlDsnProblem(dsn);
    expect(problem).toBeDefined();
    expect(problem).not.toMatch(/root|127|pw/);
  });
});

describe('YAML inside a string', () => {
  const problem = (text: string, shape: Shape) => yamlProblem(text, shape)?.message;

  test.each<[string, Shape]>([
    ['', BLACKBOX],
    ['modules: {a: {prober: http, timeout: 5s, http: {preferred_ip_protocol: ip4}}}', BLACKBOX],
    ['modules:\n  a: &x\n    prober: tcp\n  b: *x\n', BLACKBOX],
    [
      'modules: {a: {prober: dns, dns: {query_name: example.com, recursion_desired: yes}}}',
      BLACKBOX,
    ],
    ['auths: {a: {community: public, version: 2}}', SNMP],
    [
      'collector_name: a\nmetrics: [{metric_name: b, type: gauge, help: c, values: [d], query: "SELECT 1"}]',
      SQL,
    ],
  ])('%j', (text, shape) => expect(problem(text, shape)).toBeUndefined());

  test.each<[string, Shape, RegExp]>([
    ['modules: {a: {timeut: 5s}}', BLACKBOX, /line 1: field timeut not found/],
    ['modules: {a: {timeout: 5 seconds}}', BLACKBOX, /time: unknown unit/],
    ['modules: [a]', BLACKBOX, /expected keys and values/],
    ['modules: {a: {dns: {}}}', BLACKBOX, /query_name must be set/],
    ['modules: {a: {http: {valid_status_codes: [ok]}}}', BLACKBOX, /cannot unmarshal into int/],
    ['modules: {a: {tcp: {query_response: [{expect: "("}]}}}', BLACKBOX, /missing closing \)/],
    ['modules: {a: b', BLACKBOX, /^yaml: /],
    ['a: 1\na: 2', BLACKBOX, /^yaml: /],
    ['collector_name: a', SQL, /metrics must be set/],
  ])('not %j', (text, shape, message) => expect(problem(text, shape)).toMatch(message));

  test('a field with a typo is named', () => {
    expect(yamlProblem('modules: {a: {timeut: 5s}}', BLACKBOX)?.meant).toBe('timeout');
  });
});

describe('whatever comes', () => {
  const pieces = fc
    .array(
      fc.oneof(
        fc.string({ maxLength: 3 }),
        fc.constantFrom(
          '{{',
          '}}',
          '{',
          '}',
          '[',
          ']',
          '(',
          ')',
          '"',
          '`',
          '\\',
          '$x',
          '.a',
          '|',
          '=~',
          '<a>',
          'if ',
          'end',
        ),
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join(''));

  test.each<[string, (text: string) => unknown]>([
    ['a size', byteSize],
    ['a JMESPath', jmespathProblem],
    ['a selector', selectorProblem],
    ['a pattern', lokiPatternProblem],
    ['a template', templateProblem],
    ['a time zone', timeZoneProblem],
    ['a DSN', mysqlDsnProblem],
    ['YAML', (text) => yamlProblem(text, BLACKBOX)],
    ['a regular expression', re2Problem],
  ])('%s does not throw', (_, read) => {
    fc.assert(
      fc.property(pieces, (text) => {
        read(text);
      }),
      { numRuns: 500 },
    );
  });

  test('what JavaScript compiles without its own inventions, RE2 compiles too', () => {
    const atoms = fc.constantFrom(
      'a',
      '.',
      '[a-z]',
      '[^b]',
      '\\d',
      '\\w',
      '(?:ab)',
      '(c)',
      '\\.',
      '^',
      '$',
    );
    const marks = fc.constantFrom('', '*', '+', '?', '*?', '{2}', '{1,3}');
    const patterns = fc
      .array(fc.tuple(atoms, marks), { minLength: 1, maxLength: 8 })
      .map((parts) =>
        parts.map(([atom, mark]) => (/^[\^$]/.test(atom) ? atom : atom + mark)).join(''),
      );
    fc.assert(
      fc.property(patterns, (pattern) => {
        expect(() => new RegExp(pattern)).not.toThrow();
        expect(re2Problem(pattern)).toBeUndefined();
      }),
    );
  });
});
