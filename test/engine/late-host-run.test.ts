import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import type { Kept } from '../../src/engine/host-run.ts';
import { LateHostRun } from '../../src/engine/late-host-run.ts';
import type { Outcome } from '../../src/model/event.ts';
import type { HostRun } from '../../src/model/ports.ts';
import { targetOf } from '../builders.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

type Run = HostRun & { readonly kept: Kept | null };

const ended = (outcome: Outcome | null): Run => {
  const run = { outcome: null as Outcome | null, waiting: false };
  const end = async (): Promise<void> => {
    run.outcome = outcome;
    run.waiting = outcome === null;
  };
  const rest = { name: 'web-01', moved: true, changed: false, cluster: null, problem: undefined };
  const over = { isProven: Promise.resolve(), isOver: Promise.resolve(), kept: null };
  return Object.assign(run, rest, over, {
    ...{ plan: end, carryOut: end, rollBack: end, skip: end, close: () => undefined },
  });
};

/** A host whose plan ends like this, and whether what does its part is still there. */
async function planned(outcome: Outcome | null, more: Partial<Run> = {}, mayRollBack = false) {
  let made = 0;
  let last: WeakRef<Run> | undefined;
  const given: (Kept | null)[] = [];
  const make = (_: unknown, kept: Kept | null): Run => {
    const run = Object.assign(ended(outcome), more);
    made += 1;
    given.push(kept);
    last = new WeakRef(run);
    return run;
  };
  const host = new LateHostRun(targetOf(), make, mayRollBack);
  host.close();
  const before = { made, ...stateOf(host) };
  await host.plan();
  const isKept = async (): Promise<boolean> => {
    // a WeakRef holds its target to the end of the turn
    await new Promise((resolve) => setTimeout(resolve));
    collectGarbage();
    return last?.deref() !== undefined;
  };
  return { before, host, made: () => made, given, isKept };
}

/** Changes its host, and watches its data until `isOver`. */
const changing = (isOver: Promise<void>): Partial<HostRun> => ({
  async carryOut() {
    Object.assign(this, { outcome: 'changed', changed: true, waiting: false });
  },
  isOver,
});

const stateOf = ({ name, waiting, moved, outcome, changed }: HostRun) => ({
  ...{ name, waiting, moved, outcome, changed },
});

test('a host takes nothing before its turn, and leaves how it ended', async () => {
  const { before, host, made, isKept } = await planned('unchanged');
  const idle = { name: 'web-01', waiting: false, moved: false, outcome: null, changed: false };
  expect(before).toEqual({ made: 0, ...idle });
  expect(stateOf(host)).toEqual({ ...idle, moved: true, outcome: 'unchanged' });
  expect({ made: made(), isKept: await isKept() }).toEqual({ made: 1, isKept: false });
  await host.isOver;
});

test('a host that waits for its changes keeps what it was planned with', async () => {
  const { host, made, isKept } = await planned(null);
  expect({ waiting: host.waiting, made: made(), isKept: await isKept() }).toEqual({
    ...{ waiting: true, made: 1, isKept: true },
  });
  await host.carryOut();
  expect(made()).toBe(1);
});

test('a host that waits without a login keeps its plan alone, and is changed as planned', async () => {
  const kept = { planned: {}, undoneConfig: null } as Kept;
  const { host, given, isKept } = await planned(null, { kept });
  host.close();
  expect({ waiting: host.waiting, outcome: host.outcome, isKept: await isKept() }).toEqual({
    ...{ waiting: true, outcome: null, isKept: false },
  });
  host.close();
  await host.carryOut();
  expect(given).toEqual([null, kept]);
});

test('of a host that was changed, only how it ended is kept, once its data is no longer watched', async () => {
  let over = (): void => undefined;
  const isOver = new Promise<void>((resolve) => {
    over = resolve;
  });
  const { host, made, isKept } = await planned(null, changing(isOver));
  await host.carryOut();
  expect(await isKept()).toBe(true);
  over();
  expect(await isKept()).toBe(false);
  await host.isProven;
  await host.isOver;
  expect({ ...stateOf(host), made: made() }).toEqual({
    ...{ name: 'web-01', waiting: false, moved: true, outcome: 'changed', changed: true, made: 1 },
  });
});

test('a host that may have to be rolled back is kept', async () => {
  const { host, isKept } = await planned(null, changing(Promise.resolve()), true);
  await host.carryOut();
  expect(await isKept()).toBe(true);
  await host.rollBack({ code: 'bug', params: { reason: 'on-host' } });
});

test('where its data cannot be watched to the end, whoever waits for that is told', async () => {
  const broken = Promise.reject(new Error('broken'));
  const { host } = await planned(null, changing(broken));
  await host.carryOut();
  await new Promise((resolve) => setTimeout(resolve));
  await expect(host.isOver).rejects.toThrow('broken');
});
