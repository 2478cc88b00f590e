import type { FileDiagnostic, NamedFile } from '../../alloy/check/model.ts';
import { parse, withoutEchoes } from '../../alloy/parser.ts';
import { upgradeNotes } from '../../alloy/upgrade/upgrade-notes.ts';
import type { Desired, Target } from '../../model/desired.ts';
import type { Problem, Warning } from '../../model/problem.ts';
import { findingsJson } from '../../report/ndjson.ts';
import { count } from '../../report/plain.ts';
import { say } from '../../report/printable.ts';
import { warningSum } from '../../report/problem-text.ts';
import type { Command, Invocation } from '../args/option-table.ts';
import { findingsOf, readAlloyFiles } from '../files/alloy-files.ts';
import { reportFindings } from '../runs/github-actions.ts';
import { printProblems } from '../terminal/terminal.ts';
import { throwAll, usageError } from '../usage.ts';

/** Exits 64 if a configuration has to be changed before the upgrade. Reads no secrets and runs nothing. */
export const upgradeNotesOf: Command = async (invocation) => {
  const { args, options, terminal } = invocation;
  const [from = '', to = '', ...paths] = args;
  if (!isUpgrade(from, to)) throw usageError({ reason: 'not-an-upgrade', from, to });
  const groups = paths.length > 0 ? filesAt(paths) : await rendered(invocation);

  const problems: Problem[] = [];
  const warnings: Warning[] = [];
  for (const { files, writtenAt } of groups) {
    const found = upgradeNotes(files, from, to);
    for (const { name, parsed } of files) {
      const own = found.filter(({ file }) => file === name);
      const said = findingsOf(name, parsed, [...syntaxOf(name, parsed), ...own], writtenAt);
      problems.push(...said.problems);
      warnings.push(...said.warnings);
    }
  }
  const exitCode = problems.length > 0 ? 64 : 0;
  reportFindings('upgrade-notes', { problems, warnings }, terminal);
  if (options.output !== 'text') {
    terminal.document(findingsJson({ exitCode, problems, warnings }));
    return exitCode;
  }
  printProblems(terminal, problems, options.quiet && exitCode === 0 ? [] : warnings);
  if (exitCode === 0 && !options.quiet) {
    const subject = count(groups.length, 'configuration');
    terminal.out(say`${from} to ${to}, ${subject}: ${warningSum(warnings) || 'nothing changes'}\n`);
  }
  return exitCode;
};

/** Both are versions, and the second is the newer one. */
function isUpgrade(from: string, to: string): boolean {
  const [old, now] = [from, to].map((version) =>
    /^v?(\d+)\.(\d+)(?:\.(\d+)\S*)?$/
      .exec(version)
      ?.slice(1)
      .map((part) => Number(part ?? 0)),
  );
  if (!old || !now) return false;
  const at = now.findIndex((part, index) => part !== old[index]);
  return at >= 0 && now[at]! > old[at]!;
}

/** Files of one configuration. */
interface Group {
  readonly files: readonly NamedFile[];
  readonly writtenAt?: Desired['writtenAt'];
}

const filesAt = (paths: readonly string[]): readonly Group[] =>
  readAlloyFiles(paths, { deep: false }).map((group) => ({
    files: group.map(({ name, bytes }) => ({ name, parsed: parse(bytes) })),
  }));

/** What the inventory renders, equal texts once. */
async function rendered(invocation: Invocation): Promise<readonly Group[]> {
  const { readHosts } = await import('../hosts/chosen-hosts.ts');
  const { makeTargets } = await import('../hosts/make-targets.ts');
  const { targets, problems } = await makeTargets(await readHosts(invocation, { mayRun: false }));
  throwAll(problems);
  const equal = new Map<string, Target[]>();
  for (const target of targets) {
    const { config } = target.desired;
    const known = equal.get(config);
    if (known) known.push(target);
    else equal.set(config, [target]);
  }
  return [...equal].map(([text, [first, ...others]]) => {
    const more = others.length > 0 ? ` and ${count(others.length, 'more host')}` : '';
    const name = `rendered for ${first!.host.name}${more}`;
    return { files: [{ name, parsed: parse(text) }], writtenAt: first!.desired.writtenAt };
  });
}

/** Of a file that cannot be read only its beginning may be known. */
const syntaxOf = (file: string, { errors }: NamedFile['parsed']): readonly FileDiagnostic[] =>
  withoutEchoes(errors).map((one) => ({ ...one, file }));
