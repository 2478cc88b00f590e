import { checkFiles } from '../../alloy/check/check.ts';
import type { CheckOptions } from '../../alloy/check/model.ts';
import { RULES } from '../../alloy/check/rules.ts';
import { parse } from '../../alloy/parser.ts';
import type { Position, Problem, Warning } from '../../model/problem.ts';
import { type Findings, findingsJson } from '../../report/ndjson.ts';
import { count } from '../../report/plain.ts';
import { say } from '../../report/printable.ts';
import { warningSum } from '../../report/problem-text.ts';
import type { SarifRule } from '../../report/sarif.ts';
import { VERSION } from '../alloyup-version.ts';
import { type Command, DEFAULT_INVENTORY, type Invocation } from '../args/option-table.ts';
import { foundEarly } from '../failure.ts';
import { findingsOf, readAlloyFiles, templateProblem } from '../files/alloy-files.ts';
import type { Exact, Question } from '../files/exact.ts';
import { checkWritable, replaceFile } from '../files/write-files.ts';
import { reportFindings } from '../runs/github-actions.ts';
import { printProblems } from '../terminal/terminal.ts';
import { resultOf } from '../usage.ts';

type Found = Pick<Findings, 'problems' | 'warnings'>;

/** Exits 64 if there is an error, 1 if Alloy could not be asked. Reads no secrets, and runs nothing but, with --exact, Alloy itself. */
export const validate: Command = async (invocation) => {
  const { options } = invocation;
  if (options.sarif !== null) checkWritable(options.sarif);
  const exact = options.exact ? (await import('../files/exact.ts')).createExact(invocation) : null;
  try {
    const named = invocation.args.length > 0;
    const { subject, found } = await (named ? validateFiles : validateHosts)(invocation, exact);
    const by = exact?.asked() ?? [];
    return conclude(
      found,
      `${subject} checked${by.length > 0 ? ` with ${by.join(', ')}` : ''}`,
      invocation,
    );
  } finally {
    exact?.close();
  }
};

/** Each file is a configuration of its own; a directory is a single one, as Alloy reads it. */
async function validateFiles(invocation: Invocation, exact: Exact | null) {
  const { args, options } = invocation;
  const problems: Problem[] = [];
  const warnings: Warning[] = [];
  const configurations: Question['files'][] = [];
  const check: CheckOptions = {
    stability: 'generally-available',
    strict: options.strict,
    check: null,
    version: options.alloyVersion,
    versionIs: 'asked',
  };
  for (const group of readAlloyFiles(args, { deep: false, root: options.root })) {
    const files = group.map(({ name, bytes }) => ({ name, bytes, parsed: parse(bytes) }));
    const diagnostics = checkFiles(files, check);
    for (const { name, parsed } of files) {
      const own = diagnostics.filter(({ file }) => file === name);
      const found = findingsOf(name, parsed, own);
      for (const one of found.problems) problems.push(one);
      for (const one of found.warnings) warnings.push(one);
    }
    if (!files.some(({ name, parsed }) => templateProblem(name, parsed)))
      configurations.push(files.map((file) => ({ ...file, text: file.parsed.source })));
  }
  const subject = count(args.length, 'file');
  if (!exact) return { subject, found: { problems, warnings } };
  const { wantedForFiles } = await import('../files/exact.ts');
  const wanted = await wantedForFiles(invocation);
  const questions = configurations.map((files) => ({ wanted, files }));
  const found = await exact.judge({ problems, warnings }, questions);
  return {
    subject,
    found: inOrder(
      found,
      configurations.flat().map(({ name }) => name),
    ),
  };
}

/** The inventory and all it renders; with --exact, each text by the Alloy of its hosts, once. */
async function validateHosts(invocation: Invocation, exact: Exact | null) {
  const { validateInventory } = await import('../hosts/make-targets.ts');
  const exactly = exact && (await import('../files/exact.ts'));
  const questions = new Map<string, Question>();
  const ended = await resultOf(() =>
    validateInventory(invocation, ({ host, chosen, parts }) => {
      if (!exactly) return;
      const wanted = exactly.wantedBy(host, chosen, invocation.options);
      const key = JSON.stringify([wanted, parts.map(({ text }) => text)]);
      if (questions.has(key)) return;
      const files = parts.map(({ file, ...part }) => ({
        ...part,
        name: file,
        bytes: Buffer.from(part.text),
      }));
      questions.set(key, { wanted, files });
    }),
  );
  const { hosts, ...found } = ended.ok
    ? ended.value
    : { hosts: 0, problems: ended.problems, warnings: [] };
  const subject = count(hosts, 'host');
  return { subject, found: exact ? await exact.judge(found, [...questions.values()]) : found };
}

/** Sorted as a compiler would, by file and place. */
function inOrder({ problems, warnings }: Found, files: readonly string[]): Found {
  const rank = ({ at }: { readonly at?: Position }): readonly number[] =>
    at ? [files.indexOf(at.file), at.line, at.column] : [files.length, 0, 0];
  const byPlace = (one: { readonly at?: Position }, other: { readonly at?: Position }): number => {
    const [a, b] = [rank(one), rank(other)];
    return a[0]! - b[0]! || a[1]! - b[1]! || a[2]! - b[2]!;
  };
  return { problems: [...problems].sort(byPlace), warnings: [...warnings].sort(byPlace) };
}

async function conclude(
  { problems, warnings }: Found,
  subject: string,
  invocation: Invocation,
): Promise<number> {
  const { options, terminal } = invocation;
  // 1: nothing but the repository, or Alloy, that could not be asked
  const exitCode = problems.length === 0 ? 0 : problems.some(foundEarly) ? 64 : 1;
  reportFindings('validate', { problems, warnings }, terminal);
  await writeSarif({ problems, warnings }, exitCode !== 1, invocation);
  if (options.output !== 'text') {
    terminal.document(findingsJson({ exitCode, problems, warnings }));
    return exitCode;
  }
  const shown = options.quiet && exitCode === 0 ? [] : warnings;
  printProblems(terminal, problems, shown);
  if (exitCode === 0 && !options.quiet)
    terminal.out(say`${subject}: ${warningSum(warnings) || 'no problems'}\n`);
  return exitCode;
}

async function writeSarif(
  { problems, warnings }: Found,
  complete: boolean,
  { args, options, terminal }: Invocation,
): Promise<void> {
  if (options.sarif === null) return;
  const { sarif } = await import('../../report/sarif.ts');
  const { sarifPlaces } = await import('../files/sarif-places.ts');
  const named = args.length > 0 ? args : (options.inventory ?? [DEFAULT_INVENTORY]);
  const rules = new Map<string, SarifRule>(RULES.map((rule) => [rule.code, rule]));
  const placeOf = sarifPlaces(terminal, named);
  const ruleOf = (id: string): SarifRule | undefined => rules.get(id);
  replaceFile(
    options.sarif,
    sarif(problems, warnings, { version: VERSION, complete, placeOf, ruleOf }),
  );
}
