import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY_ROOT } from '../../lab/root.ts';
import { sectionsOf } from './sections.ts';

const path = (relative: string) => join(REPOSITORY_ROOT, 'test/alloy', relative);

/** Alloy texts to try things on: our own fixtures, and upstream's files where they are. */
export function sampleTexts(): readonly string[] {
  const own = readdirSync(path('fixtures/print'))
    .filter((name) => name.endsWith('.alloy'))
    .map((name) => readFileSync(path(`fixtures/print/${name}`), 'utf8'));
  const sections = ['grammar.txt', 'errors.txt'].flatMap(sectionsOf).map(({ text }) => text);
  const corpus = path('../../../shared/alloy/corpus');
  const theirs = !existsSync(corpus)
    ? []
    : ['valid', 'edge', 'fmt-in', 'invalid'].flatMap((folder) =>
        readdirSync(`${corpus}/${folder}`)
          .filter((name) => /\.(alloy|in)$/.test(name))
          .map((name) => readFileSync(`${corpus}/${folder}/${name}`, 'utf8')),
      );
  return [...own, ...sections, ...theirs];
}
