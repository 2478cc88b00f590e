import fc from 'fast-check';
import { expect, test } from 'vitest';
import { reportOf } from '../../src/report/fold.ts';
import { junit } from '../../src/report/junit.ts';
import {
  applied,
  change,
  checkProblem,
  converged,
  planOf,
  rolledBack,
  stamp,
  started,
  undelivered,
  unreachable,
} from './events.ts';

const events = stamp([
  started('apply', 'a', 'b', 'c', 'd', 'e'),
  ...applied('a'),
  ...converged('b'),
  ...rolledBack('c'),
  ...unreachable('d'),
  { type: 'host.finished', host: 'e', outcome: 'skipped' },
  { type: 'run.finished', exitCode: 1 },
]);

test('a suite for each host, a case for each change and for the outcome', async () => {
  const text = junit(reportOf(events));
  wellFormed(text);
  await expect(text).toMatchFileSnapshot('golden/junit.xml');
});

test('a case for each destination of the data', () => {
  const text = junit(
    reportOf(stamp([started('apply', 'a'), ...applied('a'), ...undelivered('a')])),
  );
  wellFormed(text);
  expect(text).toContain('<testcase classname="a.delivery" name="data to loki:3100"><skipped ');
  expect(text).toMatch(
    /name="data to http:\/\/prom:9090\/api\/v1\/write"><failure type="delivery\.refused" message="[^"]*\(405\)[^"]*1,015 a minute are lost/,
  );
  expect(text).toContain('tests="5" failures="1" skipped="1"');
});

test('whatever hosts print, the document is well-formed XML', () => {
  const text = fc.string({
    unit: fc.oneof(
      fc.constantFrom('<', '&', ']]>', '\u0000', '\u001b', '\ufffe', '\ud800', '\n'),
      fc.string({ unit: 'binary', maxLength: 3 }),
    ),
  });
  fc.assert(
    fc.property(text, text, (title, message) => {
      const xml = junit(
        reportOf(
          stamp([
            started('apply', title),
            ...applied(title, planOf(change({ title }))),
            {
              type: 'host.finished',
              host: title,
              outcome: 'failed',
              problem: checkProblem(message, message, { detail: message }),
            },
          ]),
        ),
      );
      wellFormed(xml);
      expect(xml).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/);
      expect(Buffer.from(xml).toString()).toBe(xml);
    }),
  );
});

/** The grammar of what we write: tags that nest, quoted attributes, no stray markup. */
function wellFormed(xml: string): void {
  const open: string[] = [];
  const body = xml.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, '');
  const rest = body.replace(
    /<(\/?)([a-z]+)((?: [a-z]+="[^"<]*")*)(\/?)>/g,
    (_, close, name, _attributes, empty) => {
      if (close) expect(open.pop()).toBe(name);
      else if (!empty) open.push(name);
      return '';
    },
  );
  expect(open).toEqual([]);
  expect(rest).not.toMatch(/[<>]/);
  expect(xml.replace(/&#\d+;/g, '')).not.toContain('&');
}
