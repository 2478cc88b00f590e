/** What holds where the inventory says nothing. The schema, the reference page and `settingsOf` read it here. */
export const DEFAULTS = {
  ssh: {
    user: null,
    port: null,
    identity: [],
    jump: [],
    transport: 'auto',
    hostKeys: 'strict',
    hostKey: null,
  },
  sudo: 'passwordless',
  repository: {
    url: 'https://apt.grafana.com',
    suite: 'stable',
    components: ['main'],
    key: 'https://apt.grafana.com/gpg-full.key',
    fingerprints: ['B53AE77BADB630A683046005963FA27710458545'],
    proxy: null,
  },
  alloy: {
    version: 'present',
    listen: '127.0.0.1:12345',
    check: 'http',
    stability: 'generally-available',
    args: [],
    tolerate: [],
    memberOf: [],
  },
  config: { template: 'minimal' },
  /** Of each entry in `config.files`. */
  file: { mode: '0640', user: 'root', group: 'alloy' },
} as const;
