import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { merge, type Written } from '../../lab/inventory.ts';
import type { Suite } from '../../lab/state.ts';
import type { Problem } from '../../src/model/problem.ts';
import { textOf } from '../../src/report/text-of.ts';
import { inventory, outcomes, pipeline, report } from './helpers.ts';
import { describeOnHosts, freshHosts, type Lab, type LabHost } from './lab-fixture.ts';
import {
  BAD,
  type BadLogin,
  breakSudo,
  type Context,
  GOOD,
  impersonate,
  type Keys,
  makeLoginKeys,
  makeUsers,
  PASSWORD,
  type Via,
  WRONG,
  writeSshConfig,
} from './login-rows.ts';

const PAGE = new URL('../../docs/logins.md', import.meta.url).pathname;

interface Told {
  readonly login: string;
  readonly via: string;
  readonly end: string;
  readonly words: string;
}

/** Every login that works converges a bare host; every other one reports why not, and touches nothing. */
export function describeLogins(suite: Suite, { bad }: { readonly bad: boolean }): void {
  describeOnHosts(`logins on ${suite}`, () => {
    let lab: Lab;
    let keys: Keys;
    let good: readonly LabHost[];
    let door: LabHost;
    let impostor: LabHost;
    let off: LabHost;
    let broken: LabHost;
    const told: Told[] = [];

    const rowsOf = GOOD.filter(({ suites }) => suites?.includes(suite) ?? true);
    const contextOf = (host: LabHost): Context => ({ lab, host, bastion: door, keys });

    beforeAll(async () => {
      const fresh = await freshHosts(rowsOf.length + 4, suite);
      lab = fresh.lab;
      good = fresh.hosts.slice(0, rowsOf.length);
      [door, impostor, off, broken] = fresh.hosts.slice(rowsOf.length) as [
        LabHost,
        LabHost,
        LabHost,
        LabHost,
      ];
      keys = makeLoginKeys(lab);
      const pub = readFileSync(`${keys.locked}.pub`, 'utf8');
      await door.root('cat >>/home/ops/.ssh/authorized_keys', { input: pub });
      await Promise.all([
        ...rowsOf.map((row, n) => row.prepare?.(contextOf(good[n]!))),
        makeUsers(door),
        impersonate(impostor),
        off.setLink('down'),
        breakSudo(broken),
      ]);
      const revoked = readFileSync(join(lab.home, '.ssh/known_hosts'), 'utf8')
        .split('\n')
        .find((line) => line.startsWith(`${door.name},`) && line.includes('ed25519'))!;
      writeFileSync(
        join(lab.home, '.ssh/revoked'),
        `@revoked * ${revoked.split(' ').slice(1).join(' ')}\n`,
      );
      writeSshConfig(lab, [
        ...rowsOf.map((row, n) => row.config?.(contextOf(good[n]!)) ?? ''),
        ...BAD.map((row) => row.config?.(contextOf(door)) ?? ''),
      ]);
    });

    test('those that work converge', async () => {
      const file = inventory(lab, good, pipeline(), {
        file: 'good.yaml',
        perHost: Object.fromEntries(
          rowsOf.map((row, n) => [good[n]!.name, row.entry?.(contextOf(good[n]!)) ?? {}]),
        ),
      });
      const env = { SUDO_PASSWORD: PASSWORD };
      const log = join(lab.home, 'good.ndjson');
      const { ended, report: run } = await report(
        lab,
        ['apply', '--yes', '--watch', '1', '-vv', '-i', file, '--log', log],
        { env },
      );
      expect(outcomes(run)).toEqual(good.map(({ name }) => `${name}: changed`));
      expect(ended.exitCode).toBe(0);
      const events = readFileSync(log, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line));
      rowsOf.forEach(({ login, via }, n) => {
        const { name } = good[n]!;
        const seen = events.find(({ type, host }) => type === 'host.connected' && host === name);
        expect(seen, login).toMatchObject({ via });
        told.push({ login, via, end: 'converges', words: seen.why ? `for ${seen.why}` : '' });
      });
      // if sudo logs its input, a warning says so
      const logged = rowsOf.findIndex(({ login }) => login.includes('log_input'));
      expect(run.hosts[good[logged]!.name]!.warnings.map(({ code }) => code)).toContain(
        'sudo.log-input',
      );
      // the password appears nowhere, neither in sudo's input log nor in another one
      const everything = `${ended.stdout}${ended.stderr}${readFileSync(log, 'utf8')}`;
      expect(everything).not.toContain(PASSWORD);
      expect(everything).not.toContain(JSON.stringify(PASSWORD).slice(1, -1));
      for (const host of good) {
        const found = await host.root(
          'grep -rlaF -f - /var/log /run /var/lib/alloyup /tmp 2>/dev/null; journalctl -o cat | grep -cF -f /dev/stdin </dev/null',
          { input: `${PASSWORD}\n`, reject: false },
        );
        expect(found.stdout.split('\n').filter((line) => line.startsWith('/'))).toEqual([]);
      }
    });

    test('and are converged the second time', async () => {
      const { report: run } = await report(
        lab,
        ['apply', '--yes', '-i', join(lab.home, 'good.yaml')],
        {
          env: { SUDO_PASSWORD: PASSWORD },
        },
      );
      expect(outcomes(run)).toEqual(good.map(({ name }) => `${name}: unchanged`));
    });

    if (!bad) return;
    const rows = BAD.flatMap((row) => row.via.map((via) => [row.login, via, row] as const));
    test.concurrent.each(rows)('%s (%s) is told', async (login, via, row) => {
      const problem = await refusalOf(
        row,
        via,
        rows.findIndex((each) => each[2] === row),
      );
      const words = `${textOf(problem).message}\n${textOf(problem).hint}\n${problem.detail ?? ''}`;
      told.push({
        login,
        via,
        end: problem.code,
        words: `${textOf(problem).message}. ${textOf(problem).hint}`,
      });
      expect(problem.code, words).toBe(row.code);
      expect(words).toMatch(row.says);
      expect(words).not.toContain(WRONG);
      expect(words).not.toContain(PASSWORD);
    });

    async function refusalOf(row: BadLogin, via: Via, n: number): Promise<Problem> {
      const host = { impostor, off, broken, door }[row.at ?? 'door'];
      const entry = merge({ ssh: { transport: via } } as Written, row.entry(contextOf(host)));
      const file = inventory(lab, [host], pipeline(), {
        file: `bad-${n}-${via}.yaml`,
        perHost: { [host.name]: entry },
        trust: row.unpinned ? 'known-hosts' : 'pin',
      });
      const { report: run } = await report(lab, ['plan', '-i', file, ...(row.args ?? [])], {
        env: { SUDO_PASSWORD: PASSWORD, ...row.env },
        timeoutS: 60,
      });
      const { problem } = run.hosts[host.name]!;
      if (!problem) throw new Error(`it worked: ${JSON.stringify(outcomes(run))}`);
      return problem;
    }

    test('a menu was sent nothing', async () => {
      const { stdout } = await door.root('cat /tmp/chosen 2>/dev/null || true');
      expect(stdout.trim()).toBe('');
    });

    test('a machine in the middle received nothing but key exchanges', async () => {
      const log = impostor.read('/root/impostor.log');
      expect(log).toMatch(/SSH2_MSG_KEXINIT received/);
      expect(log).not.toMatch(/userauth|Accepted |Failed |starting session|server_input_channel/i);
    });

    if (suite === 'bookworm')
      test('the page has a row for each login', () => {
        const text = page(told, lab);
        if (process.env.ALLOYUP_WRITE_DOCS) {
          mkdirSync(new URL('.', `file://${PAGE}`).pathname, { recursive: true });
          writeFileSync(PAGE, text);
        }
        const kept = readFileSync(PAGE, 'utf8')
          .split('\n')
          .filter((line) => line.startsWith('|')).length;
        expect(kept).toBe(text.split('\n').filter((line) => line.startsWith('|')).length);
      });
  });
}

