import { appendFileSync, statSync } from 'node:fs';
import { isAbsolute, relative, resolve } from 'node:path';
import type { RunReport } from '../../model/event.ts';
import {
  type Annotation,
  annotationsText,
  findingAnnotations,
  runAnnotations,
} from '../../report/github.ts';
import { findingsMarkdown, markdown } from '../../report/markdown.ts';
import type { Findings } from '../../report/ndjson.ts';
import { type Printable, say } from '../../report/printable.ts';
import type { Cleaned } from '../../report/redact.ts';
import type { Terminal } from '../terminal/terminal.ts';

type Found = Pick<Findings, 'problems' | 'warnings'>;
type Job = Pick<Terminal, 'env' | 'cwd' | 'err' | 'commands'>;

/** On GitHub Actions: annotates lines with what a run met, and adds it to the job summary. */
export const reportRun = (report: Cleaned<RunReport>, job: Job): void =>
  annotate(runAnnotations(report), () => markdown(report), job);

/** The same for what was found before any host was contacted. */
export function reportFindings(title: string, { problems, warnings }: Found, job: Job): void {
  const summary = (): Printable => findingsMarkdown(title, problems, warnings);
  annotate(findingAnnotations(problems, warnings), summary, job);
}

function annotate(
  annotations: readonly Annotation[],
  summary: () => Printable,
  { env, cwd, err, commands }: Job,
): void {
  if (env.GITHUB_ACTIONS !== 'true') return;
  const root = env.GITHUB_WORKSPACE ?? cwd;
  // stdout may be a document for a program; the runner reads stderr as well
  commands(
    annotationsText(annotations, (file) => {
      const path = relative(root, resolve(cwd, file));
      const outside = path === '' || path.startsWith('..') || isAbsolute(path);
      // "stdin" and "-i" are places of problems, but not files
      return outside || !statSync(resolve(cwd, file), { throwIfNoEntry: false }) ? null : path;
    }),
  );
  if (!env.GITHUB_STEP_SUMMARY) return;
  try {
    appendFileSync(env.GITHUB_STEP_SUMMARY, `${summary()}\n`);
  } catch (error) {
    err(say`alloyup: the job summary could not be written: ${(error as Error).message}\n`);
  }
}
