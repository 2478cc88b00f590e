import { describe, expect, test } from 'vitest';
import type { DirectoryFact, Facts } from '../../src/model/facts.ts';
import { placeProblems } from '../../src/plan/places.ts';
import { planHost } from '../../src/plan/planner.ts';
import { factsOf, optionsOf, suppliesOf, targetOf } from '../builders.ts';
import { changeWith } from '../steps/input.ts';

const host = 'web-01';
const directory = (more: Partial<DirectoryFact> = {}): DirectoryFact => ({
  kind: 'directory',
  mode: '0755',
  user: 'root',
  group: 'root',
  ctimeMs: 0,
  ...more,
});
const write = (path: string) =>
  changeWith({ do: 'file', path, content: '', mode: '0644', user: 'root', group: 'root' });
const problemsOf = (facts: Partial<Facts>, ...changes: ReturnType<typeof changeWith>[]) =>
  placeProblems({
    host,
    facts: factsOf(targetOf(), facts),
    changes: changes.length > 0 ? changes : [changeWith({ do: 'reload' })],
  }).map(({ code, params }) => ({ code, ...params }));

const ALLOY = '/etc/alloy';
const STATE = '/var/lib/alloyup';
const install = changeWith({ do: 'install', version: '1-1' });
const fixed = (...paths: string[]) => ({ code: 'host.disk', reason: 'read-only', paths });

describe('where a run cannot write', () => {
  test.each<[string, Partial<Facts>, object[]]>([
    ['nothing', {}, []],
    ['/etc', { fixed: ['/etc'] }, [fixed('/etc')]],
    [
      'the directory of the state, and what no run touches',
      { fixed: [STATE, '/usr'] },
      [fixed(STATE)],
    ],
    [
      'the state is a file',
      { directories: { [STATE]: directory({ kind: 'file' }) } },
      [{ code: 'host.file', reason: 'not-a-directory', path: STATE }],
    ],
    [
      'the state is a link',
      { directories: { [STATE]: directory({ kind: 'symlink' }) } },
      [{ code: 'host.file', reason: 'not-a-directory', path: STATE }],
    ],
    ['the state is a directory', { directories: { [STATE]: directory({ mode: '0700' }) } }, []],
    [
      '/etc/alloy is a link',
      { directories: { [ALLOY]: directory({ kind: 'symlink' }) } },
      [{ code: 'host.file', reason: 'symlink', path: ALLOY }],
    ],
    [
      'no inodes are left',
      { freeInodes: { '/etc': 1e6, '/var': 12 } },
      [{ code: 'host.disk', reason: 'no-inodes', directory: '/var', free: 12, needed: 200 }],
    ],
  ])('%s', (_, facts, problems) => {
    expect(problemsOf(facts)).toEqual(problems);
  });

  test('a file that is written, its directory, and what dpkg replaces', () => {
    const paths = ['/etc/default/alloy', '/etc/default', '/usr/bin/alloy', '/srv/other'];
    expect(problemsOf({ fixed: paths }, write('/etc/default/alloy'))).toEqual([
      fixed('/etc/default/alloy', '/etc/default'),
    ]);
    expect(problemsOf({ fixed: paths }, install)).toEqual([fixed('/usr/bin/alloy')]);
  });

  test.each<[Partial<DirectoryFact>, boolean]>([
    [{ mode: '0770', group: 'alloy' }, true],
    [{ mode: '0757' }, true],
    [{ user: 'alloy' }, true],
    [{}, false],
  ])('/etc/alloy is a mount, with %j: refused is %s', (more, refused) => {
    const found = problemsOf({ mounted: [ALLOY], directories: { [ALLOY]: directory(more) } });
    expect(found).toEqual(
      refused ? [{ code: 'host.file', reason: 'no-staging', path: ALLOY }] : [],
    );
  });

  test('a host with nothing to do is left in peace', () => {
    const target = targetOf();
    const plan = (facts: Facts) => planHost(target, facts, suppliesOf(), optionsOf()).problems;
    const link = { [ALLOY]: directory({ kind: 'symlink' }) };
    expect(plan(factsOf(target, { directories: link, fixed: ['/etc'] }))).toEqual([]);
    const stopped = factsOf(target, { directories: link, process: null });
    expect(plan(stopped).map(({ code }) => code)).toEqual(['host.file']);
  });
});
