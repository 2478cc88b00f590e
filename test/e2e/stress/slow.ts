import { pipeline } from '../helpers.ts';
import type { Row, Scene } from './row.ts';
import { EARLIER, TARGET } from './wanted.ts';

const CONVERGES = { says: 'changed', exit: 0, ends: 'converged' } as const;

const faults =
  (...lines: readonly string[]) =>
  ({ host }: Scene) =>
    host.write('/var/lib/alloy-stand-in/faults', `${lines.join('\n')}\n`);
const noFaults = async ({ host }: Scene): Promise<void> => {
  await host.root('rm -f /var/lib/alloy-stand-in/faults');
};

/** All but the configuration is as wanted: the run is a reload. */
const before = (scene: Scene) => scene.settle({ ...TARGET, config: pipeline() });

/** Rows of Alloy's own slowness; `long`: as long as the real one takes, for the slow set. */
export const slowRows = (long: boolean): readonly Row[] => [
  {
    fault: `a reload blocks for ${long ? 60 : 6} s`,
    moment: 'a target is unreachable',
    start: before,
    strike: faults(`reload-blocks ${long ? 60 : 6}`),
    ...CONVERGES,
    tells: long ? /"for Alloy to flush","seconds":5\d,"limitS":60/ : /"for Alloy to flush"/,
    mend: noFaults,
  },
  {
    fault: `new components are unknown for ${long ? 55 : 6} s`,
    moment: 'after a reload',
    start: (scene) => scene.settle({ ...TARGET, config: pipeline({ name: 'other' }) }),
    strike: faults(`unknown ${long ? 55 : 6}`),
    ...CONVERGES,
    tells: /"for new components to start"/,
    mend: noFaults,
  },
  {
    fault: 'a stop takes longer than 20 s: systemd kills Alloy',
    moment: 'an upgrade',
    start: 'converged',
    strike: faults('stop-takes 40'),
    ...CONVERGES,
    tells: /"for Alloy to stop","seconds":1\d,"limitS":20/,
    mend: noFaults,
  },
  {
    fault: `Alloy needs ${long ? 90 : 12} s to start`,
    moment: 'an upgrade',
    start: 'converged',
    strike: faults(`slow-start ${long ? 90 : 12}`),
    ...CONVERGES,
    tells: /"for Alloy to be ready"/,
    mend: noFaults,
  },
  {
    fault: 'Alloy needs 10 s to start, checked as a service',
    moment: 'an upgrade',
    start: (scene) => scene.settle({ ...EARLIER, alloy: { version: '1.17.0', check: 'service' } }),
    wanted: { alloy: { ...TARGET.alloy, check: 'service' } },
    strike: faults('slow-start 10'),
    ...CONVERGES,
    tells: /"for Alloy to listen"/,
    mend: noFaults,
  },
  {
    fault: 'Alloy dies after 5 s',
    moment: 'a version that crashes, watched for 10 s',
    start: 'converged',
    wanted: { alloy: { version: '1.17.90' } },
    args: ['--watch', '10'],
    says: 'rolled-back (alloy.start)',
    exit: 1,
    ends: 'before',
    tells: /whether Alloy stays up/,
  },
  {
    fault: 'Alloy dies after 5 s, checked as a service',
    moment: 'a version that crashes, watched for 10 s',
    start: 'converged',
    wanted: { alloy: { version: '1.17.90', check: 'service' } },
    args: ['--watch', '10'],
    says: 'rolled-back (alloy.start)',
    exit: 1,
    ends: 'before',
  },
  {
    fault: 'a reload is refused',
    moment: 'Alloy answers 400, nothing is applied',
    start: before,
    strike: faults('reload-refused'),
    says: 'rolled-back (alloy.reload)',
    exit: 1,
    ends: 'before',
    mend: noFaults,
  },
  {
    fault: 'a reload is applied in part',
    moment: 'Alloy answers 400',
    start: (scene) => scene.settle({ ...TARGET, config: pipeline({ name: 'other' }) }),
    strike: faults('reload-partial first'),
    says: 'rolled-back (alloy.reload)',
    exit: 1,
    ends: 'before',
    mend: noFaults,
  },
  {
    fault: 'a component has exited',
    moment: 'after a reload; ready and healthy answer 200',
    start: (scene) => scene.settle({ ...TARGET, config: pipeline({ name: 'other' }) }),
    strike: faults('exited prometheus.scrape.self'),
    says: 'rolled-back (alloy.components)',
    exit: 1,
    ends: 'before',
    mend: noFaults,
  },
  {
    fault: 'a component is unhealthy',
    moment: 'after an upgrade',
    start: (scene) => scene.settle({ ...EARLIER, config: pipeline({ name: 'other' }) }),
    strike: faults('unhealthy prometheus.scrape.self'),
    says: 'rolled-back (alloy.components)',
    exit: 1,
    ends: 'before',
    mend: noFaults,
  },
  {
    fault: 'a component was unhealthy before, and still is',
    moment: 'after a reload',
    start: async (scene) => {
      await before(scene);
      faults('unhealthy prometheus.remote_write.metrics')(scene);
      await scene.host.root('systemctl restart alloy; sleep 2');
    },
    ...CONVERGES,
    except: /^components\//,
    mend: async (scene) => {
      await noFaults(scene);
      await scene.host.root('systemctl restart alloy; sleep 2');
    },
  },
  ...(long
    ? [
        {
          fault: 'new components stay unknown for 90 s',
          moment: 'after a reload',
          start: (scene: Scene) => scene.settle({ ...TARGET, config: pipeline({ name: 'other' }) }),
          strike: faults('unknown 90'),
          says: 'rolled-back (alloy.components)',
          exit: 1,
          ends: 'before',
          mend: noFaults,
        } as const,
        {
          fault: 'Alloy never gets ready',
          moment: 'a version that hangs',
          start: 'converged',
          wanted: { alloy: { version: '1.17.91' } },
          says: 'rolled-back (alloy.unready)',
          exit: 1,
          ends: 'before',
        } as const,
        {
          fault: 'Alloy needs 30 s to start',
          moment: 'a version that is slow',
          start: 'converged',
          wanted: { alloy: { ...TARGET.alloy, version: '1.17.92' } },
          says: 'changed',
          exit: 0,
          ends: 'converged',
          except: /^(packages\/alloy|\/usr\/bin\/alloy)$/,
        } as const,
      ]
    : []),
];
