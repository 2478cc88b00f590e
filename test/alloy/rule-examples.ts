import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CheckOptions } from '../../src/alloy/check/model.ts';

/** A configuration that a rule has something against, and the same without the mistake. */
export interface RuleExample {
  readonly code: string;
  /** What they are checked for, beyond the usual. */
  readonly options: Partial<CheckOptions>;
  readonly fails: string;
  readonly passes: string;
}

/** How the examples are checked unless they say otherwise. */
export const USUAL: CheckOptions = {
  stability: 'generally-available',
  strict: false,
  check: 'http',
};

/**
 * The examples of test/alloy/fixtures/rule-examples.txt: `=== code`, a text, `--- passes`, another text.
 * @param root of the repository
 */
export function ruleExamples(root: string): readonly RuleExample[] {
  return readFileSync(join(root, 'test/alloy/fixtures/rule-examples.txt'), 'utf8')
    .split(/^=== /m)
    .slice(1)
    .map((section) => {
      const [, code = '', options = '', fails = '', passes = ''] =
        /^(\S+)\n(?:--- options: (.*)\n)?([\s\S]*?)\n--- passes\n([\s\S]*)$/.exec(section)!;
      return {
        code,
        options: Object.fromEntries(
          options
            .split(' ')
            .filter(Boolean)
            .map((one) => one.split('=')),
        ) as Partial<CheckOptions>,
        fails: `${fails.trim()}\n`,
        passes: `${passes.trim()}\n`,
      };
    });
}
