import { describe, expect, test } from 'vitest';
import { checkConfig } from '../../src/alloy/check/check.ts';
import { componentsOf } from '../../src/alloy/components.ts';
import { format } from '../../src/alloy/format.ts';
import { parse } from '../../src/alloy/parser.ts';
import { BUILTIN_NAMES, type BuiltinName, builtinTemplate } from '../../src/config/builtins.ts';
import { withText } from '../../src/report/text-of.ts';
import { line, render } from './helper.ts';

type Vars = Readonly<Record<string, unknown>>;

const METRICS = { metrics_url: 'https://metrics.example.com/api/v1/write' };
const LOGS = { logs_url: 'https://logs.example.com/loki/api/v1/push' };
const TRACES = { traces_url: 'https://traces.example.com:4318' };
const OTLP = { otlp_url: 'https://otlp.example.com:4318' };
const OTHER_LOKI = { logs_url: 'https://logs.example.com/insert/push' };
const LOKI_OTLP = { logs_otlp_url: 'https://logs.example.com/otlp' };
const ALL_PARTS = { collect: ['metrics', 'journal', 'files', 'otlp'] };
const FILES = { log_files: ['/var/log/nginx/*.log', '/srv/app/"odd".log'] };

/** What each template cannot do without. */
const LEAST: Readonly<Record<BuiltinName, Vars>> = {
  minimal: {},
  'linux-host': { ...METRICS, ...LOGS },
  'otlp-gateway': { ...METRICS, ...TRACES },
  'self-monitoring': METRICS,
};

const renderBuiltin = (name: BuiltinName, vars: Vars): string => {
  const { text, parameters, file } = builtinTemplate(name);
  const rendered = render(text, vars, parameters, { name, file });
  if (!rendered.ok) throw new Error(rendered.problems.map(line).join('\n'));
  expect(rendered.value.warnings).toEqual([]);
  return rendered.value.text;
};

/** The least, and each way of being asked for more. */
function variants(name: BuiltinName): readonly (readonly [string, Vars])[] {
  const declared = builtinTemplate(name).parameters ?? [];
  const has = (parameter: string): boolean => declared.some(({ name }) => name === parameter);
  const targets = ['metrics', 'logs', 'traces'].filter((target) => has(`${target}_url`));
  const each = (more: (target: string) => Vars): Vars =>
    Object.assign({}, ...targets.map(more)) as Vars;
  const all = { ...LEAST[name], ...(has('logs_url') ? LOGS : {}) };
  const labels = { labels: { env: 'prod', 'a.b': '"x"', role_of_the_machine: 'web' } };
  return [
    ['the least', LEAST[name]],
    ['all targets', all],
    ['passwords in variables', { ...all, ...each((t) => ({ [`${t}_username`]: `u-${t}` })) }],
    [
      'passwords in files',
      {
        ...all,
        ...each((t) => ({ [`${t}_username`]: 'u', [`${t}_password_file`]: `/etc/alloy/${t}` })),
      },
    ],
    [
      'tenants and all else',
      {
        ...all,
        ...each((t) => ({ [`${t}_tenant`]: `t-${t}`, [`${t}_username`]: 'u' })),
        ...(has('labels') ? labels : {}),
        ...(has('enable_collectors') ? { enable_collectors: ['systemd', 'processes'] } : {}),
      },
    ],
    ...(has('self_metrics')
      ? ([
          ['all metrics of its own', { ...all, self_metrics: 'all', ...labels }],
          ['none of its own', { ...all, self_metrics: 'none' }],
          ['all of its own to one endpoint', { ...OTLP, self_metrics: 'all' }],
          ['none of its own to one endpoint', { ...OTLP, self_metrics: 'none' }],
        ] as const)
      : []),
    ...(has('otlp_url')
      ? ([
          ['one endpoint of OTLP', { ...OTLP, ...labels }],
          ['a password there', { ...OTLP, otlp_username: '1', otlp_tenant: 'a' }],
          ['its file', { ...OTLP, otlp_username: '1', otlp_password_file: '/etc/alloy/otlp' }],
          ['a bearer token there', { ...OTLP, otlp_token_env: 'OTLP_PASSWORD' }],
        ] as const)
      : []),
    ...(has('collect')
      ? ([
          ['every part', { ...all, ...ALL_PARTS, ...FILES }],
          [
            'every part, and traces',
            { ...all, ...TRACES, traces_tenant: 'a', ...ALL_PARTS, ...FILES },
          ],
          [
            'every part and metrics by remote write',
            { ...OTLP, ...METRICS, ...ALL_PARTS, ...FILES },
          ],
          [
            'a Loki that is not at its usual path',
            { ...all, ...OTHER_LOKI, ...ALL_PARTS, ...FILES },
          ],
          ['its endpoint of OTLP', { ...all, ...LOKI_OTLP, ...ALL_PARTS, ...FILES }],
          ['logs of applications alone', { ...METRICS, ...LOKI_OTLP, collect: ['otlp'] }],
          ['the journal to one endpoint', { ...OTLP, collect: ['journal'] }],
          ['every part to one endpoint', { ...OTLP, ...ALL_PARTS, ...FILES, ...labels }],
          ['files alone', { ...LOGS, collect: ['files'], ...FILES }],
          ['metrics alone', { ...METRICS, collect: ['metrics'] }],
          ['metrics alone to one endpoint', { ...OTLP, collect: ['metrics'] }],
          ['applications and no logs', { ...METRICS, ...TRACES, collect: ['otlp'] }],
          [
            'applications by password',
            { ...METRICS, ...TRACES, traces_username: 'u', collect: ['otlp'] },
          ],
        ] as const)
      : []),
  ];
}

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
    ['logs_url has no effect without journal or files or otlp in collect'],
  ],
  [{ ...OTLP, ...LOGS }, ['logs_url has no effect when otlp_url is set']],
  [{ ...METRICS, ...LOGS, ...TRACES }, ['traces_url has no effect without otlp in collect']],
  [
    { ...OTLP, collect: ['metrics', 'jornal'] },
    ['collect must be some of metrics, journal, files, otlp'],
  ],
  [
    { ...LOGS, collect: ['files'], log_files: ['var/log'] },
    ['log_files must be a list of absolute paths'],
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
