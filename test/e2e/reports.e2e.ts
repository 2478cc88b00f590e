import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { beforeAll, expect, test } from 'vitest';
import { breakPackage } from '../../lab/faults.ts';
import type { RunReport } from '../../src/model/event.ts';
import { inventory, pipeline } from './helpers.ts';
import { describeOnHosts, freshHosts, type Lab, type LabHost } from './lab-fixture.ts';
import { heard } from './stress/moments.ts';

const ajv = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true });
const validator = (name: string) =>
  ajv.compile(
    JSON.parse(readFileSync(new URL(`../../schema/${name}.schema.json`, import.meta.url), 'utf8')),
  );
const isEvent = validator('run-event');
const isReport = validator('run-report');
const isPlan = validator('saved-plan');

const sound = (valid: boolean, { errors }: { errors?: unknown }): void =>
  expect(valid, JSON.stringify(errors)).toBe(true);

/** The verdict of a page. */
const headingOf = (page: string): string | undefined => /<h1[^>]*>([\s\S]*?)<\/h1>/.exec(page)?.[1];

describeOnHosts('what machines read of', () => {
  let lab: Lab;
  let hosts: readonly LabHost[];

  beforeAll(async () => {
    ({ lab, hosts } = await freshHosts(2));
  });

  const path = (name: string) => join(lab.home, name);
  const read = (name: string) => readFileSync(path(name), 'utf8');

  /** One Ctrl-C while the first host is in progress, long before the second one would start. */
  async function interrupted(name: string, argv: readonly string[], env = {}) {
    const faults = '/var/lib/alloy-stand-in/faults';
    hosts[0]!.write(faults, 'reload-blocks 3\n');
    const running = lab.startAlloyup(argv, env);
    await heard(path(`${name}.ndjson`), /change\.started/);
    running.kill('SIGINT');
    const ended = (await running) as { stdout: string; stderr: string; exitCode: number };
    await hosts[0]!.root(`rm ${faults}`);
    return ended;
  }

  /** The output of a run equals what its log produces afterwards. */
  async function holds(name: string, ended: { stdout: string; stderr: string }) {
    const log = path(`${name}.ndjson`);
    for (const line of read(`${name}.ndjson`).trimEnd().split('\n'))
      sound(isEvent(JSON.parse(line)), isEvent);
    const live = JSON.parse(ended.stdout) as RunReport;
    sound(isReport(live), isReport);
    const again = async (format: string) =>
      (await lab.alloyup(['report', log, '--format', format])).stdout;
    expect(JSON.parse(await again('json'))).toEqual(live);
    expect((await again('ndjson')).trimEnd()).toBe(read(`${name}.ndjson`).trimEnd());
    const xml = read(`${name}.xml`);
    expect((await again('junit')).trimEnd()).toBe(xml.trimEnd());
    expect(`${(await again('markdown')).trimEnd()}\n\n`).toBe(
      `${read(`${name}.md`).trimEnd()}\n\n`,
    );

    // the run's own page may have graphs as well, which a log does not hold
    const page = read(`${name}.html`);
    expect(page).toContain('<meta http-equiv="Content-Security-Policy"');
    expect(headingOf(await again('html'))).toBe(headingOf(page));
    for (const host of Object.keys(live.hosts)) expect(page).toContain(host);

    expect(XMLValidator.validate(xml)).toBe(true);
    const { testsuites } = new XMLParser({
      ignoreAttributes: false,
      attributeNamePrefix: '',
      isArray: (tag) => ['testsuite', 'testcase'].includes(tag),
    }).parse(xml);
    const suites: { name: string; failures: string; testcase: { failure?: unknown }[] }[] =
      testsuites.testsuite;
    expect(suites.map((suite) => suite.name)).toEqual(Object.keys(live.hosts));
    for (const suite of suites)
      expect(suite.testcase.filter((one) => 'failure' in one)).toHaveLength(Number(suite.failures));
    return live;
  }

  const flags = (name: string) => [
    '--output',
    'json',
    '--log',
    path(`${name}.ndjson`),
    '--junit',
    path(`${name}.xml`),
    '--html',
    path(`${name}.html`),
  ];
  const onGitHub = (name: string) => ({
    env: {
      GITHUB_ACTIONS: 'true',
      GITHUB_STEP_SUMMARY: path(`${name}.md`),
      GITHUB_WORKSPACE: lab.home,
    },
  });

  test('a saved plan is applied as saved, and only once', async () => {
    const file = inventory(lab, hosts, pipeline());
    const plan = path('plan.json');
    const planned = await lab.alloyup(
      ['plan', '-i', file, '--out', plan, ...flags('planned')],
      onGitHub('planned'),
    );
    expect(planned.exitCode).toBe(0);
    await holds('planned', planned);
    sound(isPlan(JSON.parse(read('plan.json'))), isPlan);

    const applied = await lab.alloyup(
      ['apply', plan, '-i', file, '--watch', '1', ...flags('good')],
      onGitHub('good'),
    );
    const report = await holds('good', applied);
    expect(report.summary).toEqual({ hosts: 2, changed: 2 });
    // the components before and after
    expect(read('good.html').match(/<svg[^>]*>/g)?.length).toBeGreaterThanOrEqual(1);

    const fleet = await lab.alloyup(['status', '-i', file, '--html', path('fleet.html')]);
    expect(fleet.exitCode).toBe(0);
    expect(headingOf(read('fleet.html'))).toMatch(/hosts/);
    for (const { name } of hosts) expect(read('fleet.html')).toContain(name);
    expect(applied.stderr).not.toContain('::error');

    // one host has changed, so none is touched
    await hosts[0]!.root('echo "// by hand" >> /etc/alloy/config.alloy');
    const again = await lab.alloyup(
      ['apply', plan, '-i', file, '--watch', '1', ...flags('stale')],
      onGitHub('stale'),
    );
    expect(again.exitCode).toBe(1);
    const stale = await holds('stale', again);
    expect(Object.values(stale.hosts).map(({ outcome }) => outcome)).toContain('stale');
    expect(stale.summary.changed).toBeUndefined();
    expect(again.stderr).toMatch(
      /^::error file=inventory\.yaml,line=\d+,col=\d+,title=alloyup%3A apply\.stale::/m,
    );
    expect((await hosts[0]!.root('tail -n 1 /etc/alloy/config.alloy')).stdout).toContain('by hand');
  });

  test('a run that is rolled back, one that is interrupted, and what is left to retry', async () => {
    const broken = pipeline().replace('"30s"', '"30s"\n\tscrape_timeout  = "60s"');
    const file = inventory(lab, [hosts[1]!], broken, { file: 'broken.yaml' });
    const ended = await lab.alloyup(
      ['apply', '--yes', '-i', file, '--watch', '1', ...flags('back')],
      onGitHub('back'),
    );
    expect(ended.exitCode).toBe(1);
    const back = await holds('back', ended);
    expect(back.summary).toEqual({ hosts: 1, 'rolled-back': 1 });
    expect(ended.stderr).toMatch(
      /^::error file=broken\.yaml,line=\d+,col=\d+,title=alloyup%3A alloy\./m,
    );

    const good = inventory(lab, hosts, pipeline({ interval: '20s' }));
    const cut = await interrupted(
      'cut',
      ['apply', '--yes', '-i', good, '-f', '1', '--watch', '1', '--adopt', ...flags('cut')],
      onGitHub('cut'),
    );
    expect(cut.exitCode).toBe(130);
    const report = await holds('cut', cut);
    expect(report.summary.skipped).toBe(1);

    const retried = await lab.alloyup(
      [
        'apply',
        '--yes',
        '-i',
        good,
        '--retry',
        path('cut.ndjson'),
        '--watch',
        '1',
        ...flags('retried'),
      ],
      onGitHub('retried'),
    );
    const last = await holds('retried', retried);
    expect(Object.keys(last.hosts)).toEqual(
      Object.keys(report.hosts).filter((name) => report.hosts[name]!.outcome === 'skipped'),
    );
    expect(retried.exitCode).toBe(0);
  });

  test('a run that fails, on a host that refuses and on one that is not there', async () => {
    await breakPackage(hosts[0]!);
    try {
      const file = inventory(lab, hosts, pipeline({ interval: '25s' }), {
        file: 'failing.yaml',
        alloy: { version: '1.17.0' },
      });
      // a port without a listener
      const text = read('failing.yaml').replace(
        /^( {2}h2:\n(?: {4}.*\n)*? {4}ssh:\n)/m,
        '$1      port: 9\n',
      );
      expect(text).toContain('port: 9');
      writeFileSync(file, text);
      const ended = await lab.alloyup(
        ['apply', '--yes', '-i', file, '--watch', '1', '--adopt', ...flags('failing')],
        onGitHub('failing'),
      );
      expect(ended.exitCode).toBe(1);
      const report = await holds('failing', ended);
      expect(report.summary).toEqual({ hosts: 2, failed: 1, unreachable: 1 });
      const codes = Object.values(report.hosts).map(({ problem }) => problem?.code);
      expect(codes).toEqual(['host.dpkg', 'ssh.unreachable']);
      for (const code of codes)
        expect(ended.stderr).toMatch(
          new RegExp(
            `^::error file=failing\\.yaml,line=\\d+,col=\\d+,title=alloyup%3A ${code}::`,
            'm',
          ),
        );
    } finally {
      await hosts[0]!.root('dpkg --purge lab-broken');
    }
  });

  /** The text of a run equals what its log produces later, except for the line that names the log. */
  const textHolds = async (name: string, ended: { stdout: string }): Promise<void> => {
    const again = await lab.alloyup(['report', path(`${name}.ndjson`), '--format', 'text']);
    expect(again.stdout.trimEnd()).toBe(ended.stdout.replace(/\nLog: .*\n?$/, '').trimEnd());
    expect(again.stdout).toMatch(/^Apply (finished|interrupted): /m);
  };

  test('the log reproduces the text of each kind of run', async () => {
    const run = (name: string, file: string, ...more: readonly string[]) => [
      'apply',
      '--yes',
      '-i',
      file,
      '--watch',
      '1',
      '--adopt',
      '--log',
      path(`${name}.ndjson`),
      ...more,
    ];
    const good = inventory(lab, hosts, pipeline({ interval: '35s' }), { file: 'text.yaml' });
    const changed = await lab.alloyup(run('text-good', good));
    expect(changed.exitCode).toBe(0);
    // the other one may be late
    expect(changed.stdout).toMatch(/Plan: [12] hosts? to change/);
    expect(changed.stdout).toContain('2 changed');
    await textHolds('text-good', changed);

    const broken = pipeline().replace('"30s"', '"30s"\n\tscrape_timeout  = "60s"');
    const back = await lab.alloyup(
      run('text-back', inventory(lab, hosts, broken, { file: 'text-broken.yaml' })),
    );
    expect(back.exitCode).toBe(1);
    expect(back.stdout).toContain('2 rolled-back');
    await textHolds('text-back', back);

    const none = inventory(lab, hosts, pipeline(), {
      file: 'text-none.yaml',
      alloy: { version: '9.9.9' },
    });
    const failing = await lab.alloyup(run('text-failing', none));
    expect(failing.stdout).toContain('2 failed');
    await textHolds('text-failing', failing);

    const next = inventory(lab, hosts, pipeline({ interval: '45s' }), { file: 'text.yaml' });
    const cut = await interrupted('text-cut', run('text-cut', next, '-f', '1'));
    expect(cut.exitCode).toBe(130);
    expect(cut.stdout).toContain('Apply interrupted');
    await textHolds('text-cut', cut);
  });

  test('an Ansible inventory reaches the same hosts', async () => {
    const lines = hosts.map(({ name }) => name);
    const ours = await lab.alloyup(['hosts', '--output', 'json', '-i', path('inventory.yaml')]);
    const { hosts: list } = JSON.parse(ours.stdout) as {
      hosts: { name: string; address: string; port: number | null; user: string | null }[];
    };
    const ini = list.map(
      ({ name, address, port, user }) =>
        `${name} ansible_host=${address}${port === null ? '' : ` ansible_port=${port}`}${user === null ? '' : ` ansible_user=${user}`}`,
    );
    writeFileSync(path('hosts.ini'), `[lab]\n${ini.join('\n')}\n`);
    const theirs = await lab.alloyup(['hosts', '--output', 'json', '-i', path('hosts.ini')]);
    const shape = (text: string) =>
      JSON.parse(text).hosts.map(({ name, address, port, user }: (typeof list)[number]) => ({
        name,
        address,
        port,
        user,
      }));
    expect(shape(theirs.stdout)).toEqual(shape(ours.stdout));
    expect(shape(theirs.stdout)).toHaveLength(lines.length);
  });
});
