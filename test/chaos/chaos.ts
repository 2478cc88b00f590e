import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sleep, until } from '../../lab/run.ts';
import type { RunReport } from '../../src/model/event.ts';
import { textOf } from '../../src/report/text-of.ts';
import { inventory, outcomes, pipeline, report } from '../e2e/helpers.ts';
import type { Lab, LabHost } from '../e2e/lab-fixture.ts';

/** The desired state of all hosts; rounds alternate between two of these. */
interface Wish {
  readonly version: string;
  readonly interval: string;
  readonly role: string;
  readonly token: string;
}
const WISHES: readonly [Wish, Wish] = [
  { version: '1.18.1', interval: '20s', role: 'edge', token: 'first $(token)' },
  { version: '1.17.0', interval: '25s', role: 'core', token: "second 'token'" },
];

const FILE = '/etc/alloy/token';

/** One kill and its result. */
export interface Round {
  readonly number: number;
  /** Milliseconds after its start at which the controller was killed. */
  readonly killedAtMs: number;
  /** Where each host was according to the log of the killed run: "not begun", "planned", a step, "over". */
  readonly phases: readonly string[];
  /** The outcome of the next apply for each host. */
  readonly next: readonly string[];
  readonly exitCode: number;
  readonly nextMs: number;
  /** The number of hosts on which the next apply first undid the killed run. */
  readonly takenBack: number;
  /** Violations of the promise. */
  readonly broken: readonly string[];
}

export interface Chaos {
  readonly seed: number;
  readonly hosts: number;
  readonly rounds: readonly Round[];
  /** The duration of an undisturbed apply in milliseconds; kills are spread over it. */
  readonly wholeMs: number;
}

/** Random numbers from 0 to 1 from a seed (mulberry32), so that a broken round can be repeated. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Kills the controller with SIGKILL at random moments of `apply`, and checks each time that one more apply exits
 * with 0, with every host converged and nothing left over.
 */
