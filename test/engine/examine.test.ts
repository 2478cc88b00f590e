import { expect, test } from 'vitest';
import type { Extras } from '../../src/host/facts.ts';
import { type Problem, ToolError } from '../../src/model/problem.ts';
import { factsOf, NOW, targetOf } from '../builders.ts';
import { examine, fleetOf, type HostScript, outdated } from './scripted-hosts.ts';

const target = targetOf({ config: '// new\n' });
const extras: Extras = { ntp: true, logInput: false, unreachable: null };
const asked = { extras: { ntp: 'yes', logInput: '', unreachable: null } };

async function examined(
  script: HostScript,
  more: Partial<ReturnType<typeof fleetOf>['world']> = {},
) {
  const fleet = fleetOf({ a: { asked, ...script } }, more);
  const seen = await examine(fleet);
  expect(fleet.hosts.a!.openLogins).toBe(0);
  return { seen, fleet };
}

test('a host is examined with one command, which asks for more than facts', async () => {
  const { seen, fleet } = await examined({ login: () => 60_000 });
  expect(seen).toMatchObject({
    ok: true,
    facts: { files: outdated(target).files },
    extras,
    repository: null,
    supplies: { versions: null },
  });
  expect(fleet.hosts.a!.sent).toMatchObject([
    { do: 'facts', facts: { extras: ['apt.grafana.com', '443'] } },
  ]);
  expect(fleet.events).toEqual([]);
});

/** The host's clock shows `ms` more when it is asked, which is after the login. */
const ahead = (ms: number, answerMs = 0): HostScript => ({
  login: () => 30_000,
  facts: { ...outdated(target), takenAt: NOW + 30_000 + ms },
  fault: () => ({ delay: answerMs }),
});

test.each([
  [0, 0, 0],
  [400, 0, 0],
  [-400, 0, 0],
  [600, 0, 600],
  [-90_000, 0, -90_000],
  // somewhere in those ten seconds the facts were taken
  [9000, 10_000, 0],
  [11_000, 10_000, 6000],
])(
  'a clock that is %i ms ahead, seen within %i ms, is %i ms ahead',
  async (ms, answerMs, expected) => {
    const { seen } = await examined(ahead(ms, answerMs));
    expect(seen).toMatchObject({ ok: true, aheadMs: expected });
  },
);

test('a host that cannot be examined gives its problem', async () => {
  const problem: Problem = {
    code: 'ssh.auth',
    params: { reason: 'no-key-of-ssh', endpoint: 'ops@a' },
  };
  expect((await examined({ login: () => problem })).seen).toEqual({ ok: false, problem });
  const { seen } = await examined({
    fault: () => ({ exit: 1, err: 'sudo: a password is required' }),
  });
  expect(seen).toMatchObject({ ok: false, problem: { code: 'sudo.password' } });
});

test('a repository that cannot be reached is one finding of many', async () => {
  const problem: Problem = {
    code: 'repository.unreachable',
    params: {
      reason: 'no-answer',
      what: 'index',
      url: 'https://apt.example.com/dists/stable/InRelease',
      proxy: null,
    },
  };
  const repository = {
    ...fleetOf({}).world.repository,
    versions: () => Promise.reject(new ToolError(problem)),
  };
  const facts = factsOf(target);
  const absent = { ...facts, package: { ...facts.package, status: 'absent' as const } };
  const { seen } = await examined({ facts: absent }, { repository });
  expect(seen).toMatchObject({ ok: true, repository: problem, supplies: { versions: null } });
  if (seen.ok) expect(seen.supplies.keyrings.size).toBe(1);
});

test('a bug is thrown', async () => {
  const repository = {
    ...fleetOf({}).world.repository,
    inspectKeyring: () => Promise.reject(new TypeError('oops')),
  };
  await expect(examined({}, { repository })).rejects.toThrow('oops');
});
