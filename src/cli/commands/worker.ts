import { hostname } from 'node:os';
import process from 'node:process';
import { serve, type WorkerSaid } from '../../queue/worker.ts';
import { count } from '../../report/plain.ts';
import { type Printable, say } from '../../report/printable.ts';
import { VERSION } from '../alloyup-version.ts';
import type { Command } from '../args/option-table.ts';
import { openQueue } from '../queue/queue-server.ts';
import { openWork } from '../queue/workplace.ts';
import { SIGNALS } from '../terminal/interrupts.ts';
import { printProblems } from '../terminal/terminal.ts';

/** Does what dispatchers order, until it is stopped. */
export const worker: Command = async (invocation) => {
  const { options, terminal } = invocation;
  const { quiet, concurrency } = options;
  const note = (text: Printable): void => {
    if (!quiet) terminal.err(text);
  };
  let place = '';
  const { server, signer } = await openQueue(invocation, {
    onLost: () => terminal.err(say`${clock()} lost the connection to Redis at ${place}; waiting\n`),
    onBack: () => terminal.err(say`${clock()} connected to Redis at ${place} again\n`),
  });
  ({ place } = server);
  const stop = new AbortController();
  const onSignal = (): void => {
    // whoever does not want to wait has its hosts taken over by another worker
    if (stop.signal.aborted) process.exit(130);
    stop.abort();
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  const name = `${hostname()} (pid ${process.pid})`;
  note(
    say`${clock()} worker ${name}, alloyup ${VERSION}, ${count(concurrency, 'host')} at once, Redis at ${place}\n`,
  );
  try {
    await serve({
      server,
      signer,
      version: VERSION,
      name,
      concurrency,
      open: (verb, hosts) => openWork(invocation, verb, hosts),
      stop: stop.signal,
      say(what) {
        const isTrouble = ['absent', 'refused', 'forged'].includes(what.what);
        (isTrouble ? terminal.err : note)(say`${clock()} ${wordsOf(what)}\n`);
        if (what.what === 'absent') printProblems(terminal, what.problems, []);
      },
    });
    return 0;
  } finally {
    for (const signal of SIGNALS) process.off(signal, onSignal);
    server.close();
  }
};

/** For a journal that has none, and for a terminal. */
const clock = (): string => new Date().toISOString().slice(11, 19);

function wordsOf(what: WorkerSaid): string {
  switch (what.what) {
    case 'serves': {
      const { run, verb, who, hosts } = what.record;
      return `takes part in run ${run}: ${verb} of ${count(hosts, 'host')}, by ${who}`;
    }
    case 'left':
      return `run ${what.run} is over here: ${count(what.hosts, 'order')} done`;
    case 'absent': {
      const { run, version } = what.record;
      return {
        version: `takes no part in run ${run}: its alloyup is ${version}, and this is ${VERSION}`,
        inventory: `takes no part in run ${run}: its inventory, or a file that it names, is not the one here. Bring both to the same state (git pull)`,
        unreadable: `takes no part in run ${run}: its inventory cannot be used here`,
      }[what.why];
    }
    case 'refused':
      return {
        signature: `refused job ${what.id} of run ${what.run}: nobody with the key has written it. Somebody else can write to this Redis`,
        expired: `refused job ${what.id} of run ${what.run}: it is too old. Compare the clocks of dispatcher and worker`,
        'other-run': `refused job ${what.id} of run ${what.run}: it was written for another run or job. Somebody else can write to this Redis`,
        'unknown-host': `refused job ${what.id} of run ${what.run}: its host is unknown here`,
      }[what.why];
    case 'forged':
      return `ignored run ${what.run}: nobody with the key has announced it. Another key is in use, or somebody else can write to this Redis`;
    case 'stopping':
      return what.busy > 0
        ? `stopping: ${count(what.busy, 'host')} in progress finish first`
        : 'stopping';
  }
}
