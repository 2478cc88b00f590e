import {
  chmodSync,
  chownSync,
  closeSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import process from 'node:process';
import { format } from '../../alloy/format.ts';
import { parse } from '../../alloy/parse.ts';
import { type Problem, ToolError, type Warning } from '../../model/problem.ts';
import { paintWith } from '../../report/paint.ts';
import { problemsText } from '../../report/problem.ts';
import { type AlloyFile, readAlloyFiles } from '../files/alloy-files.ts';
import { findingsOf, templateProblem } from '../files/alloy-problems.ts';
import type { Command } from '../args/invocation.ts';
import { usageError, usageProblem } from '../usage.ts';

/** `alloyup fmt`: 0, 1 where -t finds a file that is not canonical, 64 where a file is broken. */
export const fmt: Command = async ({ args, options, terminal }) => {
  const { write, test } = options;
  if (write && test) throw usageError('-w and -t exclude each other', '-t tests, -w writes');
  if (write && args.includes('-'))
    throw usageError('-w cannot write to stdin', 'leave out -w: the text comes on stdout');

  const problems: Problem[] = [];
  const templates: string[] = [];
  let differs = false;
  for (const file of readAlloyFiles(args, { deep: true }).flat()) {
    const parsed = parse(file.bytes);
    const template = file.inFolder ? templateProblem(file.name, parsed) : null;
    if (template) {
      templates.push(file.name);
      continue;
    }
    if (parsed.errors.length > 0) {
      problems.push(...findingsOf(file.name, parsed, parsed.errors).problems);
      continue;
    }
    const text = format(parsed.source, parsed.file);
    if (!write && !test) terminal.out(text);
    else if (!isSame(file, text)) {
      differs = true;
      terminal.out(`${file.name}\n`);
      if (write && file.path !== null) replaceFile(file.path, text);
    }
  }
  if (problems.length > 0 || templates.length > 0) {
    const style = { paint: paintWith(options.color && terminal.errColour), width: terminal.width };
    const warnings = templates.length > 0 && !options.quiet ? [leftOut(templates)] : [];
    terminal.err(problemsText(problems, warnings, style));
  }
  if (problems.length > 0) return 64;
  return test && differs ? 1 : 0;
};

const leftOut = (templates: readonly string[]): Warning => ({
  code: 'fmt.template',
  message: `left out, as Liquid templates are no Alloy yet: ${templates.join(', ')}`,
  hint: 'see what one becomes: alloyup render HOST',
});

const isSame = ({ bytes }: AlloyFile, text: string): boolean => Buffer.from(text).equals(bytes);

/**
 * Puts `text` where the file was, in one step, with its mode and owner; through a link, the file
 * that it points to.
 *
 * @throws ToolError `usage`
 */
function replaceFile(path: string, text: string): void {
  const target = realpathSync(path);
  const { mode, uid, gid } = statSync(target);
  const staged = join(dirname(target), `.${basename(target)}.alloyup-${process.pid}`);
  try {
    const file = openSync(staged, 'wx', 0o600);
    try {
      writeSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    if (process.getuid?.() !== uid || process.getgid?.() !== gid) chownSync(staged, uid, gid);
    chmodSync(staged, mode & 0o7777);
    renameSync(staged, target);
  } catch (error) {
    rmSync(staged, { force: true });
    throw new ToolError(
      usageProblem(
        `${path} could not be written: ${(error as Error).message}`,
        'it is as it was; see who may write there: ls -ld ' + dirname(target),
      ),
    );
  }
}