/** The page, without anything that differs between runs. */
function page(told: readonly Told[], lab: Lab): string {
  const order = [...GOOD, ...BAD].map(({ login }) => login);
  const plain = (text: string): string =>
    lab.hosts
      .reduce(
        (left, { address, name }) =>
          left.replaceAll(new RegExp(`${address.replaceAll('.', '\\.')}(?!\\d)`, 'g'), name),
        text,
      )
      .replace(/SHA256:[A-Za-z0-9+/]{43}/g, 'SHA256:...')
      .replaceAll(lab.home, '~')
      .replaceAll(/\bh\d+\b/g, 'web-01')
      .replace(/\b198(\.\d+){3}/g, '192.0.2.9')
      .replace(/known_hosts:\d+/g, 'known_hosts:7')
      .replaceAll('|', '\\|')
      .replaceAll('\n', ' ');
  const rows = [...told]
    .sort(
      (a, b) => order.indexOf(a.login) - order.indexOf(b.login) || a.via.localeCompare(b.via) * -1,
    )
    .map(({ login, via, end, words }) => `| ${login} | ${via} | ${end} | ${plain(words)} |`);
  return `# Logins

How alloyup handles each kind of login, tested on real hosts. \`ssh\` is the built-in client, \`openssh\` the
system's. If the host converges, the last column says why \`transport: auto\` did not use the built-in client. Otherwise it
shows the error with its hint.

\`ALLOYUP_WRITE_DOCS=1 npx vitest run --project e2e test/e2e/logins.e2e.ts\` generates this page.

| login | client | result | message |
|---|---|---|---|
${rows.join('\n')}
`;
}
