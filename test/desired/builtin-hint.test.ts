import { expect, test } from 'vitest';
import { builtinTemplate } from '../../src/config/builtins.ts';
import { withParameter } from '../../src/desired/configuration.ts';
import type { DiagnosticWarning } from '../../src/model/problem.ts';
import { textOf } from '../../src/report/text-of.ts';

const template = builtinTemplate('otlp-gateway');
const text =
  'a {\n\tendpoint = "0.0.0.0:4317"\n\turl = "https://u:p@x.example"\n\tsize = "512MiB"\n}\n';
const warning = (line: number, rule = 'exposure.listen'): DiagnosticWarning => ({
  code: rule,
  params: { reason: 'diagnostic', rule, said: 'it listens', advice: 'Add auth' },
  at: { file: template.file, line, column: 2 },
  detail: '2 | endpoint',
});

test.each([
  [
    'its default',
    warning(2),
    {},
    'Set config.vars.grpc_listen to 127.0.0.1:4317 if only this host sends, or restrict access with a firewall',
  ],
  [
    'a value of the user',
    warning(3, 'exposure.secret'),
    { metrics_url: 'https://u:p@x.example' },
    'Change config.vars.metrics_url, which this value comes from: Add auth',
  ],
])('%s: the hint names the parameter, without lines that nobody can open', (_, one, vars, hint) => {
  const { detail, at, code } = one;
  const named = withParameter(one, text, template, vars);
  expect(named).toMatchObject({ code, at });
  expect(named).not.toHaveProperty('detail');
  expect(textOf(named)).toEqual({ message: 'it listens', hint });
  expect(detail).toBeDefined();
});

test.each([
  ['[::]:4317', '127.0.0.1:4317'],
  ['0.0.0.0:4317', '127.0.0.1:4317'],
  [':4317', '127.0.0.1:4317'],
  ['0.0.0.0', '127.0.0.1'],
])('%s on the loopback interface is %s', (grpc_listen, loopback) => {
  const named = withParameter(warning(1), `a = "${grpc_listen}"`, template, { grpc_listen });
  expect(named.params.parameter).toEqual({ name: 'grpc_listen', loopback });
});

test.each([
  ['two parameters have the value', warning(2), template, { http_listen: '0.0.0.0:4317' }],
  ['none has it', warning(1), template, {}],
  ['the template is not built in', warning(2), { ...template, name: './own.alloy' }, {}],
])('%s: it stays as it is', (_, one, of, vars) => {
  expect(withParameter(one, text, of, vars)).toEqual(one);
});
