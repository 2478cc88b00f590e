import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { setSudo } from '../../lab/faults.ts';
import { productCommand } from '../../lab/lab.ts';
import { report, unwatched } from './helpers.ts';
import { describeOnHosts, freshHosts, type Lab, type LabHost } from './lab-fixture.ts';
import { Screen } from './screen.ts';

describeOnHosts('the wizard in a real terminal', () => {
  let lab: Lab;
  let hosts: readonly [LabHost, LabHost, LabHost];
  let fleet: string;
  let screen: Screen;
  const alloyup = (args: string) => `${productCommand([]).join(' ')} ${args}`;

  beforeAll(async () => {
    ({ lab, hosts } = await freshHosts(3));
    // host keys are unknown at first
    writeFileSync(join(lab.home, '.ssh/known_hosts'), '');
    fleet = join(lab.home, 'fleet');
    mkdirSync(fleet, { recursive: true });
    screen = new Screen(lab, fleet);
  });
  afterAll(() => screen?.close());

  /** From the first question to the one about sudo, or what to collect. */
  async function hostsAndLogin(names: string, unmet: boolean, sudo = 'no password'): Promise<void> {
    await screen.answer(/Where are your hosts listed/, 'Enter');
    await screen.answer(/one per line/, names, 'Enter', 'Enter');
    await login(unmet, sudo);
  }

  async function login(unmet: boolean, sudo = 'no password'): Promise<void> {
    await screen.answer(/SSH user/, 'ops', 'Enter');
    await screen.answer(/SSH key/, 'Enter');
    if (unmet) await screen.answer(/Record (it|them)\?/, 'y', 'Enter');
    await screen.answer(
      sudo === 'no password' ? /What do you want to collect/ : /sudo needs a password/,
    );
    expect(screen.text).toContain(`sudo needs ${sudo}`);
  }

  /** A process of that name, with a port that answers nothing. */
  async function listenAs(name: string, port: number, host: LabHost): Promise<void> {
    const perl = `socket my $s, 2, 1, 0; bind $s, pack "S n C4 x8", 2, ${port}, 127, 0, 0, 1 or die; listen $s, 5; sleep 600`;
    host.write(`/usr/local/lib/${name}.pl`, perl);
    await host.root(
      `cp /usr/bin/perl /usr/local/bin/${name} && systemd-run --unit fake-${name} /usr/local/bin/${name} /usr/local/lib/${name}.pl`,
    );
  }

  async function packagesAndVersion(): Promise<void> {
    await screen.answer(/Where do packages come from/, 'Down', 'Enter');
    await screen.answer(/Repository URL/, 'Enter');
    await screen.answer(/URL or path of the signing key/, 'Enter');
    await screen.answer(/Fingerprint of the signing key/, lab.fingerprint, 'Enter');
    await screen.answer(/Which Alloy version/, 'Enter');
  }

  test('leads from an empty directory to a converged host with linux-host', async () => {
    await setSudo(hosts[0], { password: 'canary-of-sudo' });
    await listenAs('redis-server', 6379, hosts[0]);
    await screen.answer(/\$$/, alloyup('init'), 'Enter');
    await hostsAndLogin(hosts[0].name, true, 'a password');
    await screen.answer(/sudo needs a password/, 'Down', 'Enter');
    await screen.answer(/Where is the sudo password stored/, 'file:./secrets/sudo', 'Enter');
    await screen.answer(/sudo password, to try/, 'wrong', 'Enter');
    await screen.answer(/Try another password/, 'Enter');
    expect(screen.text).toContain('sudo rejected the password of ops');
    await screen.answer(/sudo password, to try/, 'canary-of-sudo', 'Enter');
    await screen.answer(/What do you want to collect/, 'Enter');
    expect(screen.text).toContain('accepted by sudo on 1 host');
    await screen.answer(/Which data/, 'Down', 'Down', 'Space', 'Enter');
    await screen.answer(/Where do you want to send it/, 'Enter');
    await screen.answer(/Log files, such as/, '/var/log/*.log', 'Enter', 'Enter');
    await screen.answer(/Prometheus/, 'http://192.0.2.1:9009/write', 'Enter');
    await screen.answer(/Use it anyway/, 'Enter');
    await screen.answer(/Authentication for/, 'Down', 'Enter');
    await screen.answer(/User for/, 'metrics', 'Enter');
    await screen.answer(/Where is the password stored/, 'file:./secrets/metrics', 'Enter');
    // it answers, but not a push
    await screen.answer(/Loki/, 'https://apt.grafana.com/loki/api/v1/push', 'Enter');
    await screen.answer(/Use it anyway/, 'Enter');
    // what it says is drawn anew when the question is answered
    await screen.answer(/Authentication for/);
    expect(screen.text).toMatch(/nothing takes Loki's push\s+there \(40[45]\)/);
    await screen.answer(/Authentication for/, 'Escape');
    await screen.answer(/Loki/, 'https://apt.grafana.com/loki/api/v1/push', 'Enter');
    await screen.answer(/Use it anyway/, 'Enter');
    await screen.answer(/Authentication for/, 'Enter');
    await screen.answer(/Found on .*\. Collect from it/, 'Enter');
    await packagesAndVersion();
    await screen.answer(/Secret for metrics/, 'canary-of-the-wizard', 'Enter');
    await screen.answer(/Write inventory\.yaml/, 'Enter');
    await screen.answer(/Plan now/, 'Enter');
    await screen.answer(/\$$/);
    expect(screen.text).toContain('Next: alloyup apply');
    expect(screen.text).not.toContain('canary');
    expect(readFileSync(join(fleet, 'inventory.yaml'), 'utf8')).not.toContain('canary');
    expect(readFileSync(join(fleet, 'inventory.yaml'), 'utf8')).toContain('redis: redis');
    for (const name of ['sudo', 'metrics'])
      expect(statSync(join(fleet, 'secrets', name)).mode & 0o777).toBe(0o600);
    expect(screen.text.split('\n').filter((line) => line.length > 80)).toEqual([]);
    unwatched(join(fleet, 'inventory.yaml'));
    const { report: run } = await report(lab, ['apply', '--yes', '--watch', '2'], { cwd: fleet });
    expect(run.summary).toMatchObject({ hosts: 1, changed: 1 });
    const again = await report(lab, ['plan'], { cwd: fleet });
    expect(again.report.summary).toMatchObject({ unchanged: 1 });
  });

  test('shows the environment for applications with otlp-gateway', async () => {
    await screen.answer(/\$$/, alloyup('init -i gateway.yaml'), 'Enter');
    await hostsAndLogin(hosts[1].name, true);
    await screen.answer(/What do you want to collect/, 'Down', 'Enter');
    await screen.answer(/Where do you want to send it/, 'Enter');
    for (const url of ['https://apt.grafana.com/write', 'https://apt.grafana.com:443']) {
      await screen.answer(/\? Where (Prometheus|Tempo)/, url, 'Enter');
      await screen.answer(/Use it anyway/, 'Enter');
      await screen.answer(/Authentication for/, 'Enter');
    }
    await screen.answer(/empty: none/, 'Enter');
    await screen.answer(/Who sends data to it/, 'Enter');
    await packagesAndVersion();
    await screen.answer(/Write gateway\.yaml/, 'Enter');
    await screen.answer(/Plan now/, 'n', 'Enter');
    await screen.answer(/\$$/);
    expect(screen.text).toContain('Next: alloyup plan');
    expect(screen.text).toContain(`OTEL_EXPORTER_OTLP_ENDPOINT=http://${hosts[1].name}:4318`);
    unwatched(join(fleet, 'gateway.yaml'));
    const { report: run } = await report(
      lab,
      ['apply', '--yes', '--watch', '2', '-i', 'gateway.yaml'],
      { cwd: fleet },
    );
    expect(run.summary).toMatchObject({ hosts: 1, changed: 1 });
  });

  test('hosts of ~/.ssh/config are offered; Ctrl-C at the password leaves no file', async () => {
    const [guarded, jump] = hosts;
    mkdirSync(join(lab.home, '.ssh/conf.d'), { recursive: true });
    const config = join(lab.home, '.ssh/config');
    const before = existsSync(config) ? readFileSync(config, 'utf8') : '';
    writeFileSync(
      config,
      `${before}\nInclude conf.d/*.conf\nHost far db-?\n  ProxyJump ops@${jump.name}\nMatch host shop-*\n  User shop\nHost github.com\n  User git\n`,
    );
    writeFileSync(
      join(lab.home, '.ssh/conf.d/lab.conf'),
      `Host ${guarded.name} ${jump.name} *.example.com !old.example.com\n  Compression no\n`,
    );
    await screen.answer(/\$$/, alloyup('init -i none.yaml; echo "exit=$?"'), 'Enter');
    await screen.answer(/Where are your hosts listed/, 'Down', 'Enter');
    await screen.answer(/Which hosts/);
    const offered = screen.open.match(/(?<=◯ ).*/g)?.map((line) => line.trimEnd());
    expect(offered).toEqual([guarded.name, `${jump.name} (a jump host)`, 'far']);
    await screen.answer(/Which hosts/, 'Space', 'Enter');
    await screen.answer(/More hosts/, 'Enter');
    await login(false, 'a password');
    await screen.answer(/sudo needs a password/, 'Enter');
    await screen.answer(/sudo password, to try/, 'C-c');
    await screen.answer(/\$$/);
    expect(screen.text).toContain('exit=130');
    expect(existsSync(join(fleet, 'none.yaml'))).toBe(false);
    expect(readdirSync(fleet).filter((name) => name.includes('.alloyup-'))).toEqual([]);
    writeFileSync(config, before);
  });

  test('--from imports a hand-configured host, and the first plan changes nothing that runs', async () => {
    const host = hosts[2];
    const key = readFileSync(join(lab.repository.folder, 'gpg-full.key'), 'utf8');
    host.write('/etc/apt/keyrings/grafana.asc', key);
    host.write(
      '/etc/apt/sources.list.d/grafana.list',
      'deb [signed-by=/etc/apt/keyrings/grafana.asc] https://apt.grafana.com stable main\n',
    );
    await host.root('apt-get update && apt-get install -y alloy');
    host.write(
      '/etc/alloy/config.alloy',
      `// {{ by hand }} {% if %}
prometheus.scrape "self" {
	targets    = [{__address__ = "127.0.0.1:12345"}]
	forward_to = [prometheus.remote_write.metrics.receiver]
}

prometheus.remote_write "metrics" {
	endpoint {
		url = "http://127.0.0.1:9009/api/v1/push"

		basic_auth {
			username = "me"
			password = sys.env("REMOTE_PASSWORD")
		}
	}
}
`,
    );
    host.write(
      '/etc/default/alloy',
      `## Path:        Grafana Alloy
CONFIG_FILE="/etc/alloy/config.alloy"
CUSTOM_ARGS="--disable-reporting --server.http.listen-addr=127.0.0.1:12345"
RESTART_ON_UPGRADE=true
REMOTE_PASSWORD="canary-of-the-host"
REGION=west
`,
    );
    await host.root('systemctl enable alloy && systemctl restart alloy && sleep 1');
    const before = (await host.root('systemctl show alloy -p InvocationID -p MainPID')).stdout;

    const home = join(lab.home, 'home');
    mkdirSync(home, { recursive: true });
    writeFileSync(
      join(home, 'answers.yaml'),
      `trust: true\nuser: ops\npackages: mirror\nmirrorFingerprint: ${lab.fingerprint}\n`,
    );
    const init = await lab.alloyup(['init', '--from', host.name, '--answers', 'answers.yaml'], {
      cwd: home,
    });
    expect(init).toMatchObject({ exitCode: 0 });
    for (const name of ['inventory.yaml', `${host.name}.alloy`])
      expect(readFileSync(join(home, name), 'utf8')).not.toContain('canary');

    const { report: plan } = await report(lab, ['plan'], { cwd: home });
    const view = plan.hosts[host.name]!.plan!;
    expect(view.changes.map(({ title, needs }) => [title, needs])).toEqual([
      ['change /etc/default/alloy', 'nothing'],
    ]);
    expect(view.changes[0]!.diffs[0]!.text).toBe(
      '-RESTART_ON_UPGRADE=true\n+RESTART_ON_UPGRADE=false',
    );

    const { report: run } = await report(lab, ['apply', '--yes'], { cwd: home });
    expect(run.summary).toMatchObject({ changed: 1 });
    expect((await host.root('systemctl show alloy -p InvocationID -p MainPID')).stdout).toBe(
      before,
    );
    expect((await report(lab, ['plan'], { cwd: home })).report.summary).toMatchObject({
      unchanged: 1,
    });
  });

  test('--from imports a directory of configurations, and takes the passwords out of them', async () => {
    const host = hosts[2];
    await host.root('mkdir -p /etc/alloy/parts');
    const scrape = `prometheus.scrape "self" {
	targets    = [{__address__ = "127.0.0.1:12345"}]
	forward_to = [prometheus.remote_write.metrics.receiver]
}
`;
    const write = `// password = "canary-in-a-comment"
prometheus.remote_write "metrics" {
	endpoint {
		url = "http://127.0.0.1:9009/api/v1/push"

		basic_auth {
			username = "me"
			password = "canary-inline"
		}
	}
}
`;
    host.write('/etc/alloy/parts/a.alloy', scrape);
    host.write('/etc/alloy/parts/b.alloy', write);
    host.write(
      '/etc/default/alloy',
      'CONFIG_FILE=/etc/alloy/parts\nCUSTOM_ARGS=--disable-reporting\n',
    );
    await host.root('rm -rf /var/lib/alloyup && systemctl restart alloy && sleep 1');

    const home = join(lab.home, 'parts');
    mkdirSync(home, { recursive: true });
    writeFileSync(
      join(home, 'answers.yaml'),
      `trust: true\nuser: ops\npackages: mirror\nmirrorFingerprint: ${lab.fingerprint}\n`,
    );
    const init = await lab.alloyup(['init', '--from', host.name, '--answers', 'answers.yaml'], {
      cwd: home,
    });
    expect(init).toMatchObject({ exitCode: 0 });
    expect(`${init.stdout}${init.stderr}`).not.toContain('canary');
    expect(init.stderr).toContain('ALLOY_PASSWORD');
    const holding = await execa('grep', ['-rl', 'canary-in', lab.home], { reject: false });
    expect(holding.stdout).toBe(join(home, `secrets/${host.name}-ALLOY_PASSWORD`));

    const { report: refused } = await report(lab, ['plan'], { cwd: home });
    expect(refused.hosts[host.name]?.problem?.code).toBe('host.adopt');
    unwatched(join(home, 'inventory.yaml'));
    const { report: run } = await report(lab, ['apply', '--yes', '--adopt'], { cwd: home });
    expect(run.summary).toMatchObject({ changed: 1 });
    expect((await report(lab, ['status'], { cwd: home })).report.summary).toMatchObject({
      unchanged: 1,
    });
  });
});
