// `npm run bench:queue`: a plan and an apply over simulated hosts by one, two and four workers on this machine, and
// what each of those who take part costs: workers, the dispatcher, Redis, the simulator.
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as after } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Redis } from 'ioredis';
import { REPOSITORY_ROOT } from '../lab/root.ts';
import { Rig, type Started } from '../test/queue/rig.ts';

const USAGE = `npm run bench:queue -- [--hosts 1000] [--workers 1,2,4] [--verbs plan,apply] [--local] [--pace MS]

--hosts    sizes of the fleets (1000)
--workers  numbers of workers (1,2,4)
--verbs    what they do (plan,apply)
--local    also without a queue, in one process
--pace     milliseconds that a step takes on a host; 0 shows what computing alone takes (0)`;

const SAMPLE_MS = 250;

/** A process, as it was when it was last seen. */
interface Seen {
  readonly cpuMs: number;
  readonly peakMb: number;
}

/** undefined: it is gone. */
function look(pid: number): Seen | undefined {
  try {
    const [, fields = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
    const [user, system] = fields.split(' ').slice(11, 13).map(Number) as [number, number];
    const peak = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    // it is about to go
    if (peak === undefined) return undefined;
    return { cpuMs: (user + system) * 10, peakMb: Number(peak) / 1024 };
  } catch {
    return undefined;
  }
}

/** What a process came to; it is looked at while it runs, since nothing is left of it afterwards. */
async function watched({ child, ended }: Started): Promise<Seen> {
  let seen: Seen = { cpuMs: 0, peakMb: 0 };
  let isOver = false;
  const over = ended.then(() => {
    isOver = true;
  });
  while (!isOver) {
    seen = look(child.pid!) ?? seen;
    await Promise.race([over, after(SAMPLE_MS)]);
  }
  return seen;
}

interface Redises {
  readonly commands: number;
  readonly inBytes: number;
  readonly outBytes: number;
  readonly cpuMs: number;
  readonly peakBytes: number;
}

async function redisFigures(client: Redis): Promise<Redises> {
  const text = await client.info();
  const figure = (name: string): number =>
    Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(text)?.[1]);
  return {
    commands: figure('total_commands_processed'),
    inBytes: figure('total_net_input_bytes'),
    outBytes: figure('total_net_output_bytes'),
    cpuMs: (figure('used_cpu_user') + figure('used_cpu_sys')) * 1000,
    peakBytes: figure('used_memory_peak'),
  };
}

interface Figures {
  readonly verb: string;
  readonly hosts: number;
  /** 0: without a queue. */
  readonly workers: number;
  readonly wallMs: number;
  readonly dispatcher: Seen;
  readonly workerCpuMs: number;
  readonly workerPeakMb: number;
  readonly simulatorCpuMs: number;
  readonly redis: Redises | null;
  readonly logBytes: number;
}

async function measured(
  verb: string,
  hosts: number,
  workers: number,
  stepMs: number,
): Promise<Figures> {
  const directory = mkdtempSync(join(tmpdir(), 'alloyup-bench-queue-'));
  const rig = await Rig.start(directory, join(REPOSITORY_ROOT, 'bin/alloyup.js'), {
    hosts,
    state: 'outdated',
    defaults: ['rollout: { delivery: off }'],
    pace: { stepMs },
  });
  const client = rig.redis.client();
  try {
    const started = Array.from({ length: workers }, () => rig.worker());
    await Promise.all(started.map((one) => one.said(/at once/)));
    const before = await redisFigures(client);
    const from = performance.now();
    const flags = verb === 'apply' ? ['--yes', '--no-diff', '-q'] : ['--no-diff', '-q'];
    const run = workers > 0 ? rig.dispatcher(verb, flags) : rig.local(verb, flags);
    const dispatcher = await watched(run);
    if ((await run.ended) !== 0) throw new Error(`exit ${await run.ended}: ${run.err()}`);
    const wallMs = performance.now() - from;
    const seen = started.map(({ child }) => look(child.pid!)!);
    const { hosts: notes, cpuMs } = await rig.fleet.notes();
    if (verb === 'apply' && notes.some(({ changes }) => changes !== 1))
      throw new Error('a host was not changed once');
    const now = await redisFigures(client);
    return {
      verb,
      hosts,
      workers,
      wallMs,
      dispatcher,
      workerCpuMs: seen.reduce((sum, one) => sum + one.cpuMs, 0),
      workerPeakMb: Math.max(0, ...seen.map(({ peakMb }) => peakMb)),
      simulatorCpuMs: cpuMs,
      redis:
        workers === 0
          ? null
          : {
              commands: now.commands - before.commands,
              inBytes: now.inBytes - before.inBytes,
              outBytes: now.outBytes - before.outBytes,
              cpuMs: now.cpuMs - before.cpuMs,
              peakBytes: now.peakBytes - before.peakBytes,
            },
      logBytes: statSync(rig.log).size,
    };
  } finally {
    client.disconnect();
    await rig.stop();
    rmSync(directory, { recursive: true });
  }
}

const row = (...cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;

function rowOf(one: Figures): string {
  const { verb, hosts, workers, wallMs, dispatcher, redis } = one;
  const a = (total: number): string => (total / hosts).toFixed(2);
  const kb = (bytes: number | undefined): string => a((bytes ?? 0) / 1024);
  return row(
    verb,
    hosts,
    workers || 'no queue',
    (wallMs / 1000).toFixed(1),
    (hosts / (wallMs / 1000)).toFixed(0),
    a(dispatcher.cpuMs),
    Math.round(dispatcher.peakMb),
    a(one.workerCpuMs),
    Math.round(one.workerPeakMb),
    a(one.simulatorCpuMs),
    a(redis?.cpuMs ?? 0),
    a(redis?.commands ?? 0),
    kb(redis?.inBytes),
    kb(redis?.outBytes),
    kb(redis?.peakBytes),
    kb(one.logBytes),
  );
}

const { values } = parseArgs({
  options: {
    hosts: { type: 'string', default: '1000' },
    workers: { type: 'string', default: '1,2,4' },
    verbs: { type: 'string', default: 'plan,apply' },
    local: { type: 'boolean', default: false },
    pace: { type: 'string', default: '0' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) {
  console.log(USAGE);
  process.exit(0);
}
const numbers = (list: string): readonly number[] => list.split(',').map(Number);
const counts = [...(values.local ? [0] : []), ...numbers(values.workers)];
const load = (): string => loadavg()[0]!.toFixed(1);
const before = load();
const rows: string[] = [];
for (const hosts of numbers(values.hosts))
  for (const verb of values.verbs.split(','))
    for (const workers of counts) {
      const text = rowOf(await measured(verb, hosts, workers, Number(values.pace)));
      console.error(`  ${text}`);
      rows.push(text);
    }
const head = [
  ...[
    'verb',
    'hosts',
    'workers',
    'wall s',
    'hosts a second',
    'dispatcher ms a host',
    'its peak MB',
  ],
  ...['workers ms a host', 'peak MB of one', 'simulator ms a host', 'Redis ms a host'],
  ...['its commands a host', 'KB in a host', 'KB out a host', 'KB kept a host', 'log KB a host'],
];
console.log(
  `Node ${process.version}, ${cpus().length} cores for all of them, load ${before} to ${load()}\n`,
);
console.log([row(...head), row(...head.map(() => '---')), ...rows].join('\n'));
