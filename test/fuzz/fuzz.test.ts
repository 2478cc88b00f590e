import { expect, test } from 'vitest';
import { fuzz } from './fuzz.ts';
import { SUBJECTS } from './subjects.ts';

/** FUZZ_SEED repeats a run. */
const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31);

test.each([
  ['inventories', 2000],
  ['Ansible inventories', 2000],
  ['Alloy files', 5000],
  ['answers files', 2000],
  ['template files', 2000],
  ['saved plans', 1000],
  ['run logs', 1000],
] as const)(
  '%s: none of %d mutated ones is a bug, or takes 2 s',
  async (subject, runs) => {
    const { accepted, slowestMs, failures } = await fuzz(subject, runs, seed);
    console.log(
      `${subject}: ${accepted} accepted, slowest ${Math.round(slowestMs)} ms, seed ${seed}`,
    );
    expect(failures.slice(0, 3).join('\n\n')).toBe('');
    expect(accepted).toBeGreaterThan(0);
  },
  600_000,
);

test.each([
  ['answers files', 'hosts: &a [*a]\ntemplate: minimal\n'],
  ['answers files', 'x: &a {y: *a}\nhosts: *a\n'],
  ['template files', 'summary: &s x\nparameters: { x: { type: string, meaning: *s } }\n'],
  ['template files', 'summary: x\nsetup: &a [*a]\n'],
])('%s: an alias is refused where it stands: %j', async (subject, text) => {
  expect(await SUBJECTS[subject]!.read(text, () => 0)).toBe(false);
});

test.each([
  ['answers files', 'hosts: [web-01, { toString: 1 }]\ntemplate: minimal\n'],
  ['template files', 'summary: { toString: 1 }\n'],
  ['template files', 'summary: x\nsetup: [{ toString: 1 }]\n'],
  ['template files', 'summary: x\nparameters: { a: { type: string, meaning: { toString: 1 } } }\n'],
  [
    'template files',
    'summary: x\nparameters: { a: { type: string, meaning: x, unless: [{ toString: 1 }] } }\n',
  ],
  ['template files', 'summary: x\nneeds: { alloy: { toString: 1 } }\n'],
  ['template files', 'summary: x\nneeds: { memberOf: [{ toString: 1 }] }\n'],
  ['saved plans', '{"kind":"alloyup.plan","schema":2,"version":{"toString":1}}'],
])('%s: a map that cannot be made a text is refused: %j', async (subject, text) => {
  expect(await SUBJECTS[subject]!.read(text, () => 0)).toBe(false);
});
