import { expect, test } from 'vitest';
import { DROP_IN_PATH } from '../../src/model/desired.ts';
import { Secret } from '../../src/model/secret.ts';
import { unitStep } from '../../src/steps/unit.ts';
import { factsOf, fileOf, targetOf } from '../builders.ts';
import { inputOf } from './input.ts';

const dropIn = '[Service]\nMemoryMax=1G\n';
const wants = targetOf({ dropIn });
const rest = { step: 'unit', before: null, after: null, warnings: [] };
const reload = { do: 'daemon-reload' };
const root = { mode: '0644', user: 'root', group: 'root' };

test('a drop-in is created, and restarts Alloy', () => {
  expect(unitStep.diff(inputOf(wants, factsOf(targetOf())))).toEqual({
    ...rest,
    title: `create ${DROP_IN_PATH}`,
    actions: [{ do: 'file', path: DROP_IN_PATH, content: dropIn, ...root }, reload],
    diffs: [
      {
        path: DROP_IN_PATH,
        kind: 'create',
        text: '@@ -0,0 +1,2 @@\n+[Service]\n+MemoryMax=1G',
      },
    ],
    needs: 'restart',
  });
});

test('a drop-in with another mode restarts nothing', () => {
  const facts = factsOf(wants);
  const files = { [DROP_IN_PATH]: fileOf(dropIn, { mode: '0600' }) };
  expect(unitStep.diff(inputOf(wants, { ...facts, files }))).toEqual({
    ...rest,
    title: `mode ${DROP_IN_PATH}`,
    actions: [{ do: 'mode', path: DROP_IN_PATH, ...root }, reload],
    diffs: [{ path: DROP_IN_PATH, kind: 'mode', text: '@@ 0600 root:root -> 0644 root:root @@' }],
    needs: 'nothing',
  });
});

test('a drop-in that is no longer wanted goes, and restarts Alloy', () => {
  expect(unitStep.diff(inputOf(targetOf(), factsOf(wants)))).toEqual({
    ...rest,
    title: `delete ${DROP_IN_PATH}`,
    actions: [{ do: 'delete', path: DROP_IN_PATH }, reload],
    diffs: [
      {
        path: DROP_IN_PATH,
        kind: 'delete',
        text: '@@ -1,2 +0,0 @@\n-[Service]\n-MemoryMax=1G',
      },
    ],
    needs: 'restart',
  });
});

test('the text of a drop-in that may hold a secret is not shown', () => {
  const files = { [DROP_IN_PATH]: fileOf(new Secret('Environment=PW=hunter2\n')) };
  const change = unitStep.diff(inputOf(targetOf(), { ...factsOf(targetOf()), files }));
  expect(change?.diffs).toEqual([{ path: DROP_IN_PATH, kind: 'delete', text: '' }]);
});

test('what is as it shall be is left', () => {
  expect(unitStep.diff(inputOf(wants, factsOf(wants)))).toBeUndefined();
  expect(unitStep.diff(inputOf(targetOf(), factsOf(targetOf())))).toBeUndefined();
});

test.each<[string, object, object | null]>([
  ['is masked', { load: 'masked' }, { reason: 'masked' }],
  ['was masked while it ran', { enabled: 'masked' }, { reason: 'masked' }],
  [
    'is somebody else’s',
    { fragment: '/etc/systemd/system/alloy.service' },
    { reason: 'shadowed', path: '/etc/systemd/system/alloy.service' },
  ],
  ['is the package’s', {}, null],
])('a unit that %s', (_, more, params) => {
  const facts = factsOf(wants);
  const unit = { ...facts.unit, ...more };
  expect(unitStep.problems?.(inputOf(wants, { ...facts, unit }))).toEqual(
    params ? [{ code: 'host.unit', host: 'web-01', params }] : [],
  );
});

test('drop-ins of others are warned about when Alloy is restarted, not when it is reloaded', () => {
  const facts = factsOf(wants);
  const change = unitStep.diff(inputOf(wants, factsOf(targetOf())))!;
  const warned = (needs: 'restart' | 'reload', ...dropIns: string[]) =>
    unitStep.warnings?.(
      inputOf(
        wants,
        { ...facts, unit: { ...facts.unit, dropIns } },
        {
          earlier: [
            { ...change, needs: 'nothing' },
            { ...change, needs },
          ],
        },
      ),
    );
  expect(warned('restart', DROP_IN_PATH, '/etc/x.conf')).toEqual([
    {
      code: 'unit.drop-ins',
      host: 'web-01',
      params: { reason: 'foreign', paths: ['/etc/x.conf'] },
    },
  ]);
  expect(warned('reload', '/etc/x.conf')).toEqual([]);
  expect(warned('restart', DROP_IN_PATH)).toEqual([]);
});
