import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { LateHostRun } from '../../src/engine/late-host-run.ts';
import type { Outcome } from '../../src/model/event.ts';
import type { HostRun } from '../../src/model/ports.ts';
import { targetOf } from '../builders.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const ended = (outcome: Outcome | null): HostRun => {
  const run = { outcome: null as Outcome | null, waiting: false };
  const end = async (): Promise<void> => {
    run.outcome = outcome;
    run.waiting = outcome === null;
  };
  const rest = { name: 'web-01', moved: true, changed: false, cluster: null, problem: undefined };
  const over = { isProven: Promise.resolve(), isOver: Promise.resolve() };
  return Object.assign(run, rest, over, {
    ...{ plan: end, carryOut: end, rollBack: end, skip: end, close: () => undefined },
  });
};

/** A host whose plan ends like this, and whether what planned it is still there. */
async function planned(outcome: Outcome | null) {
  let made = 0;
  let last: WeakRef<HostRun> | undefined;
  const host = new LateHostRun(targetOf(), () => {
    const run = ended(outcome);
    made += 1;
    last = new WeakRef(run);
    return run;
  });
  host.close();
  const before = { made, ...stateOf(host) };
  await host.plan();
  // a WeakRef holds its target to the end of the turn
  await new Promise((resolve) => setTimeout(resolve));
  collectGarbage();
  return { before, host, made: () => made, isKept: last?.deref() !== undefined };
}

const stateOf = ({ name, waiting, moved, outcome, changed }: HostRun) => ({
  ...{ name, waiting, moved, outcome, changed },
});

test('a host takes nothing before its turn, and leaves how it ended', async () => {
  const { before, host, made, isKept } = await planned('unchanged');
  const idle = { name: 'web-01', waiting: false, moved: false, outcome: null, changed: false };
  expect(before).toEqual({ made: 0, ...idle });
  expect(stateOf(host)).toEqual({ ...idle, moved: true, outcome: 'unchanged' });
  expect({ made: made(), isKept }).toEqual({ made: 1, isKept: false });
  await host.isOver;
});

test('a host that waits for its changes keeps what it was planned with', async () => {
  const { host, made, isKept } = await planned(null);
  expect({ waiting: host.waiting, made: made(), isKept }).toEqual({
    ...{ waiting: true, made: 1, isKept: true },
  });
  await host.carryOut();
  expect(made()).toBe(1);
});
