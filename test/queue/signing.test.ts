import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { packed, runName, unpacked } from '../../src/queue/protocol.ts';
import { opened, sealed, signerOf } from '../../src/queue/signing.ts';

const signer = signerOf('0123456789abcdef0123456789abcdef');
const other = signerOf('0123456789abcdef0123456789abcdee');

test('what was signed is read again, by whoever has the key', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const same = JSON.parse(JSON.stringify(value));
      expect(opened('job', sealed('job', value, signer), signer)).toEqual(same);
      expect(unpacked('events', packed('events', value, signer), signer)).toEqual(same);
    }),
  );
});

describe('nothing else is', () => {
  test('of another key or for another purpose', () => {
    const order = sealed('job', { host: 'web-01' }, signer);
    expect(opened('job', order, other)).toBeUndefined();
    expect(opened('run', order, signer)).toBeUndefined();
    const entry = packed('events', { run: 'r1' }, signer);
    expect(unpacked('events', entry, other)).toBeUndefined();
    expect(unpacked('scope', entry, signer)).toBeUndefined();
  });

  test('with any byte changed', () => {
    const order = sealed('job', { host: 'web-01', run: 'r1' }, signer);
    const entry = packed('events', { run: 'r1' }, signer);
    fc.assert(
      fc.property(fc.nat(order.length - 1), fc.nat(entry.length - 1), (at, byte) => {
        const changed = `${order.slice(0, at)}${order[at] === 'x' ? 'y' : 'x'}${order.slice(at + 1)}`;
        expect(opened('job', changed, signer)).toBeUndefined();
        const bytes = Buffer.from(entry);
        bytes[byte] = bytes[byte]! ^ 1;
        expect(unpacked('events', bytes, signer)).toBeUndefined();
      }),
    );
  });

  test('that is no text of ours at all', () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.string()), fc.uint8Array(), (value, bytes) => {
        expect(opened('job', value, signer)).toBeUndefined();
        expect(unpacked('events', Buffer.from(bytes), signer)).toBeUndefined();
      }),
    );
  });
});

test('each attempt has names of its own for its runs on a host', () => {
  const names = (['change', 'undo'] as const).flatMap((phase) =>
    [1, 2, 3].flatMap((issue) => [1, 2, 11].map((attempt) => runName('r', phase, issue, attempt))),
  );
  expect(new Set(names).size).toBe(names.length);
  expect(names[0]).toBe('r');
});
