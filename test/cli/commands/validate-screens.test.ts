import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BROKEN, commandOf, validatePage } from '../../../scripts/validate-page.ts';
import { runProgram } from '../../../src/cli/dispatch.ts';
import { memoryTerminal } from '../terminal.ts';

const root = new URL('../../../', import.meta.url).pathname;
const before = process.cwd();
beforeAll(() => process.chdir(root));
afterAll(() => process.chdir(before));

const show = async (command: readonly string[]) => {
  const terminal = memoryTerminal();
  const exitCode = await runProgram(command, terminal);
  const { out, err } = terminal.printed();
  return { exitCode, shown: err + out };
};

test.each(BROKEN.map((broken) => ({ name: broken[0], broken })))(
  '$name.alloy is refused, in 80 columns, without its secrets',
  async ({ broken }) => {
    const { exitCode, shown } = await show(commandOf(broken));
    expect(exitCode).toBe(64);
    expect(shown.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(shown).toMatch(/^ --> docs\/broken\/\w+\.alloy:\d+:\d+$/m);
    expect(shown).not.toMatch(/correct-horse|staple/);
  },
);

test('docs/validate-screens.md shows what is said (node build.mjs run scripts/validate-screens.ts)', async () => {
  const screens: string[] = [];
  for (const broken of BROKEN) screens.push((await show(commandOf(broken))).shown);
  expect(readFileSync(`${root}docs/validate-screens.md`, 'utf8')).toBe(validatePage(screens));
});
