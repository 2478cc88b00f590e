import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { REPOSITORY_ROOT } from '../../../lab/root.ts';
import { sleep, until } from '../../../lab/run.ts';
import type { RunEvent, RunReport } from '../../../src/model/event.ts';
import { textOf } from '../../../src/report/text-of.ts';
import { inventory, outcomes } from '../helpers.ts';
import { diffSnapshots, type Lab, type LabHost, type Snapshot } from '../lab-fixture.ts';
import { settled } from './moments.ts';
import type { Row, RowEnd, Scene, Wanted } from './row.ts';
import { EARLIER, TARGET } from './wanted.ts';

/** Where lines are gathered, the newest at the end. */
const RESULTS = process.env.ALLOYUP_STRESS_RESULTS ?? join(REPOSITORY_ROOT, '.build/stress');

/** No two hosts agree on these; .updated is systemd's own note of a boot. */
const OWN = /^\/etc\/(\.updated|hostname|hosts|machine-id|resolv\.conf|ssh(\/.*)?)$/;
/** dpkg lays it down where it found a file before it installed; who wrote first leaves no other trace. */
const DPKG_DIST = /^\/etc\/default\/alloy\.dpkg-dist$/;
/** Words about the past of a unit that say nothing of what runs. */
const PAST = /^unit\/Result$/;

const either = (...patterns: readonly (RegExp | undefined)[]): RegExp =>
  new RegExp(patterns.flatMap((one) => (one ? [`(?:${one.source})`] : [])).join('|'));

/** A host that was converged in peace: what "converged" means, by suite. */
const references = new Map<string, Promise<Snapshot>>();

const sceneOf = (lab: Lab, host: LabHost): Scene => {
  const write = (wanted: Wanted = {}) => {
    const all = { ...TARGET, ...wanted };
    return inventory(lab, [host], all.config!, {
      file: `${host.name}.yaml`,
      ...(all.alloy ? { alloy: all.alloy } : {}),
      ...(all.defaults ? { defaults: all.defaults } : {}),
      ...(all.readable ? { readable: all.readable } : {}),
    });
  };
  return {
    lab,
    host,
    log: join(lab.home, `${host.name}.ndjson`),
    write,
    async settle(wanted) {
      const { exitCode, stdout, stderr } = await lab.alloyup([
        ...['apply', '--yes', '--watch', '0', '-i', write(wanted)],
      ]);
      if (exitCode !== 0) throw new Error(`a run in peace ended ${exitCode}:\n${stdout}${stderr}`);
    },
  };
};

/** Brings a host to the target with nobody in the way, and remembers what that looks like. */
export function takeReference(lab: Lab, host: LabHost): Promise<Snapshot> {
  const { suite } = host.state;
  const taken = (async () => {
    await sceneOf(lab, host).settle(TARGET);
    return host.snapshot();
  })();
  references.set(suite, taken);
  return taken;
}

/** Our runs on a host are over, or taken back: no mark, no unit, no lock. */
export const quiet = (host: LabHost, seconds = 150): Promise<true> =>
  until(
    `${host.name} does not come to rest`,
    seconds,
    async () => {
      const { stdout } = await host.root(
        'cat /var/lib/alloyup/armed 2>/dev/null; ' +
          "systemctl list-units --plain --no-legend --state=active,activating,deactivating,reloading 'alloyup-*'; " +
          '[ ! -e /var/lib/alloyup/lock ] || flock -n /var/lib/alloyup/lock true || echo locked; ' +
          '! systemctl is-active alloy | grep -x -e activating -e deactivating; echo asked',
        { reject: false },
      );
      // nothing at all: the host could not be asked
      return stdout === 'asked' ? true : undefined;
    },
    250,
  );

