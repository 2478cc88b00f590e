import type { ConfigProblems, Diagnostic } from '../../model/problems/config-problems.ts';
import type { HostParams, Text, Texts } from './texts.ts';

export const configTexts: Texts<ConfigProblems> = {
  'config.syntax': {
    diagnostic: ({ said, advice }) => ({ message: said, hint: advice }),
    'liquid-template': () => ({
      message: 'this is a Liquid template, which is not Alloy until it is rendered for a host',
      hint: 'Set it as config.template, then run alloyup validate or alloyup render HOST',
    }),
  },
  'config.check': {
    diagnostic: ({ rule, said, advice }) => ({ message: `${said} (${rule})`, hint: advice }),
  },
};

/** A warning carries its rule as its code. */
export const diagnosticText = ({ said, advice }: Diagnostic): Text => ({
  message: said,
  hint: advice,
});

export const configHostParams: HostParams<ConfigProblems> = {};
