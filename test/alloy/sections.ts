import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY_ROOT } from '../../lab/root.ts';

/** One case of a fixture file: `=== name`, the text, and lines `--- ` with what is expected of it. */
export interface Section {
  readonly name: string;
  readonly text: string;
  readonly expected: readonly string[];
}

/** Fixture files beside this one that hold many short cases. */
export function sectionsOf(file: string): readonly Section[] {
  const whole = readFileSync(join(REPOSITORY_ROOT, 'test/alloy/fixtures', file), 'utf8');
  return whole
    .split(/^=== /m)
    .slice(1)
    .map((section) => {
      const [name = '', ...lines] = section.split('\n');
      const text = lines.slice(0, -1).filter((line) => !line.startsWith('--- '));
      const expected = lines.filter((line) => line.startsWith('--- ')).map((line) => line.slice(4));
      return { name: name.trim(), text: text.map((line) => `${line}\n`).join(''), expected };
    });
}
