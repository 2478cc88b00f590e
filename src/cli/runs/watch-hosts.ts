import process from 'node:process';
import { watchFleet } from '../../engine/watch.ts';
import type { Happening } from '../../model/event.ts';
import { exitCodeOf } from '../../report/exit.ts';
import type { HostEvent } from '../../report/fold.ts';
import { paintWith } from '../../report/paint.ts';
import { type Cleaned, createMask, openCleaner } from '../../report/redact.ts';
import { openWatchView } from '../../report/watch.ts';
import { openWatchFold } from '../../report/watch-state.ts';
import { commandLine } from '../../transport/command-line.ts';
import { VERSION } from '../alloyup-version.ts';
import type { Invocation } from '../args/option-table.ts';
import { createWorld } from '../create-world.ts';
import { readHosts } from '../hosts/chosen-hosts.ts';
import { readTargets } from '../hosts/make-targets.ts';
import { SIGNALS } from '../terminal/interrupts.ts';
import { openKeys } from '../terminal/keys.ts';
import { openLiveView } from '../terminal/live-view.ts';
import { openScreen } from '../terminal/screen.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { usageError } from '../usage.ts';
import { newRunId } from './run-logs.ts';
import { openOutput, openPage } from './run-output.ts';

/** What ends a watch: q, Ctrl-C and Ctrl-D. */
const LEAVE = ['q', 'Q', '\u0003', '\u0004'];

const CTRL_Z = '\u001a';

/** Stops this process as the terminal would, until the shell lets it go on. */
const suspended = (): Promise<void> =>
  new Promise((resolve) => {
    process.once('SIGCONT', () => resolve());
    process.kill(process.pid, 'SIGTSTP');
  });

/**
 * `status --watch`: a table on the terminal, or the events of each look that shows something new. Ends with the
 * output and the exit code of a status. @throws ToolError `usage`
 */
export async function watchHosts(given: Invocation): Promise<number> {
  const { options, terminal } = given;
  const { canvas } = terminal;
  const isTable = options.output === 'text' && canvas !== undefined;
  if (!isTable && options.output !== 'ndjson')
    throw usageError({ reason: 'watch-needs-terminal', output: options.output });

  const chosen = await readHosts(given);
  const { targets, secrets, warnings } = await readTargets(chosen, given, 'status');
  const names = targets.map(({ host }) => host.name);
  const fold = openWatchFold(names);
  const intervalS = options.follow!;
  const stop = new AbortController();
  const quit = (): void => stop.abort();

  const view = openWatchView(paintWith(terminal.outColour), intervalS);
  const screen = isTable ? openScreen(canvas, (size) => view(fold.state, size, Date.now())) : null;
  const keys = openKeys((key) => {
    if (LEAVE.includes(key)) quit();
    if (key === CTRL_Z) void aside(suspended);
  });
  const aside: Terminal['aside'] = (ask) =>
    screen ? screen.aside(() => keys.aside(ask)) : keys.aside(ask);
  for (const signal of SIGNALS) process.on(signal, quit);
  // nobody reads any more
  process.stdout.once('error', quit);
  const release = (): void => {
    for (const signal of SIGNALS) process.off(signal, quit);
    process.stdout.off('error', quit);
    keys.close();
    screen?.close();
  };
  const shown: Terminal = screen
    ? {
        ...terminal,
        out: screen.print,
        err: canvas!.takesErrors ? screen.print : terminal.err,
        aside,
      }
    : { ...terminal, aside };

  const mask = createMask(secrets);
  const clean = openCleaner(mask);
  const run = newRunId();
  const page = await openPage(options, 'status', shown);
  const quiet = openLiveView({ ...options, quiet: true }, shown);
  const output = openOutput(run, options, quiet, mask, page);
  /** What was said since the look at each host began. */
  const said = new Map<string, Happening[]>();
  /** The newest look that was not passed on, for the end. */
  const held = new Map<string, readonly Happening[]>();
  const pass = (host: string): void => {
    for (const one of held.get(host) ?? []) output.emit(one);
    held.delete(host);
  };
  const emit = (happening: Happening): void => {
    // a look that is left is of no use
    if (!('host' in happening) || stop.signal.aborted) return;
    const { host } = happening;
    if (happening.type === 'host.started') said.set(host, []);
    const look = said.get(host) ?? [];
    look.push(happening);
    const event = { ...clean(happening), at: Date.now(), seq: 0 };
    const isNew = fold.add(event as Cleaned<HostEvent>);
    if (happening.type !== 'host.finished') return;
    held.set(host, look);
    if (isNew) pass(host);
  };
  const world = createWorld(shown, {
    trust: commandLine([
      'alloyup',
      'trust',
      ...(options.inventory ?? []).flatMap((one) => ['-i', one]),
    ]),
    emit,
    mask,
    stop: stop.signal,
    abandon: stop.signal,
  });
  try {
    output.emit({
      type: 'run.started',
      schema: 1,
      run,
      verb: 'status',
      hosts: names,
      version: VERSION,
    });
    for (const warning of warnings) output.emit({ type: 'run.warning', warning });
    await watchFleet(targets, world, {
      run,
      verb: 'status',
      forks: options.forks,
      connectTimeoutS: options.connectTimeout,
      timeoutS: options.timeout,
      watchS: options.watch,
      lockTimeoutS: options.lockTimeout,
      adopt: false,
      rollback: false,
      unattended: true,
      who: terminal.who,
      intervalS,
    });
    for (const host of held.keys()) pass(host);
    const { detailedExitcode } = options;
    const exitCode = exitCodeOf(output.ledger.report(), { detailedExitcode, interrupted: false });
    output.emit({ type: 'run.finished', exitCode });
    return exitCode;
  } finally {
    output.close();
    release();
    await world.transport.close();
  }
}
