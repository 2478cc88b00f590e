import { type BuiltinName, builtinTemplate } from '../../src/config/builtins.ts';

export type Vars = Readonly<Record<string, unknown>>;

export const METRICS = { metrics_url: 'https://metrics.example.com/api/v1/write' };
export const LOGS = { logs_url: 'https://logs.example.com/loki/api/v1/push' };
export const TRACES = { traces_url: 'https://traces.example.com:4318' };
export const OTLP = { otlp_url: 'https://otlp.example.com:4318' };
const OTHER_LOKI = { logs_url: 'https://logs.example.com/insert/push' };
const LOKI_OTLP = { logs_otlp_url: 'https://logs.example.com/otlp' };
export const ALL_PARTS = { collect: ['metrics', 'journal', 'files', 'otlp'] };
export const FILES = { log_files: ['/var/log/nginx/*.log', '/srv/app/"odd".log'] };

/** What each template cannot do without. */
export const LEAST: Readonly<Record<BuiltinName, Vars>> = {
  minimal: {},
  'linux-host': { ...METRICS, ...LOGS },
  'otlp-gateway': { ...METRICS, ...TRACES },
  'self-monitoring': METRICS,
};

/** The least, and each way of being asked for more. */
export function variants(name: BuiltinName): readonly (readonly [string, Vars])[] {
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
