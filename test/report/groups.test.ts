import { describe, expect, test } from 'vitest';
import type { Problem, Warning } from '../../src/model/problem.ts';
import {
  findingGroups,
  planGroups,
  problemGroups,
  readPlan,
  warningGroups,
} from '../../src/report/groups.ts';
import { textOf } from '../../src/report/text-of.ts';
import { change, hostWith, labelled, planOf, reload } from './events.ts';

const lost = (address: string, said: string): Problem => ({
  code: 'ssh.lost',
  params: { reason: 'dropped', endpoint: `ops@${address}`, said },
  transient: true,
});

const met = (name: string, problem: Problem) => [name, hostWith(planOf(), { problem })] as const;

describe('problems', () => {
  test('that differ only in what names the host are one, and name none of the hosts', () => {
    const groups = problemGroups([
      met('web-01', lost('10.0.0.1', 'reset')),
      met('web-02', lost('10.0.0.2', 'reset')),
      met('db-01', lost('db-01.example.com:2222', 'reset')),
    ]);
    expect(groups.map(({ names }) => names)).toEqual([['web-01', 'web-02', 'db-01']]);
    expect(textOf(groups[0]!.item).message).toBe('the connection to HOST was lost: reset');
  });

  test('of broken answers are one, with the first as an example', () => {
    const broken = (detail: string): Problem => ({
      code: 'host.probe',
      params: { reason: 'no-facts', exit: '0' },
      detail,
    });
    const groups = problemGroups([
      met('web-01', broken('@@1f3a')),
      met('web-02', broken('@@77b0')),
    ]);
    expect(groups.map(({ names }) => names)).toEqual([['web-01', 'web-02']]);
    expect(groups[0]!.item.detail).toBe('@@1f3a');
  });

  test('of a single host keep what names it', () => {
    const [group] = problemGroups([met('web-01', lost('10.0.0.1', 'reset'))]);
    expect(textOf(group!.item).message).toBe('the connection to ops@10.0.0.1 was lost: reset');
    expect(group!.item.host).toBe('web-01');
  });

  test.each<[string, Problem]>([
    ['another value', lost('10.0.0.2', 'timed out')],
    ['another reason', { code: 'ssh.lost', params: { reason: 'nothing-started' } }],
    ['another detail', { ...lost('10.0.0.2', 'reset'), detail: 'client_loop: send disconnect' }],
    ['another place', { ...lost('10.0.0.2', 'reset'), at: { file: 'i.yaml', line: 3, column: 1 } }],
  ])('with %s are two', (_, other) => {
    const hosts = [met('web-01', lost('10.0.0.1', 'reset')), met('web-02', other)];
    expect(problemGroups(hosts)).toHaveLength(2);
  });

  test('of a plan count like those that ended a host, once per host', () => {
    const problem = lost('10.0.0.1', 'reset');
    const plan = { ...planOf(), problems: [problem] };
    const groups = problemGroups([['web-01', hostWith(plan, { problem })], met('web-02', problem)]);
    expect(groups.map(({ names }) => names)).toEqual([['web-01', 'web-02']]);
  });
});

test('a warning that several hosts share is one; those of the run come first', () => {
  const warning = (rule: string): Warning => ({
    code: rule,
    params: { reason: 'diagnostic', rule, said: 'x', advice: 'Do y' },
  });
  const plan = planOf(change({ warnings: [warning('flow.unused')] }));
  const groups = warningGroups(
    [
      ['web-01', hostWith(plan)],
      ['web-02', hostWith(planOf(), { warnings: [warning('flow.unused')] })],
    ],
    [warning('flow.never')],
  );
  expect(groups.map(({ item, names }) => [item.code, names])).toEqual([
    ['flow.never', []],
    ['flow.unused', ['web-01', 'web-02']],
  ]);
});

test('warnings about one change do not keep equal plans apart', () => {
  const warned = (host: string) =>
    planOf(
      change({
        warnings: [
          {
            code: 'flow.unused',
            host,
            params: { reason: 'diagnostic', rule: 'flow.unused', said: 'x', advice: 'Do y' },
          },
        ],
      }),
    );
  expect(
    planGroups([
      ['web-01', hostWith(warned('web-01'))],
      ['web-02', hostWith(warned('web-02'))],
    ]),
  ).toHaveLength(1);
});

test.each([
  ['another value', labelled('web-01'), planOf(change(), reload)],
  ['the same name on both', labelled('web-01'), labelled('web-01')],
  ['a name that is part of a word', labelled('web-01'), labelled('web-022')],
])('%s is no difference in the name', (_, first, second) => {
  const groups = planGroups([
    ['web-01', hostWith(first)],
    ['web-02', hostWith(second)],
  ]);
  expect(groups.some(({ alike }) => alike)).toBe(false);
});