export async function unleash(
  lab: Lab,
  hosts: readonly LabHost[],
  options: {
    readonly rounds: number;
    readonly seed: number;
    /** Kills between two waves, or as the second one begins; without it, at any moment of a run without waves. */
    readonly waves?: { readonly serial: string; readonly count: number; readonly pauseS: number };
    readonly say: (line: string) => void;
    /** Called after each round with all rounds so far. */
    readonly told?: (chaos: Chaos) => void;
  },
): Promise<Chaos> {
  const { rounds: count, seed, say, waves } = options;
  const random = randomFrom(seed);
  const apply = ['apply', '--yes', '--watch', '0', ...(waves ? ['--serial', waves.serial] : [])];
  const paused = waves ? ['--pause', `${waves.pauseS}`] : [];
  // bare hosts take longer than converged ones: the first two applies are not measured
  const times: number[] = [];
  for (const wish of [...WISHES, ...WISHES]) {
    const { ended, report: run } = await report(lab, [...apply, '-i', write(lab, hosts, wish)]);
    if (ended.exitCode !== 0) throw new Error(`undisturbed: ${outcomes(run).join(', ')}`);
    times.push(ended.durationMs);
  }
  const wholeMs = Math.min(...times.slice(2));
  const events = countEvents(logsOf(lab).at(-1)!);
  say(`seed ${seed}: ${count} kills within ${(wholeMs / 1000).toFixed(1)} s of apply`);
  const rounds: Round[] = [];
  for (let number = 1; number <= count; number += 1) {
    const wish = WISHES[(number + 1) % 2]!;
    const file = write(lab, hosts, wish);
    const known = new Set(logsOf(lab));
    const logOfThis = () => logsOf(lab).find((name) => !known.has(name));
    const begun = performance.now();
    const running = lab.startAlloyup([...apply, ...paused, '-i', file]);
    const ended = running.then(() => true);
    const moment = random();
    if (waves) {
      const wanted = 1 + Math.floor(random() * (waves.count - 1));
      const happened = () => countEvents(logOfThis(), 'wave.waiting') >= wanted || undefined;
      await Promise.race([until('no wave is waited for', 120, happened, 5), ended]);
      // some of them as the next wave has just begun
      await sleep(moment * waves.pauseS * 1200);
    } else if (random() < 0.5) await sleep(moment * wholeMs);
    // because times vary under load
    else {
      const wanted = moment * events;
      const happened = () => countEvents(logOfThis()) >= wanted || undefined;
      await Promise.race([until('too little happens', 120, happened, 5), ended]);
      await sleep(random() * 200);
    }
    const killedAtMs = Math.round(performance.now() - begun);
    running.kill('SIGKILL');
    await running;
    const log = logOfThis();
    const phases = phasesOf(log ? readFileSync(log, 'utf8') : '', hosts);
    // the next apply follows at once or a little later
    if (random() < 0.3) await sleep(random() * 2000);
    const retry = waves && random() < 0.5 ? ['--retry', 'last'] : [];
    const { ended: next, report: run } = await report(lab, [...apply, ...retry, '-i', file]);
    const ends = hosts.map(({ name }) => run.hosts[name]?.outcome ?? 'unchanged');
    const again = ends.flatMap((end, i) =>
      phases[i] === 'over' && end !== 'unchanged' ? [`${hosts[i]!.name}: was over, is ${end}`] : [],
    );
    const round: Round = {
      number,
      killedAtMs,
      phases,
      next: ends,
      exitCode: next.exitCode,
      nextMs: next.durationMs,
      takenBack: Object.values(run.hosts).filter(({ warnings }) =>
        warnings.some(({ code }) => code === 'run.taken-back'),
      ).length,
      broken: [
        ...(next.exitCode === 0 ? [] : [`exit ${next.exitCode}`, ...problemsOf(run)]),
        ...again,
        ...(await unkept(lab, hosts, wish, file)),
      ],
    };
    rounds.push(round);
    options.told?.({ seed, hosts: hosts.length, rounds, wholeMs });
    say(
      `${number}: killed at ${killedAtMs} ms (${phases.join(', ')}); then ${[...retry, ...round.next].join(', ')} in ${(next.durationMs / 1000).toFixed(1)} s` +
        (round.broken.length ? `\n  BROKEN ${round.broken.join('\n  BROKEN ')}` : ''),
    );
  }
  return { seed, hosts: hosts.length, rounds, wholeMs };
}

const write = (lab: Lab, hosts: readonly LabHost[], wish: Wish): string =>
  inventory(lab, hosts, pipeline({ interval: wish.interval }), {
    file: 'chaos.yaml',
    alloy: { version: wish.version, environment: { ROLE: wish.role, TOKEN: wish.token } },
    defaults: {
      config: {
        template: './chaos-template.alloy',
        files: {
          [FILE]: { secret: { exec: ['printf', '%s', wish.token] }, mode: '0640', group: 'alloy' },
        },
      },
    },
  });

