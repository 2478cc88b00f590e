import { expect, test } from 'vitest';
import { checkConfig } from '../../../src/alloy/check/check.ts';
import { parse } from '../../../src/alloy/parser.ts';

const NAMES = [...Object.getOwnPropertyNames(Object.prototype), 'prototype', 'length', 'name'];

test.each(NAMES)('%s is a name like any other', (name) => {
  const lines = [
    `${name} "x" { }`,
    `${name} { ${name} = 1 }`,
    `prometheus.${name} "x" { }`,
    `otelcol.exporter.${name} "${name}" { ${name} { ${name} = ${name} } }`,
    `declare "${name}" { argument "${name}" { } }`,
    `loki.process "${name}" { forward_to = []`,
    `  stage.${name} { ${name} = ${name}.x.${name} } }`,
    `prometheus.remote_write "${name}" { endpoint { url = "http://a"`,
    `  ${name} { } } }`,
  ];
  const text = lines.join('\n');
  const found = checkConfig(parse(text), {
    stability: 'generally-available',
    strict: false,
    check: 'http',
  });
  expect(found).not.toEqual([]);
});
