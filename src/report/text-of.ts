import { isWritten, type Notice, type ProblemParams } from '../model/problem.ts';
import type { WarningProblems } from '../model/problems/warning.ts';
import { alloyTexts } from './problems/alloy.ts';
import { applyTexts } from './problems/apply.ts';
import { configTexts, diagnosticText } from './problems/config.ts';
import { connectionHostParams, connectionTexts } from './problems/connection.ts';
import { hostTexts } from './problems/host.ts';
import { inventoryTexts } from './problems/inventory.ts';
import { repositoryTexts } from './problems/repository.ts';
import { secretTexts } from './problems/secret.ts';
import type { HostParams, Text, Texts } from './problems/texts.ts';
import { usageTexts } from './problems/usage.ts';
import { warningTexts } from './problems/warning.ts';

export const PROBLEM_TEXTS: Texts<ProblemParams> = {
  ...usageTexts,
  ...inventoryTexts,
  ...configTexts,
  ...secretTexts,
  ...repositoryTexts,
  ...connectionTexts,
  ...hostTexts,
  ...applyTexts,
  ...alloyTexts,
};

export const WARNING_TEXTS: Texts<WarningProblems> = warningTexts;

export const HOST_PARAMS: HostParams<ProblemParams & WarningProblems> = {
  ...connectionHostParams,
};

const TEXTS = { ...PROBLEM_TEXTS, ...WARNING_TEXTS } as unknown as Readonly<
  Record<string, Readonly<Record<string, (params: object, host: string) => Text>>>
>;

/** The only place where the text of a problem or a warning is made. */
export function textOf(notice: Notice): Text {
  if (isWritten(notice)) return { message: notice.message, hint: notice.hint };
  const { code, params, host = 'HOST' } = notice;
  const text = TEXTS[code]?.[params.reason];
  if (text) return text(params, host);
  if (params.reason === 'diagnostic') return diagnosticText(params);
  // of a run that another version of alloyup saved: its text stands next to its params
  const { message = code, hint = '' } = notice as Partial<Text>;
  return { message, hint };
}

/** As programs read it: its text next to its params. */
export const withText = <T extends Notice>(notice: T): T & Text => ({
  ...notice,
  ...textOf(notice),
});
