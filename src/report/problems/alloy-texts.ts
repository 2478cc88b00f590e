import type { AlloyProblems } from '../../model/problems/alloy-problems.ts';
import type { HostParams, Text, Texts } from './texts.ts';

const configuration = (message: string, host: string): Text => ({
  message,
  hint: `Fix the configuration: alloyup render ${host} shows it, alloyup validate checks it`,
});
const start = (message: string): Text => ({
  message,
  hint: "Read Alloy's log, then fix the configuration or its environment",
});
const unready = (message: string, host: string): Text => ({
  message,
  hint: `Read Alloy's log: ssh ${host} journalctl -u alloy. Run again if it was replaying a long write-ahead log`,
});

export const alloyTexts: Texts<AlloyProblems> = {
  'alloy.validate': {
    refused: (_, host) => configuration('alloy validate rejected the configuration', host),
    'no-answer': (_, host) => configuration('alloy validate did not finish', host),
  },
  'alloy.reload': {
    refused: ({ status }, host) =>
      configuration(`Alloy rejected the configuration (status ${status})`, host),
    'no-answer': ({ said }, host) =>
      configuration(`Alloy did not answer the reload: ${said}`, host),
  },
  'alloy.start': {
    'unit-failed': ({ result, status }) =>
      start(`Alloy does not start: ${result} (status ${status})`),
    restarting: ({ times }) => start(`Alloy does not start: systemd restarted it ${times} times`),
    'not-running': () => start('Alloy does not start: the service is not running'),
    'other-configuration': ({ command }, host) => ({
      message: `Alloy was started without the configuration of this run: ${command}`,
      hint: `See which drop-in or EnvironmentFile does that: ssh ${host} systemctl cat alloy`,
    }),
    died: ({ seconds }) => start(`Alloy died within the ${seconds} s that it was watched`),
    'systemctl-hangs': ({ verb, seconds }) =>
      start(`systemctl ${verb} alloy did not return within ${seconds} s`),
  },
  'alloy.unready': {
    status: ({ seconds, status }, host) =>
      unready(`Alloy is not ready after ${seconds} s: /-/ready answers ${status}`, host),
    'no-answer': ({ seconds, said }, host) =>
      unready(`Alloy is not ready after ${seconds} s: ${said}`, host),
    'not-listening': ({ seconds }, host) =>
      unready(`Alloy does not listen after ${seconds} s`, host),
  },
  'alloy.components': {
    'no-list': ({ seconds }, host) =>
      unready(`Alloy did not list its components within ${seconds} s`, host),
    different: ({ seconds, missing, unexpected, unhealthy, young }) => ({
      message: `the components are not as configured: ${[
        ...(missing.length > 0 ? [`missing: ${missing.join(', ')}`] : []),
        ...(unexpected.length > 0 ? [`unexpected: ${unexpected.join(', ')}`] : []),
        ...unhealthy.map(([id, health, said]) => `${id} is ${health}${said ? `: ${said}` : ''}`),
        ...(young.length > 0 ? [`not started within ${seconds} s: ${young.join(', ')}`] : []),
      ].join('; ')}`,
      hint: 'Fix the component, or list it in alloy.tolerate if it may be unhealthy',
    }),
  },
  'alloy.version': {
    unknown: (_, host) => ({
      message: 'Alloy does not report its version at /metrics',
      hint: `See what is running: ssh ${host} systemctl status alloy`,
    }),
    different: ({ running, installed }, host) => ({
      message: `Alloy ${running} is running, but ${installed} is installed`,
      hint: `See what is running: ssh ${host} systemctl status alloy`,
    }),
  },
};

export const alloyHostParams: HostParams<AlloyProblems> = {};