test('a host whose name is a common word does not keep equal plans apart', () => {
  const groups = planGroups([
    ['alloy', hostWith(planOf(change(), reload))],
    ['restart', hostWith(planOf(change(), reload))],
  ]);
  expect(groups).toHaveLength(1);
  expect(groups[0]!.alike).toBe(false);
});

test('the diffs that hosts share are read once, whatever else they have planned', () => {
  let reads = 0;
  const long = {
    path: '/etc/alloy/a.txt',
    kind: 'create',
    get text() {
      reads += 1;
      return '+what all of them get';
    },
  } as const;
  const own = (name: string) =>
    ({ path: '/etc/alloy/b.txt', kind: 'create', text: `+${name}` }) as const;
  const named = (name: string) =>
    [name, hostWith(planOf(change({ diffs: [long, own(name)] })))] as const;
  const names = Array.from({ length: 50 }, (_, i) => `web-${i}`);
  const groups = planGroups(names.map(named));
  expect(groups).toMatchObject([{ names, alike: true }]);
  // whether it says the name has to be looked up for each of them
  expect(reads).toBe(1 + names.length);
  reads = 0;
  const same = names.map((name) => [name, hostWith(planOf(change({ diffs: [long] })))] as const);
  expect(planGroups(same)).toMatchObject([{ names, alike: false }]);
  expect(reads).toBe(0);
});

test('a plan that is read when it is there is not read again with those of all hosts', () => {
  let reads = 0;
  const own = (name: string) =>
    ({
      path: '/a',
      kind: 'create',
      get text() {
        reads += 1;
        return `+${name}`;
      },
    }) as const;
  const names = ['web-1', 'web-2', 'web-3'];
  const plans = names.map((name) => planOf(change({ diffs: [own(name)] })));
  names.forEach((name, i) => {
    readPlan(name, plans[i]!);
    readPlan(name, plans[i]!);
  });
  expect(reads).toBe(3 * names.length);
  reads = 0;
  const groups = planGroups(names.map((name, i) => [name, hostWith(plans[i]!)] as const));
  expect(groups).toMatchObject([{ names, alike: true }]);
  expect(reads).toBe(0);
  // another host's name is another one
  const named = plans.map((plan) => ['web-9', hostWith(plan)] as const);
  expect(planGroups(named)).toHaveLength(3);
});

test('diffs that differ in more than the name of the host are not alike', () => {
  const named = (name: string, text: string) => {
    const diffs = [{ path: '/a', kind: 'create', text }] as const;
    return [name, hostWith(planOf(change({ diffs })))] as const;
  };
  const groups = planGroups([
    named('a-1', '+a-1 x'),
    named('a-2', '+a-2 y'),
    named('a-3', '+a-3 x'),
  ]);
  expect(groups.map(({ names }) => names)).toEqual([['a-1', 'a-3'], ['a-2']]);
});

describe('what was found in rendered texts', () => {
  const found = (host: string, line = 5, file = 'site.alloy', said = 'nothing refers to it') => ({
    code: 'flow.unused',
    params: { reason: 'diagnostic', rule: 'flow.unused', said, advice: '' } as const,
    host,
    at: { file: `${file} (rendered for ${host})`, line, column: 1 },
    detail: `${line} | "${host}"`,
  });
  const namesOf = (notices: readonly Warning[]) =>
    findingGroups(notices).map(({ names }) => names.join(' '));

  test('for ten thousand hosts is one, told as of the first', () => {
    const all = Array.from({ length: 10_000 }, (_, i) => found(`h${i}`));
    const [group, ...more] = findingGroups<Warning>(all);
    expect(more).toEqual([]);
    expect(group!.item).toBe(all[0]);
    expect(group!.names).toHaveLength(10_000);
  });

  test('at another place, in another file or of another value is another', () => {
    const others = [found('b', 6), found('c', 5, 'site-c.alloy'), found('d', 5, 'site.alloy', 'x')];
    expect(namesOf([found('a'), ...others, found('e')])).toEqual(['a e', 'b', 'c', 'd']);
  });

  test('that names its host is equal to what names another so', () => {
    const named = (host: string) => found(host, 5, 'site.alloy', `no ${host} in ${host}-x`);
    expect(namesOf([named('a'), named('b'), found('c', 5, 'site.alloy', 'no a in c-x')])).toEqual([
      'a',
      'b',
      'c',
    ]);
    const once = (host: string) => found(host, 5, 'site.alloy', `no "${host}"`);
    expect(namesOf([once('a'), once('b')])).toEqual(['a b']);
  });

  test('is never together with what is about a host or the inventory', () => {
    const { at: _, ...about } = found('a');
    expect(namesOf([about, { ...about, host: 'b' }, found('a')])).toEqual(['', '', 'a']);
  });
});
