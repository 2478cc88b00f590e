import { expect, test } from 'vitest';
import { builtinTemplate } from '../../src/config/builtins.ts';
import type { Template } from '../../src/config/template-model.ts';
import { configurationOf } from '../../src/desired/configuration.ts';
import { leftoverVars } from '../../src/desired/templates.ts';
import { parseInventory } from '../../src/inventory/parse-inventory.ts';
import { settingsOf } from '../../src/inventory/settings.ts';
import { withText } from '../../src/report/text-of.ts';

const OWN: Template = {
  name: './own.alloy',
  file: 'own.alloy',
  text: 'logging {\n\tlevel = {{ level }}\n}\n',
  parameters: null,
};
const templates: Readonly<Record<string, Template>> = {
  'linux-host': builtinTemplate('linux-host'),
  minimal: builtinTemplate('minimal'),
  './own.alloy': OWN,
};

function judge(config: string) {
  const parsed = parseInventory(config, 'inventory.yaml');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const hosts = [...parsed.value.hosts.keys()].map((name) => {
    const settings = settingsOf(parsed.value, name);
    return [settings, templates[settings.config.template]!] as const;
  });
  const problems = hosts.flatMap(([settings, template]) => {
    const made = configurationOf(settings, template, {
      strict: false,
      alloyVersion: null,
      planned: false,
      frame: () => '',
      checked: new Map(),
      fragments: new Map(),
    });
    return made.ok
      ? []
      : made.problems.map(withText).map(({ message }) => `${settings.name}: ${message}`);
  });
  return {
    problems,
    warnings: leftoverVars(hosts)
      .map(withText)
      .map(({ message }) => message),
  };
}

const LINUX = `template: linux-host, vars: {
  metrics_url: "https://m.example.com/api/v1/write", logs_url: "https://l.example.com/loki/api/v1/push" }`;

test.each([
  [
    'are left out by a group with another one',
    `defaults: { config: { ${LINUX} } }
groups: { edge: { hosts: [a], config: { template: ./own.alloy, vars: { level: info } } } }
hosts: { a: , b: }
`,
  ],
  [
    'are left out by a host with another one',
    `defaults: { config: { ${LINUX} } }
hosts: { a: { config: { template: minimal } }, b: }
`,
  ],
  [
    'may be written where no template is chosen yet, for all who take them',
    `defaults: { config: { vars: { level: info, metrics_url: "https://m.example.com/api/v1/write" } } }
groups: { edge: { hosts: [a], config: { template: ./own.alloy } } }
hosts: { a: , b: { config: { template: linux-host, vars: { logs_url: "https://l.example.com/loki/api/v1/push" } } } }
`,
  ],
])('variables of a template %s', (_, text) => {
  expect(judge(text)).toEqual({ problems: [], warnings: [] });
});

test.each([
  [
    'beside its own template',
    'hosts: { a: { config: { template: ./own.alloy, vars: { level: info, lvel: warn } } } }\n',
    'a: the template ./own.alloy does not use the variable "lvel"',
  ],
  [
    'under a template that a host names again',
    `defaults: { config: { template: minimal, vars: { lvel: warn } } }
hosts: { a: { config: { template: minimal } } }
`,
    'a: the template minimal has no parameter "lvel"',
  ],
  [
    'with the host, whoever chose the template',
    `defaults: { config: { template: minimal } }
hosts: { a: { config: { vars: { lvel: warn } } } }
`,
    'a: the template minimal has no parameter "lvel"',
  ],
])('a misspelled variable %s is an error', (_, text, problem) => {
  expect(judge(text).problems).toEqual([problem]);
});

test('a variable that no template of all hosts takes is reported', () => {
  const text = `defaults: { config: { vars: { lvel: warn, level: info } } }
hosts: { a: { config: { template: ./own.alloy } }, b: { config: { template: minimal } } }
`;
  expect(judge(text)).toEqual({
    problems: [],
    warnings: ['no template of these hosts uses the variable "lvel"'],
  });
});
