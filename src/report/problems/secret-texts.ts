import type {
  EnvironmentValue,
  SecretProblems,
  SecretWarnings,
} from '../../model/problems/secret-problems.ts';
import { fileFailure, programFailure } from './file-texts.ts';
import type { HostParams, Text, Texts } from './texts.ts';

export const environmentValue = ({ variable, fault }: EnvironmentValue): Text => ({
  message: `the service cannot start with the variable ${variable}: its value holds ${
    fault.kind === 'too-long' ? 'more than 128 KiB' : `the character ${fault.character}`
  }`,
  hint: 'Write the value as base64, or pass it to Alloy as a file, under config.files',
});

const SIGN_IN = 'Run it in this terminal: it may want you to sign in';

export const secretTexts: Texts<SecretProblems> = {
  'secret.unresolved': {
    unset: ({ variable }) => ({
      message: `the environment variable ${variable} is not set`,
      hint: `Set it where alloyup runs: read -rs ${variable} && export ${variable}`,
    }),
    'empty-variable': ({ variable }) => ({
      message: `the environment variable ${variable} is empty`,
      hint: `Set it where alloyup runs: read -rs ${variable} && export ${variable}`,
    }),
    'unreadable-file': ({ path, failure }) => ({
      message: `the secret file ${path} ${fileFailure(failure)}`,
      hint:
        failure.kind === 'missing'
          ? 'Create it, or fix the path: relative paths start at the directory of the inventory'
          : `Check what it is: ls -ld ${path}`,
    }),
    'empty-file': ({ path }) => ({
      message: `the secret file ${path} is empty`,
      hint: 'Write the secret into it',
    }),
    'program-failed': ({ program, failure }) => ({
      message: `cannot read a secret from the program ${program}: ${programFailure(failure)}`,
      hint: failure.kind === 'not-found' ? `Install ${program}, or name it with its path` : SIGN_IN,
    }),
    'program-silent': ({ program }) => ({
      message: `cannot read a secret from the program ${program}: it printed nothing`,
      hint: SIGN_IN,
    }),
    'not-text': ({ program }) => ({
      message: `cannot read a secret from the program ${program}: its output is not UTF-8 text`,
      hint: 'Make it print base64 or text',
    }),
    'environment-value': environmentValue,
  },
};

export const secretHostParams: HostParams<SecretProblems> = {};

export const secretWarnings: Texts<SecretWarnings> = {
  'secret.readable': {
    'readable-by-others': ({ path }) => ({
      message: `the secret file ${path} can be read by other users of this machine`,
      hint: `Run chmod 600 ${path}`,
    }),
  },
};
