import fc from 'fast-check';
import { expect, test } from 'vitest';
import { afterMarker, collector } from '../../src/engine/streams.ts';

test('a collector keeps the first bytes only', () => {
  const kept = collector(5);
  for (const part of ['abc', 'def', 'ghi']) kept.push(Buffer.from(part));
  expect(kept.text()).toBe('abcde');
});

test('a collector keeps its own copy', () => {
  const kept = collector(10);
  const bytes = Buffer.from('abc');
  kept.push(bytes);
  bytes.fill(0);
  expect(kept.text()).toBe('abc');
});

test('a marker is found however the stream is cut, and the bytes after it are passed on as they are', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', 'ab', 'é', '\n') });
  fc.assert(
    fc.property(text, text, fc.integer({ min: 1, max: 5 }), (before, after, size) => {
      const marker = 'aab\n';
      const bytes = Buffer.from(`${before}${marker}${after}`);
      const rest: Buffer[] = [];
      const stream = afterMarker(marker, (part) => rest.push(Buffer.from(part)));
      for (let at = 0; at < bytes.length; at += size) stream.push(bytes.subarray(at, at + size));
      const at = bytes.indexOf(marker) + marker.length;
      expect(stream.found).toBe(true);
      expect(Buffer.concat(rest)).toEqual(bytes.subarray(at));
    }),
  );
});

test('the first marker counts, and nothing is passed on for its own end', () => {
  const rest: string[] = [];
  const stream = afterMarker('go\n', (part) => rest.push(Buffer.from(part).toString()));
  for (const part of ['hello g', 'o\n', 'a go\n', 'b']) stream.push(Buffer.from(part));
  expect(rest).toEqual(['a go\n', 'b']);
});

test('without the marker nothing is passed on, and everything is kept', () => {
  const stream = afterMarker('ready', () => expect.unreachable());
  for (const part of ['rea', 'd', 'i']) stream.push(Buffer.from(part));
  expect([stream.found, stream.before()]).toEqual([false, 'readi']);
});
