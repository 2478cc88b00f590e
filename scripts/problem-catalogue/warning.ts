import type { WarningProblems } from '../../src/model/problems/warnings.ts';
import type { Catalogue } from './catalogue.ts';

export const warningCatalogue: Catalogue<WarningProblems> = {
  'template.raw': {
    means: 'A template writes a value without escaping it.',
    examples: { raw: { text: 'sys.env("TOKEN")' } },
  },
  'environment.missing': {
    means: 'The configuration reads an environment variable that the service does not have.',
    examples: { 'not-set': { variable: 'METRICS_PASSWORD' } },
  },
  'file.unreadable': {
    means: 'A file that is copied to the host cannot be read by the service.',
    examples: {
      'for-service': { path: '/etc/alloy/ca.pem', mode: '0600', user: 'root', group: 'root' },
    },
  },
  'secret.readable': {
    means: 'A secret is in a file that other users of this machine can read.',
    examples: { 'readable-by-others': { path: '/srv/secrets/metrics' } },
  },
  'inventory.unused': {
    means: 'A setting has no effect.',
    examples: {
      variable: { variable: 'metrics_ulr' },
      'tolerated-component': { component: 'loki.source.file.nginx' },
    },
  },
};