const logsOf = (lab: Lab): readonly string[] => {
  const folder = join(lab.home, '.local/state/alloyup/runs');
  try {
    return readdirSync(folder)
      .sort()
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
};

const countEvents = (log: string | undefined, mark = '\n'): number =>
  log === undefined ? 0 : readFileSync(log, 'utf8').split(mark).length - 1;

const problemsOf = ({ hosts }: RunReport): readonly string[] =>
  Object.entries(hosts).flatMap(([name, { outcome, problem }]) =>
    problem ? [`${name}: ${outcome}: ${textOf(problem).message}; ${problem.detail ?? ''}`] : [],
  );

/** Where each host was at the end of the log, whose last line may be incomplete. */
function phasesOf(log: string, hosts: readonly LabHost[]): readonly string[] {
  const phases = new Map<string, string>();
  for (const line of log.split('\n')) {
    if (!line.endsWith('}')) continue;
    const event = JSON.parse(line) as { type: string; host?: string; step?: string };
    const phase = event.step ?? PHASES[event.type];
    if (event.host !== undefined && phase !== undefined) phases.set(event.host, phase);
  }
  return hosts.map(({ name }) => phases.get(name) ?? 'not begun');
}

const PHASES: Readonly<Record<string, string>> = {
  'host.started': 'login',
  'host.planned': 'planned',
  'host.finished': 'over',
};

/** Violations of the promise, checked without the product. */
async function unkept(
  lab: Lab,
  hosts: readonly LabHost[],
  wish: Wish,
  file: string,
): Promise<readonly string[]> {
  const plan = await lab.alloyup(['plan', '--detailed-exitcode', '-i', file]);
  const found = await Promise.all(hosts.map((host) => unkeptOn(host, wish)));
  return [...(plan.exitCode === 0 ? [] : [`plan ends ${plan.exitCode}`]), ...found.flat()];
}

const LOOK = `
dpkg-query -W -f '\${db:Status-Status} \${Version} \${db:Status-Want}\\n' alloy
systemctl is-active alloy
systemctl is-enabled alloy
. /etc/default/alloy; printf '%s\\n' "$ROLE" "$TOKEN" "$(cat ${FILE})"
flock -n /var/lib/alloyup/lock echo free || echo locked
ls /var/lib/alloyup/armed 2>&1 | sed 's/.*No such file.*/none/'
ls /run/alloyup | wc -l
ls /var/lib/alloyup/runs | wc -l
ls -d /run/alloyup/*/content /run/alloyup/*/request 2>/dev/null | wc -l
dpkg --audit | wc -l
echo --
find / -xdev -name '*alloyup*' -not -path '/var/lib/alloyup*' -not -path '/proc/*' -not -path '/run/alloyup*' -not -name 'alloyup-lab*'
find /etc /run/systemd /tmp /var/tmp -name '*alloyup*' -not -name 'alloyup-lab*'
systemctl list-units --all --plain --no-legend 'alloyup*'
find /var/lib/alloyup/runs -name stage -o -name '*.deb'
`;

async function unkeptOn(host: LabHost, wish: Wish): Promise<readonly string[]> {
  const { stdout } = await host.root(LOOK, { reject: false });
  const [facts = '', left = ''] = stdout.split('\n--');
  const lines = facts.split('\n');
  const counts = lines.slice(8).map(Number) as [number, number, number, number];
  const wanted = [
    `installed ${wish.version}-1 hold`,
    'active',
    'enabled',
    wish.role,
    wish.token,
    wish.token,
    'free',
    'none',
  ];
  const odd = wanted.flatMap((want, i) => (lines[i] === want ? [] : [`${lines[i]}, not ${want}`]));
  const [memory, runs, contents, audit] = counts;
  if (!(memory <= 8)) odd.push(`${memory} folders in /run/alloyup`);
  if (!(runs <= 11)) odd.push(`${runs} folders in /var/lib/alloyup/runs`);
  if (contents !== 0) odd.push(`${contents} scripts or contents left in /run/alloyup`);
  if (audit !== 0) odd.push('dpkg --audit has something to say');
  odd.push(...left.split('\n').filter(Boolean));
  const processes = host.processes(/\/run\/alloyup\/|\/var\/lib\/alloyup\//);
  odd.push(...processes.map(({ command }) => `still runs: ${command.slice(0, 100)}`));
  const metrics = (await host.http('/metrics'))?.body ?? '';
  if (!metrics.includes(`version="v${wish.version}"`)) odd.push('another version runs');
  const components = (await host.http('/api/v0/web/components'))?.body ?? '';
  if ((components.match(/"localID"/g) ?? []).length !== 2) odd.push('other components run');
  const config = host.read('/etc/alloy/config.alloy');
  if (!config.includes(`"${wish.interval}"`)) odd.push('another configuration');
  return odd.map((what) => `${host.name}: ${what}`);
}
