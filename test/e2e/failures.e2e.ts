import { beforeAll, expect, test } from 'vitest';
import { inventory, outcomes, pipeline, report, unitProperty } from './helpers.ts';
import {
  describeOnHosts,
  diffSnapshots,
  freshHosts,
  type Lab,
  type LabHost,
} from './lab-fixture.ts';

/** A case: the inventory, the fault on the host, and what the run must report. */
interface Case {
  readonly name: string;
  readonly config: string;
  readonly alloy?: { readonly version: string };
  readonly fault?: string;
  readonly says: string;
  readonly detail: RegExp;
}

const CASES: readonly Case[] = [
  {
    name: 'a configuration that alloy validate refuses',
    // our table makes this a warning; the host's `alloy validate` refuses it
    config: `${pipeline()}\nprometheus.relabel "x" {\n\tforward_to = []\n\tno_such    = 1\n}\n`,
    says: 'rolled-back (alloy.validate)',
    detail: /config\.alloy:15:2: unrecognized attribute name "no_such"/,
  },
  {
    name: 'one that passes validate and does not start',
    config: pipeline().replace('"30s"', '"30s"\n\tscrape_timeout  = "60s"'),
    alloy: { version: '1.17.0' },
    says: 'rolled-back (alloy.start)',
    detail: /scrape_timeout/,
  },
  {
    name: 'a reload that is refused whole',
    config: pipeline({ interval: '10s' }),
    fault: 'reload-refused',
    says: 'rolled-back (alloy.reload)',
    detail: /./,
  },
  {
    name: 'a reload that is applied in part',
    config: pipeline({ interval: '10s' }),
    fault: 'reload-partial first',
    says: 'rolled-back (alloy.reload)',
    detail: /./,
  },
  {
    name: 'the version that never gets ready',
    config: pipeline(),
    alloy: { version: '1.17.91' },
    says: 'rolled-back (alloy.unready)',
    detail: /^$|./,
  },
];

describeOnHosts('a converged host comes back from', () => {
  let lab: Lab;
  let hosts: readonly LabHost[];

  beforeAll(async () => {
    ({ lab, hosts } = await freshHosts(5));
    const file = inventory(lab, hosts, pipeline());
    const { report: run } = await report(lab, ['apply', '--yes', '--watch', '1', '-i', file]);
    expect(run.summary).toMatchObject({ changed: 5 });
  });

  // in parallel on separate hosts: most of the time is spent waiting
  test.concurrent.each(CASES.map((one, index) => [one.name, one, index] as const))(
    '%s',
    async (_, { config, alloy, fault, says, detail }, index) => {
      const host = hosts[index]!;
      const before = await host.snapshot();
      if (fault) host.write('/var/lib/alloy-stand-in/faults', `${fault}\n`);
      const file = inventory(lab, [host], config, {
        file: `case-${index}.yaml`,
        ...(alloy ? { alloy } : {}),
      });
      const { ended, report: run } = await report(lab, [
        'apply',
        '--yes',
        '--watch',
        '1',
        '-i',
        file,
      ]);
      expect(outcomes(run)).toEqual([`${host.name}: ${says}`]);
      expect(ended.exitCode).toBe(1);
      expect(run.hosts[host.name]!.problem!.detail ?? '').toMatch(detail);
      expect(diffSnapshots(before, await host.snapshot())).toEqual([]);
      expect(await unitProperty(host, 'ActiveState')).toBe('active');
      // the next run continues without manual work
      if (fault) await host.root('rm /var/lib/alloy-stand-in/faults');
      inventory(lab, [host], pipeline({ interval: '40s' }), { file: `case-${index}.yaml` });
      const again = await report(lab, ['apply', '--yes', '--watch', '1', '-i', file]);
      expect(outcomes(again.report)).toEqual([`${host.name}: changed`]);
    },
  );
});

describeOnHosts('a bare host comes back from', () => {
  let lab: Lab;
  let hosts: readonly LabHost[];

  beforeAll(async () => {
    ({ lab, hosts } = await freshHosts(2));
  });

  test.concurrent.each([
    [
      'a first configuration that does not start',
      pipeline().replace('"30s"', '"30s"\n\tscrape_timeout  = "60s"'),
      '1.18.1',
      'rolled-back (alloy.start)',
    ],
    [
      'a version that crashes after five seconds',
      pipeline(),
      '1.17.90',
      'rolled-back (alloy.start)',
    ],
  ])('%s', async (name, config, version, says) => {
    const index = name.startsWith('a first') ? 0 : 1;
    const host = hosts[index]!;
    const before = await host.snapshot();
    const file = inventory(lab, [host], config, { file: `bare-${index}.yaml`, alloy: { version } });
    const { report: run } = await report(lab, ['apply', '--yes', '--watch', '10', '-i', file]);
    expect(outcomes(run)).toEqual([`${host.name}: ${says}`]);
    expect(diffSnapshots(before, await host.snapshot())).toEqual([]);
  });
});
