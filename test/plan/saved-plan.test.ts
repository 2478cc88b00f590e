import { expect, test } from 'vitest';
import { CONFIG_PATH, ENVIRONMENT_PATH, type Target } from '../../src/model/desired.ts';
import type { Facts } from '../../src/model/facts.ts';
import { Secret } from '../../src/model/secret.ts';
import { planHost } from '../../src/plan/planner.ts';
import { movedProblem, parseSavedPlan, savedHost } from '../../src/plan/saved-plan.ts';
import { textOf } from '../../src/report/text-of.ts';
import { bareFactsOf, factsOf, fileOf, optionsOf, stocked, targetOf } from '../builders.ts';

const planOf = (target: Target, facts: Facts) => planHost(target, facts, stocked(), optionsOf());

const withPassword = (password: string): Target => {
  const target = targetOf();
  return targetOf({
    environment: new Map([...target.desired.environment, ['TOKEN', new Secret(password)]]),
  });
};

test('a plan made twice from the same is the same, whatever process runs', () => {
  const target = targetOf({ config: 'logging { }\n' });
  const saved = savedHost(planOf(target, factsOf(target)));
  const facts = factsOf(target);
  const rebooted = {
    ...facts,
    os: { ...facts.os, bootId: 'another', uptimeS: 12 },
    takenAt: facts.takenAt + 60_000,
  };
  expect(movedProblem('web-01', saved, planOf(target, rebooted))).toBeUndefined();
});

test.each<[string, (target: Target) => { target: Target; facts: Facts }, string[]]>([
  [
    'another configuration is wanted',
    (target) => ({
      target: targetOf({ config: 'logging { level = "info" }\n' }),
      facts: bareFactsOf(target),
    }),
    ['the same steps, but other contents, or the host was changed since'],
  ],
  [
    'the host is installed by now',
    (target) => ({ target, facts: factsOf(target) }),
    ['- repository: add https://apt.grafana.com', '- package: install alloy 1.18.1-1'],
  ],
])('a plan is another one when %s', (_, change, lines) => {
  const target = targetOf();
  const saved = savedHost(planOf(target, bareFactsOf(target)));
  const now = change(target);
  const problem = movedProblem('web-01', saved, planOf(now.target, now.facts));
  expect(problem).toMatchObject({
    code: 'apply.stale',
    message: expect.stringMatching(/^web-01: /),
  });
  for (const line of lines) expect(problem?.detail).toContain(line);
});

test('a hand-made change of a file of ours is seen', () => {
  const target = targetOf({ config: 'logging { }\n' });
  const facts = (text: string) => {
    const before = factsOf(target);
    return { ...before, files: { ...before.files, [CONFIG_PATH]: fileOf(text) } };
  };
  const saved = savedHost(planOf(target, facts('one {}\n')));
  expect(movedProblem('h', saved, planOf(target, facts('two {}\n')))).toBeDefined();
});

test('no secret goes into a saved plan, nor into a hash of it', () => {
  const first = withPassword('hunter2hunter2');
  const other = withPassword('correct horse battery');
  const saved = savedHost(planOf(first, bareFactsOf(first)));
  expect(JSON.stringify(saved)).not.toContain('hunter2');
  expect(savedHost(planOf(other, bareFactsOf(other)))).toEqual(saved);
  // what stands on the host now holds one, too
  const facts = factsOf(first);
  const files = {
    ...facts.files,
    [ENVIRONMENT_PATH]: fileOf(new Secret('TOKEN=old-secret\n'), { mode: '0600' }),
  };
  const plan = planOf(first, { ...facts, files });
  const hashes = plan.expect.flatMap((one) =>
    one.of === 'file' && one.path === ENVIRONMENT_PATH ? [one.sha256] : [],
  );
  expect(hashes).toHaveLength(1);
  expect(JSON.stringify(savedHost(plan))).not.toContain(hashes[0]);
});

test.each([
  ['', /no JSON/],
  ['{}', /is no saved plan/],
  ['null', /is no saved plan/],
  [
    '{"kind":"alloyup.plan","schema":2,"version":"9.0.0"}',
    /another version of alloyup \(9\.0\.0\)/,
  ],
  ['{"kind":"alloyup.plan","schema":1,"hosts":{"a":{}},"left":[]}', /damaged/],
])('%j is refused', (text, message) => {
  const read = parseSavedPlan(text, 'plan.json');
  expect(read).toMatchObject({ ok: false, problems: [{ code: 'usage' }] });
  if (!read.ok) expect(textOf(read.problems[0]!).message).toMatch(message);
});
