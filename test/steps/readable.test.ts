import { describe, expect, test } from 'vitest';
import type { Facts, TreeFact } from '../../src/model/facts.ts';
import { planRemoval } from '../../src/plan/removal.ts';
import { accessStep } from '../../src/steps/access.ts';
import { factsOf, targetOf } from '../builders.ts';
import { inputOf } from './input.ts';

const APP = '/srv/closed/app';
const at = { file: 'inventory.yaml', line: 9, column: 5 };
const target = targetOf({
  readable: [APP],
  origins: new Map([['config.readable', at]]),
});
const tree = (more: Partial<TreeFact> = {}): TreeFact => ({
  kind: 'directory',
  lacking: 0,
  closed: [],
  error: null,
  ...more,
});
const factsWith = (one: TreeFact | null, more: Partial<Facts> = {}): Facts =>
  factsOf(target, {
    readable: { tools: one !== null, trees: one === null ? {} : { [APP]: one } },
    ...more,
  });
const diff = (facts: Facts) => accessStep.diff(inputOf(target, facts));
const problems = (facts: Facts) => accessStep.problems!(inputOf(target, facts));
const warnings = (facts: Facts) => accessStep.warnings!(inputOf(target, facts));
const give = (search: string[]) => ({ do: 'acl', path: APP, gives: true, search });

describe('what is asked for', () => {
  test.each([
    ['lacks an ACL somewhere', tree({ lacking: 1 }), []],
    ['is in a closed directory', tree({ closed: ['/srv/closed'] }), ['/srv/closed']],
  ])('is given where it %s, without a restart', (_, one, search) => {
    expect(diff(factsWith(one))).toMatchObject({
      step: 'access',
      title: `alloy may read ${APP}${search.length > 0 ? ' and search /srv/closed' : ''} (ACL)`,
      actions: [give(search)],
      needs: 'nothing',
    });
  });

  test('is no change once it is so, and one file more does not change the plan', () => {
    expect(diff(factsWith(tree()))).toBeUndefined();
    expect(diff(factsWith(tree({ lacking: 7 })))).toEqual(diff(factsWith(tree({ lacking: 1 }))));
  });

  test('is told where it is not there yet, and nothing is done', () => {
    const facts = factsWith(tree({ kind: 'absent' }));
    expect(diff(facts)).toBeUndefined();
    expect(warnings(facts)).toEqual([
      { code: 'access.absent', host: 'web-01', params: { reason: 'no-path', path: APP }, at },
    ]);
    expect(problems(facts)).toEqual([]);
    expect(warnings(factsWith(tree()))).toEqual([]);
  });

  test.each([
    [null, 'host.acl', { reason: 'no-tools', paths: [APP] }],
    [tree({ error: 'too large' }), 'host.acl', { reason: 'too-large', path: APP, most: 100_000 }],
    [tree({ error: 'deadline' }), 'host.acl', { reason: 'unknown', path: APP, said: 'deadline' }],
    [tree({ error: 'failed' }), 'host.file', { reason: 'symlink', path: APP }],
    [tree({ kind: 'symlink' }), 'host.file', { reason: 'kind', path: APP, kind: 'symlink' }],
    [tree({ kind: 'other' }), 'host.file', { reason: 'kind', path: APP, kind: 'other' }],
  ])('cannot be given: %#', (one, code, params) => {
    const facts = factsWith(one);
    expect(diff(facts)?.actions).toEqual([give([])]);
    expect(problems(facts)).toEqual([{ code, host: 'web-01', params, at }]);
  });
});

describe('what is no longer asked for', () => {
  const given = { '/srv/closed/old': ['/srv', '/srv/closed'], [APP]: ['/srv/closed'] };

  test('is taken back, but not what another path still needs', () => {
    expect(diff(factsWith(tree(), { given }))).toMatchObject({
      title: 'alloy may no longer read /srv/closed/old (ACL)',
      actions: [{ do: 'acl', path: '/srv/closed/old', gives: false, search: ['/srv'] }],
    });
  });

  test('is taken back by a removal, before the user goes', () => {
    const plan = planRemoval(target, factsWith(tree(), { given }), {
      purge: true,
      othersInstalled: [],
    });
    const actions = plan.changes.flatMap((change) => change.actions);
    expect(actions.filter((action) => action.do === 'acl')).toEqual([
      { do: 'acl', path: '/srv/closed/old', gives: false, search: ['/srv', '/srv/closed'] },
      { do: 'acl', path: APP, gives: false, search: ['/srv/closed'] },
    ]);
    const names = actions.map((action) => action.do);
    expect(names.lastIndexOf('acl')).toBeLessThan(names.indexOf('delete-account'));
  });
});
