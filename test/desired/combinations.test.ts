import { describe, expect, test } from 'vitest';
import { format } from '../../src/alloy/format.ts';
import { parse } from '../../src/alloy/parser.ts';
import { BUILTIN_NAMES, builtinTemplate } from '../../src/config/builtins.ts';
import { builtinFragment, FRAGMENT_NAMES } from '../../src/config/fragments.ts';
import type { Parameter } from '../../src/config/template-model.ts';
import {
  alone,
  combination,
  defaultNames,
  inventoryOf,
  pathsOf,
  randomFrom,
  type Vars,
} from './combinations.ts';
import { render } from './configure.ts';

type Fragments = Parameters<typeof inventoryOf>[2];

/** Somewhere for every signal, so that any fragment has its joints. */
const TARGETS = {
  collect: ['metrics', 'journal', 'otlp'],
  metrics_url: 'https://m.example/api/v1/write',
  logs_url: 'https://l.example/loki/api/v1/push',
  traces_url: 'https://t.example:4318',
};

function passes(template: (typeof BUILTIN_NAMES)[number], vars: Vars, fragments: Fragments = {}) {
  const all = [
    ...builtinTemplate(template).parameters,
    ...Object.values(fragments).flatMap((one) => parametersOf(one.template)),
  ];
  const inventory = inventoryOf(template, vars, fragments, defaultNames(all));
  const { text = '', problems, warnings } = render(inventory);
  expect({ inventory, problems, warnings }).toEqual({ inventory, problems: [], warnings: [] });
  expect(format(text, parse(text).file)).toBe(text);
}

const parametersOf = (name: string): readonly Parameter[] => {
  const known = FRAGMENT_NAMES.find((one) => one === name);
  return known ? builtinFragment(known).parameters : [];
};

describe.each(BUILTIN_NAMES)('the template %s', (name) => {
  const { parameters } = builtinTemplate(name);
  test.each(pathsOf(parameters))('passes its checks with %s', (path) => {
    for (const seed of [1, 2, 3]) passes(name, alone(seed, parameters, path));
  });
});

describe.each(FRAGMENT_NAMES)('the fragment %s', (name) => {
  const { parameters } = builtinFragment(name);
  test.each(pathsOf(parameters))('passes its checks with %s', (path) => {
    for (const seed of [1, 2, 3])
      passes('linux-host', TARGETS, {
        one: { template: name, vars: alone(seed, parameters, path) },
      });
  });
});

/** 500 in all. */
const MANY = { minimal: 1, 'linux-host': 250, 'otlp-gateway': 80, 'self-monitoring': 19 } as const;

test.each(BUILTIN_NAMES)(
  'combinations of parameters of %s pass their checks',
  (name) => {
    for (let seed = 1; seed <= MANY[name]; seed += 1)
      passes(name, combination(seed, builtinTemplate(name).parameters));
  },
  120_000,
);

test('combinations of fragments pass their checks', () => {
  for (let seed = 1; seed <= 150; seed += 1) {
    const random = randomFrom(seed);
    const chosen = FRAGMENT_NAMES.filter(() => random() < 0.25);
    const fragments = chosen.map((template, i) => {
      const vars = combination(seed + i, builtinFragment(template).parameters);
      return [template, { template, vars }] as const;
    });
    passes('linux-host', TARGETS, Object.fromEntries(fragments));
  }
}, 120_000);
