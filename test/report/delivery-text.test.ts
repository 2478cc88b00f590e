import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { deliveryPage } from '../../scripts/delivery-page.ts';
import type { Delivery } from '../../src/model/delivery.ts';
import { ADVICE, deliveryCell, deliveryNote } from '../../src/report/delivery-text.ts';

const delivery = (more: Partial<Delivery>): Delivery => ({
  component: 'prometheus.remote_write.default',
  destination: 'https://prometheus.example.com/api/v1/write',
  state: 'refused',
  status: null,
  reason: null,
  since: null,
  perMinute: null,
  lostPerMinute: 0,
  lagS: 0,
  tolerated: false,
  ...more,
});

test('a refusal: where, why, since when, how much is lost, and what to do', () => {
  const since = Date.UTC(2026, 10, 23, 21, 4);
  expect(deliveryNote(delivery({ status: '405', since, lostPerMinute: 1015 }))).toBe(
    "https://prometheus.example.com/api/v1/write: data is refused (405) since 21:04 UTC, 1,015 a minute are lost. Is this Prometheus' own receiver? It needs --web.enable-remote-write-receiver. Otherwise check the path of the URL",
  );
});

test.each([
  [{ state: 'delivering' }, undefined],
  [{ state: 'idle' }, undefined],
  [{ state: 'backlogged', lagS: 900 }, /: data falls behind by 900 s\. /],
  [
    { destination: null, status: '401' },
    /^prometheus\.remote_write\.default: data is refused \(401\)\. Check the user name/,
  ],
  [
    { state: 'retrying', reason: 'dial tcp 10.0.0.1:9009: connect: connection refused' },
    /: data does not get through \(dial tcp 10\.0\.0\.1:9009: connect: connection refused\)\. Nothing listens there/,
  ],
] as const)('%j', (more, expected) => {
  const note = deliveryNote(delivery(more));
  if (expected === undefined) expect(note).toBe(undefined);
  else expect(note).toMatch(expected);
});

describe('advice', () => {
  test.each([
    ['400', '400'],
    ['Unauthenticated', '401'],
    ['PermissionDenied', '403'],
    ['404', '404'],
    ['429', '429'],
    ['503', '5xx'],
    ['500', '5xx'],
  ] as const)('for %s', (status, answer) => {
    const advice = ADVICE[answer];
    expect(deliveryNote(delivery({ status }))).toContain(advice);
  });

  test.each([
    ['tls: failed to verify certificate: x509: unknown authority', 'TLS'],
    ['dial tcp: lookup prom: no such host', 'an unknown name'],
    ['no children to pick from', 'an unknown name'],
    ['context deadline exceeded', 'no answer'],
  ] as const)('for "%s"', (reason, answer) => {
    const advice = ADVICE[answer];
    expect(deliveryNote(delivery({ state: 'retrying', reason }))).toContain(advice);
  });
});

test.each([
  [null, '-'],
  [[], '-'],
  [['idle', 'idle'], 'idle'],
  [['delivering', 'idle'], '1 ok'],
  [['delivering', 'refused', 'retrying'], '2 of 3 fail'],
  [['refused'], '1 failure'],
] as const)('%j is "%s"', (states, cell) => {
  expect(deliveryCell(states?.map((state) => delivery({ state })))).toBe(cell);
});

test('docs/delivery.md is current (node build.mjs run scripts/docs-delivery.ts)', () => {
  const page = readFileSync(new URL('../../docs/delivery.md', import.meta.url), 'utf8');
  expect(page).toBe(deliveryPage());
});
