import { expect, test } from 'vitest';
import { sealed } from '../../../src/plan/saved-plan.ts';
import { useAlloyup } from '../built.ts';

const { alloyup, put, read } = useAlloyup();

/** A port of this machine where nobody listens: logins fail immediately. */
const NOBODY = 'hosts:\n  web-01: { ssh: { address: 127.0.0.1, port: 9, user: ops } }\n';

test('a host without a plan is listed in the saved plan and not touched', () => {
  put('inventory.yaml', NOBODY);
  expect(alloyup(['plan', '--out', 'plan.json']).code).toBe(1);
  expect(JSON.parse(read('plan.json'))).toMatchObject({ hosts: {}, left: ['web-01'] });
  const { code, out } = alloyup(['apply', 'plan.json', '--output', 'json']);
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    summary: { hosts: 0 },
    warnings: [{ code: 'plan.left' }],
  });
});

test('an invalid plan, or one for other hosts, is refused before any connection', () => {
  put('inventory.yaml', NOBODY);
  expect(alloyup(['apply', 'nothing.json'])).toMatchObject({ code: 64, out: '' });
  put('plan.json', '{}');
  expect(alloyup(['apply', 'plan.json']).err).toContain('plan.json is not a saved plan');
  const sha256 = 'a'.repeat(64);
  const saved = sealed({
    schema: 1,
    kind: 'alloyup.plan',
    version: '0.1.0',
    run: 'r',
    createdAt: 0,
    inventory: { file: 'inventory.yaml', sha256 },
    adopt: false,
    hosts: { 'db-09': { hash: sha256, changes: [], expect: [] } },
    left: [],
  });
  put('plan.json', JSON.stringify(saved));
  const { code, err } = alloyup(['apply', 'plan.json']);
  expect(code).toBe(1);
  expect(err).toContain('error[apply.stale]');
  expect(err).toContain('db-09');

  put('plan.json', JSON.stringify({ ...saved, adopt: true }));
  const edited = alloyup(['apply', 'plan.json']);
  expect(edited.code).toBe(64);
  expect(edited.err).toContain('plan.json was changed after it was saved');
});

test('--retry runs on the hosts that the last apply did not finish', () => {
  put('inventory.yaml', `${NOBODY}  web-02: { ssh: { address: 127.0.0.2, port: 9, user: ops } }\n`);
  expect(alloyup(['apply', '--yes', '-l', 'web-02']).code).toBe(1);
  const again = alloyup(['apply', '--yes', '--retry', 'last', '--output', 'json']);
  expect(Object.keys(JSON.parse(again.out).hosts)).toEqual(['web-02']);
  const none = alloyup(['apply', '--yes', '--retry', 'last', '-l', 'web-01']);
  expect(none).toMatchObject({ code: 0 });
  expect(none.out + none.err).toContain('warning[retry.nothing]');
  // that run went over no host: the one before it is still the last to tell anything
  const third = alloyup(['apply', '--yes', '--retry', 'last', '--output', 'json']);
  expect(Object.keys(JSON.parse(third.out).hosts)).toEqual(['web-02']);
});
