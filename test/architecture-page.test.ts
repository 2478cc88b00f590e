import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { FLOORS, folderImports, importsSvg, importsTable } from '../scripts/imports.ts';

const read = (path: string): string =>
  readFileSync(new URL(`../docs/${path}`, import.meta.url), 'utf8');
const imports = folderImports(new URL('../src', import.meta.url).pathname);
const hint = 'run: node build.mjs run scripts/architecture.ts';

test('every folder has its floor, and imports from lower ones alone', () => {
  const floorOf = (folder: string) => FLOORS.findIndex((floor) => floor.includes(folder));
  for (const [folder, targets] of imports) {
    expect(floorOf(folder), `${folder}/ has no floor in scripts/imports.ts`).toBeGreaterThan(-1);
    for (const target of targets) expect(floorOf(target)).toBeLessThan(floorOf(folder));
  }
});

test('docs/architecture.md and its picture are what src/ imports', () => {
  expect(read('architecture.md'), hint).toContain(importsTable(imports));
  expect(read('architecture.svg'), hint).toBe(importsSvg(imports));
});

test('every file that docs/architecture.md names is there', () => {
  const named = [
    ...read('architecture.md').matchAll(/`((?:src\/)?[a-z-]+\/[a-z-]+\.(?:ts|sh|pl))`/g),
  ];
  expect(named.length).toBeGreaterThan(15);
  for (const [, path] of named) {
    const file = /^(?:src|scripts|test)\//.test(path!) ? path! : `src/${path}`;
    expect(() => readFileSync(new URL(`../${file}`, import.meta.url)), file).not.toThrow();
  }
});
