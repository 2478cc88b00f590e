import { afterAll, beforeAll, expect, test } from 'vitest';
import { productCommand } from '../../lab/lab.ts';
import { inventory, pipeline } from './helpers.ts';
import { describeOnHosts, freshHosts, type Lab, type LabHost } from './lab-fixture.ts';
import { Screen } from './screen.ts';

describeOnHosts('a status that stays current', () => {
  let lab: Lab;
  let hosts: readonly [LabHost, LabHost, LabHost];
  let screen: Screen;
  let file: string;
  const shows = (text: RegExp) =>
    expect.poll(() => screen.visible, { timeout: 90_000, interval: 250 }).toMatch(text);
  const stateOf = (host: LabHost, state: string): RegExp =>
    new RegExp(`^\\*? +${host.name} .* ${state}\\b`, 'm');

  beforeAll(async () => {
    ({ lab, hosts } = await freshHosts(3));
    file = inventory(lab, hosts, pipeline());
    const { exitCode } = await lab.alloyup(['apply', '--yes', '--watch', '0', '-i', file]);
    expect(exitCode).toBe(0);
    screen = new Screen(lab, lab.home, { rows: 24 });
  });
  afterAll(() => screen?.close());

  test('marks what changes, survives a lost host, and ends with q as a status would', async () => {
    const [first, second, third] = hosts;
    const command = productCommand(['status', '--watch=1', '-i', file]).join(' ');
    const watch = `${command}; echo "exit=$?"; stty -a | grep -o -- '-*icanon'`;
    await screen.type(/^\$$/, watch);
    await shows(/^3 hosts: 3 up to date$/m);
    // one login each, however long
    const logins = await Promise.all(hosts.map(acceptedLogins));

    await first.root('systemctl stop alloy');
    await shows(new RegExp(`^\\* ${first.name} .* inactive .* 1 change`, 'm'));
    await shows(new RegExp(`^\\d\\d:\\d\\d:\\d\\d ${first.name}: service active -> inactive`, 'm'));
    // what needs attention comes first
    expect(screen.visible).toMatch(new RegExp(`STATE.*\\n\\* ${first.name}`));
    expect(await Promise.all(hosts.map(acceptedLogins))).toEqual(logins);

    await second.root('systemctl stop ssh.socket ssh; true');
    expect(second.dropSessions()).toBeGreaterThan(0);
    await shows(stateOf(second, 'unreachable'));
    await shows(new RegExp(`^! ${second.name}: unreachable since \\d\\d:\\d\\d:\\d\\d UTC`, 'm'));
    expect(screen.visible).toMatch(stateOf(third, 'up to date'));
    await second.root('systemctl start ssh');
    await shows(stateOf(second, 'up to date'));

    // without a word: nobody closes the connection
    await third.setLink('down');
    await shows(stateOf(third, 'unreachable'));
    await third.setLink('up');
    await shows(stateOf(third, 'up to date'));

    screen.resize(60, 10);
    await shows(/q quits\s*$/);
    screen.press('q');
    // status exits with 0 where hosts need changes
    await shows(/^exit=0\n-*icanon/m);
    expect(screen.visible).toMatch(/^exit=0\nicanon$/m);
    screen.resize(80, 24);
    expect(screen.text).toMatch(/^Status finished: 3 hosts/m);
    expect(screen.text).toMatch(/1 needs changes\s+/);
  });

  test('Ctrl-C ends it, too; --detailed-exitcode counts what is to be changed', async () => {
    const command = productCommand(['status', '--watch', '--detailed-exitcode', '-i', file]);
    await screen.clear();
    await screen.type(/^\$$/, `${command.join(' ')}; echo "exit=$?"`);
    await shows(/1 with 1 change, 2 up to date/);
    screen.press('C-c');
    await shows(/^exit=2$/m);
  });

  test('without a terminal, NDJSON tells of each change', async () => {
    const running = lab.startAlloyup(['status', '--watch=1', '--output', 'ndjson', '-i', file]);
    let told = '';
    running.stdout.on('data', (bytes: Buffer) => {
      told += bytes.toString();
    });
    const ends = () =>
      told
        .split('\n')
        .filter((line) => line.includes('"host.finished"'))
        .map((line) => JSON.parse(line) as { host: string; outcome: string })
        .map(({ host, outcome }) => `${host} ${outcome}`);
    await expect.poll(() => ends().length, { timeout: 60_000, interval: 250 }).toBe(3);
    await hosts[0].root('systemctl start alloy');
    await expect
      .poll(() => ends().at(-1), { timeout: 60_000, interval: 250 })
      .toBe(`${hosts[0].name} unchanged`);
    running.kill('SIGTERM');
    expect((await running).exitCode).toBe(0);
    expect(told.trim().split('\n').at(-1)).toContain('"run.finished","exitCode":0');
  });
});

/** How many logins its sshd has accepted. */
async function acceptedLogins(host: LabHost): Promise<number> {
  const { stdout } = await host.root(
    "journalctl -t sshd -t sshd-session -o cat | grep -c '^Accepted ' || true",
  );
  return Number(stdout);
}
