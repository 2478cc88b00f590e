import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { GOOD_VERSIONS, programOf } from '../../lab/stand-in/package.ts';
import { BUILTIN_NAMES, builtinTemplate } from '../../src/config/builtins.ts';
import { combination, defaultNames, inventoryOf } from '../desired/combinations.ts';
import { rendered } from '../desired/configure.ts';

let folder = '';
let program = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'stand-in-templates-'));
  program = join(folder, 'alloy');
  writeFileSync(program, programOf(GOOD_VERSIONS.at(-1)!));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(BUILTIN_NAMES)(
  'the stand-in takes combinations of parameters of %s',
  (name) => {
    const { parameters } = builtinTemplate(name);
    const seeds = name === 'minimal' ? 1 : 15;
    for (let seed = 1; seed <= seeds; seed += 1) {
      const vars = combination(seed, parameters);
      const file = join(folder, 'config.alloy');
      writeFileSync(file, rendered(inventoryOf(name, vars, {}, defaultNames(parameters))));
      const args = [program, 'validate', '--stability.level=experimental', file];
      const { status, stderr } = spawnSync('perl', args, { encoding: 'utf8' });
      expect({ vars, status, stderr }).toEqual({ vars, status: 0, stderr: '' });
    }
  },
  60_000,
);
