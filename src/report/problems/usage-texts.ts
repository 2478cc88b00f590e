import type { UsageProblems } from '../../model/problems/usage-problems.ts';
import { commandLineTexts } from './command-line-texts.ts';
import { schemaText } from './inventory-texts.ts';
import type { HostParams, Text, Texts } from './texts.ts';

export const usageTexts: Texts<UsageProblems> = {
  bug: {
    unexpected: ({ said, file }) => ({
      message: `this is a bug in alloyup, not in your files: ${said}`,
      hint: file ? `Report it and attach ${file}` : 'Report it with the lines above',
    }),
    'on-host': () => ({
      message: 'this is a bug in alloyup',
      hint: 'Report it with the lines below; what was started on the host finishes there by itself',
    }),
  },
  usage: {
    ...commandLineTexts,
    'invalid-flag-value': ({ flag, mistake }) => {
      const { message, hint } = schemaText(mistake);
      return { message: `${flag}: ${message}`, hint };
    },
    'sudo-password-missing': () => ({
      message: 'a sudo password is needed, and there is none',
      hint: 'Run it in a terminal, or set sudo: { password: { secret: env:SUDO_PASSWORD } }',
    }),
    'var-without-value': ({ variable }) => ({
      message: `--var ${variable} has no value`,
      hint: 'Write --var KEY=VALUE',
    }),
    'plan-not-json': ({ file }) => noPlan(`${file} is not a saved plan: it is not JSON`),
    'not-a-plan': ({ file }) => noPlan(`${file} is not a saved plan`),
    'plan-version': ({ file, version }) => ({
      message: `${file} was saved by another version of alloyup (${version})`,
      hint: 'Plan again with the version that applies it: alloyup plan --out FILE',
    }),
    'plan-damaged': ({ file }) => noPlan(`${file} is damaged: parts of the plan are missing`),
  },
  'run.missing': {
    none: (_, host) => noRun('no run on the host can be rolled back', host),
    'not-found': ({ run }, host) => noRun(`there is no run ${run} to roll back to`, host),
  },
};

const noPlan = (message: string): Text => ({
  message,
  hint: 'Create one: alloyup plan --out FILE',
});

const noRun = (message: string, host: string): Text => ({
  message,
  hint: `List its runs: ssh ${host} sudo ls /var/lib/alloyup/runs`,
});

export const usageHostParams: HostParams<UsageProblems> = {};
