import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkConfig } from '../../src/alloy/check/check.ts';
import { format } from '../../src/alloy/format.ts';
import { parse } from '../../src/alloy/parser.ts';
import { knownVersions } from '../../src/alloy/table/component-table.ts';
import { builtinFragment, FRAGMENT_NAMES, type FragmentName } from '../../src/config/fragments.ts';
import { parseLiquid } from '../../src/config/liquid.ts';
import { readsTheHost } from '../../src/config/render.ts';
import { JOINTS } from '../../src/config/template-model.ts';
import { render } from './configure.ts';
import { ENVIRONMENT, VARIANTS } from './fragment-variants.ts';

type Vars = Readonly<Record<string, unknown>>;

const METRICS = { metrics_url: 'https://m.example/api/v1/write' };
const LOGS = { logs_url: 'https://l.example/loki/api/v1/push' };
const OTLP = { otlp_url: 'https://o.example' };

/** Every way in which a built-in template offers metrics and logs. */
const BASES: readonly (readonly [string, Vars])[] = [
  ['linux-host', { ...METRICS, ...LOGS }],
  ['linux-host', OTLP],
  ['otlp-gateway', { ...METRICS, ...LOGS, traces_url: 'https://t.example:4318' }],
  ['otlp-gateway', OTLP],
  ['self-monitoring', { ...METRICS, ...LOGS }],
];

const VERSIONS = knownVersions().map((minor) => `${minor}.0`);

/** The first version of Alloy that a fragment says it works in. */
const oldestOf = (name: FragmentName): string =>
  `${builtinFragment(name).needs.find(({ alloy }) => alloy !== null)?.alloy ?? knownVersions()[0]}.0`;

/** An inventory of one host, in JSON, which is YAML too. */
function inventoryOf(
  fragments: Readonly<Record<string, unknown>>,
  [template, vars]: (typeof BASES)[number] = BASES[0]!,
  version = VERSIONS.at(-1)!,
): string {
  const alloy = { version, environment: ENVIRONMENT };
  return JSON.stringify({ hosts: { h: { alloy, config: { template, vars, fragments } } } });
}

/** What is told about a base alone is not about fragments. */
const toldOf = ({ problems, warnings }: ReturnType<typeof render>): readonly string[] =>
  [...problems, ...warnings].filter((one) => !/^templates\/[\w-]+\.alloy|is collected/.test(one));

test.each(FRAGMENT_NAMES)('%s reads what it declares, and of its host what hosts share', (name) => {
  const { text, parameters } = builtinFragment(name);
  const declared = (parameters ?? []).map((parameter) => parameter.name);
  const known = [...declared, ...JOINTS, 'host', 'fragment'];
  expect(known).toEqual(expect.arrayContaining(Object.keys(parseLiquid(text).reads())));
  expect(readsTheHost({ text })).toBe(false);
});

const all = FRAGMENT_NAMES.flatMap((name) =>
  VARIANTS[name].map((vars, i) => [name, i, vars] as const),
);

describe.each(all)('%s, variant %i', (name, i, vars) => {
  const one = { template: name, vars };

  test('is canonical, passes every check on every base, and is held', async () => {
    const made = render(inventoryOf({ [name]: one }));
    expect(toldOf(made)).toEqual([]);
    expect(format(made.text!, parse(made.text!).file)).toBe(made.text);
    const [, own] = made.text!.split(/^(?=\/\/ alloyup, fragment )/m);
    await expect(own).toMatchFileSnapshot(`fixtures/fragments/${name}-${i}.alloy`);

    for (const base of BASES)
      expect(toldOf(render(inventoryOf({ [name]: one }, base)))).toEqual([]);
  });

  test('works from the version on that it says it needs', () => {
    for (const version of VERSIONS.slice(VERSIONS.indexOf(oldestOf(name))))
      expect([version, ...toldOf(render(inventoryOf({ [name]: one }, BASES[0], version)))]).toEqual(
        [version],
      );
  });

  if (name !== 'remotecfg')
    test('can be used twice, and is called after its entry', () => {
      const made = render(inventoryOf({ 'one-a': one, two: one }));
      expect(toldOf(made).filter((told) => !/listen\.port/.test(told))).toEqual([]);
      for (const label of ['one_a', 'two'])
        expect(made.components!.ids.some((id) => id.endsWith(`.${label}`))).toBe(true);
    });
});

