import type { UsageProblems } from '../../model/problems/usage-problems.ts';
import { commandLineTexts } from './command-line-texts.ts';
import type { HostParams, Texts } from './texts.ts';

export const usageTexts: Texts<UsageProblems> = {
  usage: commandLineTexts,
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

export const usageHostParams: HostParams<UsageProblems> = {};
