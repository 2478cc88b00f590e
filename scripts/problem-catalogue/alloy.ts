import type { AlloyProblems } from '../../src/model/problems/alloy-problems.ts';
import type { Catalogue } from './catalogue.ts';

export const alloyCatalogue: Catalogue<AlloyProblems> = {
  'alloy.validate': {
    means: "The host's own `alloy validate` did not accept the configuration.",
    examples: { refused: {}, 'no-answer': {} },
  },
  'alloy.reload': {
    means: 'Alloy did not load the new configuration, and keeps running the old one.',
    examples: {
      refused: { status: '400' },
      'no-answer': { said: 'Connection refused' },
    },
  },
  'alloy.start': {
    means: 'Alloy does not start, or does not stay up.',
    examples: {
      'unit-failed': { result: 'exit-code', status: '1' },
      restarting: { times: '5' },
      'not-running': {},
      'other-configuration': { command: '/usr/bin/alloy run /srv/alloy/other.alloy' },
      died: { seconds: '15' },
      'systemctl-hangs': { verb: 'restart', seconds: '100' },
    },
  },
  'alloy.unready': {
    means: 'Alloy is running, but is not ready in time.',
    examples: {
      status: { seconds: '120', status: '503' },
      'no-answer': { seconds: '120', said: 'Connection refused' },
      'not-listening': { seconds: '120' },
    },
  },
  'alloy.components': {
    means: 'Alloy does not run the components of its configuration, or some of them are unhealthy.',
    examples: {
      'no-list': { seconds: '60' },
      different: {
        seconds: '60',
        missing: ['prometheus.scrape.node'],
        unexpected: [],
        unhealthy: [['loki.write.default', 'unhealthy', 'no such host']],
        young: [],
      },
    },
  },
  'alloy.version': {
    means: 'The process that runs is not of the version that is installed.',
    examples: { unknown: {}, different: { running: '1.17.0', installed: '1.18.1-1' } },
  },
};
