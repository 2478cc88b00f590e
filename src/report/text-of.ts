import { type Notice, type Position, PROBLEM_CODES, type ProblemParams } from '../model/problem.ts';
import type { WarningProblems } from '../model/problems/warnings.ts';
import { alloyHostParams, alloyTexts } from './problems/alloy-texts.ts';
import { applyHostParams, applyTexts } from './problems/apply-texts.ts';
import { configHostParams, configTexts, diagnosticText } from './problems/config-texts.ts';
import { connectionHostParams, connectionTexts } from './problems/connection-texts.ts';
import { hostHostParams, hostTexts } from './problems/host-texts.ts';
import { inventoryHostParams, inventoryTexts } from './problems/inventory-texts.ts';
import { repositoryHostParams, repositoryTexts } from './problems/repository-texts.ts';
import { secretHostParams, secretTexts } from './problems/secret-texts.ts';
import type { HostParams, Text, Texts } from './problems/texts.ts';
import { usageHostParams, usageTexts } from './problems/usage-texts.ts';
import { warningHostParams, warningTexts } from './problems/warning-texts.ts';

const PROBLEM_TEXTS: Texts<ProblemParams> = {
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

const WARNING_TEXTS: Texts<WarningProblems> = warningTexts;

export const HOST_PARAMS: HostParams<ProblemParams> & HostParams<WarningProblems> = {
  ...usageHostParams,
  ...inventoryHostParams,
  ...configHostParams,
  ...secretHostParams,
  ...repositoryHostParams,
  ...connectionHostParams,
  ...hostHostParams,
  ...applyHostParams,
  ...alloyHostParams,
  ...warningHostParams,
};

type ByReason = Readonly<Record<string, (params: object, host: string) => Text>>;

// some codes are those of problems and of warnings: their reasons tell them apart
const TEXTS = new Map<string, ByReason>();
for (const texts of [PROBLEM_TEXTS, WARNING_TEXTS] as unknown as Record<string, ByReason>[])
  for (const [code, reasons] of Object.entries(texts))
    TEXTS.set(code, { ...TEXTS.get(code), ...reasons });

/** The only place where the text of a problem or a warning is made. */
export function textOf(notice: Notice): Text {
  const { code, params, host = 'HOST' } = notice;
  const text = TEXTS.get(code)?.[params.reason];
  if (text) return text(params, host);
  if (params.reason === 'diagnostic') return diagnosticText(params);
  // of a run that another version of alloyup saved: its text stands next to its params
  const { message = code, hint = '' } = notice as Partial<Text>;
  return { message, hint };
}

/** Where a code is explained: its heading's anchor, as GitHub makes it. */
export const docsOf = ({ code }: Pick<Notice, 'code'>): string =>
  TEXTS.has(code) || PROBLEM_CODES.some((one) => one === code)
    ? `docs/problems.md#${code.replaceAll('.', '')}`
    : 'docs/checks.md';

/** A warning as programs read it. */
export interface PrintedWarning extends Text {
  /** Public and never renamed. */
  readonly code: string;
  /** What the message is made from; docs/problems.md lists the reasons of each code. */
  readonly params?: { readonly reason: string; readonly [name: string]: unknown };
  /** Where the code is explained. */
  readonly docs: string;
  /** The host that it was met on. */
  readonly host?: string;
  readonly at?: Position;
  /** The lines around the place, or the last lines that a failing command wrote; secrets masked. */
  readonly detail?: string;
}

/**
 * A problem as programs read it.
 * @public
 */
export interface PrintedProblem extends PrintedWarning {
  /** The same call may succeed later with nobody changing anything. */
  readonly transient?: boolean;
}

/** A notice with what people and programs read of it next to its params. */
export const withText = <T extends Notice>(notice: T): T & Text & { readonly docs: string } =>
  Object.assign({ ...notice }, textOf(notice), { docs: docsOf(notice) });
