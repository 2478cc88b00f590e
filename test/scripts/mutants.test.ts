import { readdirSync } from 'node:fs';
import { matchesGlob } from 'node:path';
import { expect, test } from 'vitest';
import { mergeReports, mutantsTable } from '../../scripts/mutants-table.ts';
import config from '../../stryker.config.json' with { type: 'json' };

const mutants = (...statuses: readonly string[]) => ({
  source: '',
  mutants: statuses.map((status) => ({ status })),
});

test('reports of several runs are one, and the last one about a file counts', () => {
  const files = { 'src/a.ts': mutants('Survived'), 'src/b.ts': mutants('Killed') };
  const again = { 'src/a.ts': mutants('Killed') };
  expect(mergeReports([{ files }, { files: again }])).toEqual({
    files: { 'src/a.ts': mutants('Killed'), 'src/b.ts': mutants('Killed') },
  });
});

test('the table of scores has a row for each directory and one for all', () => {
  expect(
    mutantsTable({
      files: {
        'src/steps/unit.ts': mutants('Killed', 'Survived', 'Ignored'),
        'src/steps/config.ts': mutants('Timeout', 'Killed'),
        'src/engine/deep/fleet.ts': mutants('NoCoverage'),
        'src/report/redact.ts': mutants('CompileError'),
      },
    }).split('\n'),
  ).toEqual([
    '| part | mutants | killed | survived | not covered by a test | score |',
    '|---|--:|--:|--:|--:|--:|',
    '| `src/engine` | 1 | 0 | 0 | 1 | 0.0% |',
    '| `src/report/redact.ts` | 0 | 0 | 0 | 0 | - |',
    '| `src/steps` | 4 | 3 | 1 | 0 | 75.0% |',
    '| **all** | 5 | 3 | 1 | 1 | 60.0% |',
    '',
  ]);
});

test('every pattern of files to mutate matches something', () => {
  const root = new URL('../../src', import.meta.url).pathname;
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' });
  for (const pattern of config.mutate)
    expect(
      files.some((file) => matchesGlob(`src/${file}`, pattern)),
      pattern,
    ).toBe(true);
});
