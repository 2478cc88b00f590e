import { say } from '../../report/printable.ts';
import type { Command, Invocation } from '../args/option-table.ts';
import { pastRun, savedRuns } from '../runs/run-logs.ts';
import { printJson } from '../terminal/terminal.ts';
import { printRun } from './report.ts';

/** `alloyup runs` lists the logged runs; `alloyup runs show RUN` prints one. */
export const runs: Command = async (invocation) => {
  const [action, run = 'last'] = invocation.args;
  return action === undefined ? list(invocation) : printRun(run, 'text', invocation);
};

function list({ options, terminal }: Invocation): number {
  const rows = savedRuns(terminal).map((one) => {
    const { startedAt: _, ...row } = pastRun(one, terminal);
    return row;
  });
  if (options.output !== 'text') printJson(options.output, { runs: rows }, rows, terminal);
  else if (rows.length === 0) terminal.err(say`No runs have been logged on this machine.\n`);
  else {
    terminal.out(say`${'RUN'.padEnd(21)}  VERB      HOSTS  EXIT\n`);
    for (const { run, verb, hosts, exitCode } of rows)
      terminal.out(
        say`${run}  ${(verb ?? '?').padEnd(8)}  ${String(hosts ?? '?').padStart(5)}  ${exitCode ?? 'unfinished'}\n`,
      );
  }
  return 0;
}
