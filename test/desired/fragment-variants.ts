import type { FragmentName } from '../../src/config/fragments.ts';

type Vars = Readonly<Record<string, unknown>>;

const AUTH = [
  { username: '12345', password_env: 'MINE' },
  { username: '12345', password_file: '/etc/alloy/password' },
] as const;
const WEB = [
  {},
  { access_format: 'json', metadata: ['status', 'method'], instance: 'a' },
  {
    access_logs: ['/srv/a"b/*.log', '/srv/c.log'],
    access_format: 'json',
    time_field: '@timestamp',
    time_format: 'Unix',
    status_field: 'st"atus',
    method_field: 'verb',
  },
  { access_logs: '/srv/one.log', error_logs: '/srv/e.log' },
  { access_logs: [], metadata: [] },
  { error_logs: [], metadata: ['method'] },
] as const;

/** What each built-in fragment cannot do without, and each way of being asked for more. */
export const VARIANTS: Readonly<Record<FragmentName, readonly Vars[]>> = {
  apache: [
    ...WEB,
    { status_url: 'http://127.0.0.1/server-status?auto', scrape_interval: '15s' },
    {
      access_logs: [],
      error_logs: [],
      status_url: 'http://127.0.0.1:8080/s?auto',
      instance: 'a',
    },
  ],
  blackbox: [
    { targets: { shop: 'https://shop.example.com/health?x=1' } },
    {
      targets: {
        plain: 'http://192.0.2.1:8080',
        db: 'tcp://[2001:db8::1]:5432',
        mail: 'tls://mail.example.com:993',
        'the gateway': 'icmp://192.0.2.1',
        own: 'tcp://127.0.0.1:22',
      },
      timeout: '9s',
      prefer: 'ip6',
      ca_file: '/etc/alloy/own "ca".pem',
      scrape_interval: '10s',
    },
  ],
  cadvisor: [
    {},
    {
      docker_socket: '/run/docker.sock',
      containerd_socket: '/run/c.sock',
      docker_only: false,
      container_labels: [],
      enabled_metrics: ['cpu', 'memory'],
      instance: 'a',
      scrape_interval: '15s',
    },
  ],
  memcached: [{}, { address: 'cache:11211', instance: 'a', scrape_interval: '15s' }],
  mysql: [{}, { dsn_env: 'MINE', instance: 'a', scrape_interval: '15s' }],
  nginx: [
    ...WEB,
    { exporter: '127.0.0.1:9113', scrape_interval: '15s' },
    { access_logs: [], error_logs: [], exporter: '127.0.0.1:9113', instance: 'a' },
  ],
  postgres: [{}, { dsn_env: 'MINE', instance: 'a', scrape_interval: '15s' }],
  process: [
    { commands: ['nginx'] },
    { commands: ['nginx', 'ssh"d'], threads: true, instance: 'a', scrape_interval: '15s' },
  ],
  pyroscope: [
    { url: 'http://p.example:4040', targets: { alloy: '127.0.0.1:12345' } },
    {
      ...AUTH[0],
      url: 'https://p.example',
      targets: { alloy: '127.0.0.1:12345', 'the shop': '[::1]:6060' },
      collect: ['scrape', 'ebpf'],
      scrape_interval: '30s',
      tenant: 't"1',
      labels: { env: 'prod', 'a.b': 'c' },
    },
    { ...AUTH[1], url: 'https://p.example', collect: ['ebpf'], labels: { host: 'x' } },
  ],
  redis: [
    {},
    { address: '10.0.0.1:6379', password_env: 'REDIS', instance: 'a', scrape_interval: '15s' },
    { username: 'al"loy', password_env: 'REDIS' },
    { username: 'alloy', password_file: '/etc/alloy/r' },
    { username: 'alloy' },
    { password_file: '/etc/alloy/r' },
  ],
  remotecfg: [
    { url: 'https://fleet.example' },
    {
      ...AUTH[0],
      url: 'https://fleet.example',
      id: 'web-"01"',
      attributes: { role: 'web', 'the.site': 'x' },
      poll_frequency: '5m',
    },
    { ...AUTH[1], url: 'https://fleet.example' },
  ],
  snmp: [
    { targets: { switch: '192.0.2.10' } },
    {
      targets: { 'core-switch': '192.0.2.10', 'old one': 'udp://192.0.2.11:1161' },
      modules: ['system', 'if_mib'],
      auth: 'site',
      config_file: '/etc/alloy/snmp.yml',
      scrape_interval: '2m',
    },
  ],
  syslog: [
    { listeners: { devices: 'udp://0.0.0.0:1514' } },
    {
      listeners: { devices: 'udp://[::]:1514', apps: 'tcp://127.0.0.1:1601' },
      format: 'rfc3164',
      idle_timeout: '5m',
      max_message_length: 65536,
    },
    {
      listeners: { tls: 'tls://0.0.0.0:6514', udp: 'udp://0.0.0.0:6514' },
      sender_time: true,
      cert_file: '/etc/alloy/syslog.pem',
      key_file: '/etc/alloy/syslog.key',
      client_ca_file: '/etc/alloy/ca.pem',
    },
  ],
};

/** Every variable of an environment that a variant names. */
export const ENVIRONMENT = {
  ...{ POSTGRES_DSN: 'a', MYSQL_DSN: 'a', MINE: 'a', REDIS: 'a' },
};
