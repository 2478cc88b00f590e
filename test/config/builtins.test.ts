import { describe, expect, test } from 'vitest';
import { checkConfig } from '../../src/alloy/check/check.ts';
import { componentsOf } from '../../src/alloy/components.ts';
import { format } from '../../src/alloy/format.ts';
import { parse } from '../../src/alloy/parser.ts';
import { BUILTIN_NAMES, type BuiltinName, builtinTemplate } from '../../src/config/builtins.ts';
import { parseLiquid } from '../../src/config/liquid.ts';
import { readsTheHost } from '../../src/config/render.ts';
import { withText } from '../../src/report/text-of.ts';
import { line, render } from './helper.ts';
import {
  ALL_PARTS,
  FILES,
  LEAST,
  LOGS,
  METRICS,
  OTLP,
  TRACES,
  type Vars,
  variants,
} from './variants.ts';

const renderBuiltin = (name: BuiltinName, vars: Vars): string => {
  const { text, parameters, file } = builtinTemplate(name);
  const rendered = render(text, vars, parameters, { name, file });
  if (!rendered.ok) throw new Error(rendered.problems.map(line).join('\n'));
  expect(rendered.value.warnings).toEqual([]);
  return rendered.value.text;
};

describe.each(BUILTIN_NAMES)('the template %s', (name) => {
  test.each(variants(name))('is canonical with %s', (_, vars) => {
    const text = renderBuiltin(name, vars);
    const { file, errors } = parse(text);
    expect(errors).toEqual([]);
    expect(format(text, file)).toBe(text);
  });

  test.each(variants(name))('passes every check with %s', (_, vars) => {
    const parsed = parse(renderBuiltin(name, vars));
    const options = { stability: 'generally-available', strict: true, check: 'http' } as const;
    const found = checkConfig(parsed, options).map(({ code }) => code);
    expect(found).toEqual([]);
  });

  test('holds no secret and reads none but by name', () => {
    for (const [, vars] of variants(name)) {
      for (const [, value] of renderBuiltin(name, vars).matchAll(
        /^\s*(?:password|token)\s*= (.*)$/gm,
      )) {
        expect(value).toMatch(/^sys\.env\("[A-Z_]+_PASSWORD"\)$/);
      }
    }
  });

  test('declares what it reads, and reads what it declares', () => {
    const { text, parameters } = builtinTemplate(name);
    for (const { name: parameter } of parameters ?? []) {
      expect(text).toMatch(new RegExp(`\\b${parameter}\\b`));
    }
    const names = (parameters ?? []).map((parameter) => parameter.name);
    expect([...names, 'host']).toEqual(
      expect.arrayContaining(Object.keys(parseLiquid(text).reads())),
    );
  });

  test('reads of its host what hosts with one configuration share', () => {
    expect(readsTheHost(builtinTemplate(name))).toBe(false);
    expect(readsTheHost({ text: '{{ host.name }}' })).toBe(true);
  });
});

test.each([
  ['minimal', []],
  [
    'linux-host',
    [
      'loki.relabel.journal',
      'loki.source.journal.journal',
      'loki.write.default',
      'prometheus.exporter.self.alloy',
      'prometheus.exporter.unix.host',
      'prometheus.relabel.alloy',
      'prometheus.remote_write.default',
      'prometheus.scrape.alloy',
      'prometheus.scrape.host',
    ],
  ],
  [
    'otlp-gateway',
    [
      'otelcol.exporter.otlphttp.tempo',
      'otelcol.exporter.prometheus.default',
      'otelcol.processor.batch.default',
      'otelcol.processor.memory_limiter.default',
      'otelcol.processor.transform.resource',
      'otelcol.receiver.otlp.default',
      'prometheus.exporter.self.alloy',
      'prometheus.relabel.alloy',
      'prometheus.remote_write.default',
      'prometheus.scrape.alloy',
    ],
  ],
  [
    'self-monitoring',
    [
      'prometheus.exporter.self.alloy',
      'prometheus.remote_write.default',
      'prometheus.scrape.alloy',
    ],
  ],
] as const)('%s makes these components', (name, ids) => {
  const { ids: made } = componentsOf(parse(renderBuiltin(name, LEAST[name])));
  expect([...made].sort()).toEqual(ids);
});

