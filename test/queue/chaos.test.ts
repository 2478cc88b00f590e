import { expect, test } from 'vitest';
import { faultsOf } from '../../bench/simulator/faults.ts';
import { builtCommand } from '../cli/built.ts';
import { useFolder } from '../cli/folder.ts';
import { disturbed } from './chaos.ts';
import { Rig } from './rig.ts';

const folder = useFolder();

test('whoever dies, and whatever is lost: each host has one outcome, and it is true', async () => {
  const faults = faultsOf(40, { 'failing-apply': 5, 'refused-key': 5 });
  const rig = await Rig.start(folder.path(), builtCommand(), {
    hosts: faults.length,
    defaults: ['rollout: { delivery: off }'],
    state: 'outdated',
    faults,
    pace: { stepMs: 150 },
  });
  try {
    const { report, code, untrue, notOnce } = await disturbed(rig, {
      seed: 1,
      concurrency: 8,
    });
    expect({ untrue, notOnce }).toEqual({ untrue: [], notOnce: [] });
    expect(code).toBe(1);
    const count = (fault: (typeof faults)[number]) => faults.filter((one) => one === fault).length;
    expect(report.summary).toEqual({
      hosts: faults.length,
      changed: count(null),
      'rolled-back': count('failing-apply'),
      unreachable: count('refused-key'),
    });
  } finally {
    await rig.stop();
  }
}, 120_000);
