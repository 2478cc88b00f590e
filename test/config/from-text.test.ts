import { describe, expect, test } from 'vitest';
import { createContextScanner } from '../../src/alloy/context.ts';
import { BUILTIN_NAMES, builtinTemplate } from '../../src/config/builtins.ts';
import { KEPT_FILTERS, OWN_FILTERS } from '../../src/config/filters.ts';
import { renderTemplate } from '../../src/config/render.ts';
import type { Template } from '../../src/config/template-model.ts';
import { openInventory } from '../../src/inventory/open-inventory.ts';
import { settingsOf } from '../../src/inventory/settings.ts';

/** Renders with `vars` as an inventory has them: its maps have no prototype, its numbers may be big. */
function renderFrom(text: string, template: Template) {
  const inventory = openInventory(text, 'inventory.yaml').read();
  if (!inventory.ok) return inventory;
  const { vars } = settingsOf(inventory.value, 'web-01').config;
  const host = { name: 'web-01', address: 'web-01', groups: [] };
  return renderTemplate(
    template,
    { vars, host, locate: () => ({ at: { file: 'inventory.yaml', line: 1, column: 1 } }) },
    createContextScanner,
  );
}

const inventoryOf = (name: string, value: string): string =>
  `hosts: { web-01: { config: { template: x, vars: { ${name}: ${value} } } } }\n`;

/** One of each form that YAML has, right or wrong for a parameter. */
const VALUES = [
  ...['text', '"60s"', '"512MiB"', '/var/log/x.log', '"https://metrics.example.com/push"'],
  ...['"127.0.0.1:4317"', '1', '1.5', '12345678901234567890', 'true', '.inf', '""'],
  ...['[]', '[a, 1, true]', '[/var/log/*.log]', '[[a]]', '[{ a: b }]'],
  ...['{}', '{ env: test }', '{ env: 1, "a.b": true }', '{ a: { b: c } }', '{ a: [b] }'],
  ...['{ constructor: x, toString: y, hasOwnProperty: z }'],
];

describe.each(BUILTIN_NAMES)('the template %s', (name) => {
  const template = builtinTemplate(name);
  const cases = (template.parameters ?? []).flatMap((parameter) =>
    VALUES.map((value) => [parameter.name, value] as const),
  );

  test.each(cases)('takes or refuses %s: %s, from YAML and from JSON', (parameter, value) => {
    const text = inventoryOf(parameter, value);
    const { ok } = renderFrom(text, template);
    if (/[{[]|^\d+$|^"/.test(value) && !/[a-z.]: |\[[a-z/]|\.inf|\d{17}/.test(value)) {
      const json = `{"hosts": {"web-01": {"config": {"template": "x", "vars": {"${parameter}": ${value}}}}}}`;
      expect(renderFrom(json, template).ok).toBe(ok);
    }
  });
});

test.each([
  ['linux-host', 'logs_url'],
  ['otlp-gateway', 'traces_url'],
  ['self-monitoring', 'metrics_url'],
] as const)('%s takes labels as a map', (name, url) => {
  const vars = `metrics_url: "https://a.example/x", ${url}: "https://a.example/x"`.replace(
    /^(metrics_url: \S+), \1$/,
    '$1',
  );
  const rendered = renderFrom(
    inventoryOf('labels', `{ env: test }, ${vars}`),
    builtinTemplate(name),
  );
  expect(rendered.ok && rendered.value.text).toMatch(/env\s*=\s*"test"/);
});

test.each([...KEPT_FILTERS, ...Object.keys(OWN_FILTERS)])(
  'the filter %s gives a value or a problem for a map and a list of maps',
  (filter) => {
    for (const value of ['{ env: test }', '[{ a: b }, { a: c }]'])
      for (const use of ['', ': 1', ': "a"', ': x'])
        for (const piece of [`{{ x | ${filter}${use} }}`, `a = "{{ x | ${filter}${use} }}"`]) {
          const template = { name: 't', file: 't.alloy', text: piece, parameters: null };
          const rendered = renderFrom(inventoryOf('x', value), template);
          if (rendered.ok) continue;
          expect(rendered.problems.map(({ code }) => code)).not.toContain('bug');
          expect(JSON.stringify(rendered.problems)).not.toContain('Cannot convert');
        }
  },
);
