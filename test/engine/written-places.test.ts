import { expect, test } from 'vitest';
import { writtenPlaces } from '../../src/engine/written-places.ts';
import { CONFIG_PATH } from '../../src/model/desired.ts';

const CONFIG = 'one {}\n// ä\n\t"ä" = x\nlast {}\n';

/** The second and third line are a fragment's, five lines further down in its own file. */
const desired = {
  config: CONFIG,
  writtenAt: (offset: number) => {
    const lines = CONFIG.slice(0, offset).split('\n');
    if (lines.length < 2 || lines.length > 3) return undefined;
    const at = { file: 'a.alloy', line: lines.length + 5, column: lines.at(-1)!.length + 1 };
    return { at, detail: 'unused' };
  },
};

test('places of fragments are those of their files, and excerpts of the whole go', () => {
  const said = `Error: ${CONFIG_PATH}:3:9: wrong, see ${CONFIG_PATH}:1:1

2 | // ä
3 |   "ä" = x
  |         ^

Error: ${CONFIG_PATH}:4:1: also wrong

4 | last {}
  | ^
Error: validation failed`;
  expect(writtenPlaces(said, desired)).toEqual({
    // column 9 in bytes is character 8
    at: { file: 'a.alloy', line: 8, column: 8 },
    detail: `Error: a.alloy:8:8: wrong, see ${CONFIG_PATH}:1:1
Error: ${CONFIG_PATH}:4:1: also wrong

4 | last {}
  | ^
Error: validation failed`,
  });
});

test.each([
  ['no place', 'Error: validation failed\n1 | x'],
  ['a place of the template', `${CONFIG_PATH}:1:1: wrong\n1 | x`],
  ['a place behind the end', `${CONFIG_PATH}:99:99: wrong`],
])('what names %s stays', (_, said) => {
  expect(writtenPlaces(said, desired)).toEqual({ detail: said });
});
