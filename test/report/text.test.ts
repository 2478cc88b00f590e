import { expect, test } from 'vitest';
import type { Happening, RunEvent } from '../../src/model/event.ts';
import type { Problem } from '../../src/model/problem.ts';
import { openLedger, reportOf } from '../../src/report/fold.ts';
import { runAnnotations } from '../../src/report/github.ts';
import { junit } from '../../src/report/junit.ts';
import { markdown } from '../../src/report/markdown.ts';
import { ndjson } from '../../src/report/ndjson.ts';
import { widthOf } from '../../src/report/plain.ts';
import { type Cleaned, cleaned } from '../../src/report/redact.ts';
import { type TextOptions, textRenderer } from '../../src/report/text.ts';
import {
  applied,
  change,
  converged,
  factsOf,
  planOf,
  reload,
  rolledBack,
  START,
  screenOf,
  stamp,
  started,
  undelivered,
  unreachable,
} from './events.ts';

const finished = (exitCode: number): Happening => ({ type: 'run.finished', exitCode });
const names = (n: number): readonly string[] =>
  Array.from({ length: n }, (_, i) => `web-${String(i + 1).padStart(2, '0')}.example.com`);

const pending = (host: string, plan = planOf(change(), reload)): readonly Happening[] => [
  { type: 'host.started', host },
  { type: 'host.facts', host, facts: factsOf() },
  { type: 'host.planned', host, plan },
  { type: 'host.finished', host, outcome: plan.changes.length > 0 ? 'pending' : 'unchanged' },
];

const install = change({
  step: 'package',
  title: 'install alloy 1.18.1-1 and hold it',
  diffs: [],
  needs: 'restart',
});
const environment = change({
  step: 'environment',
  title: 'write /etc/default/alloy',
  diffs: [{ path: '/etc/default/alloy', kind: 'create', text: null }],
  needs: 'restart',
  warnings: [
    {
      code: 'host.adopt',
      params: { reason: 'taken-over', path: '/etc/default/alloy', loses: ['GOMAXPROCS'] },
    },
  ],
});

const RUNS: Readonly<Record<string, readonly Happening[]>> = {
  'plan of a converged host': [
    started('plan', 'web-01'),
    ...pending('web-01', planOf()),
    finished(0),
  ],
  'plan of equal, unequal and unreachable hosts': [
    started('plan', 'web-01', 'web-02', 'db-01', 'db-02'),
    ...pending('web-01'),
    ...pending('web-02'),
    ...pending('db-01', planOf(environment, install)),
    ...unreachable('db-02'),
    finished(1),
  ],
  'plan of 20 hosts': [
    started('plan', ...names(20)),
    ...names(20).flatMap((name, i) => pending(name, i < 18 ? planOf(change(), reload) : planOf())),
    finished(0),
  ],
  'apply of a converged host': [started('apply', 'web-01'), ...converged('web-01'), finished(0)],
  'apply of a changed host': [started('apply', 'web-01'), ...applied('web-01'), finished(0)],
  'apply that is rolled back': [started('apply', 'web-01'), ...rolledBack('web-01'), finished(1)],
  'apply with every ending': [
    started('apply', 'web-01', 'web-02', 'web-03', 'db-01', 'db-02'),
    ...converged('web-01'),
    ...applied('web-02'),
    ...rolledBack('web-03'),
    ...unreachable('db-01'),
    ...unreachable('db-02'),
    finished(1),
  ],
  'apply of 20 hosts': [
    started('apply', ...names(20)),
    ...names(20).flatMap((name, i) => (i % 5 === 0 ? rolledBack(name) : applied(name))),
    finished(1),
  ],
  'apply that was interrupted': [
    started('apply', 'web-01', 'web-02', 'web-03'),
    ...applied('web-01'),
    { type: 'host.started', host: 'web-02' },
    { type: 'run.interrupted', again: false },
    { type: 'host.finished', host: 'web-03', outcome: 'skipped' },
    finished(130),
  ],
  'status of a fleet': [
    started(
      'status',
      'web-01',
      'web-02',
      'a-host-with-a-long-name.eu-central-1.compute.example.com',
    ),
    ...pending('web-01', planOf()),
    { type: 'host.started', host: 'web-02' },
    {
      type: 'host.facts',
      host: 'web-02',
      facts: factsOf({
        version: '1.17.0-1',
        running: '1.16.2',
        held: false,
        components: { healthy: ['a.b.c'], unhealthy: ['loki.write.x'], exited: ['local.file.key'] },
        keyExpiresAt: Date.UTC(2026, 11, 20),
        proven: null,
      }),
    },
    { type: 'host.planned', host: 'web-02', plan: planOf(change(), reload) },
    { type: 'host.finished', host: 'web-02', outcome: 'drift' },
    ...pending('a-host-with-a-long-name.eu-central-1.compute.example.com'),
    finished(1),
  ],
};

