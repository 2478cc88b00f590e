import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { FRAGMENT_NAMES } from '../../src/config/fragments.ts';
import { ENVIRONMENT, VARIANTS } from '../desired/fragment-variants.ts';
import { outcomes, report, unitProperty } from './helpers.ts';
import { describeOnHosts, freshHosts, type Lab, type LabHost } from './lab-fixture.ts';

const CONFIG = '/etc/alloy/config.alloy';

describeOnHosts('fragments of the configuration', () => {
  let lab: Lab;
  let web: LabHost;
  let plain: LabHost;
  let busy: LabHost;

  beforeAll(async () => {
    ({
      lab,
      hosts: [web, plain, busy],
    } = await freshHosts(3));
    writeFileSync(
      join(lab.home, 'app.alloy'),
      `local.file_match "{{ fragment }}" {
	path_targets = [{__path__ = {{ path }}, job = "app"}]
}

loki.source.file "{{ fragment }}" {
	targets    = {{ "local.file_match." | append: fragment | append: ".targets" | reference }}
	forward_to = [{{ logs_to }}]
}
`,
    );
  });

  const inventory = (path: string): string =>
    lab.inventory({
      file: 'fragments.yaml',
      hosts: [web.name, plain.name],
      defaults: {
        alloy: { version: '1.18.1' },
        config: {
          template: 'linux-host',
          vars: {
            metrics_url: 'https://apt.grafana.com/write',
            logs_url: 'https://apt.grafana.com/loki/api/v1/push',
          },
          fragments: { app: { template: './app.alloy', vars: { path } } },
        },
      },
      perHost: { [plain.name]: { config: { fragments: { app: null } } } },
    });
  const apply = (file: string) => report(lab, ['apply', '--yes', '--watch', '1', '-i', file]);
  const components = async (host: LabHost): Promise<string> =>
    (await host.root(`grep -c '"app"' ${CONFIG} || true`)).stdout;

  test('are part of one file, settle, reload when they change, and are rolled back', async () => {
    const first = await apply(inventory('/var/log/app.log'));
    expect(outcomes(first.report)).toEqual([`${web.name}: changed`, `${plain.name}: changed`]);
    expect([await components(web), await components(plain)]).toEqual(['3', '0']);
    expect((await web.root('ls /etc/alloy')).stdout).toBe('config.alloy');

    const second = await apply(inventory('/var/log/app.log'));
    expect(outcomes(second.report)).toEqual([`${web.name}: unchanged`, `${plain.name}: unchanged`]);

    const pid = await unitProperty(web, 'MainPID');
    const third = await apply(inventory('/var/log/other.log'));
    expect(outcomes(third.report)).toEqual([`${web.name}: changed`, `${plain.name}: unchanged`]);
    expect((await web.root(`cat ${CONFIG}`)).stdout).toContain('"/var/log/other.log"');
    expect(await unitProperty(web, 'MainPID')).toBe(pid);

    const back = await report(lab, [
      ...['rollback', '--yes', '--watch', '1', '-i', 'fragments.yaml', '-l', web.name],
    ]);
    expect(outcomes(back.report)).toEqual([`${web.name}: changed`]);
    expect((await web.root(`cat ${CONFIG}`)).stdout).toContain('"/var/log/app.log"');
  });

  test('all built-in ones go onto one host twice over, settle, and are rolled back', async () => {
    await busy.root('getent group docker || groupadd --system docker');
    const entries = FRAGMENT_NAMES.flatMap((name) =>
      VARIANTS[name]
        .slice(0, name === 'remotecfg' ? 1 : 2)
        .map((vars, i) => [`${name}-${i}`, { template: name, vars }] as const),
    );
    const file = lab.inventory({
      file: 'every-fragment.yaml',
      hosts: [busy.name],
      defaults: {
        alloy: { version: '1.18.1', environment: ENVIRONMENT },
        config: {
          template: 'linux-host',
          vars: {
            metrics_url: 'https://apt.grafana.com/write',
            logs_url: 'https://apt.grafana.com/loki/api/v1/push',
          },
          fragments: Object.fromEntries(entries),
        },
      },
    });
    const first = await apply(file);
    expect(outcomes(first.report)).toEqual([`${busy.name}: changed`]);
    // the proof of the run has seen every component of them
    const { stdout: carried } = await busy.root(`grep -c '^// alloyup, fragment ' ${CONFIG}`);
    expect(carried).toBe(`${entries.length}`);
    expect((await busy.root('id -nG alloy')).stdout.split(' ')).toContain('docker');

    const second = await apply(file);
    expect(outcomes(second.report)).toEqual([`${busy.name}: unchanged`]);

    const back = await report(lab, [
      ...['rollback', '--yes', '--watch', '1', '-i', 'every-fragment.yaml'],
    ]);
    expect(outcomes(back.report)).toEqual([`${busy.name}: changed`]);
    expect((await busy.root('id -nG alloy 2>/dev/null || true')).stdout.split(' ')).not.toContain(
      'docker',
    );
  });
});
