import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readRecord } from '../../src/host/records.ts';
import { followInput, PERL, WORD_S, type Word, watchInput } from '../../src/host/run.ts';
import type { Action, Plan } from '../../src/model/plan.ts';
import { Secret } from '../../src/model/secret.ts';
import { ME, MY_GROUP, NONCE, PrefixHost, planOf, RUN } from './prefix.ts';

let host: PrefixHost;
beforeEach(begin);
afterEach(() => host.remove());

/** A host that has sent a few lines. */
async function begin(): Promise<void> {
  host = await PrefixHost.create();
  host.put('/etc/a', 'before');
  host.answers = { '/metrics': { body: `${SENT}\n` } };
}

const SENT =
  'loki_write_sent_entries_total{component_id="loki.write.out",component_path="/",host="a:1",tenant=""} 7';

const write: Action = {
  do: 'file',
  path: '/etc/a',
  content: 'after',
  mode: '0644',
  user: ME,
  group: MY_GROUP,
};
const PLAN: Plan = planOf([write]);
const requiring: Plan = {
  ...PLAN,
  proof: { ...PLAN.proof, delivery: { mode: 'require', seconds: 15 } },
};

/** A run that requires delivery; the host waits for so many seconds. */
const request = (seconds = 15 + WORD_S): Secret =>
  new Secret(
    host
      .applyRequest(requiring)
      .reveal()
      .replace(`"delivery":${15 + WORD_S}`, `"delivery":${seconds}`),
  );

async function sends(input: string): Promise<string> {
  const child = spawn(PERL[0], PERL.slice(1), { env: host.env() });
  child.stdin.end(input.replace('{"do"', `{"root":${JSON.stringify(host.root)},"do"`));
  const [out] = await Promise.all([text(child.stdout), once(child, 'close')]);
  return out;
}

/** Until the run has told so many readings, or is over. */
async function readings(least: number): Promise<void> {
  for (let i = 0; i < 300; i += 1) {
    const log = host.read(`/run/alloyup/${RUN}/log`) ?? '';
    if (log.split('"reading"').length > least) return;
    if (host.read(`/run/alloyup/${RUN}/done`) !== null) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('no reading');
}

const tell = (word: Word): Promise<string> => sends(followInput({ run: RUN, from: 0, word }));

describe('a run that requires delivery', () => {
  test.each([
    ['ok', 'ok', 'after'],
    ['refused', 'rolled-back', 'before'],
  ] as const)('that is told %j ends as %s', async (word, result, content) => {
    const before = host.snapshot();
    const running = host.run(request());
    await readings(1);
    expect(host.read('/etc/a')).toBe('after');
    expect(host.read('/var/lib/alloyup/armed')).toBe(RUN);
    const followed = await tell(word);
    const ran = await running;
    expect([ran.result, host.read('/etc/a'), host.verdict()]).toEqual([result, content, result]);
    expect(followed).toContain(`"result":"${result}"`);
    expect(ran.records.filter(({ type }) => type === 'reading')[0]).toMatchObject({
      reading: { samples: [{ name: 'loki_write_sent_entries_total', value: 7 }], log: [] },
    });
    if (word === 'refused') {
      expect(host.snapshot()).toEqual(before);
      expect(ran.problems).toEqual([
        { code: 'alloy.delivery', params: { reason: 'not-confirmed' } },
      ]);
    }
    expect(host.strays()).toEqual([]);
  });

  test('that is told nothing is rolled back', async () => {
    const before = host.snapshot();
    const ran = await host.run(request(1));
    expect(ran.result).toBe('rolled-back');
    expect(ran.problems).toEqual([
      { code: 'alloy.delivery', params: { reason: 'no-word', seconds: '1' } },
    ]);
    expect(host.snapshot()).toEqual(before);
    expect(host.strays()).toEqual([]);
  });

  test('the first word counts', async () => {
    const running = host.run(request());
    await readings(1);
    const first = tell('refused');
    await Promise.all([first, first.then(() => tell('ok'))]);
    expect((await running).result).toBe('rolled-back');
    expect(host.read('/etc/a')).toBe('before');
  });

  test('a word is for this run alone, and one that makes no sense rolls back', async () => {
    const running = host.run(request());
    await readings(1);
    await sends(followInput({ run: '20261130T101500Z-0000', from: 0, word: 'ok' }));
    expect(host.verdict()).toBe('');
    await tell('what' as Word);
    expect((await running).result).toBe('rolled-back');
  });

  test('where nobody requires it, nothing is waited for', async () => {
    const ran = await host.apply(PLAN);
    expect([ran.result, ran.records.some(({ type }) => type === 'reading')]).toEqual(['ok', false]);
  });

  // killed before each of what it does while it waits, and after the word
  test.each(['ok', 'refused', 'none'] as const)(
    'is undone wherever it is killed while it waits, or done: %s',
    async (word) => {
      const seen = new Set<string>();
      for (let killAt = 1; killAt < 40; killAt += 1) {
        const before = host.snapshot();
        const running = host.run(request(word === 'none' ? 1 : undefined), {
          killAt,
          env: {
            TEST_KILL_BEFORE: 'note said_by write_verdict disarm',
            TEST_KILL_FROM: '1',
          },
        });
        let isOver = false;
        void running.then(() => {
          isOver = true;
        });
        if (word !== 'none') {
          await readings(1);
          if (!isOver) await tell(word);
        }
        const ran = await running;
        const content = host.read('/etc/a');
        const verdict = host.verdict();
        seen.add(`${verdict} ${content}`);
        if (verdict === 'ok') expect(content).toBe('after');
        else expect(host.snapshot()).toEqual(before);
        expect(host.strays()).toEqual([]);
        const wasKilled = host.state('killed') === '1';
        host.remove();
        await begin();
        if (!wasKilled) {
          expect(ran.result).toBe(word === 'ok' ? 'ok' : 'rolled-back');
          break;
        }
      }
      // before anything was touched, there is no verdict
      expect([...seen].every((one) => /^(|rolled-back) before$|^ok after$/.test(one))).toBe(true);
      expect(seen).toContain('rolled-back before');
    },
    120_000,
  );
});

describe('a watch', () => {
  test('tells readings until its time is over', async () => {
    const out = await sends(
      watchInput({ nonce: NONCE, listen: host.listen, seconds: 5 }).replace('"root":"",', ''),
    );
    const records = out
      .trim()
      .split('\n')
      .map((line) => readRecord(line, NONCE));
    expect(records.length).toBeGreaterThanOrEqual(2);
    for (const record of records)
      expect(record).toMatchObject({ type: 'reading', reading: { samples: [{ value: 7 }] } });
    const asked = host.calls('journalctl');
    expect(asked[0]).toContain('--since=-15min');
    expect(asked[1]).toMatch(/--since=@\d+ /);
  }, 20_000);

  test('ends with who listens', async () => {
    const child = spawn(PERL[0], PERL.slice(1), { env: host.env() });
    child.stdin.end(
      watchInput({ nonce: NONCE, listen: host.listen, seconds: 600, root: host.root }),
    );
    await once(child.stdout, 'data');
    child.stdout.destroy();
    const [code, signal] = await once(child, 'close');
    expect([code, signal]).toEqual([null, 'SIGPIPE']);
  }, 20_000);
});
