import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ChosenHosts } from '../../../src/cli/hosts/chosen-hosts.ts';
import { retriedHosts } from '../../../src/cli/runs/retry.ts';
import { parseHostList } from '../../../src/inventory/host-list.ts';
import { settingsOf } from '../../../src/inventory/settings.ts';
import type { Happening } from '../../../src/model/event.ts';
import type { ToolError } from '../../../src/model/problem.ts';
import { ndjson } from '../../../src/report/ndjson.ts';
import {
  applied,
  converged,
  rolledBack,
  stamp,
  started,
  unreachable,
} from '../../report/events.ts';

let state: string;
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'alloyup-retry-'));
  mkdirSync(join(state, 'alloyup/runs'), { recursive: true });
});
afterEach(() => rmSync(state, { recursive: true }));

const log = (run: string, ...happenings: readonly Happening[]): string => {
  const path = join(state, 'alloyup/runs', `${run}.ndjson`);
  writeFileSync(path, stamp(happenings).map(ndjson).join(''));
  return path;
};

function chosen(...names: readonly string[]): ChosenHosts {
  const read = parseHostList(`${names.join(',')},`, {});
  if (!read.ok) throw new Error('no list');
  const inventory = read.value;
  const settings = names.map((name) => settingsOf(inventory, name));
  return { inventory, base: '.', sha256: '', settings, warnings: [] };
}

const retriedRun = (run: string, ...names: readonly string[]) =>
  retriedHosts(chosen(...names), run, { env: { XDG_STATE_HOME: state, HOME: state } });

const retried = (run: string, ...names: readonly string[]) => {
  const { settings, warnings } = retriedRun(run, ...names).chosen;
  return [settings.map(({ name }) => name), warnings.map(({ code }) => code)];
};

const ALL = ['a', 'b', 'c', 'd', 'e'] as const;
const SOME_TROUBLE: readonly Happening[] = [
  started('apply', ...ALL),
  ...applied('a'),
  ...converged('b'),
  ...rolledBack('c'),
  ...unreachable('d'),
  { type: 'host.started', host: 'e' },
];

test('hosts that failed, were not reached, or have no outcome are retried', () => {
  const path = log('20261123T101500Z-0001', ...SOME_TROUBLE);
  expect(retried('0001', ...ALL)).toEqual([['c', 'd', 'e'], []]);
  expect(retried(path, ...ALL)).toEqual([['c', 'd', 'e'], []]);
});

test('"last" is the newest apply, not a later plan', () => {
  log('20261123T101500Z-0001', ...SOME_TROUBLE);
  log('20261123T101600Z-0002', started('plan', 'a'), ...unreachable('a'));
  expect(retried('last', ...ALL)).toEqual([['c', 'd', 'e'], []]);
});

test('the waves of the run are kept', () => {
  const waves = [
    { group: '', order: 0, hosts: ['a'] },
    { group: '', order: 0, hosts: ['b', 'c', 'd', 'e'] },
  ];
  const [first, ...rest] = SOME_TROUBLE;
  log('20261123T101500Z-0001', first!, { type: 'run.waves', waves }, ...rest);
  expect(retriedRun('last', ...ALL).waves).toEqual(waves);
  log('20261123T101600Z-0002', ...SOME_TROUBLE);
  expect(retriedRun('last', ...ALL).waves).toEqual([]);
});

test('a host that is no longer in the inventory is named', () => {
  log('20261123T101500Z-0001', ...SOME_TROUBLE);
  expect(retried('last', 'a', 'c')).toEqual([['c'], ['retry.gone']]);
});

test('having nothing to retry is a warning, not an error', () => {
  log('20261123T101500Z-0001', started('apply', 'a'), ...applied('a'));
  expect(retried('last', 'a')).toEqual([[], ['retry.nothing']]);
});

test('an unknown run is refused', () => {
  const reason = (run: string): unknown => {
    try {
      return retried(run, 'a');
    } catch (error) {
      return (error as ToolError).problem.params?.reason;
    }
  };
  expect(reason('last')).toBe('no-run-logged');
  expect(reason('beef')).toBe('unknown-run');
});
