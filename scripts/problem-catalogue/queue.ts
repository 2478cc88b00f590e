import type { QueueProblems, QueueWarnings } from '../../src/model/problems/queue-problems.ts';
import type { Catalogue } from './catalogue.ts';

const run = '20261123T101500Z-3f9a';
const place = 'redis.example.com:6379';
const worker = 'ops-1 (pid 812)';
const other = { worker, version: '0.1.0', said: '' };

export const queueCatalogue: Catalogue<QueueProblems> = {
  'queue.unreachable': {
    means: 'The Redis of `--queue` cannot be used. No host was touched.',
    examples: {
      'no-connection': { place, said: 'connect ECONNREFUSED 127.0.0.1:6379' },
      login: { place, said: 'WRONGPASS invalid username-password pair or user is disabled.' },
      permission: { place, said: "NOPERM this user has no permissions to run the 'time' command" },
      tls: { place, said: 'self-signed certificate in certificate chain' },
      'too-old': { place, version: '5.0.14', least: '6.2' },
    },
  },
  'queue.run': {
    means: 'The run that `--attach` names cannot be continued by this command.',
    examples: {
      dispatched: { run },
      unknown: { run: '3f9b', known: [run] },
      'other-verb': { run, verb: 'apply' },
      'other-version': { run, version: '0.0.9' },
      'other-inventory': { run },
      'other-plan': { run },
    },
  },
  'queue.lost': {
    means:
      "Nobody knows how a part of a host's run went: workers or Redis were lost. What was started on the host ends there by itself.",
    examples: {
      'given-up': { times: 5 },
      refused: { times: 5 },
      workers: { times: 5 },
      'no-workers': { seconds: 300 },
      connection: { place, seconds: 300 },
    },
  },
};

export const queueWarningCatalogue: Catalogue<QueueWarnings> = {
  'queue.worker': {
    means: 'A worker was lost, or takes no part in a run.',
    examples: {
      'taken-over': { worker },
      version: other,
      inventory: other,
      unreadable: { ...other, said: 'secret.env' },
    },
  },
  'queue.order': {
    means: 'A worker refused an order that it found in Redis. The host was not touched by it.',
    examples: {
      signature: { worker },
      'other-run': { worker },
      expired: { worker },
      'unknown-host': { worker },
    },
  },
  'queue.events': {
    means: 'A report in Redis was not signed with the key, and was ignored.',
    examples: { signature: {} },
  },
};
