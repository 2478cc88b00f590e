import type { Notice, Position, ProblemParams } from '../model/problem.ts';
import { commandLineTexts } from './problems/command-line-texts.ts';
import { configTexts, diagnosticText } from './problems/config-texts.ts';
import { connectionTexts } from './problems/connection-texts.ts';
import { alloyTexts, applyTexts, hostTexts } from './problems/host-texts.ts';
import { inventoryTexts } from './problems/inventory-texts.ts';
import { queueTexts } from './problems/queue-texts.ts';
import { exactTexts, repositoryTexts, secretTexts } from './problems/source-texts.ts';
import { type ReasonTexts, type Text, type Texts, textOfReason } from './problems/texts.ts';
import { warningTexts } from './problems/warning-texts.ts';
import { cleaned } from './redact.ts';

const PROBLEM_TEXTS: Texts<ProblemParams> = {
  ...commandLineTexts,
  ...inventoryTexts,
  ...configTexts,
  ...secretTexts,
  ...repositoryTexts,
  ...exactTexts,
  ...connectionTexts,
  ...hostTexts,
  ...applyTexts,
  ...alloyTexts,
  ...queueTexts,
};

// some codes are those of problems and of warnings: their reasons tell them apart
const TEXTS = new Map<string, ReasonTexts<Notice['params']>>();
for (const texts of [PROBLEM_TEXTS, warningTexts])
  for (const [code, reasons] of Object.entries(texts))
    TEXTS.set(code, { ...TEXTS.get(code), ...reasons });

/** The only place where the text of a problem or a warning is made, from cleaned values alone. */
export function textOf(notice: Notice): Text {
  const { code, params, host, message = code, hint = '' } = cleaned(wordsOf(notice));
  const texts = TEXTS.get(code);
  if (texts && Object.hasOwn(texts, params.reason)) {
    const { message, hint } = textOfReason(texts, params, host);
    return { message: besides(params, message), hint };
  }
  if (params.reason === 'diagnostic') {
    const { message, hint } = diagnosticText(params);
    return { message: besides(params, message), hint };
  }
  // of a run that another version of alloyup saved: its text stands next to its params
  return { message, hint };
}

/** Without what its text is not made from. */
const wordsOf = ({ code, params, host, message, hint }: Notice & Partial<Text>) => ({
  code,
  params,
  ...(host === undefined ? {} : { host }),
  ...(message === undefined ? {} : { message }),
  ...(hint === undefined ? {} : { hint }),
});

/** The message with what is not particular to its reason. */
function besides({ jump, moreLines = [], sources }: Notice['params'], said: string): string {
  const message = sources === undefined ? said : `${said} [${sources.join(', ')}]`;
  if (jump !== undefined) return `jump host ${jump}: ${message}`;
  if (moreLines.length === 0) return message;
  // one warning may stand for a variable of a thousand hosts
  const shown = `${moreLines.length === 1 ? 'line' : 'lines'} ${moreLines.slice(0, 5).join(', ')}`;
  const more = moreLines.length > 5 ? ` and ${moreLines.length - 5} more` : '';
  return `${message} (also on ${shown}${more})`;
}

/** Where a code is explained: its heading's anchor, as GitHub makes it. */
export const docsOf = ({ code }: Pick<Notice, 'code'>): string =>
  TEXTS.has(code)
    ? `docs/problems.md#${code.replaceAll('.', '')}`
    : code.startsWith('upgrade.')
      ? 'docs/upgrade-notes.md'
      : 'docs/checks.md';

/** A warning as programs read it. */
export interface PrintedWarning extends Text {
  /** Public and never renamed. */
  readonly code: string;
  /** A note: nobody has to act on it. Absent: a warning. */
  readonly severity?: 'note';
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
export interface PrintedProblem extends Omit<PrintedWarning, 'severity'> {
  /** The same call may succeed later with nobody changing anything. */
  readonly transient?: boolean;
}

/** A notice with what people and programs read of it next to its params. */
export const withText = <T extends Notice>(notice: T): T & Text & { readonly docs: string } =>
  Object.assign({ ...notice }, textOf(notice), { docs: docsOf(notice) });
