import { afterAll, beforeAll, expect, test } from 'vitest';
import { setSudo } from '../../lab/faults.ts';
import { productCommand } from '../../lab/lab.ts';
import { inventory, pipeline } from './helpers.ts';
import { describeOnHosts, freshHosts, type Lab, type LabHost } from './lab-fixture.ts';
import { Screen } from './screen.ts';

const PASSWORD = 'right $(id) "pass"';
const WRONG = 'wrong-and-never-shown';

describeOnHosts('what is asked in a real terminal', () => {
  let lab: Lab;
  let hosts: readonly [LabHost, LabHost];
  let screen: Screen;
  let file: string;

  beforeAll(async () => {
    ({ lab, hosts } = await freshHosts(2));
    await Promise.all(hosts.map((host) => setSudo(host, { password: PASSWORD })));
    file = inventory(lab, hosts, pipeline());
    screen = new Screen(lab, lab.home);
  });
  afterAll(() => screen?.close());

  /** Types a command and the password at its prompt; returns the exit code. */
  async function run(verb: string, password: string): Promise<string> {
    const command = `${productCommand([verb, '-K', '-i', file]).join(' ')}; echo "exit=$?"`;
    await screen.clear();
    await screen.type(/^\$$/, command);
    await screen.type(/sudo password:/, password);
    await expect.poll(() => screen.text, { timeout: 120_000, interval: 250 }).toMatch(/^exit=\d/m);
    expect(screen.text).not.toContain(password);
    return /^exit=(\d+)/m.exec(screen.text)?.[1] ?? '';
  }

  test('-K: a wrong password is reported, and nothing is touched', async () => {
    expect(await run('apply --yes', WRONG)).toBe('1');
    expect(screen.text).toContain('error[sudo.password]');
    expect(screen.text).toMatch(/sudo rejected the password of\s+ops/);
    const { exitCode } = await hosts[0].root('test -e /etc/alloy', { reject: false });
    expect(exitCode).toBe(1);
  });

  test('-K: the right password is asked for once, never shown, and converges all hosts', async () => {
    expect(await run('apply --yes --watch 1', PASSWORD)).toBe('0');
    expect(screen.text.match(/sudo password:/g)).toHaveLength(1);
    expect(screen.text).toMatch(/2 changed/);
    expect(await run('plan --detailed-exitcode', PASSWORD)).toBe('0');
  });
  test('a login that breaks while the plan is shown is repeated after the confirmation', async () => {
    inventory(lab, hosts, pipeline({ interval: '20s' }));
    await screen.clear();
    const command = `${productCommand(['apply', '-K', '-i', file]).join(' ')}; echo "exit=$?"`;
    await screen.type(/^\$$/, command);
    await screen.type(/sudo password:/, PASSWORD);
    await screen.answer(/Apply to 2 hosts\?/);
    const [host] = hosts;
    // nothing waits there for the approval
    expect(host.processes(/^(perl|sudo .*perl) -$/)).toEqual([]);
    expect(host.dropSessions()).toBeGreaterThan(0);
    await screen.answer(/Apply to 2 hosts\?/, 'y', 'Enter');
    await expect.poll(() => screen.text, { timeout: 120_000, interval: 250 }).toMatch(/^exit=\d/m);
    expect(screen.text).toMatch(/^exit=0/m);
    expect(screen.text).toMatch(/2 changed/);
    expect(screen.text).not.toContain(PASSWORD);
  });
});
