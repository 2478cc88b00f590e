import type { Fault } from '../../../lab/repository/build.ts';
import { pipeline } from '../helpers.ts';
import type { Row, Scene } from './row.ts';
import { TARGET } from './wanted.ts';

/** One at a time: the repository is the same for all hosts of the lab. */
const serves =
  (fault: Fault) =>
  ({ lab }: Scene): Promise<void> =>
    lab.repository.fault(fault);
const mended = ({ lab }: Scene): Promise<void> => lab.repository.mend();

const refused = (code: string) =>
  ({ says: `failed (${code})`, exit: 1, ends: 'before', mend: mended }) as const;
const CONVERGES = { says: 'changed', exit: 0, ends: 'converged', mend: mended } as const;

export const REPOSITORY: readonly Row[] = [
  {
    fault: 'an index that is not the signed one',
    moment: 'a bare host, the controller asks first',
    start: 'bare',
    strike: (scene) => {
      scene.lab.resetController();
      return serves('broken-index')(scene);
    },
    ...refused('repository.index'),
  },
  {
    fault: 'an index that is not the signed one',
    moment: 'a bare host, the controller has read the good one',
    start: 'bare',
    strike: serves('broken-index'),
    says: 'rolled-back (apply.failed)',
    exit: 1,
    ends: 'before',
    mend: mended,
  },
  {
    fault: 'an index signed by a stranger',
    moment: 'a bare host',
    start: 'bare',
    strike: serves('wrong-signature'),
    ...refused('repository.index'),
  },
  {
    fault: 'an index signed by a stranger',
    moment: 'an upgrade',
    start: 'converged',
    strike: serves('wrong-signature'),
    ...refused('repository.index'),
  },
  {
    fault: 'a bundle without the pinned key',
    moment: 'a bare host',
    start: 'bare',
    strike: serves('missing-key'),
    ...refused('repository.key'),
  },
  {
    fault: 'a bundle with a key that nobody knows',
    moment: 'a bare host',
    start: 'bare',
    strike: serves('strange-key'),
    ...refused('repository.key'),
  },
  {
    fault: 'a bundle whose pinned key has expired',
    moment: 'a bare host',
    start: 'bare',
    strike: serves('expired-key'),
    ...refused('repository.key'),
  },
  {
    fault: "the host's key has expired, a renewed one is there",
    moment: 'an upgrade',
    start: async (scene) => {
      await scene.settle({ alloy: { version: '1.17.0' } });
      const { lab, host } = scene;
      await lab.repository.fault('expired-key');
      const expired = await lab.run(['curl', '-fsS', 'https://apt.grafana.com/gpg.key']);
      await lab.repository.mend();
      await host.root('cat >/etc/apt/keyrings/grafana.asc', { input: expired.stdout });
    },
    ...CONVERGES,
  },
  {
    fault: 'the repository answers 503',
    moment: 'a bare host',
    start: 'bare',
    strike: ({ lab }) => {
      lab.resetController();
      return lab.repository.behave({ status: 503 });
    },
    ...refused('repository.unreachable'),
  },
  {
    fault: 'the repository is down',
    moment: 'a configuration alone',
    start: (scene) => scene.settle({ ...TARGET, config: pipeline() }),
    strike: ({ lab }) => {
      lab.resetController();
      return lab.repository.behave({ down: true });
    },
    ...CONVERGES,
  },
];
