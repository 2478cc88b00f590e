import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { upperFolder } from '../../lab/machine.ts';
import {
  type Canary,
  canaries,
  type Finding,
  newMark,
  type Scanner,
  scannerFor,
  scanTree,
} from './canary.ts';
import { inventory, pipeline } from './helpers.ts';
import { describeOnHosts, freshHosts, type Lab, type LabHost } from './lab-fixture.ts';
import { type Watched, watchProcesses } from './watch-processes.ts';

const FOLDER = '/etc/alloy/canaries';
/** Starts, loads, and then dies; its output is read and reported. */
const FATAL = pipeline().replace('"30s"', '"30s"\n\tscrape_timeout  = "60s"');

/** Secrets as variables and as files, each stored in a file on the controller. */
interface Set {
  readonly variables: readonly Canary[];
  readonly files: readonly Canary[];
}

/** Marks the secret that alloyup gets from its own environment. */
const OF_ENV = 'by environment';

/** The output of a run, or of a command on the host. */
const said: { readonly where: string; readonly text: string }[] = [];

describeOnHosts('secrets of every shape', () => {
  const mark = newMark();
  const first: Set = { variables: canaries(mark, 'V'), files: canaries(mark, 'F') };
  const second: Set = { variables: canaries(mark, 'W'), files: canaries(mark, 'G') };
  // one comes from alloyup's own environment, where it is allowed
  const markOfEnv = newMark();
  const fromEnv: Canary = { shape: 'env', text: `it's "${markOfEnv}E" $()` };
  const all = [first, second].flatMap(({ variables, files }) => [...variables, ...files]);
  const scanner = scannerFor(mark, all);
  const scannerOfEnv = scannerFor(markOfEnv, [fromEnv]);
  const begun = Date.now();
  let lab: Lab;
  let host: LabHost;
  let watcher: Awaited<ReturnType<typeof watchProcesses>>;
  let watched: Watched | null = null;

  /** Runs a command and keeps its output for the search. */
  async function alloyup(...args: readonly string[]) {
    const ended = await lab.alloyup(args, { env: { CANARY_FROM_ENV: fromEnv.text } });
    said.push({ where: `alloyup ${args.join(' ')}`, text: `${ended.stdout}\n${ended.stderr}` });
    return ended;
  }

  function write(set: Set, config: string): void {
    const place = (kind: string, index: number) => `secrets/${kind}-${index}`;
    const keep = (kind: string, index: number, { text }: Canary) => {
      // editors end files with a newline, which is not part of the secret
      writeFileSync(join(lab.home, place(kind, index)), `${text}${index % 2 ? '\n' : ''}`, {
        mode: 0o600,
      });
      return { secret: `file:${place(kind, index)}` };
    };
    rmSync(join(lab.home, 'secrets'), { recursive: true, force: true });
    mkdirSync(join(lab.home, 'secrets'), { mode: 0o700 });
    inventory(lab, [host], config, {
      alloy: {
        environment: {
          ...Object.fromEntries(
            set.variables.map((canary, i) => [`CANARY_${i}`, keep('variable', i, canary)]),
          ),
          FROM_ENV: { secret: 'env:CANARY_FROM_ENV' },
          FROM_PROGRAM: { secret: { exec: ['cat', join(lab.home, 'secrets/variable-0')] } },
        },
      },
      defaults: {
        config: {
          template: './inventory-template.alloy',
          files: Object.fromEntries(
            set.files.map((canary, i) => [
              `${FOLDER}/${i}`,
              { ...keep('file', i, canary), mode: '0640', group: 'alloy' },
            ]),
          ),
        },
      },
    });
  }

  /** What the service received and what sh reads, byte for byte. */
  async function expectValues(set: Set): Promise<void> {
    // the stand-in overwrites its environment with its title; a program started just before it does not
    host.write(
      '/run/systemd/system/alloy.service.d/canary.conf',
      '[Service]\nExecStartPre=+/bin/cp /proc/self/environ /run/canary-environ\n',
    );
    await host.root('systemctl daemon-reload && systemctl restart alloy');
    const variables = variablesOf(readFileSync(host.path('/run/canary-environ')));
    await host.root(
      'rm -r /run/canary-environ /run/systemd/system/alloy.service.d && systemctl daemon-reload && systemctl restart alloy',
    );
    const read = await host.root(
      "env -i sh -c 'set -a; . /etc/default/alloy; exec cat /proc/self/environ'",
    );
    const ofShell = variablesOf(Buffer.from(read.stdout));
    const wanted = Object.fromEntries(set.variables.map(({ text }, i) => [`CANARY_${i}`, text]));
    for (const found of [variables, ofShell])
      expect({ ...found, PATH: '', PWD: '' }).toMatchObject({
        ...wanted,
        FROM_ENV: fromEnv.text,
        FROM_PROGRAM: set.variables[0]!.text,
      });
    for (const [i, { text }] of set.files.entries()) expect(host.read(`${FOLDER}/${i}`)).toBe(text);
  }

  /** Everything the host ever wrote, on disk and in memory. */
  function onHost(one: Scanner): readonly Finding[] {
    return [
      ...scanTree(one, upperFolder(lab.name, host.state.number)),
      ...['/run', '/tmp', '/var/tmp', '/dev/shm'].flatMap((below) =>
        scanTree(one, host.path('/'), { below, skip: /^\/run\/(udev|credentials)/ }),
      ),
    ].filter((finding) => !isTarget(finding));
  }

  /** What any user can ask the host. */
  async function askHost(): Promise<void> {
    const questions = [
      'journalctl --no-pager -o export --all',
      'systemctl show --all --no-pager "*alloy*"',
      'systemctl list-units --all --no-pager',
      'systemctl status --no-pager --full -n 200 "*alloy*"',
      'cat /var/log/apt/*.log /var/log/dpkg.log',
      'cat /var/log/auth.log /var/log/syslog',
      'apt-config dump; apt-cache policy; dpkg -s alloy; dpkg --get-selections',
      'debconf-show --listowners',
      'cat /proc/*/cmdline',
    ];
    for (const question of questions) {
      const { stdout, stderr } = await host.root(question, { reject: false });
      said.push({ where: question, text: `${stdout}\n${stderr}` });
    }
  }

  const inSaid = (one: Scanner): readonly string[] =>
    said.flatMap(({ where, text }) => one.find(text).map((what) => `${where}: ${what}`));

  async function expectSilence(): Promise<void> {
    await askHost();
    expect(inSaid(scanner)).toEqual([]);
    expect(inSaid(scannerOfEnv)).toEqual([]);
    for (const one of [scanner, scannerOfEnv]) {
      expect(onHost(one).map(told)).toEqual([]);
      const onController = [
        ...scanTree(one, lab.home, { skip: /^\/secrets(\/|$)/ }),
        ...scanTree(one, '/tmp', { sinceMs: begun }),
      ];
      expect(onController.map(told)).toEqual([]);
    }
    // directories with copies are accessible to root only
    const modes = await host.root(
      'stat -c "%n %a %U" /var/lib/alloyup /var/lib/alloyup/runs /run/alloyup 2>/dev/null; find /run/alloyup /var/lib/alloyup -maxdepth 2 ! -user root',
      { reject: false },
    );
    expect(modes.stdout.split('\n').filter((line) => line && !/ 700 root$/.test(line))).toEqual([]);
  }

  beforeAll(async () => {
    ({
      lab,
      hosts: [host],
    } = await freshHosts(1));
    watcher = await watchProcesses([
      ...scanner.needles,
      ...scannerOfEnv.needles.map(({ what, bytes }) => ({ what: `${OF_ENV}, ${what}`, bytes })),
    ]);
  });

  afterAll(async () => {
    if (!watched) await watcher?.stop();
  });

  test('are in no plan, in any output format', async () => {
    write(first, FATAL);
    for (const more of [
      [],
      ['-vv'],
      ['--output', 'json'],
      ['--output', 'ndjson'],
      ['--junit', 'plan.xml', '--log', 'plan.log'],
    ])
      expect(await alloyup('plan', ...more)).toMatchObject({ exitCode: 0 });
    expect(said.some(({ text }) => text.includes('CANARY_3'))).toBe(true);
    await expectSilence();
  });

  test('are in nothing that a failing apply on a bare host prints or leaves', async () => {
    const ended = await alloyup('apply', '--yes', '--watch', '1', '-vv', '--junit', 'failed.xml');
    expect(ended.exitCode).toBe(1);
    expect(ended.stdout).toMatch(/rolled.back/);
    await expectSilence();
  });

  test('reach the service and its files byte for byte, and nothing else', async () => {
    write(first, pipeline());
    const ended = await alloyup('apply', '--yes', '--watch', '1', '-vv', '--junit', 'apply.xml');
    expect(ended).toMatchObject({ exitCode: 0 });
    await expectSilence();
  });

  test('are hidden in status, render and a second apply', async () => {
    expect(await alloyup('apply', '--yes', '--output', 'json')).toMatchObject({ exitCode: 0 });
    for (const output of ['text', 'json', 'ndjson'])
      expect(await alloyup('status', '--output', output)).toMatchObject({ exitCode: 0 });
    expect(await alloyup('render', host.name)).toMatchObject({ exitCode: 0 });
    expect(await alloyup('validate')).toMatchObject({ exitCode: 0 });
    await expectSilence();
  });

  test('that replace others are in nothing that a failing apply prints, and the old ones are restored', async () => {
    write(second, FATAL);
    const ended = await alloyup('apply', '--yes', '--watch', '1', '--output', 'ndjson', '-vv');
    expect(ended.exitCode).toBe(1);
    await expectSilence();
  });

  test('that replace others are hidden in apply, rollback and remove', async () => {
    write(second, pipeline({ interval: '15s' }));
    expect(
      await alloyup('apply', '--yes', '--watch', '1', '--output', 'json', '--log', 'second.log'),
    ).toMatchObject({ exitCode: 0 });
    await expectSilence();
    expect(await alloyup('rollback', '--yes', '-vv')).toMatchObject({ exitCode: 0 });
    await expectSilence();
    expect(await alloyup('runs')).toMatchObject({ exitCode: 0 });
  });

  test('were in the arguments of no process, and only in the environment of the service', async () => {
    watched = await watcher.stop();
    const elsewhere = watched.findings.filter(
      ({ where, command, uid }) =>
        where === 'cmdline' || uid === 0 || !/\balloy\b.* run /.test(command),
    );
    const strange = elsewhere.filter(
      // alloyup got this one from its environment; unshare, sh and mount exec it, and cat is the user's
      // program that prints a secret
      ({ where, what, command }) =>
        !(
          where === 'environ' &&
          what.startsWith(OF_ENV) &&
          (/bin.alloyup\.js/.test(command) || /^(unshare|sh|mount|cat) /.test(command))
        ),
    );
    expect(strange).toEqual([]);
    // the watcher saw the service with them, so it works
    expect(watched.findings.length).toBeGreaterThan(0);
    console.log(
      `looked at all processes ${watched.samples} times, every ${watched.everyMs.toFixed(1)} ms, ${watched.longestMs.toFixed(0)} ms at the longest`,
    );
  });

  test('are what the service and sh read, byte for byte', async () => {
    await expectValues(first);
    write(second, pipeline({ interval: '15s' }));
    expect(await alloyup('apply', '--yes', '--watch', '0')).toMatchObject({ exitCode: 0 });
    await expectValues(second);
    expect(await alloyup('remove', '--purge', '--yes', '-vv')).toMatchObject({ exitCode: 0 });
    await expectSilence();
  });

  /**
   * Where secrets are allowed: their files, root's copies of these, and, as digests only, the log of a run, which
   * is in memory and readable by root only.
   */
  const isTarget = ({ where, what }: Finding): boolean =>
    where === '/etc/default/alloy' ||
    where.startsWith(`${FOLDER}/`) ||
    where.startsWith('/var/lib/alloyup/') ||
    (/^\/run\/alloyup\/[^/]+\/log$/.test(where) && /^(sha256|md5|sha1) of /.test(what));
});

