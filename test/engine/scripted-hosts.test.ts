import { expect, test } from 'vitest';
import { readFacts } from '../../src/host/facts.ts';
import { ENVIRONMENT_PATH } from '../../src/model/desired.ts';
import type { Facts } from '../../src/model/facts.ts';
import { Secret } from '../../src/model/secret.ts';
import { bareFactsOf, factsOf, fileOf, targetOf } from '../builders.ts';
import { rawFacts } from '../host/raw-facts.ts';
import { createClock, outdated } from './scripted-hosts.ts';

const target = targetOf();
const facts = factsOf(target);

test.each<[string, Facts]>([
  ['up to date', facts],
  ['bare', bareFactsOf(target)],
  ['outdated', outdated(target)],
  [
    'busy',
    {
      ...facts,
      os: { ...facts.os, name: 'Debian “12”' },
      alloyup: {
        lockedBy: { run: 'r0', who: 'me at home', since: 5000 },
        unfinished: 'r0',
        runs: [{ run: 'r0', verdict: 'ok' }],
      },
      dpkg: {
        broken: [{ name: 'mc', status: 'unpacked' }],
        lockedBy: { pid: 1, command: 'apt' },
        journal: true,
      },
      components: [{ id: 'a.b', health: 'unhealthy', message: 'naïve' }],
    },
  ],
])('the facts of a host that is %s arrive as they are', (_, given) => {
  const secret = { [ENVIRONMENT_PATH]: fileOf(new Secret('A=b\n')) };
  const sent = { ...given, files: { ...given.files, ...secret } };
  const read = readFacts(given.host, JSON.parse(JSON.stringify(rawFacts(sent))));
  // secrets are compared by their contents
  const open = (of: Facts) => ({
    ...of,
    apt: {
      ...of.apt,
      keyrings: of.apt.keyrings.map((one) => ({ ...one, content: `${one.content}` })),
    },
    files: Object.fromEntries(
      Object.entries(of.files).map(([path, { content, ...file }]) => [
        path,
        { ...file, content: content instanceof Secret ? content.reveal() : content },
      ]),
    ),
  });
  expect(open(read)).toEqual(open(sent));
});

test('the clock reports a run in which nothing more can happen', async () => {
  await expect(createClock().drive(new Promise(() => undefined))).rejects.toThrow('nothing will');
});
