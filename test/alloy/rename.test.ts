import { describe, expect, test } from 'vitest';
import { renamed } from '../../src/alloy/rename.ts';

const write = (label: string, url = 'http://a/push') =>
  `prometheus.remote_write "${label}" {\n\tendpoint {\n\t\turl = "${url}"\n\t}\n}\n`;
const source = (label: string, file: string) =>
  `loki.source.file "${label}" {\n\ttargets = [{"__path__" = "${file}"}]\n\tforward_to = []\n}\n`;
const loki = (label: string, wal: string) =>
  `loki.write "${label}" {\n\tendpoint {\n\t\turl = "http://a"\n\t}\n${wal}}\n`;

const pairs = (before: string, after: string) =>
  renamed(before, after).map(({ message }) => message.replace(/ is now called (\S+):.*/, ' -> $1'));

describe('a label that changes', () => {
  test.each<[string, string, string, readonly string[]]>([
    ['nothing changed', write('a'), write('a'), []],
    ['other arguments', write('a'), write('a', 'http://b/push'), []],
    [
      'a new label',
      write('a'),
      write('b'),
      ['prometheus.remote_write.a -> prometheus.remote_write.b'],
    ],
    [
      'a new label and other arguments',
      write('a'),
      write('b', 'http://b'),
      ['prometheus.remote_write.a -> prometheus.remote_write.b'],
    ],
    ['one added', write('a'), `${write('a')}\n${write('b')}`, []],
    ['one taken out', `${write('a')}\n${write('b')}`, write('a'), []],
    [
      'something that keeps nothing',
      'prometheus.scrape "a" {\n\ttargets = []\n}\n',
      'prometheus.scrape "b" {\n\ttargets = []\n}\n',
      [],
    ],
    ['a receiver of pushed logs', 'loki.source.api "a" { }\n', 'loki.source.api "b" { }\n', []],
    ['loki.write without a log', loki('a', ''), loki('b', ''), []],
    [
      'loki.write with one',
      loki('a', '\twal {\n\t\tenabled = true\n\t}\n'),
      loki('b', '\twal {\n\t\tenabled = true\n\t}\n'),
      ['loki.write.a -> loki.write.b'],
    ],
    [
      'an instance of a declare that keeps something',
      `declare "out" {\n${write('x')}}\n\nout "a" { }\n`,
      `declare "out" {\n${write('x')}}\n\nout "b" { }\n`,
      ['out.a -> out.b'],
    ],
    ['an empty one', '', write('a'), []],
    [
      'two at once go to what they are like',
      `${source('a', '/one')}\n${source('b', '/two')}`,
      `${source('x', '/two')}\n${source('y', '/one')}`,
      ['loki.source.file.b -> loki.source.file.x', 'loki.source.file.a -> loki.source.file.y'],
    ],
  ])('%s', (_, before, after, expected) => {
    expect(pairs(before, after)).toEqual(expected);
  });

  test('the warning names both labels, the directory and the place', () => {
    const [found] = renamed(write('a'), `logging { }\n\n${write('b')}`);
    expect(found).toMatchObject({
      severity: 'warning',
      code: 'rename.wal',
      line: 3,
      column: 1,
    });
    expect(found?.hint).toMatch(
      /^Keep the label "a".* delete \/var\/lib\/alloy\/data\/prometheus\.remote_write\.a when/,
    );
  });
});