describe.each(FRAGMENT_NAMES)('the fragment %s', (name) => {
  test('needs no newer version than it says', () => {
    const at = VERSIONS.indexOf(oldestOf(name));
    if (at === 0) return;
    const works = VARIANTS[name].map((vars) => {
      const { text } = render(inventoryOf({ [name]: { template: name, vars } }));
      const stability = 'generally-available';
      const options = {
        stability,
        strict: true,
        check: 'http',
        version: VERSIONS[at - 1]!,
      } as const;
      return checkConfig(parse(text!), options).every(({ severity }) => severity !== 'error');
    });
    expect(works).toContain(false);
  });

  test('declares what it reads, and every parameter is among the variants', () => {
    const { text, parameters } = builtinFragment(name);
    const tried = new Set(VARIANTS[name].flatMap((vars) => Object.keys(vars)));
    for (const { name: parameter } of parameters ?? []) {
      expect(text).toMatch(new RegExp(`\\b${parameter}\\b`));
      expect([...tried]).toContain(parameter);
    }
  });
});

const someFragment = fc.constantFrom(...all.filter(([name]) => name !== 'remotecfg'));

test('any fragments together never clash, under whatever names', () => {
  const names = fc.uniqueArray(fc.stringMatching(/^[a-z][a-z_]{0,6}$/), {
    minLength: 2,
    maxLength: 5,
  });
  fc.assert(
    fc.property(
      names,
      fc.array(someFragment, { minLength: 5, maxLength: 5 }),
      fc.constantFrom(...BASES),
      (names, chosen, base) => {
        const fragments = Object.fromEntries(
          names.map((name, i) => [name, { template: chosen[i]![0], vars: chosen[i]![2] }]),
        );
        // those of the base itself are the user's to avoid, and told
        const taken = /already declared at templates\/(linux|otlp|self)/;
        const told = render(inventoryOf(fragments, base)).problems;
        expect(told.filter((one) => !taken.test(one))).toEqual([]);
      },
    ),
    { numRuns: 60 },
  );
});

test('every two of them go together', () => {
  const pairs = FRAGMENT_NAMES.flatMap((a, i) => FRAGMENT_NAMES.slice(i + 1).map((b) => [a, b]));
  const entry = (name: FragmentName) => ({ template: name, vars: VARIANTS[name].at(-1) });
  for (const [a, b] of pairs as [FragmentName, FragmentName][])
    expect([a, b, ...toldOf(render(inventoryOf({ [a]: entry(a), [b]: entry(b) })))]).toEqual([
      a,
      b,
    ]);
});

test.each<[FragmentName, Vars, string | null]>([
  ['nginx', {}, 'sends logs'],
  ['nginx', { access_logs: [], error_logs: [], exporter: '127.0.0.1:9113' }, null],
  ['apache', { access_logs: [], error_logs: [], status_url: 'http://127.0.0.1/s?auto' }, null],
  ['syslog', VARIANTS.syslog[0]!, 'sends logs'],
  ['remotecfg', VARIANTS.remotecfg[0]!, null],
  ['pyroscope', VARIANTS.pyroscope[0]!, null],
])(
  '%s with %j needs of a base that takes metrics alone no more than it sends',
  (name, vars, said) => {
    const base = ['linux-host', { ...METRICS, collect: ['metrics'] }] as const;
    const { problems } = render(inventoryOf({ x: { template: name, vars } }, base));
    expect(problems).toEqual(said === null ? [] : [expect.stringContaining(said)]);
  },
);

test('a second remotecfg is told', () => {
  const one = { template: 'remotecfg', vars: VARIANTS.remotecfg[0] };
  expect(render(inventoryOf({ a: one, b: one })).problems).toEqual([
    expect.stringMatching(/block remotecfg already declared at .*fragment a/),
  ]);
});
