import type { WarningProblems } from '../../model/problems/warnings.ts';
import { count } from '../plain.ts';
import type { HostParams, Texts } from './texts.ts';

export const warningTexts: Texts<WarningProblems> = {
  'access.docker': {
    'root-equivalent': () => ({
      message: 'membership in the group docker is equivalent to root',
      hint: 'Remove docker from alloy.memberOf unless Alloy has to read containers',
    }),
  },
  'key.expires': {
    expires: ({ days, date }) => ({
      message: `the repository's signing key expires in ${count(days, 'day')} (${date})`,
      hint: 'Run alloyup apply once Grafana has published the renewed key: after that day apt refuses the repository',
    }),
    expired: ({ days, date }) => ({
      message: `the repository's signing key expired ${count(days, 'day')} ago (${date})`,
      hint: 'Run alloyup apply once Grafana has published the renewed key: until then apt refuses the repository',
    }),
  },
};

export const warningHostParams: HostParams<WarningProblems> = {};
