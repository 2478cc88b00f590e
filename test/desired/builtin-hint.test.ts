import { expect, test } from 'vitest';
import { builtinTemplate } from '../../src/config/builtins.ts';
import { withParameter } from '../../src/desired/builtin-hint.ts';
import type { Warning } from '../../src/model/problem.ts';
import { textOf } from '../../src/report/text-of.ts';

const template = builtinTemplate('otlp-gateway');
const text =
  'a {\n\tendpoint = "0.0.0.0:4317"\n\turl = "https://u:p@x.example"\n\tsize = "512MiB"\n}\n';
const warning = (line: number, code = 'exposure.listen'): Warning => ({
  code,
  message: 'it listens',
  hint: 'set endpoint = "127.0.0.1:4317" if only this host sends, or add auth',
  at: { file: template.file, line, column: 2 },
  detail: '2 | endpoint',
});

test.each([
  [
    'its default',
    warning(2),
    {},
    'set config.vars.grpc_listen to 127.0.0.1:4317 if only this host sends, or let a firewall say who may',
  ],
  [
    'a value of the user’s',
    warning(3, 'exposure.secret'),
    { metrics_url: 'https://u:p@x.example' },
    `change config.vars.metrics_url, which it is written from: ${textOf(warning(3)).hint}`,
  ],
])('%s is told by the parameter, without lines that nobody can open', (_, told, vars, hint) => {
  const { detail, ...rest } = told;
  expect(withParameter(told, text, template, vars)).toEqual({ ...rest, hint });
});

test.each([
  ['two parameters have the value', warning(2), template, { http_listen: '0.0.0.0:4317' }],
  ['none has it', warning(1), template, {}],
  ['the template is the user’s own', warning(2), { ...template, name: './own.alloy' }, {}],
])('%s: it stays as it was', (_, told, of, vars) => {
  expect(withParameter(told, text, of, vars)).toEqual(told);
});
