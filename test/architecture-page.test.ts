import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { directoryImports, FLOORS, importsSvg, importsTable } from '../scripts/imports.ts';

const read = (path: string): string =>
  readFileSync(new URL(`../docs/${path}`, import.meta.url), 'utf8');
const imports = directoryImports(new URL('../src', import.meta.url).pathname);
const hint = 'run: node build.mjs run scripts/architecture.ts';

test('every directory has a floor and imports only from lower ones', () => {
  const floorOf = (directory: string) => FLOORS.findIndex((floor) => floor.includes(directory));
  for (const [directory, targets] of imports) {
    expect(floorOf(directory), `${directory}/ has no floor in scripts/imports.ts`).toBeGreaterThan(
      -1,
    );
    for (const target of targets) expect(floorOf(target)).toBeLessThan(floorOf(directory));
  }
});

test('docs/architecture.md and its picture show the imports of src/', () => {
  expect(read('architecture.md'), hint).toContain(importsTable(imports));
  expect(read('architecture.svg'), hint).toBe(importsSvg(imports));
});

test('every file named in docs/architecture.md exists', () => {
  const named = [...read('architecture.md').matchAll(/`((?:[a-z-]+\/)+[a-z-]+\.(?:ts|sh|pl))`/g)];
  expect(named.length).toBeGreaterThan(15);
  for (const [, path] of named) {
    const file = /^(?:src|scripts|test)\//.test(path!) ? path! : `src/${path}`;
    expect(() => readFileSync(new URL(`../${file}`, import.meta.url)), file).not.toThrow();
  }
});

test('the table of actions lists every action of the host program with its file', () => {
  const program = new URL('../src/host/program/', import.meta.url);
  const defined = readdirSync(program).flatMap((file) =>
    [...readFileSync(new URL(file, program), 'utf8').matchAll(/^sub do_(\w+)/gm)].map(
      ([, name]) => `${name!.replaceAll('_', '-')} ${file}`,
    ),
  );
  const listed = [
    ...read('architecture.md').matchAll(/^\| ([^|]+) \|.*\| `(\w+\.pl)` \|$/gm),
  ].flatMap(([, actions, file]) =>
    [...actions!.matchAll(/`([\w-]+)`/g)].map(([, name]) => `${name} ${file}`),
  );
  expect(listed.sort()).toEqual(defined.sort());
});
