import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { inflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { REPOSITORY_ROOT } from '../../lab/root.ts';
import { makeCertificate } from './redis-server.ts';
import { endsOf, outcomesOf, reportOf, untrue } from './rig.ts';
import { clientOf, rigOf, SLOWEST_MS } from './test-rig.ts';

const JSON_OUT = ['--output', 'json'];

test.concurrent(
  'plan, apply, status and rollback do on workers what they do here',
  async (t) => {
    const rig = await rigOf(t, { hosts: 4, state: 'outdated' });
    await rig.workers(2, ['--concurrency', '2']);
    const run = async (verb: string, ...more: readonly string[]) => {
      const done = rig.dispatcher(verb, [...JSON_OUT, ...more]);
      const code = await done.ended;
      return { code, outcomes: outcomesOf(reportOf(done)), report: reportOf(done) };
    };
    expect(await run('plan', '--detailed-exitcode')).toMatchObject({
      code: 2,
      outcomes: Array(4).fill('pending'),
    });
    const applied = await run('apply', '--yes');
    expect(applied).toMatchObject({ code: 0, outcomes: Array(4).fill('changed') });
    expect(await untrue(applied.report, rig.fleet)).toEqual([]);
    expect(new Set(endsOf(rig.events()).values())).toEqual(new Set([1]));
    expect(await run('status')).toMatchObject({ code: 0, outcomes: Array(4).fill('unchanged') });
    expect(await run('rollback', '--yes')).toMatchObject({
      code: 0,
      outcomes: Array(4).fill('changed'),
    });
    const { hosts } = await rig.fleet.notes();
    expect(hosts.map(({ changes }) => changes)).toEqual([2, 2, 2, 2]);
    // nothing of a run that is over stays
    const client = clientOf(rig, t);
    const left = async () =>
      (await client.keys('*')).filter((key) => !key.startsWith('alloyup:worker'));
    // workers sweep when they see that it is over
    await expect.poll(left, { timeout: 10_000 }).toEqual([]);
  },
  SLOWEST_MS,
);

test.concurrent(
  'everybody speaks TLS with a Redis whose authority is named',
  async (t) => {
    const rig = await rigOf(t, { hosts: 2, state: 'outdated' }, makeCertificate);
    expect(rig.redis.url).toMatch(/^rediss:/);
    const trusted = { NODE_EXTRA_CA_CERTS: join(rig.directory, 'ca.pem') };
    const worker = rig.worker([], trusted);
    await worker.said(/at once/);
    const done = rig.dispatcher('apply', ['--yes', ...JSON_OUT], trusted);
    expect(await done.ended).toBe(0);
    expect(outcomesOf(reportOf(done))).toEqual(['changed', 'changed']);
    const suspicious = rig.dispatcher('plan');
    expect(await suspicious.ended).toBe(1);
    expect(suspicious.err()).toContain('NODE_EXTRA_CA_CERTS');
  },
  SLOWEST_MS,
);

test.concurrent(
  'secrets are read by workers, and never pass through Redis',
  async (t) => {
    const secret = 'correct-horse-battery';
    const rig = await rigOf(t, { hosts: 2, state: 'outdated' });
    const { inventory } = rig.fleet;
    const text = readFileSync(inventory, 'utf8').replace(
      'alloy: { version: present }',
      'alloy: { version: present, environment: { TOKEN: { secret: env:TOKEN } } }',
    );
    writeFileSync(inventory, text);
    const ignorant = rig.worker();
    await ignorant.said(/at once/);
    const done = rig.dispatcher('apply', ['--yes', ...JSON_OUT, '--html', 'page.html']);
    await ignorant.said(/TOKEN/);
    await done.said(/takes part/);
    rig.worker([], { TOKEN: secret });
    expect(await done.ended).toBe(0);
    const report = reportOf(done);
    expect(outcomesOf(report)).toEqual(['changed', 'changed']);
    expect(report.warnings.map(({ code, params }) => `${code} ${params?.reason}`)).toContain(
      'queue.worker unreadable',
    );
    // all that Redis was ever told is in its append-only file
    const kept = readFileSync(join(rig.directory, 'redis/appendonlydir/appendonly.aof.1.incr.aof'));
    const streams = unpackedIn(kept);
    expect(streams.length).toBeGreaterThan(0);
    expect(streams.join('')).toContain('host.planned');
    for (const one of [kept.toString('latin1'), ...streams]) {
      expect(one).not.toContain(secret);
      expect(one).not.toContain('PRIVATE KEY');
    }
  },
  SLOWEST_MS,
);

/** What the entries of our streams hold, in an append-only file. */
function unpackedIn(file: Buffer): readonly string[] {
  const found: string[] = [];
  const field = '$1\r\nm\r\n$';
  for (let at = file.indexOf(field); at >= 0; at = file.indexOf(field, at + 1)) {
    const start = file.indexOf('\r\n', at + field.length) + 2;
    const size = Number(file.subarray(at + field.length, start - 2).toString());
    found.push(inflateRawSync(file.subarray(start + 32, start + size)).toString());
  }
  return found;
}

test.concurrent(
  'the page of a run has the pictures that it has without workers',
  async (t) => {
    const rig = await rigOf(t, { hosts: 1, state: 'outdated' });
    // another component, and one that is changed
    const text = readFileSync(rig.fleet.inventory, 'utf8')
      .replace('loki.example.com', 'logs.example.com')
      .replace(
        'template: linux-host',
        'template: linux-host\n    fragments: { more: ./more.alloy }',
      );
    writeFileSync(rig.fleet.inventory, text);
    writeFileSync(
      join(rig.fleet.home, 'more.alloy'),
      'prometheus.exporter.self "more" { }\n// password = "hunter2"\n',
    );
    await rig.workers(1);
    const page = async (how: 'dispatcher' | 'local'): Promise<string> => {
      const done = rig[how]('plan', ['--html', `${how}.html`]);
      expect(await done.ended).toBe(0);
      return readFileSync(join(rig.fleet.home, `${how}.html`), 'utf8');
    };
    const [remote, here] = [await page('dispatcher'), await page('local')];
    const drawn = (text: string): readonly string[] => text.match(/<svg[\s\S]*?<\/svg>/g) ?? [];
    expect(drawn(here).join()).toContain('changed');
    expect(drawn(remote)).toEqual(drawn(here));
  },
  SLOWEST_MS,
);

test.concurrent(
  'a worker with another inventory takes no part, until it has the same',
  async (t) => {
    const rig = await rigOf(t, { hosts: 2, state: 'outdated' });
    const other = join(rig.fleet.home, 'other.yaml');
    writeFileSync(other, `${readFileSync(rig.fleet.inventory, 'utf8')}# of last week\n`);
    const worker = rig.alloyup(['worker', '-i', other]);
    await worker.said(/at once/);
    const done = rig.dispatcher('plan', JSON_OUT);
    await worker.said(/is not the one here/);
    await done.said(/none of 1 worker takes part/);
    const status = rig.alloyup(['queue', 'status']);
    expect(await status.ended).toBe(0);
    expect(status.out()).toMatch(/plan +uid 0@\S+ +2 +2 +0 +0 +0 +there/);
    expect(status.out()).toContain('(other inventory)');
    writeFileSync(other, readFileSync(rig.fleet.inventory, 'utf8'));
    expect(await done.ended).toBe(0);
    expect(outcomesOf(reportOf(done))).toEqual(['pending', 'pending']);
  },
  SLOWEST_MS,
);

/** The build, as another version. */
function otherVersion(directory: string): string {
  const root = join(directory, 'other');
  mkdirSync(root);
  const { version } = JSON.parse(readFileSync(join(REPOSITORY_ROOT, 'package.json'), 'utf8')) as {
    readonly version: string;
  };
  for (const part of ['bin', 'dist'])
    cpSync(join(REPOSITORY_ROOT, part), join(root, part), { recursive: true });
  symlinkSync(join(REPOSITORY_ROOT, 'package.json'), join(root, 'package.json'));
  for (const name of readdirSync(join(root, 'dist'), { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.js')) continue;
    const file = join(root, 'dist', name);
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replaceAll(`version:"${version}"`, 'version:"0.0.7"'));
  }
  return join(root, 'bin/alloyup.js');
}

test.concurrent(
  'a worker of another version takes no part, and both say so',
  async (t) => {
    const rig = await rigOf(t, { hosts: 2, state: 'outdated' });
    const other = rig.alloyup(
      ['worker', '-i', rig.fleet.inventory],
      {},
      otherVersion(rig.directory),
    );
    await other.said(/alloyup 0\.0\.7/);
    const done = rig.dispatcher('apply', ['--yes', ...JSON_OUT]);
    await other.said(/takes no part in run \S+: its alloyup is \S+, and this is 0\.0\.7/);
    await done.said(/none of 1 worker takes part/);
    expect((await rig.fleet.notes()).hosts.map(({ connections }) => connections)).toEqual([0, 0]);
    await rig.workers(1);
    expect(await done.ended).toBe(0);
    const { warnings } = reportOf(done);
    expect(warnings).toMatchObject([
      { code: 'queue.worker', params: { reason: 'version', version: '0.0.7' } },
    ]);
  },
  SLOWEST_MS,
);

test.concurrent(
  'the status of queues tells what waits, runs and was refused',
  async (t) => {
    const rig = await rigOf(t, { hosts: 9, state: 'outdated', pace: { factsMs: 3000 } });
    const [worker] = await rig.workers(1, ['--concurrency', '2']);
    rig.dispatcher('plan', JSON_OUT);
    const status = async () => {
      const asked = rig.alloyup(['queue', 'status', ...JSON_OUT]);
      await asked.ended;
      return JSON.parse(asked.out());
    };
    await worker!.said(/takes part/);
    const client = clientOf(rig, t);
    const [run] = await client.hkeys('alloyup:runs');
    await client.hset(
      `alloyup:run-${run}:nonsense`,
      'data',
      '"nonsense"',
      'name',
      'x',
      'opts',
      '{}',
    );
    await client.hset(
      `alloyup:run-${run}:nonsense`,
      'timestamp',
      '1',
      'delay',
      '0',
      'priority',
      '0',
    );
    await client.rpush(`alloyup:run-${run}:wait`, 'nonsense');
    await worker!.said(/refused job nonsense/);
    let seen = await status();
    // a worker says every other second what it does
    for (
      let i = 0;
      i < 40 && !(seen.runs[0]?.running === 2 && seen.runs[0].workers === 1);
      i += 1
    ) {
      await after(100);
      seen = await status();
    }
    expect(seen).toMatchObject({
      runs: [{ run, hosts: 9, running: 2, failed: 1, workers: 1, dispatched: true }],
      workers: [{ concurrency: 2, runs: { [run!]: 'serves' } }],
    });
    expect(seen.runs[0].waiting).toBeGreaterThan(0);
  },
  SLOWEST_MS,
);

test.concurrent(
  'a Redis that forgets everything delays a run, and changes nothing about it',
  async (t) => {
    const rig = await rigOf(t, { hosts: 4, state: 'outdated', pace: { stepMs: 500 } });
    await rig.workers(1, ['--concurrency', '2']);
    const done = rig.dispatcher('apply', ['--yes', ...JSON_OUT]);
    await rig.until((events) => events.some(({ type }) => type === 'change.started'));
    const client = clientOf(rig, t);
    // by hand: the user of the tests may not call FLUSHALL
    await client.del(await client.keys('*'));
    expect(await done.ended).toBe(0);
    const report = reportOf(done);
    expect(outcomesOf(report)).toEqual(Array(4).fill('changed'));
    expect(await untrue(report, rig.fleet)).toEqual([]);
  },
  SLOWEST_MS,
);

test.concurrent(
  'a lost Redis is waited for, and everybody says so',
  async (t) => {
    const rig = await rigOf(t, { hosts: 3, state: 'outdated', pace: { stepMs: 300 } });
    const [worker] = await rig.workers(1);
    const done = rig.dispatcher('apply', ['--yes', ...JSON_OUT]);
    await rig.until((events) => events.some(({ type }) => type === 'change.started'));
    await rig.redis.stop();
    await done.said(/connection to Redis at \S+ is lost; workers go on .* for 300 s at most/);
    await worker!.said(/lost the connection to Redis/);
    await rig.redis.restart();
    expect(await done.ended).toBe(0);
    expect(done.err()).toMatch(/connection to Redis at \S+ is back after \d+ s/);
    const report = reportOf(done);
    expect(outcomesOf(report)).toEqual(Array(3).fill('changed'));
    expect(await untrue(report, rig.fleet)).toEqual([]);
  },
  SLOWEST_MS,
);