/** What of ours lies about where nothing may. */
export const leftovers = async (host: LabHost): Promise<readonly string[]> => {
  const { stdout } = await host.root(
    "find /etc /usr /opt /var /tmp /root -xdev -name '*alloyup*' -not -path '/var/lib/alloyup*' -not -name 'alloyup-lab*' -not -path '/var/log/*'; " +
      "find /etc /usr -xdev -name '*.dpkg-*' -newer /etc/hostname; " +
      "find /run/alloyup -path '*/content/*' 2>/dev/null; " +
      "systemctl list-units --all --plain --no-legend 'alloyup*'",
    { reject: false },
  );
  return stdout.split('\n').filter(Boolean);
};

/** Each event once and in order, in the log of a run. */
export function checkLog(path: string): readonly RunEvent[] {
  const events = readFileSync(path, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as RunEvent);
  const wrong = events.filter(({ seq }, index) => seq !== index + 1);
  if (wrong.length > 0) throw new Error(`the log has a hole or a double at ${wrong[0]!.seq}`);
  // hosts that are rolled back because others failed end once more
  const undone = events.findIndex(({ type }) => type === 'run.rolling-back');
  const told = (undone < 0 ? events : events.slice(0, undone)).flatMap((event) =>
    event.type === 'change.started' ||
    event.type === 'change.finished' ||
    event.type === 'change.undone'
      ? [`${event.type} ${event.host} ${event.step}`]
      : event.type === 'host.finished'
        ? [`${event.type} ${event.host}`]
        : [],
  );
  const twice = told.filter((line, index) => told.indexOf(line) !== index);
  if (twice.length > 0) throw new Error(`told twice: ${twice.join('; ')}`);
  return events;
}

export const agrees = (found: string | number, wanted: string | number | RegExp): boolean =>
  wanted instanceof RegExp ? wanted.test(`${found}`) : found === wanted;

/** How a host differs from what it was, and from one that was converged in peace. */
export async function differences(
  host: LabHost,
  before: Snapshot,
  after: Snapshot,
  except?: RegExp,
): Promise<Readonly<Record<'fromBefore' | 'fromTarget', readonly string[]>>> {
  const reference = await references.get(host.state.suite);
  const ignore = either(OWN, PAST, except);
  return {
    fromBefore: diffSnapshots(before, after, { ignore }),
    fromTarget: reference
      ? diffSnapshots(reference, after, { ignore: either(ignore, DPKG_DIST) })
      : ['no reference'],
  };
}

