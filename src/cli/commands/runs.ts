import { pad } from '../../report/plain.ts';
import type { Command, Invocation } from '../args/invocation.ts';
import { readEnds, savedRuns } from '../runs/saved-runs.ts';
import { usageError } from '../usage.ts';
import { printRun } from './report.ts';

/** `alloyup runs` lists what was logged; `alloyup runs show RUN` prints one of them again. */
export const runs: Command = async (invocation) => {
  const [action, run, ...more] = invocation.args;
  if (action === undefined) return list(invocation);
  if (action === 'show' && run !== undefined && more.length === 0)
    return printRun(run, 'text', invocation);
  throw usageError(
    action === 'show' ? 'runs show wants one run' : `runs does not know "${action}"`,
    'write: alloyup runs, or: alloyup runs show RUN',
  );
};

function list({ options, terminal }: Invocation): number {
  const rows = savedRuns(terminal).map((run) => {
    const { first, last } = readEnds(run, terminal);
    return {
      run,
      verb: first?.type === 'run.started' ? first.verb : null,
      hosts: first?.type === 'run.started' ? first.hosts.length : null,
      /** null: it was cut off, or still goes on. */
      exitCode: last?.type === 'run.finished' ? last.exitCode : null,
    };
  });
  if (options.output === 'json')
    terminal.out(`${JSON.stringify({ schema: 1, runs: rows }, null, 2)}\n`);
  else if (options.output === 'ndjson')
    terminal.out(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  else if (rows.length === 0) terminal.err('no run was logged on this machine yet\n');
  else {
    terminal.out(`${pad('RUN', 21)}  ${pad('VERB', 8)}  HOSTS  EXIT\n`);
    for (const { run, verb, hosts, exitCode } of rows)
      terminal.out(
        `${pad(run, 21)}  ${pad(verb ?? '?', 8)}  ${String(hosts ?? '?').padStart(5)}  ${exitCode ?? 'not ended'}\n`,
      );
  }
  return 0;
}
