import { expect, test } from 'vitest';
import { createTurns } from '../../src/cli/take-turns.ts';

const aTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('hosts compute in the same turn of the event loop as long as that is short', async () => {
  const turn = createTurns(() => 0);
  const done: string[] = [];
  for (const host of ['a', 'b', 'c']) void turn().then(() => done.push(host));
  await Promise.resolve();
  await Promise.resolve();
  expect(done).toEqual(['a', 'b', 'c']);
});

test('after that they take turns in the order in which they ask, one in each', async () => {
  let at = 0;
  const turn = createTurns(() => at);
  const done: string[] = [];
  const compute = async (host: string): Promise<void> => {
    await turn();
    at += 15;
    done.push(host);
  };
  void compute('a');
  void compute('b');
  await Promise.resolve();
  expect(done).toEqual(['a', 'b']);
  for (const host of ['c', 'd', 'e']) void compute(host);
  await Promise.resolve();
  expect(done).toEqual(['a', 'b']);
  await aTurn();
  expect(done).toEqual(['a', 'b', 'c']);
  // a turn has time again, but there are others in front
  void compute('f');
  await aTurn();
  expect(done).toEqual(['a', 'b', 'c', 'd']);
  await aTurn();
  await aTurn();
  expect(done).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
});

test('who asks when nobody waits any more gets its turn as well', async () => {
  let at = 0;
  const turn = createTurns(() => at);
  await turn();
  at = 100;
  await turn();
  await turn();
});

test('what follows from the work of whoever is next belongs to its turn', async () => {
  let at = 0;
  const turn = createTurns(() => at);
  const done: string[] = [];
  const compute = async (host: string, ms: number): Promise<void> => {
    await turn();
    at += ms;
    done.push(host);
  };
  await compute('a', 30);
  // as the last of a fleet: then the changes of all begin
  void compute('b', 200).then(() => Promise.all(['c', 'd'].map((host) => compute(host, 30))));
  await aTurn();
  expect(done).toEqual(['a', 'b']);
  await aTurn();
  expect(done).toEqual(['a', 'b', 'c']);
  await aTurn();
  expect(done).toEqual(['a', 'b', 'c', 'd']);
});