test('linux-host with every part, to one endpoint, makes these components', () => {
  const { ids } = componentsOf(
    parse(renderBuiltin('linux-host', { ...OTLP, ...ALL_PARTS, ...FILES })),
  );
  expect([...ids].sort()).toEqual([
    'local.file_match.files',
    'loki.relabel.journal',
    'loki.source.file.files',
    'loki.source.journal.journal',
    'otelcol.exporter.otlphttp.default',
    'otelcol.processor.attributes.labels',
    'otelcol.processor.batch.default',
    'otelcol.processor.memory_limiter.default',
    'otelcol.processor.transform.resource',
    'otelcol.receiver.loki.host',
    'otelcol.receiver.otlp.default',
    'otelcol.receiver.prometheus.host',
    'prometheus.exporter.self.alloy',
    'prometheus.exporter.unix.host',
    'prometheus.relabel.alloy',
    'prometheus.scrape.alloy',
    'prometheus.scrape.host',
  ]);
});

test.each([
  [{ collect: ['metrics'] }, ['linux-host needs metrics_url']],
  [{ collect: ['files'], ...LOGS }, ['linux-host needs log_files']],
  [{ collect: ['otlp'] }, ['linux-host needs metrics_url']],
  [
    { collect: ['metrics'], ...METRICS, ...LOGS },
    ['logs_url has no effect without journal or files or docker or otlp or alloy in collect'],
  ],
  [{ ...OTLP, ...LOGS }, ['logs_url has no effect when otlp_url is set']],
  [{ ...METRICS, ...LOGS, ...TRACES }, ['traces_url has no effect without otlp in collect']],
  [
    { ...OTLP, collect: ['metrics', 'jornal'] },
    ['collect must be some of metrics, journal, files, docker, otlp, alloy'],
  ],
  [
    { ...LOGS, collect: ['files'], log_files: ['var/log'] },
    ['log_files must be an absolute path, or a list of them'],
  ],
  [
    { ...OTLP, otlp_username: 'u', otlp_token_env: 'T' },
    ['otlp_token_env has no effect when otlp_username is set'],
  ],
])('linux-host refuses %j', (vars, told) => {
  const { text, parameters, file } = builtinTemplate('linux-host');
  const rendered = render(text, vars, parameters, { name: 'linux-host', file });
  expect(rendered.ok ? [] : rendered.problems.map(withText).map(({ message }) => message)).toEqual(
    told.map((message) => expect.stringContaining(message)),
  );
});

test.each([
  ['linux-host', { ...METRICS, ...LOGS, ...TRACES, ...ALL_PARTS, ...FILES }],
  ['linux-host', { ...METRICS, ...LOGS }],
  ['linux-host', { ...OTLP }],
  ['otlp-gateway', { ...METRICS, ...LOGS, ...TRACES }],
  ['otlp-gateway', OTLP],
] as const)(
  'the queues of %s with %j may be on disk, at the stability of that component',
  (name, vars) => {
    const text = renderBuiltin(name, { ...vars, queue: 'disk' });
    const parsed = parse(text);
    expect(format(text, parsed.file)).toBe(text);
    const found = (stability: 'generally-available' | 'public-preview') =>
      checkConfig(parsed, { stability, strict: true, check: 'http' }).map(({ code }) => code);
    expect(found('public-preview')).toEqual([]);
    const queues = text.match(/sending_queue \{[^}]*\}/g) ?? [];
    expect(found('generally-available')).toHaveLength(queues.length === 0 ? 0 : 1);
    expect(queues.every((queue) => queue.includes('otelcol.storage.file.queue.handler'))).toBe(
      true,
    );
    // what is on disk is tried until it is taken
    expect(text.match(/max_elapsed_time = .*/g) ?? []).toEqual(
      queues.map(() => 'max_elapsed_time = "0s"'),
    );
  },
);

test('a signal without a target is not accepted by the gateway', () => {
  const text = renderBuiltin('otlp-gateway', { ...LEAST['otlp-gateway'], self_metrics: 'none' });
  expect(text).not.toMatch(/loki|logs?\b|log_/i);
});
