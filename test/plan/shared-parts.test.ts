import { expect, test } from 'vitest';
import type { Action, Plan } from '../../src/model/plan.ts';
import { Secret } from '../../src/model/secret.ts';
import { planHost } from '../../src/plan/planner.ts';
import { withSharedParts } from '../../src/plan/shared-parts.ts';
import { change } from '../../src/steps/change.ts';
import { bareFactsOf, hostOf, optionsOf, stocked, targetOf } from '../builders.ts';

const planOf = (name: string, config = '// one\n'): Plan => {
  const target = { ...targetOf({ config }), host: hostOf({ name }) };
  return planHost(target, bareFactsOf(target), stocked(), optionsOf());
};

/** The plan of a host that gets a file of this content. */
const writing = (content: string | Secret, mode = '0640'): Plan => {
  const action: Action = { do: 'file', path: '/a', content, mode, user: 'root', group: 'alloy' };
  return { ...planOf('web-01'), changes: [change('config', 'change /a', { actions: [action] })] };
};

const actionOf = (plan: Plan): Action => withSharedParts(plan).changes[0]!.actions[0]!;

test('equal plans of two hosts have all but the name of the host in common', () => {
  const [a, b] = [planOf('web-01'), planOf('web-02')].map(withSharedParts) as [Plan, Plan];
  expect(a).toEqual(planOf('web-01'));
  expect(b).toEqual(planOf('web-02'));
  expect(
    [b.changes, b.expect, b.proof].map((part, i) => part === [a.changes, a.expect, a.proof][i]),
  ).toEqual([true, true, true]);
});

test('where plans differ, they have the rest in common', () => {
  const [a, b] = [planOf('web-01', '// a\n'), planOf('web-02', '// b\n')] as const;
  const [first, second] = [withSharedParts(a), withSharedParts(b)];
  expect([first, second]).toEqual([a, b]);
  const shared = first.changes.map(({ step }, i) => [step, first.changes[i] === second.changes[i]]);
  expect(Object.fromEntries(shared)).toMatchObject({ package: true, config: false });
});

test.each<[string, Plan, Plan]>([
  ['contents', writing('a'), writing('b')],
  ['long contents', writing(`${'a'.repeat(20_000)}1`), writing(`${'a'.repeat(20_000)}2`)],
  ['secrets', writing(new Secret('a')), writing(new Secret('b'))],
  ['a secret and a text', writing(new Secret('a')), writing('a')],
  ['modes', writing('a', '0640'), writing('a', '0600')],
  ['a text and a number', writing('a', '7'), writing('a', 7 as unknown as string)],
  ['a text and nothing', writing('a', 'null'), writing('a', null as unknown as string)],
])('different %s stay different', (_, one, other) => {
  const [first, second] = [actionOf(one), actionOf(other)];
  const text = (action: Action) => {
    const { content } = action as Extract<Action, { do: 'file' }>;
    return { ...action, content: content instanceof Secret ? content.reveal() : content };
  };
  expect(first).not.toBe(second);
  expect([first, second].map(text)).toEqual(
    [one, other].map((p) => text(p.changes[0]!.actions[0]!)),
  );
});

test('equal secrets are one, and so are equal long texts', () => {
  expect(actionOf(writing(new Secret('a')))).toBe(actionOf(writing(new Secret('a'))));
  const long = () => writing(Array.from({ length: 20_000 }, () => 'a').join(''));
  expect(actionOf(long())).toBe(actionOf(long()));
});

test('of more plans than a fleet has, only the newest are remembered', () => {
  const before = actionOf(writing('first'));
  expect(actionOf(writing('first'))).toBe(before);
  for (let i = 0; i < 5000; i += 1) withSharedParts(writing(`text ${i}`));
  const after = actionOf(writing('first'));
  expect(after).not.toBe(before);
  expect(after).toEqual(before);
});