/** Carries one row out on a fresh host. Never throws for what the product did: that is in the answer. */
export async function carryOut(
  set: string,
  row: Row,
  lab: Lab,
  host: LabHost,
): Promise<{ readonly line: RowEnd; readonly wrong: readonly string[] }> {
  const began = performance.now();
  const scene = sceneOf(lab, host);
  const wrong: string[] = [];
  const reference = await references.get(host.state.suite);
  if (row.start === 'converged') await scene.settle(EARLIER);
  else if (row.start !== 'bare') await row.start(scene);
  await settled(host);
  const before = await host.snapshot();

  await row.strike?.(scene);
  const { log } = scene;
  const file = scene.write(row.wanted);
  const verb = row.verb ?? 'apply';
  const running = lab.startAlloyup([
    ...[verb, '--yes', '--watch', '1', '-i', file, '--output', 'json', '--log', log],
    ...(row.args ?? []),
  ]);
  if (row.during)
    await row
      .during(scene, { kill: (signal) => running.kill(signal), done: running })
      .catch((error: Error) => wrong.push(error.message));
  const ended = await running;
  const exit = ended.exitCode ?? (ended.signal === 'SIGKILL' ? 137 : 255);
  let reported = '-';
  let report: RunReport | null = null;
  if (ended.stdout.startsWith('{')) {
    report = JSON.parse(ended.stdout) as RunReport;
    reported = outcomes(report).join(', ').replace(`${host.name}: `, '');
  }
  if (!agrees(reported, row.says)) {
    const problem = report?.hosts[host.name]?.problem;
    wrong.push(
      `reported "${reported}", not "${row.says}": ${problem ? `${textOf(problem).message}\n${problem.detail ?? ''}` : ended.stderr}`,
    );
  }
  if (!agrees(exit, row.exit)) wrong.push(`exit ${exit}, not ${row.exit}`);
  if (existsSync(log)) {
    try {
      const events = checkLog(log);
      if (row.tells && !events.some((event) => row.tells!.test(JSON.stringify(event))))
        wrong.push(`no event tells ${row.tells}`);
    } catch (error) {
      if (row.exit !== 137) wrong.push((error as Error).message);
    }
  }

  await quiet(host)
    .then(() => settled(host))
    .catch((error: Error) => wrong.push(error.message));
  const after = await host.snapshot();
  const { fromBefore, fromTarget } = await differences(host, before, after, row.except);
  // a host that had nothing to do is both
  const states = [
    ...(fromBefore.length === 0 ? ['before'] : []),
    ...(fromTarget.length === 0 ? ['converged'] : []),
  ];
  const told = /^unknown/.test(reported)
    ? states[0]
    : reported === 'changed'
      ? 'converged'
      : 'before';
  const wanted = row.ends === 'either' ? (told ?? 'before or converged') : row.ends;
  const end = states.find((one) => one === wanted) ?? states[0] ?? 'broken';
  if (end !== wanted)
    wrong.push(
      `ends ${end}, not ${wanted}:\n${(wanted === 'before' ? fromBefore : fromTarget).join('\n')}`,
    );
  wrong.push(...(await leftovers(host)).map((one) => `left behind: ${one}`));

  await row.mend?.(scene);
  const asked = scene.write(end === 'converged' ? row.wanted : {});
  const planned = await lab.alloyup(['plan', '--detailed-exitcode', '-i', asked]);
  const target = scene.write();
  const untrue = end === 'converged' ? planned.exitCode !== 0 : planned.exitCode === 0;
  if (untrue)
    wrong.push(
      `the next plan of a host that is "${end}" ends ${planned.exitCode}:\n${planned.stdout}`,
    );
  const again = await lab.alloyup([
    ...['apply', '--yes', '--watch', '0', '-i', target, ...(row.nextArgs ?? [])],
  ]);
  if (again.exitCode !== 0)
    wrong.push(`the next apply ended ${again.exitCode}:\n${again.stdout}${again.stderr}`);
  const last = await host.snapshot();
  const left = diffSnapshots(reference ?? last, last, {
    ignore: either(OWN, PAST, DPKG_DIST, row.besides),
  });
  if (left.length > 0) wrong.push(`not converged after the next apply:\n${left.join('\n')}`);
  wrong.push(...(await leftovers(host)).map((one) => `left behind at last: ${one}`));
  const line: RowEnd = {
    set,
    fault: row.fault,
    moment: row.moment,
    suite: host.state.suite,
    reported,
    exit,
    end: wrong.length === 0 ? end : 'broken',
    next: again.exitCode === 0 && left.length === 0 ? 'converged' : 'broken',
    seconds: Math.round((performance.now() - began) / 1000),
    at: new Date().toISOString(),
  };
  return { line, wrong };
}

export function keepResult(line: RowEnd): void {
  const file = join(RESULTS, `${line.set}.ndjson`);
  mkdirSync(dirname(file), { recursive: true });
  appendFileSync(file, `${JSON.stringify(line)}\n`);
}

/** Hands out hosts, as many at a time as there are, each as on its first day. */
export function hostPool(hosts: readonly LabHost[]): {
  with<T>(use: (host: LabHost) => Promise<T>): Promise<T>;
} {
  const free = [...hosts];
  const fresh = new Set(hosts);
  return {
    async with(use) {
      while (free.length === 0) await sleep(50);
      const host = free.shift()!;
      try {
        if (!fresh.delete(host)) {
          await host.setLink('up');
          await host.reset();
        }
        host.markUsed();
        return await use(host);
      } finally {
        free.push(host);
      }
    },
  };
}

/** "changed, 3 skipped". */
export function counted(words: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].map(([word, n]) => (n === 1 ? word : `${n} ${word}`)).join(', ');
}
