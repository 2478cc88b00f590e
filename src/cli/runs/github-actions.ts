import { appendFileSync, statSync } from 'node:fs';
import { isAbsolute, relative, resolve } from 'node:path';
import type { RunReport } from '../../model/event.ts';
import type { Problem, Warning } from '../../model/problem.ts';
import {
  type Annotation,
  annotationsText,
  findingAnnotations,
  runAnnotations,
} from '../../report/github.ts';
import { findingsMarkdown, markdown } from '../../report/markdown.ts';
import type { Terminal } from '../terminal/terminal.ts';

type Place = Pick<Terminal, 'env' | 'cwd' | 'err'>;

/** A run, told to GitHub Actions: remarks on lines, and the page of the job. Nothing elsewhere. */
export function tellRun(report: RunReport, terminal: Place): void {
  tell(runAnnotations(report), () => markdown(report), terminal);
}

/** What was found before any host was asked. */
export function tellFindings(
  title: string,
  problems: readonly Problem[],
  warnings: readonly Warning[],
  terminal: Place,
): void {
  tell(
    findingAnnotations(problems, warnings),
    () => findingsMarkdown(title, problems, warnings),
    terminal,
  );
}

function tell(
  annotations: readonly Annotation[],
  summary: () => string,
  { env, cwd, err }: Place,
): void {
  if (env.GITHUB_ACTIONS !== 'true') return;
  const root = env.GITHUB_WORKSPACE ?? cwd;
  // stdout may be a document that a program reads; the runner takes commands from stderr, too
  err(
    annotationsText(annotations, (file) => {
      const path = relative(root, resolve(cwd, file));
      const outside = path === '' || path.startsWith('..') || isAbsolute(path);
      // "stdin" and "-i" are places, too, but no files
      return outside || !statSync(resolve(cwd, file), { throwIfNoEntry: false }) ? null : path;
    }),
  );
  if (!env.GITHUB_STEP_SUMMARY) return;
  try {
    appendFileSync(env.GITHUB_STEP_SUMMARY, `${summary()}\n`);
  } catch (error) {
    err(`alloyup: the job summary could not be written: ${(error as Error).message}\n`);
  }
}