for (const [title, happenings] of Object.entries(RUNS)) {
  test(title, async () => {
    const screen = screenOf(stamp(happenings));
    for (const line of screen.split('\n')) expect(widthOf(line), line).toBeLessThanOrEqual(80);
    await expect(screen).toMatchFileSnapshot(
      `golden/${title.replaceAll(' ', '-').replaceAll(',', '')}.txt`,
    );
  });
}

const failing = stamp([
  started('apply', 'web-01', 'web-02'),
  ...applied('web-01'),
  ...rolledBack('web-02'),
  finished(1),
]);

test('-v prints steps and waits, -vv the output of hosts', async () => {
  const steps = screenOf(failing, { level: 1 });
  expect(steps).toContain('web-02  config done');
  expect(steps).toContain('web-02  waiting for Alloy to be ready');
  expect(steps).not.toContain('Error: building component');
  expect(screenOf(failing, { level: 2 })).toContain('web-02  service | Error: building component');
});

test('without -v a long wait is printed once', () => {
  expect(screenOf(failing).match(/waiting for Alloy to be ready \(up to 60 s\)/g)).toHaveLength(1);
});

test('-q prints only problems and the summary', () => {
  const screen = screenOf(failing, { level: -1 });
  expect(screen).toMatch(/^error\[alloy\.reload\]/);
  expect(screen).toContain('Apply finished: 2 hosts');
  expect(screen).not.toContain('waits');
});

test('-q prints the problems of a plan, too', () => {
  const screen = screenOf(stamp(RUNS['plan of equal, unequal and unreachable hosts']!), {
    level: -1,
  });
  expect(screen).toContain('error[ssh.unreachable]');
  expect(screen).toContain('Plan: 3 hosts to change (1 restart, 2 reload), 1 not planned.');
  expect(screen).not.toContain('@@');
});

test('colours change nothing else', () => {
  for (const happenings of Object.values(RUNS)) {
    const coloured = screenOf(stamp(happenings), { colour: true });
    expect(coloured).toContain('\u001b[');
    expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(screenOf(stamp(happenings)));
  }
});

test('--no-diff still prints titles', () => {
  const screen = screenOf(stamp(RUNS['plan of 20 hosts']!), { diffs: false });
  expect(screen).toContain('change /etc/alloy/config.alloy');
  expect(screen).not.toContain('@@');
});

test('a long new file is cut; -v shows all of it', () => {
  const text = Array.from({ length: 100 }, (_, i) => `+line ${i}`).join('\n');
  const plan = planOf(
    change({ diffs: [{ path: '/etc/alloy/config.alloy', kind: 'create', text }] }),
  );
  const events = stamp([started('plan', 'a'), ...pending('a', plan), finished(0)]);
  expect(screenOf(events)).toContain('... 76 more lines; -v shows all');
  expect(screenOf(events)).not.toContain('line 99');
  expect(screenOf(events, { level: 1 })).toContain('line 99');
});

test('an apply does not repeat the warnings of its plan', () => {
  const all = applied('a', planOf(environment, install));
  const planned = all.findIndex(({ type }) => type === 'host.planned') + 1;
  const screen = screenOf(
    stamp([
      started('apply', 'a'),
      ...all.slice(0, planned),
      { type: 'run.planned', changing: 1 },
      ...all.slice(planned),
      finished(0),
    ]),
  );
  expect(screen.indexOf('Plan: 1 host')).toBeLessThan(screen.indexOf('changed'));
  expect(screen.match(/host\.adopt/g)).toHaveLength(1);
});

test('an apply prints the plan of a host that is late, before it changes it', () => {
  const events = (host: string) => {
    const all = applied(host, planOf(install));
    const planned = all.findIndex(({ type }) => type === 'host.planned') + 1;
    return [all.slice(0, planned), all.slice(planned)] as const;
  };
  const [first, rest] = events('a');
  const [late, end] = events('late');
  const run = stamp([
    started('apply', 'a', 'late', 'silent'),
    ...first,
    {
      type: 'run.warning',
      warning: {
        code: 'run.silent',
        severity: 'note',
        params: { reason: 'not-planned', hosts: ['late', 'silent'] },
      },
    },
    { type: 'run.planned', changing: 1 },
    ...rest,
    ...late.slice(0, -1),
    {
      type: 'host.warning',
      host: 'late',
      warning: { code: 'host.clock', host: 'late', params: { reason: 'off', aheadS: 600 } },
    },
    late.at(-1)!,
    // planned again
    ...[...first, ...late].filter(({ type }) => type === 'host.planned'),
    ...end,
    ...unreachable('silent'),
    finished(1),
  ]);
  const screen = screenOf(run);
  expect(screen.replace(/\s+/g, ' ')).toContain(
    'note[run.silent]: no plan yet for late, silent: the others are changed in the meantime',
  );
  expect(screen.match(/note\[run\.silent\]/g)).toHaveLength(1);
  expect(screen.match(/host\.clock/g)).toHaveLength(1);
  expect(screen).toContain('Plan: 1 host to change (1 restart), 2 not planned.');
  expect(screen.match(/^late\n {2}package +install alloy/gm)).toHaveLength(1);
  expect(screen.indexOf('\nlate\n')).toBeGreaterThan(screen.indexOf('not planned'));
  expect(screen.match(/package +install alloy/g)).toHaveLength(2);
  expect(screenOf(run, { level: -1 })).not.toMatch(/package +install alloy/);
});

