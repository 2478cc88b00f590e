import { XMLValidator } from 'fast-xml-parser';
import { describe, expect, test } from 'vitest';
import { graphDifference } from '../../src/graph/changes.ts';
import { createLayOut } from '../../src/graph/layout.ts';
import { graphSvg } from '../../src/graph/svg.ts';
import { graphChangeLines } from '../../src/report/graph-text.ts';
import { configOf } from './generated.ts';

const CHECK = { stability: 'experimental', strict: false, check: null } as const;
const difference = (before: string, after: string) => graphDifference(before, after, CHECK);
const told = (before: string, after: string, width = 100): readonly string[] => {
  const found = difference(before, after);
  return found ? graphChangeLines(found.changes, width, false) : [];
};

const JOURNAL = `loki.source.journal "j" { forward_to = [loki.process.p.receiver] }
loki.process "p" {
  stage.drop { older_than = "1h" }
  forward_to = [loki.write.w.receiver]
}
loki.write "w" { endpoint { url = "https://logs.example.com/push" } }
`;

describe('what a change does to components', () => {
  test.each([
    ['nothing', JOURNAL, []],
    ['blanks and comments', `// new\n${JOURNAL.replaceAll('  ', '\t')}`, []],
    [
      'one more',
      `${JOURNAL}loki.source.api "a" { forward_to = [loki.write.w.receiver] }\n`,
      ['+ loki.source.api.a'],
    ],
    ['another argument', JOURNAL.replace('1h', '2h'), ['~ loki.process.p']],
    [
      'another label',
      JOURNAL.replaceAll('loki.process.p', 'loki.process.q').replace('"p"', '"q"'),
      ['~ loki.source.journal.j', 'loki.process.p is called loki.process.q now'],
    ],
    [
      'another host',
      JOURNAL.replace('logs.example', 'logs2.example'),
      ['+ logs2.example.com', '- logs.example.com', '~ loki.write.w'],
    ],
    [
      'what fed it is gone',
      JOURNAL.replace(/loki\.process "p" \{[\s\S]*?\n\}\n/, '').replace(
        'loki.process.p.receiver',
        '',
      ),
      [
        '- loki.process.p',
        '~ loki.source.journal.j',
        'nothing feeds loki.write.w any more',
        'loki.source.journal.j sends nowhere any more',
      ],
    ],
    [
      'around a component',
      JOURNAL.replace('[loki.process.p.receiver]', '[loki.write.w.receiver]'),
      [
        '~ loki.source.journal.j',
        'logs from loki.source.journal.j to loki.write.w now',
        'nothing feeds loki.process.p any more',
      ],
    ],
  ])('%s', (_, after, lines) => {
    expect(told(JOURNAL, after)).toEqual(lines);
  });

  test('in a module, at each of its instances', () => {
    const module = (stage: string): string => `declare "m" {
  argument "to" { }
  loki.process "x" {
    ${stage}
    forward_to = argument.to.value
  }
}
m "a" { to = [loki.write.w.receiver] }
m "b" { to = [loki.write.w.receiver] }
loki.write "w" { }
`;
    expect(told(module(''), module('stage.cri { }'))).toEqual([
      '~ m.a/loki.process.x, m.b/loki.process.x',
    ]);
    expect(told(module(''), module('').replace('m "b"', 'm "c"'))).toEqual([
      'm.b is called m.c now',
    ]);
  });

  test('many are told in a few lines that fit', () => {
    const lines = told(configOf(7), configOf(300), 66);
    expect(lines.length).toBeLessThanOrEqual(3);
    expect(lines[0]).toMatch(/^\+ .* and \d+ more$/);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(66);
  });

  test('broken texts and empty ones are compared as far as they can be read', () => {
    expect(told('loki.write "w" { ', 'loki.write "w" { }')).toEqual([]);
    expect(told('', JOURNAL)[0]).toMatch(/^\+ loki\.source\.journal\.j/);
    expect(told('}}} {{{', '= = =')).toEqual([]);
  });
});

test('the pictures before and after say with words what is new and what goes', async () => {
  const after = JOURNAL.replace(/loki\.process "p" \{[\s\S]*?\n\}\n/, '').replace(
    'loki.process.p.receiver',
    '',
  );
  const found = difference(JOURNAL, after)!;
  const layOut = await createLayOut();
  const [had, has] = [found.before, found.after].map((graph) =>
    graphSvg(layOut(graph), { styled: false, explained: false }),
  );
  for (const svg of [had, has]) {
    expect(XMLValidator.validate(svg!)).toBe(true);
    expect(svg).not.toContain('<style>');
  }
  expect(had).toMatch(/ag-tone-removed[\s\S]*?>− removed</);
  expect(has).toMatch(/ag-tone-warning[\s\S]*?>▲ nothing feeds it now</);
});
