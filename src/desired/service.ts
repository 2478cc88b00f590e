import type { ServiceSettings } from '../inventory/settings.ts';

type Section = 'Unit' | 'Service';

/** systemd's name and section of each key in `alloy.service`, in the order in which they are written. */
const DIRECTIVES: Readonly<Record<keyof ServiceSettings, readonly [Section, string]>> = {
  startLimitIntervalSec: ['Unit', 'StartLimitIntervalSec'],
  startLimitBurst: ['Unit', 'StartLimitBurst'],
  restartSec: ['Service', 'RestartSec'],
  timeoutStopSec: ['Service', 'TimeoutStopSec'],
  memoryHigh: ['Service', 'MemoryHigh'],
  memoryMax: ['Service', 'MemoryMax'],
  cpuQuota: ['Service', 'CPUQuota'],
  tasksMax: ['Service', 'TasksMax'],
  limitNofile: ['Service', 'LimitNOFILE'],
  nice: ['Service', 'Nice'],
};

/** Text of our drop-in of alloy.service; null where nothing is asked. Equal settings give equal text. */
export function dropInText(service: ServiceSettings): string | null {
  const lines = (section: Section): readonly string[] => {
    const own = Object.entries(DIRECTIVES).flatMap(([key, [where, name]]) => {
      const value = service[key as keyof ServiceSettings];
      return where === section && value !== undefined ? [`${name}=${value}`] : [];
    });
    return own.length === 0 ? [] : ['', `[${section}]`, ...own];
  };
  const body = [...lines('Unit'), ...lines('Service')];
  if (body.length === 0) return null;
  return [
    '# Written by alloyup from alloy.service of its inventory; changes made here are overwritten.',
    ...body,
    '',
  ].join('\n');
}
