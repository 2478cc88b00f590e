import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createLineReader, readRecord } from '../../src/host/records.ts';
import { STEP_IDS } from '../../src/model/plan.ts';

const NONCE = '@@n1';
const read = (record: unknown) => readRecord(`${NONCE} ${JSON.stringify(record)}`, NONCE);
const bytes = (text: string) => Buffer.from(text).toString('latin1');
const problem = { code: 'apply.stale', params: { reason: 'file-changed', paths: ['/ü'], n: null } };

test.each([
  ['deep lists', `"x":${'['.repeat(40)}${']'.repeat(40)}`],
  ['deep maps', `"x":${'{"a":'.repeat(40)}1${'}'.repeat(40)}`],
  ['more lists than any host has', `"x":[${'[],'.repeat(250_000)}1]`],
])('a record of %s is none', (_, json) => {
  expect(readRecord(`${NONCE} {"type":"facts","facts":{${json}}}`, NONCE)).toBeUndefined();
});

test('brackets in text do not count', () => {
  const facts = { a: '['.repeat(100), b: '"\\"[[[', c: [[]] };
  expect(read({ type: 'facts', facts })).toEqual({ type: 'facts', facts });
});

describe('a record', () => {
  test.each<[object, object | undefined]>([
    ...STEP_IDS.map((step): [object, object] => [
      { type: 'begin', step },
      { type: 'begin', step },
    ]),
    [
      { type: 'end', step: 'config', more: 1 },
      { type: 'end', step: 'config' },
    ],
    [
      { type: 'undone', step: 'service' },
      { type: 'undone', step: 'service' },
    ],
    [{ type: 'begin', step: 'coffee' }, undefined],
    [{ type: 'begin' }, undefined],
    [
      { type: 'fail', step: 'package', exit: '100' },
      { type: 'fail', step: 'package', exit: 100 },
    ],
    [
      { type: 'fail', step: 'package', exit: '' },
      { type: 'fail', step: 'package', exit: 1 },
    ],
    [{ type: 'fail', step: 'coffee', exit: '1' }, undefined],
    [
      { type: 'wait', seconds: '5', limit: '20', what: 'ü' },
      { type: 'wait', seconds: 5, limitS: 20, what: 'ü' },
    ],
    [{ type: 'wait' }, { type: 'wait', seconds: 0, limitS: null, what: '' }],
    [
      { type: 'problem', problem },
      { type: 'problem', problem },
    ],
    [
      { type: 'problem', problem: { ...problem, detail: 'ü', more: 1 } },
      { type: 'problem', problem: { ...problem, detail: 'ü' } },
    ],
    [
      { type: 'problem', problem: { ...problem, detail: null } },
      { type: 'problem', problem },
    ],
    [{ type: 'problem', problem: { ...problem, code: 'coffee' } }, undefined],
    [{ type: 'problem', problem: { ...problem, code: null } }, undefined],
    [{ type: 'problem', problem: { code: 'apply.stale', params: {} } }, undefined],
    [{ type: 'problem', problem: { code: 'apply.stale' } }, undefined],
    [{ type: 'problem', problem: null }, undefined],
    [{ type: 'problem' }, undefined],
    [
      { type: 'warning', warning: { ...problem, code: 'coffee' } },
      { type: 'warning', warning: { ...problem, code: 'coffee' } },
    ],
    [{ type: 'warning', warning: { code: 'coffee' } }, undefined],
    [{ type: 'warning' }, undefined],
    [
      { type: 'earlier', run: 'r0' },
      { type: 'earlier', run: 'r0' },
    ],
    [{ type: 'earlier' }, { type: 'earlier', run: '' }],
    ...['ok', 'rolled-back', 'stuck', 'stale', 'locked', 'failed'].map(
      (result): [object, object] => [
        { type: 'result', result },
        { type: 'result', result },
      ],
    ),
    [{ type: 'result', result: 'fine' }, undefined],
    [{ type: 'result' }, undefined],
    [{ type: 'coffee' }, undefined],
    [{}, undefined],
  ])('%j', (record, expected) => {
    const printed = JSON.parse(bytes(JSON.stringify(record)));
    expect(read(printed)).toEqual(expected);
  });

  test('facts are left as they are, for who reads them', () => {
    const facts = { files: { [bytes('/ü')]: [bytes('ö')] } };
    expect(read({ type: 'facts', facts })).toEqual({ type: 'facts', facts });
  });

  const record = JSON.stringify({ type: 'end', step: 'config' });
  test.each([
    ['without the nonce', record],
    ['with another nonce', `@@n2 ${record}`],
    ['with something before it', ` ${NONCE} ${record}`],
    ['without a blank', `${NONCE}${record}`],
    ['that is cut', `${NONCE} ${record.slice(0, -1)}`],
    ['that is no object', `${NONCE} []`],
    ['that is no object', `${NONCE} null`],
    ['that is empty', ''],
  ])('a line %s is output', (_, line) => {
    expect(readRecord(line, NONCE)).toBeUndefined();
  });
});

describe('lines', () => {
  const linesOf = (parts: readonly Uint8Array[]) => {
    const lines: string[] = [];
    const reader = createLineReader((line) => lines.push(line));
    for (const part of parts) reader.push(part);
    return { lines, received: reader.received };
  };

  test('wait for their end', () => {
    const parts = ['a\nb', 'c', '\n\n', 'rest'].map((part) => Buffer.from(part));
    expect(linesOf(parts)).toEqual({ lines: ['a', 'bc', ''], received: 10 });
  });

  test('are the same, however the bytes are cut', () => {
    const text = fc.string({ unit: 'grapheme' }).map((line) => line.replaceAll('\n', ''));
    fc.assert(
      fc.property(fc.array(text), fc.array(fc.nat(20)), (lines, cuts) => {
        const all = Buffer.from(lines.map((line) => `${line}\n`).join(''));
        const parts: Uint8Array[] = [];
        let from = 0;
        for (const cut of cuts) {
          parts.push(all.subarray(from, from + cut));
          from += cut;
        }
        parts.push(all.subarray(from));
        expect(linesOf(parts)).toEqual({ lines, received: all.length });
      }),
    );
  });

  test('have a bounded length', () => {
    const part = Buffer.alloc(1 << 20, 'x');
    const { lines } = linesOf([...Array.from({ length: 12 }, () => part), Buffer.from('\nb\n')]);
    expect(lines.map((line) => line.length)).toEqual([8 << 20, 1]);
  });

  test('cost the same in single bytes', () => {
    const bytes = Buffer.from(`${'x'.repeat(300_000)}\n`);
    const began = performance.now();
    expect(linesOf(Array.from(bytes, (_, i) => bytes.subarray(i, i + 1))).lines).toHaveLength(1);
    expect(performance.now() - began).toBeLessThan(5000);
  });

  test('do not change when the buffer that they came in is used again', () => {
    const lines: string[] = [];
    const reader = createLineReader((line) => lines.push(line));
    const buffer = Buffer.from('ab');
    reader.push(buffer);
    buffer.write('xy');
    reader.push(Buffer.from('\n'));
    expect(lines).toEqual(['ab']);
  });
});
