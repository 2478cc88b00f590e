import { expect, test } from 'vitest';
import { settingsOff } from '../../src/steps/unit-settings.ts';

/** What `systemctl show` of systemd 252 prints for each. */
test.each([
  ['RestartSec=1.5s', 'RestartUSec=1.500000s'],
  ['RestartSec=100ms', 'RestartUSec=100ms'],
  ['RestartSec=90', 'RestartUSec=1min 30s'],
  ['TimeoutStopSec=1min 30s 20ms', 'TimeoutStopUSec=1min 30.020000s'],
  ['TimeoutStopSec=2h', 'TimeoutStopUSec=2h'],
  ['StartLimitIntervalSec=0', 'StartLimitIntervalUSec=0'],
  ['StartLimitBurst=7', 'StartLimitBurst=7'],
  ['MemoryHigh=1.5G', 'MemoryHigh=1610612736'],
  ['MemoryMax=512M', 'MemoryMax=536870912'],
  ['MemoryMax=infinity', 'MemoryMax=infinity'],
  ['MemoryMax=50%', 'MemoryMax=12638027776'],
  ['CPUQuota=150%', 'CPUQuotaPerSecUSec=1.500000s'],
  ['CPUQuota=5%', 'CPUQuotaPerSecUSec=50ms'],
  ['TasksMax=100', 'TasksMax=100'],
  ['LimitNOFILE=4096', 'LimitNOFILE=4096'],
  ['Nice=-5', 'Nice=-5'],
])('%s is in effect as %s', (wanted, shown) => {
  const [property = '', value = ''] = shown.split('=');
  expect(settingsOff(`[Service]\n${wanted}\n`, { [property]: value })).toEqual([]);
});

test.each([
  ['RestartSec=10', 'RestartUSec', '100ms'],
  ['RestartSec=1m', 'RestartUSec', '1s'],
  ['MemoryMax=512M', 'MemoryMax', 'infinity'],
  ['MemoryMax=1G', 'MemoryMax', '1000000000'],
  ['CPUQuota=50%', 'CPUQuotaPerSecUSec', 'infinity'],
  ['CPUQuota=50%', 'CPUQuotaPerSecUSec', '5s'],
  ['LimitNOFILE=4096', 'LimitNOFILE', '524288'],
  ['Nice=5', 'Nice', '-5'],
])('%s is not in effect where %s is %s', (setting, property, found) => {
  const [name, wanted] = setting.split('=');
  expect(settingsOff(`${setting}\n`, { [property]: found })).toEqual([{ name, wanted, found }]);
});

test('what systemd does not print is not judged', () => {
  expect(settingsOff('# RestartSec=5\nMemoryMax=1G\n', { RestartUSec: '1s' })).toEqual([]);
});
