import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readDeclarations } from '../../src/config/declarations.ts';
import type { Problem } from '../../src/model/problem.ts';
import { withText } from '../../src/report/text-of.ts';
import { line, render } from './helper.ts';

const FOLDER = new URL('fixtures/wrong/', import.meta.url);
const names = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.alloy'))
  .map((file) => file.replace('.alloy', ''));

const read = (file: string): string | undefined => {
  const url = new URL(file, FOLDER);
  return existsSync(url) ? readFileSync(url, 'utf8') : undefined;
};

function problemsOf(name: string): readonly Problem[] {
  const yaml = read(`${name}.yaml`);
  const declared = yaml === undefined ? undefined : readDeclarations(yaml, `${name}.yaml`);
  if (declared?.ok === false) return declared.problems;
  const vars = JSON.parse(read(`${name}.json`) ?? '{}') as Readonly<Record<string, unknown>>;
  const parameters = declared?.value.parameters ?? null;
  const rendered = render(read(`${name}.alloy`)!, vars, parameters, {
    name,
    file: `${name}.alloy`,
  });
  return rendered.ok ? [] : rendered.problems;
}

test.each(names)('%s is refused in these words', async (name) => {
  const problems = problemsOf(name);
  expect(problems.length).toBeGreaterThan(0);
  for (const { at, hint } of problems.map(withText)) {
    expect(at).toBeDefined();
    expect(hint).not.toBe('');
  }
  const shown = problems.map((problem) => `${line(problem)}\n${problem.detail ?? ''}`.trimEnd());
  await expect(`${shown.join('\n\n')}\n`).toMatchFileSnapshot(`fixtures/wrong/${name}.txt`);
});
