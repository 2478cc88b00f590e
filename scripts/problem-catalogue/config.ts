import type { ConfigProblems } from '../../src/model/problems/config-problems.ts';
import type { Catalogue } from './catalogue.ts';

const wrongType = {
  kind: 'type',
  type: 'url',
  given: '"metrics.example.com"',
  example: 'https://metrics.example.com/api/v1/write',
  meaning: 'Where metrics are sent.',
} as const;

export const configCatalogue: Catalogue<ConfigProblems> = {
  'template.syntax': {
    means: 'A template is not valid Liquid, or the YAML file beside it is wrong.',
    examples: {
      'unknown-filter': { filter: 'upcas', meant: 'upcase' },
      'unknown-tag': { tag: 'include', meant: null, known: ['assign', 'case', 'for', 'if'] },
      'stray-tag': { tag: 'endif' },
      'unclosed-output': {},
      'trailing-text': {},
      'unclosed-tag': { tag: '{% if %}' },
      'unclosed-block': { tag: 'if' },
      liquid: { said: 'expected filter name' },
      yaml: { said: 'Nested mappings are not allowed in compact mappings' },
      'unknown-key': {
        parameter: 'metrics_url',
        key: 'defualt',
        meant: 'default',
        known: ['type', 'meaning', 'required', 'default'],
      },
      'no-summary': {},
      'no-text': {},
      'unknown-type': { parameter: 'metrics_url', types: ['string', 'number', 'url'] },
      'parameter-name': { parameter: 'metrics-url' },
      'no-meaning': { parameter: 'metrics_url', template: 'site.alloy' },
      'undeclared-parameter': { parameter: 'metrics_user', field: 'needs', other: 'metrics_ulr' },
      'unknown-joint': {
        parameter: 'logs_url',
        joint: 'logs',
        joints: ['metrics_to', 'logs_to', 'traces_to'],
      },
      default: { parameter: 'metrics_url', fault: wrongType },
      need: { need: 'files' },
    },
  },
  'template.variable': {
    means:
      'A variable of a template is missing, unknown or of the wrong type, or cannot be written where it is used.',
    examples: {
      'no-value': { where: 'string' },
      'misplaced-reference': { name: 'constants.hostname', where: 'string' },
      'misplaced-list': { where: 'string' },
      'misplaced-map': { where: 'comment' },
      'lone-surrogate': {},
      'not-a-value': {},
      'not-a-map': {},
      'not-a-text': {},
      'not-finite': { value: 'NaN' },
      'raw-string-character': { character: 'a backtick' },
      'comment-character': { character: null },
      'not-an-identifier': { value: 'web-01', where: 'label' },
      'object-key': { key: 'a\\nb' },
      'not-a-reference': { value: 'constants hostname' },
      'leading-dot': { name: 'Value' },
      'not-given': { name: 'region', meant: null, declared: false },
      reserved: {},
      'reserved-in-fragments': { name: 'logs_to' },
      'no-destination': {
        fragment: 'nginx',
        signal: 'logs',
        base: 'linux-host',
        joint: 'logs_to',
        parameters: ['logs_url', 'otlp_url'],
      },
      unused: { template: 'site', name: 'reigon', meant: 'region' },
      undeclared: { name: 'region', meant: null },
      'unknown-parameter': {
        template: 'minimal',
        name: 'metrics_ulr',
        meant: 'metrics_url',
        known: ['metrics_url'],
      },
      required: {
        template: 'linux-host',
        parameter: 'metrics_url',
        meaning: 'Where metrics are sent.',
        example: 'https://metrics.example.com/api/v1/write',
        alternative: null,
        flag: false,
      },
      'no-effect-beside': { parameter: 'metrics_url', other: 'otlp_url' },
      'no-effect-without': { parameter: 'metrics_user', other: 'metrics_url' },
      'no-effect-unless': { parameter: 'log_files', other: 'collect', values: ['files'] },
      value: { parameter: 'metrics_url', fault: wrongType },
    },
  },
  'template.needs': {
    means:
      'A template or a fragment needs something from its host that the inventory does not give.',
    examples: {
      environment: { by: { of: 'fragment', name: 'db' }, variables: ['POSTGRES_DSN'] },
      alloy: {
        by: { of: 'fragment', name: 'docker' },
        oldest: '1.5',
        version: '1.4.3-1',
        versionIs: 'pinned',
      },
      stability: {
        by: { of: 'fragment', name: 'profiles' },
        level: 'public-preview',
        set: 'generally-available',
      },
    },
  },
  'template.file': {
    means: 'A template does not exist or cannot be read.',
    examples: {
      'unknown-builtin': {
        name: 'linux-hosts',
        meant: 'linux-host',
        known: ['minimal', 'linux-host'],
      },
      'unknown-fragment': { name: 'rediss', meant: 'redis', known: ['postgres', 'redis'] },
      unreadable: { path: 'site.alloy', failure: { kind: 'missing' } },
      'unreadable-declarations': { path: 'site.yaml', failure: { kind: 'forbidden' } },
    },
  },
  'config.syntax': {
    means: 'A configuration is not valid Alloy syntax.',
    examples: {
      diagnostic: {
        rule: 'syntax.unexpected',
        said: 'expected }, got EOF',
        advice: 'Close the block that is opened in line 3',
      },
      'liquid-template': {},
    },
  },
  'config.check': {
    means:
      'A configuration is valid syntax, but Alloy would refuse it. [checks.md](checks.md) lists the rules.',
    examples: {
      diagnostic: {
        rule: 'component.unknown',
        said: 'there is no component prometheus.scrap',
        advice: 'Did you mean prometheus.scrape?',
      },
    },
  },
};