describeOnHosts('a value that systemd does not accept', () => {
  const REFUSED: Readonly<Record<string, (mark: string) => string>> = {
    'the character U+FFFE': (mark) => `${mark}\ufffe`,
    'more than 128 KiB': (mark) => `${mark}${'x'.repeat(131_072)}`,
  };
  let lab: Lab;
  let host: LabHost;

  beforeAll(async () => {
    ({
      lab,
      hosts: [host],
    } = await freshHosts(1));
  });

  test.each(Object.entries(REFUSED))(
    '%s, is refused before a host is touched',
    async (what, make) => {
      const mark = newMark();
      const text = make(mark);
      writeFileSync(join(lab.home, 'refused'), text, { mode: 0o600 });
      const file = inventory(lab, [host], pipeline(), {
        alloy: { environment: { REFUSED: { secret: 'file:refused' } } },
      });
      const { exitCode, stdout, stderr } = await lab.alloyup(['apply', '--yes', '-i', file]);
      expect(exitCode).toBe(64);
      expect(stderr.replace(/\s+/g, ' ')).toContain(
        `the variable REFUSED: its value holds ${what}`,
      );
      expect(scannerFor(mark, []).find(stdout + stderr)).toEqual([]);
      // systemd would refuse to start it and show the value to every user
      host.write('/run/refused', `REFUSED='${text}'\n`, 0o600);
      const ran = await host.root(
        `systemd-run -q --wait --pipe -p EnvironmentFile=/run/refused sh -c 'printf %s "$REFUSED"'`,
        { reject: false },
      );
      expect(ran.stdout).not.toBe(text);
      rmSync(host.path('/run/refused'));
    },
  );
});

