import type { FileDiagnostic } from '../alloy/check/model.ts';
import { parse } from '../alloy/parser.ts';
import { framesOf } from '../alloy/source-frame.ts';
import { upgradeNotes } from '../alloy/upgrade/upgrade-notes.ts';
import { CONFIG_PATH } from '../model/desired.ts';
import type { Planned } from '../model/plan.ts';
import type { DiagnosticWarning } from '../model/problem.ts';
import { targetVersion } from '../steps/package.ts';

/** What the configuration uses and a version no longer has is an error of its check, with that version. */
const CHECKED = ['upgrade.removed', 'upgrade.required', 'upgrade.unknown'];

/** The 80 columns of a terminal, less the indentation of a problem's detail. */
const FRAME_WIDTH = 78;

/** A warning, and its offset in the whole file. */
type Note = readonly [warning: DiagnosticWarning, start: number];

/** Hosts of a fleet share configurations and versions. */
const known = new Map<string, readonly Note[]>();
const MOST_KNOWN = 1000;

/** What a planned upgrade of the package changes for the configuration that will run. */
export function upgradeWarnings({
  desired,
  facts,
  supplies,
}: Planned): readonly DiagnosticWarning[] {
  return notesOf({ desired, facts, supplies }).map(([warning, start]) => ({
    ...warning,
    ...desired.writtenAt(start),
  }));
}

function notesOf({
  desired,
  facts,
  supplies,
}: Pick<Planned, 'desired' | 'facts' | 'supplies'>): readonly Note[] {
  const { status, version: from } = facts.package;
  const to = targetVersion(desired, facts, supplies.versions);
  if (status !== 'installed' || from === null || to === null || from === to) return [];
  const key = JSON.stringify([desired.config, from, to]);
  const before = known.get(key);
  if (before) return before;
  const parsed = parse(desired.config);
  const frame = framesOf(parsed.source, FRAME_WIDTH);
  const found = upgradeNotes([{ name: CONFIG_PATH, parsed }], from, to)
    .filter(({ code }) => !CHECKED.includes(code))
    .map((one): Note => [asWarning(one, frame), one.start]);
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(key, found);
  return found;
}

const asWarning = (
  { severity, code, message, hint, file, line, column, start, end }: FileDiagnostic,
  frame: (start: number, end: number) => string,
): DiagnosticWarning => ({
  code,
  ...(severity === 'note' ? { severity } : {}),
  params: { reason: 'diagnostic', rule: code, said: message, advice: hint },
  at: { file, line, column },
  detail: frame(start, end),
});
