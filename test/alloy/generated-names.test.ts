import { describe, expect, test } from 'vitest';
import { checkConfig } from '../../src/alloy/check/check.ts';
import { parse } from '../../src/alloy/parser.ts';
import {
  type BlockRule,
  type ComponentTable,
  knownVersions,
  tableAt,
} from '../../src/alloy/table/component-table.ts';

/** What is said of names, and of what is missing. */
const NAMES =
  /^(argument\.(unknown|as-block|missing)|block\.(unknown|as-argument|missing|repeated)|component\.unknown|stability\.version|version\.)/;

const said = (text: string, version: string) =>
  checkConfig(parse(text), {
    stability: 'experimental',
    strict: false,
    check: 'service',
    communityComponents: true,
    version,
  })
    .filter(({ code }) => NAMES.test(code))
    .map(({ line, code }) => `${line} ${code}`);

const isBlockOf = (rule: BlockRule, name: string): boolean => rule.blockNames.includes(name);

/** Every argument and block once; a block that holds itself is entered once more. */
function bodyOf(rule: BlockRule, path: readonly string[]): string {
  const lines = [...rule.attributes.keys()].map((name) => `${name} = null\n`);
  for (const name of rule.blockNames) {
    const inner = rule.block(name)!;
    const again = path.filter((one) => one === name).length > 0;
    lines.push(
      `${name}${inner.labeled ? ' "a"' : ''} {\n${again ? required(inner) : bodyOf(inner, [...path, name])}}\n`,
    );
  }
  return lines.join('');
}

const required = (rule: BlockRule): string =>
  [...rule.attributes]
    .filter(([, attribute]) => attribute.required)
    .map(([name]) => `${name} = null\n`)
    .join('');

/** Configuration blocks that stand only inside others, or hold anything. */
const ELSEWHERE = ['argument', 'export', 'declare', 'foreach'];
const WITHOUT_LABEL = ['logging', 'tracing', 'http', 'remotecfg', 'livedebugging'];

const namesOf = ({ names }: ComponentTable): readonly string[] =>
  names.filter((name) => !ELSEWHERE.includes(name));

const headOf = (name: string): string => (WITHOUT_LABEL.includes(name) ? name : `${name} "a"`);

/** What other versions have in a block and this one has not, by path; '' is the component. */
function* foreign(
  rule: BlockRule,
  others: readonly (BlockRule | undefined)[],
  path: readonly string[],
): Generator<{ readonly path: readonly string[]; readonly name: string; readonly block: boolean }> {
  const seen = new Set<string>();
  for (const other of others) {
    for (const name of other?.attributes.keys() ?? []) {
      if (rule.attributes.has(name) || isBlockOf(rule, name) || seen.has(name)) continue;
      seen.add(name);
      yield { path, name, block: false };
    }
    for (const name of other?.blockNames ?? []) {
      if (rule.attributes.has(name) || isBlockOf(rule, name) || seen.has(name)) continue;
      seen.add(name);
      yield { path, name, block: true };
    }
  }
  for (const name of rule.blockNames) {
    if (path.includes(name)) continue;
    const inner = others.map((other) => other?.block(name));
    yield* foreign(rule.block(name)!, inner, [...path, name]);
  }
}

describe.each(['1.0', '1.7', '1.12', '1.17', '1.19'])('%s', (version) => {
  const table = tableAt(version);
  const all = knownVersions().map((one) => tableAt(one));

  test('takes every argument and block that it has', () => {
    let names = 0;
    for (const name of namesOf(table)) {
      const text = `${headOf(name)} {\n${bodyOf(table.get(name)!, [])}}\n`;
      names += text.split('\n').length;
      expect([name, said(text, version)]).toEqual([name, []]);
    }
    expect(names).toBeGreaterThan(4000);
  });

  test('says of every argument and block of other versions which has it, and of others that none has', () => {
    let names = 0;
    for (const component of namesOf(table)) {
      const rule = table.get(component)!;
      const others = all.map((one) => one.get(component));
      const found = [
        ...foreign(rule, others, []),
        { path: [], name: 'zz_bogus', block: false },
        { path: [], name: 'zz_block', block: true },
      ];
      for (const { path, name, block } of found) {
        const what = block ? `${name} { }\n` : `${name} = null\n`;
        const open = path.map((one) => `${one} {\n`).join('');
        const text = `${headOf(component)} {\n${open}${what}${'}\n'.repeat(path.length + 1)}`;
        const line = path.length + 2;
        const own = said(text, version).filter((one) => one.startsWith(`${line} `));
        const codes = name.startsWith('zz_')
          ? [`${line} ${block ? 'block' : 'argument'}.unknown`]
          : [expect.stringMatching(/ (stability\.version|version\.removed)$/)];
        names++;
        expect([component, ...path, name, own]).toEqual([component, ...path, name, codes]);
      }
    }
    for (const component of new Set(all.flatMap(namesOf))) {
      if (table.get(component)) continue;
      names++;
      expect([component, said(`${headOf(component)} { }\n`, version)]).toEqual([
        component,
        [expect.stringMatching(/^1 (stability\.version|version\.removed)$/)],
      ]);
    }
    expect(names).toBeGreaterThan(300);
  });
});
