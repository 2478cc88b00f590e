import { format } from '../../alloy/format.ts';
import { parse } from '../../alloy/parser.ts';
import type { Problem, Warning } from '../../model/problem.ts';
import type { Command } from '../args/option-table.ts';
import { findingsOf, readAlloyFiles, templateProblem } from '../files/alloy-files.ts';
import { replaceFile } from '../files/write-files.ts';
import { printProblems } from '../terminal/terminal.ts';
import { usageError } from '../usage.ts';

/** Exits 1 if -t finds an unformatted file, 64 if a file has errors. */
export const fmt: Command = async ({ args, options, terminal }) => {
  const { write, test } = options;
  if (write && test) throw usageError({ reason: 'options-conflict', options: ['-w', '-t'] });
  if (write && args.includes('-')) throw usageError({ reason: 'fmt-stdin' });

  const problems: Problem[] = [];
  const templates: string[] = [];
  let differs = false;
  for (const { name, inDirectory, bytes } of readAlloyFiles(args, { deep: true }).flat()) {
    const parsed = parse(bytes);
    if (inDirectory && templateProblem(name, parsed)) {
      templates.push(name);
      continue;
    }
    if (parsed.errors.length > 0) {
      problems.push(...findingsOf(name, parsed, parsed.errors).problems);
      continue;
    }
    const text = format(parsed.source, parsed.file);
    if (!write && !test) terminal.out(text);
    else if (!Buffer.from(text).equals(bytes)) {
      differs = true;
      terminal.out(`${name}\n`);
      if (write) replaceFile(name, text);
    }
  }
  const skipped: readonly Warning[] =
    templates.length > 0 && !options.quiet
      ? [{ code: 'fmt.template', params: { reason: 'skipped', files: templates } }]
      : [];
  printProblems(terminal, problems, skipped);
  if (problems.length > 0) return 64;
  return test && differs ? 1 : 0;
};