test('data that does not arrive on several hosts is one warning below, and changes no outcome', () => {
  const hosts = ['a', 'b'];
  const all = hosts.flatMap((host) => applied(host, planOf(install)));
  const planned = all.filter(({ type }) => ['host.planned', 'host.started'].includes(type));
  const screen = screenOf(
    stamp([
      started('apply', ...hosts),
      ...planned,
      { type: 'run.planned', changing: 2 },
      ...all.filter((one) => !planned.includes(one)),
      ...hosts.flatMap(undelivered),
      finished(0),
    ]),
  );
  expect(screen.replace(/\s+/g, ' ')).toContain(
    'warning[alloy.delivery]: data does not arrive: http://prom:9090/api/v1/write: data is refused (405)',
  );
  expect(screen.match(/alloy\.delivery/g)).toHaveLength(1);
  expect(screen).toContain('--web.enable-remote-write-receiver');
  expect(screen).toContain('rollout.delivery: off');
  expect(screen).toMatch(/2 changed +a, b/);
});

test('a saved run prints the same, from its params', () => {
  const lost = (host: string): Happening => ({
    type: 'host.finished',
    host,
    outcome: 'unreachable',
    problem: {
      code: 'ssh.lost',
      params: { reason: 'dropped', endpoint: `ops@${host}`, said: 'reset' },
      host,
    },
  });
  const events = stamp([
    started('apply', 'web-01', 'web-02'),
    lost('web-01'),
    lost('web-02'),
    { type: 'run.finished', exitCode: 1 },
  ]);
  const saved = events.map((event) => cleaned(JSON.parse(ndjson(event)) as RunEvent));
  expect(screenOf(saved)).toBe(screenOf(events));
  expect(screenOf(saved)).toContain('connection to HOST was lost: reset\n  on web-01, web-02\n');
  expect(junit(reportOf(saved))).toBe(junit(reportOf(events)));
  expect(markdown(reportOf(saved))).toBe(markdown(reportOf(events)));
  expect(runAnnotations(reportOf(saved))).toEqual(runAnnotations(reportOf(events)));
});

test('a rollout says which wave begins, what it waits for, and what is rolled back', () => {
  const place = { wave: 2, of: 3 };
  const said = screenOf(
    stamp([
      started('apply', 'web-01'),
      { type: 'wave.started', group: '', wave: 1, of: 3, hosts: 1 },
      { type: 'wave.waiting', group: '', ...place, seconds: 90 },
      { type: 'wave.started', group: 'db', ...place, hosts: 12 },
      { type: 'run.rolling-back', hosts: 2 },
    ]),
  );
  expect(said).toBe(`wave 1 of 3: 1 host
wave 2 of 3 begins in 90 s
db: wave 2 of 3: 12 hosts
rolling back 2 hosts that this run changed
`);
});

/** Hosts that end with a problem each: of `kinds` kinds, in turn. */
function failures(hosts: readonly string[], kinds: number): readonly Happening[] {
  const texts = ['the first line\nand the second', 'x'.repeat(300), '語'.repeat(100), 'reset'];
  return hosts.flatMap((host, i): readonly Happening[] => {
    const problem = {
      code: `kind.${i % kinds}`,
      host,
      params: { reason: 'lost' },
      message: texts[i % texts.length]!,
      hint: 'Run it again, and look whether the network between you and the host is what you think it is',
    } as unknown as Problem;
    return [
      ...pending(host).slice(0, 3),
      { type: 'host.reconnecting', host, attempt: 1 },
      { type: 'host.finished', host, outcome: i % 2 === 0 ? 'failed' : 'unreachable', problem },
    ];
  });
}

const linesOf = (text: string, which: RegExp): number => text.match(which)?.length ?? 0;

test('five of many hosts with problems get lines of their own; with -v each of them', () => {
  const hosts = names(60);
  const events = stamp([started('apply', ...hosts), ...failures(hosts, 1), finished(1)]);
  const text = screenOf(events);
  expect(linesOf(text, /^web-.* reconnecting/gm)).toBe(5);
  expect(linesOf(text, /^web-\S+ +(?:failed|unreachable)/gm)).toBe(5);
  expect(linesOf(text, /^further problems are reported at the end/gm)).toBe(1);
  const whole = screenOf(events, { level: 1 });
  expect(linesOf(whole, /^web-.* reconnecting/gm)).toBe(60);
  expect(linesOf(whole, /^web-\S+ +(?:failed|unreachable)/gm)).toBe(60);
});

