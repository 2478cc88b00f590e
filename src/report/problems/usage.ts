import type { UsageProblems } from '../../model/problems/usage.ts';
import { schemaText } from './inventory.ts';
import type { Texts } from './texts.ts';

export const usageTexts: Texts<UsageProblems> = {
  usage: {
    'invalid-flag-value': ({ flag, mistake }) => {
      const { message, hint } = schemaText(mistake);
      return { message: `${flag}: ${message}`, hint };
    },
    'var-without-value': ({ variable }) => ({
      message: `--var ${variable} has no value`,
      hint: 'Write --var KEY=VALUE',
    }),
  },
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
};
