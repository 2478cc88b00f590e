import type { Findings } from '../../alloy/exact/merge.ts';
import { format } from '../../alloy/format.ts';
import { type Parsed, parse } from '../../alloy/parser.ts';
import type { Problem, Warning } from '../../model/problem.ts';
import { say } from '../../report/printable.ts';
import type { Command, Invocation } from '../args/option-table.ts';
import { findingsOf, readAlloyFiles, templateProblem } from '../files/alloy-files.ts';
import { replaceFile } from '../files/write-files.ts';
import { printProblems } from '../terminal/terminal.ts';
import { usageError } from '../usage.ts';

/** A file as it should be; `text` null: it has errors. */
interface Formatted extends Findings {
  readonly text: string | null;
}

type Formatter = (name: string, bytes: Uint8Array, parsed: Parsed) => Promise<Formatted>;

/** Exits 1 if -t finds an unformatted file, 64 if a file has errors. */
export const fmt: Command = async (invocation) => {
  const { args, options, terminal } = invocation;
  const { write, test } = options;
  if (write && test) throw usageError({ reason: 'options-conflict', options: ['-w', '-t'] });
  if (write && args.includes('-')) throw usageError({ reason: 'fmt-stdin' });

  const problems: Problem[] = [];
  const warnings: Warning[] = [];
  const templates: string[] = [];
  let differs = false;
  const { formatted, close } = await formatter(invocation);
  try {
    for (const { name, inDirectory, bytes } of readAlloyFiles(args, {
      deep: true,
      root: options.root,
    }).flat()) {
      const parsed = parse(bytes);
      if (inDirectory && templateProblem(name, parsed)) {
        templates.push(name);
        continue;
      }
      const { text, ...found } = await formatted(name, bytes, parsed);
      problems.push(...found.problems);
      warnings.push(...found.warnings);
      if (text === null) continue;
      if (!write && !test) terminal.content(text);
      else if (!Buffer.from(text).equals(bytes)) {
        differs = true;
        terminal.out(say`${name}\n`);
        if (write) replaceFile(name, text);
      }
    }
  } finally {
    close();
  }
  if (templates.length > 0 && !options.quiet)
    warnings.push({ code: 'fmt.template', params: { reason: 'skipped', files: templates } });
  printProblems(terminal, problems, warnings);
  if (problems.length > 0) return 64;
  return test && differs ? 1 : 0;
};

const ours: Formatter = async (name, _, parsed) =>
  parsed.errors.length > 0
    ? { text: null, ...findingsOf(name, parsed, parsed.errors) }
    : { text: format(parsed.source, parsed.file), problems: [], warnings: [] };

/** With --exact, the text and the errors are Alloy's. */
async function formatter(invocation: Invocation) {
  if (!invocation.options.exact) return { formatted: ours, close: () => {} };
  const { createExact, wantedForFiles } = await import('../files/exact.ts');
  const { mergeFindings, ourFindings } = await import('../../alloy/exact/merge.ts');
  const exact = createExact(invocation);
  const wanted = await wantedForFiles(invocation);
  const formatted: Formatter = async (name, bytes, parsed) => {
    const own = await ours(name, bytes, parsed);
    const template = templateProblem(name, parsed);
    if (template) return own;
    const { text, answer } = await exact.format(wanted, { name, bytes, text: parsed.source });
    if (text === null) return { text, ...mergeFindings(ourFindings(own), answer) };
    const { by } = answer;
    const warnings: readonly Warning[] =
      text === own.text
        ? []
        : [{ code: 'fmt.differs', params: { reason: 'from-alloy', file: name, by } }];
    return { text, problems: [], warnings };
  };
  return { formatted, close: exact.close };
}
