import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLineReader, readRecord } from '../../src/shell/records.ts';

const NONCE = '@@n';

test.each([
  ['@@n begin package', { verb: 'begin', step: 'package' }],
  ['@@n fail config 3', { verb: 'fail', step: 'config', exit: 3 }],
  [
    '@@n wait 34 60 for Alloy to flush',
    { verb: 'wait', seconds: 34, limitS: 60, what: 'for Alloy to flush' },
  ],
  [
    '@@n problem alloy.reload it said no',
    { verb: 'problem', code: 'alloy.reload', text: 'it said no' },
  ],
  ['@@n detail   indented', { verb: 'detail', text: '  indented' }],
  ['@@n result rolled-back', { verb: 'result', result: 'rolled-back' }],
  ['@@n facts {"a":"b c"}', { verb: 'facts', json: '{"a":"b c"}' }],
  ['@@other begin package', undefined],
  [' @@n begin package', undefined],
  ['@@n begin nonsense', undefined],
  ['@@n result fine', undefined],
  ['@@n problem no.such text', undefined],
  ['@@n', undefined],
])('%j is read as %j', (line, expected) => {
  expect(readRecord(line, NONCE)).toEqual(expected);
});

test('no line makes it throw', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      readRecord(`${NONCE} ${text}`, NONCE);
      readRecord(text, NONCE);
    }),
  );
});

test('lines come out the same however the bytes were cut, and every byte is counted', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: 'binary' }).map((text) => text.replace(/[\n\ud800-\udfff]/g, ''))),
      fc.array(fc.nat(40)),
      (lines, cuts) => {
        const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
        const heard: string[] = [];
        const reader = createLineReader((line) => heard.push(line));
        let at = 0;
        for (const cut of cuts) {
          reader.push(bytes.subarray(at, at + cut));
          at = Math.min(bytes.length, at + cut);
        }
        reader.push(bytes.subarray(at));
        expect(heard).toEqual(
          lines
            .map((line) => line.replace(/^\ufeff/, ''))
            .map((line, n) => (lines[n] === line ? line : line)),
        );
        expect(reader.received).toBe(bytes.length);
      },
    ),
  );
});
