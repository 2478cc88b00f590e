import { expect, test } from 'vitest';
import { baseFolder, recipe } from '../../lab/base.ts';
import { SUITES } from '../../lab/state.ts';

const hooksOf = (suite: (typeof SUITES)[number]): string[] =>
  recipe(suite).filter((argument) => argument.startsWith('--customize-hook='));

test.each(SUITES)('no hook for %s can touch the machine that builds it', (suite) => {
  const hooks = hooksOf(suite);
  expect(hooks.length).toBeGreaterThan(4);
  for (const hook of hooks) {
    // package and account tools work on the machine unless they are sent into the new root
    for (const tool of hook.matchAll(/\b(apt-get|apt|dpkg|useradd|systemctl)\s/g))
      expect(hook.slice(0, tool.index)).toContain('chroot "$root" ');
    for (const [, target] of hook.matchAll(/(?:>|rm -rf |rm -f |mkdir -p )("?[^\s;&]+)/g))
      expect(target).toMatch(/^("?\$root|\/dev\/null|&2$|"?&2)/);
    expect(hook).toMatch(/^--customize-hook=set -eu; root=\$\{1:\?\}; test .* != \/; /);
  }
});

test('each suite has a folder of its own, which its recipe names', () => {
  const folders = SUITES.map((suite) => baseFolder(suite));
  expect(new Set(folders).size).toBe(SUITES.length);
  for (const [index, suite] of SUITES.entries())
    expect(folders[index]).toMatch(new RegExp(`/${suite}-[0-9a-f]{12}$`));
});
