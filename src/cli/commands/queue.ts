import { ownerKey } from '../../queue/protocol.ts';
import { ordersOf, runsOf } from '../../queue/runs.ts';
import { workersOf } from '../../queue/workers.ts';
import { paintWith } from '../../report/paint.ts';
import { count } from '../../report/plain.ts';
import { say, toPrintable } from '../../report/printable.ts';
import type { Command } from '../args/option-table.ts';
import { openQueue } from '../queue/queue-server.ts';
import { columns, printJson } from '../terminal/terminal.ts';

/** What waits, runs and has failed, and who works on it. */
export const queue: Command = async (invocation) => {
  const { options, terminal } = invocation;
  const quietly = { onLost: () => undefined, onBack: () => undefined };
  const { server, signer } = await openQueue(invocation, quietly);
  const { client } = server;
  try {
    const { records, strangers } = await runsOf(client, signer);
    const workers = await workersOf(client, signer);
    const runs = await Promise.all(
      records.map(async ({ run, verb, who, version, hosts, startedAt, stopping }) => ({
        run,
        verb,
        who,
        version,
        hosts,
        startedAt,
        stopping,
        dispatched: (await client.exists(ownerKey(run))) === 1,
        workers: workers.filter((worker) => worker.runs[run] === 'serves').length,
        ...(await ordersOf(client, run)),
      })),
    );
    if (options.output !== 'text') {
      const rows = [
        ...runs.map((run) => ({ type: 'run', ...run })),
        ...workers.map((worker) => ({ type: 'worker', ...worker })),
      ];
      const document = { redis: server.place, runs, workers, unsigned: strangers };
      printJson(options.output, document, rows, terminal);
      return 0;
    }
    const { dim, bold } = paintWith(terminal.outColour);
    const table = (rows: readonly (readonly string[])[]): void => {
      for (const [i, row] of columns(rows).entries())
        terminal.out(
          i === 0 ? toPrintable(`${dim(say`${row.trimEnd()}`)}\n`) : say`${row.trimEnd()}\n`,
        );
    };
    terminal.out(toPrintable(`${bold('Runs')}\n`));
    if (runs.length === 0) terminal.out(say`none\n`);
    else
      table([
        ['run', 'verb', 'by', 'hosts', 'waiting', 'running', 'failed', 'workers', 'dispatcher'],
        ...runs.map((one) => [
          one.run,
          one.verb,
          one.who,
          ...[one.hosts, one.waiting, one.running, one.failed, one.workers].map(String),
          one.dispatched ? 'there' : `gone: alloyup ${one.verb} --attach ${one.run}`,
        ]),
      ]);
    terminal.out(toPrintable(`\n${bold('Workers')}\n`));
    if (workers.length === 0) terminal.out(say`none\n`);
    else
      table([
        ['worker', 'alloyup', 'at once', 'busy', 'runs'],
        ...workers.map(({ name, version, concurrency, busy, runs: own }) => [
          name,
          version,
          String(concurrency),
          String(busy),
          Object.entries(own)
            .map(([run, part]) => (part === 'serves' ? run : `not ${run} (${ABSENT[part]})`))
            .join(', ') || '-',
        ]),
      ]);
    if (strangers.length > 0)
      terminal.err(
        say`\nalloyup: ${count(strangers.length, 'run')} in this Redis ${strangers.length === 1 ? 'is' : 'are'} not signed with ALLOYUP_QUEUE_KEY\n`,
      );
    return 0;
  } finally {
    server.close();
  }
};

const ABSENT = {
  version: 'other version',
  inventory: 'other inventory',
  unreadable: 'inventory unusable',
} as const;
