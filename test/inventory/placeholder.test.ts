import { expect, test } from 'vitest';
import { parseInventory } from '../../src/inventory/parse-inventory.ts';
import { placeholderIn } from '../../src/model/placeholder.ts';

test.each([
  ['http://<LOKI_HOST>:3100', '<LOKI_HOST>'],
  ['<your-password>', '<your-password>'],
  ['a <your host> b', '<your host>'],
  ['$LOKI_HOST', '$LOKI_HOST'],
  ['https://$LOKI_HOST/push', '$LOKI_HOST'],
  ['x${LOKI_HOST}y', '${LOKI_HOST}'],
  ['$1 ${1} $$ $lower ${lower} $A', undefined],
  ['(?P<level>\\w+) (?<name>x) a < b > c <1>', undefined],
  ['https://loki.example.com:3100', undefined],
])('in %j it is %j', (text, found) => {
  expect(placeholderIn(text)).toBe(found);
});

test('every placeholder of an inventory is a warning with its line', () => {
  const read = parseInventory(
    `defaults:
  alloy:
    environment: { TOKEN: "<your-token>", OK: fine }
    args: ["--x=<HOST>"]
  config:
    fragments: { nginx: { template: ./n.alloy, vars: { address: "<ip>:80" } } }
    vars:
      metrics_url: http://<PROMETHEUS_HOST>:9090/api/v1/write
groups:
  edge:
    hosts: [a]
    config: { vars: { labels: { env: "$STAGE" } } }
hosts:
  a: { config: { vars: { files: [/var/log/x, "/var/log/<app>/x"] } } }
`,
    'inventory.yaml',
  );
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  expect(
    read.value.warnings.map(({ code, params, at }) => [code, params, at?.line, at?.column]),
  ).toEqual(
    [
      ['<HOST>', 'defaults.alloy.args[0]', 4, 12],
      ['<your-token>', 'defaults.alloy.environment.TOKEN', 3, 27],
      ['<ip>', 'defaults.config.fragments.nginx.vars.address', 6, 65],
      ['<PROMETHEUS_HOST>', 'defaults.config.vars.metrics_url', 8, 20],
      ['$STAGE', 'groups.edge.config.vars.labels.env', 12, 38],
      ['<app>', 'hosts.a.config.vars.files[1]', 14, 46],
    ].map(([placeholder, setting, line, column]) => [
      'inventory.unfilled',
      { reason: 'placeholder', placeholder, setting },
      line,
      column,
    ]),
  );
});
