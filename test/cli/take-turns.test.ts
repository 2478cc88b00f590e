import { expect, test } from 'vitest';
import { createTurns } from '../../src/cli/take-turns.ts';

test('hosts take turns in the order in which they ask, and the event loop is looked after between them', async () => {
  const turn = createTurns();
  const done: string[] = [];
  let turns = 0;
  const look = (): void => {
    turns += 1;
    if (done.length < 4) setImmediate(look);
  };
  const compute = async (host: string): Promise<void> => {
    await turn();
    done.push(host);
    await turn();
    done.push(`${host} again`);
  };
  setImmediate(look);
  const all = Promise.all([compute('a'), compute('b')]);
  expect(done).toEqual([]);
  await all;
  expect(done).toEqual(['a', 'b', 'a again', 'b again']);
  expect(turns).toBeGreaterThanOrEqual(4);
});

test('who asks when nobody waits gets its turn as well', async () => {
  const turn = createTurns();
  await turn();
  await turn();
});