/** What a run prints at its end. */
function endOf(events: readonly Cleaned<RunEvent>[], more: Partial<TextOptions> = {}): string {
  const before = screenOf(events.slice(0, -1), more);
  return screenOf(events, more).slice(before.length);
}

/** Of a terminal that is 80 columns wide. */
const rowsOf = (text: string): number =>
  text
    .trimEnd()
    .split('\n')
    .reduce((sum, line) => sum + Math.max(1, Math.ceil(widthOf(line) / 80)), 0);
/** Rows, without those of the log and of the next prompt. */
const SCREEN = 22;

test('whatever many hosts end with, the report fits on a screen, names each kind it can and says where all of it is', () => {
  const hosts = names(120);
  for (const verb of ['apply', 'status'] as const)
    for (const kinds of [1, 2, 5, 6, 10, 14, 40, 120]) {
      const events = stamp([started(verb, ...hosts), ...failures(hosts, kinds), finished(1)]);
      const text = endOf(events, { replay: 'alloyup report 3f9a -v' });
      // a status has a table of its own before it
      const report = verb === 'status' ? text.slice(text.indexOf('error[')) : text;
      expect(rowsOf(report), `${verb}, ${kinds} kinds\n${text}`).toBeLessThanOrEqual(SCREEN);
      const told = new Set(text.match(/^error\[kind\.\d+\]/gm)).size;
      const more = Number(/^and (\d+) more kinds?$/m.exec(text)?.[1] ?? 0);
      expect(told + more).toBe(kinds);
      expect(told).toBeGreaterThanOrEqual(Math.min(kinds, 12));
      if (kinds > 1) expect(text).toContain('\nAll hosts and problems: alloyup report 3f9a -v\n');
    }
});

test('of a few kinds of problems on many hosts, the hint and some hosts are told as well', () => {
  const hosts = names(120);
  const events = stamp([started('apply', ...hosts), ...failures(hosts, 4), finished(1)]);
  expect(endOf(events)).toContain(`error[kind.0] on 30 hosts: the first line and the second
  help: Run it again, and look whether the network between you and the host is …
  on web-01.example.com, web-05.example.com, web-09.example.com and 27 more
`);
});

test('with -v, and in a small fleet, every problem is told in full, and -v names all of its hosts', () => {
  const many = names(60);
  const events = stamp([started('apply', ...many), ...failures(many, 12), finished(1)]);
  const whole = endOf(events, { level: 1 });
  expect(linesOf(whole, / {2}help: Run it again/g)).toBe(linesOf(whole, /^error\[/gm));
  for (const name of many) expect(whole).toContain(name);
  const few = names(40);
  const small = stamp([started('apply', ...few), ...failures(few, 12), finished(1)]);
  const text = endOf(small);
  expect(linesOf(text, /^error\[/gm)).toBeGreaterThan(11);
  expect(text).not.toContain('All hosts and problems');
  for (const name of few) expect(text).toContain(name);
});

test('the problems of a plan of many hosts fit on a screen below it', () => {
  const hosts = names(120);
  const events = stamp([started('plan', ...hosts), ...failures(hosts, 12), finished(1)]);
  const text = endOf(events, { replay: 'alloyup report 3f9a -v' });
  const below = text.slice(text.indexOf('error['));
  expect(rowsOf(below)).toBeLessThanOrEqual(SCREEN);
  expect(new Set(below.match(/^error\[kind\.\d+\]/gm)).size).toBe(12);
});

test('plans are read as they come, and not all when the last one is there', () => {
  let reads = 0;
  const plans = ['a', 'b'].map((name) =>
    planOf(
      change({
        diffs: [
          {
            path: '/a',
            kind: 'create',
            get text() {
              reads += 1;
              return `+${name}`;
            },
          },
        ],
      }),
    ),
  );
  const ledger = openLedger();
  const { on } = textRenderer({ colour: false, width: 80, level: 0, diffs: false });
  const add = (happening: Happening) => {
    const event = { ...happening, at: START, seq: 1 } as Cleaned<RunEvent>;
    ledger.add(event);
    return on(event, ledger);
  };
  add(started('apply', 'a', 'b'));
  for (const [i, host] of ['a', 'b'].entries())
    add({ type: 'host.planned', host, plan: plans[i]! });
  expect(reads).toBeGreaterThan(0);
  reads = 0;
  expect(add({ type: 'run.planned', changing: 2 })).toContain('2 hosts');
  expect(reads).toBe(0);
});
