import { beforeAll, expect, test } from 'vitest';
import { builtinTemplate } from '../../src/config/builtins.ts';
import { combination, defaultNames, type Vars } from '../desired/combinations.ts';
import { outcomes, report } from './helpers.ts';
import { describeOnHosts, freshHosts, type Lab, type LabHost } from './lab-fixture.ts';

describeOnHosts('combinations of parameters of the built-in templates', () => {
  let lab: Lab;
  let host: LabHost;

  beforeAll(async () => {
    ({
      lab,
      hosts: [host],
    } = await freshHosts(1));
    // what the combinations name
    await host.root(
      `groupadd -f docker && mkdir -p '/srv/a b' /etc/alloy && echo secret | tee '/srv/a b/"x".txt' /etc/alloy/file`,
    );
  });

  const apply = async (template: 'linux-host' | 'otlp-gateway', vars: Vars) => {
    const { parameters } = builtinTemplate(template);
    const names = ['SECRET_A', 'SECRET_B', ...defaultNames(parameters)];
    const file = lab.inventory({
      file: 'templates.yaml',
      hosts: [host.name],
      defaults: {
        rollout: { delivery: 'off' },
        alloy: {
          version: '1.18.1',
          stability: 'experimental',
          environment: Object.fromEntries(names.map((name) => [name, 'x'])),
        },
        config: { template, vars },
      },
    });
    const run = () => report(lab, ['apply', '--yes', '--watch', '1', '-i', file]);
    const [first, second] = [await run(), await run()];
    return [...outcomes(first.report), ...outcomes(second.report)];
  };

  test.each([
    ['linux-host', 3],
    ['linux-host', 8],
    ['linux-host', 21],
    ['otlp-gateway', 5],
  ] as const)('%s, %i settles, and a second run changes nothing', async (template, seed) => {
    const vars = combination(seed, builtinTemplate(template).parameters);
    expect(await apply(template, vars)).toEqual([
      `${host.name}: changed`,
      `${host.name}: unchanged`,
    ]);
  });
});