describeOnHosts('a deliberate leak is found', () => {
  const mark = newMark();
  const all = canaries(mark, 'L');
  const scanner = scannerFor(mark, all);
  let lab: Lab;
  let host: LabHost;

  beforeAll(async () => {
    ({
      lab,
      hosts: [host],
    } = await freshHosts(1));
  });

  const WAYS: Readonly<Record<string, (text: string) => string>> = {
    'as it is': (text) => text,
    'in base64': (text) => Buffer.from(text).toString('base64'),
    'in base64 behind a name': (text) => Buffer.from(`user:${text}`).toString('base64url'),
    'in base64 behind two letters': (text) => Buffer.from(`xx${text}yy`).toString('base64'),
    'in hex': (text) => Buffer.from(text).toString('hex'),
    'percent-encoded': (text) => encodeURIComponent(text),
    'in JSON': (text) => JSON.stringify({ text }),
    'quoted for sh': (text) => `'${text.replaceAll("'", `'\\''`)}'`,
    'its first half': (text) => text.slice(0, text.indexOf(mark) + 16),
    'its sha256': (text) => createHash('sha256').update(text).digest('hex'),
    'its md5 in a list': (text) => `${createHash('md5').update(text).digest('hex')}  file\n`,
  };

  test.each(Object.entries(WAYS))('in a file of the host, %s', (_, write) => {
    for (const [index, { shape, text }] of all.entries()) {
      host.write(`/tmp/leak-${index}`, `before ${write(text)} after`);
      const found = scanTree(scanner, host.path('/'), { below: '/tmp' });
      expect(found, shape).not.toEqual([]);
      rmSync(host.path(`/tmp/leak-${index}`));
    }
  });

  test('in the journal, and in the arguments and environment of processes that live for half a second', async () => {
    const watcher = await watchProcesses(scanner.needles);
    const { text } = all[0]!;
    await host.root('systemd-cat -t leak', { input: `x=${text}` });
    await host.root('read -r x; sh -c "sleep 0.5; :" leak "$x"; LEAK="$x" sleep 0.5', {
      input: `${text}\n`,
    });
    const { findings } = await watcher.stop();
    // a forked shell that has not yet become `sleep` looks like its parent
    const found = new Set(findings.map(({ where, command }) => `${where} ${command}`));
    expect([...found]).toEqual([
      expect.stringMatching(/^cmdline sh -c .* leak/),
      expect.stringMatching(/^environ sleep/),
    ]);
    const { stdout } = await host.root('journalctl --sync; journalctl -o export --all');
    expect(scanner.find(stdout)).not.toEqual([]);
    const files = scanTree(scanner, host.path('/'), { below: '/run/log' });
    const kept = scanTree(scanner, upperFolder(lab.name, host.state.number), {
      below: '/var/log/journal',
    });
    expect([...files, ...kept]).not.toEqual([]);
  });

  test('in the output of alloyup, if it was written where secrets do not belong', async () => {
    const { text } = all[0]!;
    const file = inventory(lab, [host], `// {{ note }}\n${pipeline()}`, {
      defaults: { config: { template: './inventory-template.alloy', vars: { note: text } } },
    });
    for (const output of ['text', 'json', 'ndjson']) {
      const { stdout } = await lab.alloyup(['plan', '-i', file, '--output', output]);
      expect(scanner.find(stdout), output).not.toEqual([]);
    }
    expect(scanTree(scanner, lab.home, { below: '/.local' })).not.toEqual([]);
  });
});

const told = ({ where, what, mode }: Finding): string => `${where} ${mode}: ${what}`;

const variablesOf = (environ: Buffer): Record<string, string> =>
  Object.fromEntries(
    environ
      .toString()
      .split('\0')
      .filter(Boolean)
      .map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]),
  );
