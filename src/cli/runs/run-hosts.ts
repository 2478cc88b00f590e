import { randomBytes } from 'node:crypto';
import { runFleet } from '../../engine/fleet.ts';
import type { Confirmation, RunOptions } from '../../engine/world.ts';
import type { Repository } from '../../model/desired.ts';
import type { Verb } from '../../model/event.ts';
import type { RepositorySource } from '../../model/ports.ts';
import type { Warning } from '../../model/problem.ts';
import type { SavedPlan } from '../../plan/saved-plan.ts';
import { exitCodeOf } from '../../report/exit.ts';
import { paintWith } from '../../report/paint.ts';
import { count } from '../../report/plain.ts';
import { createMask, tooShort } from '../../report/redact.ts';
import { commandLine } from '../../transport/command-line.ts';
import { VERSION } from '../alloyup-version.ts';
import type { Invocation } from '../args/invocation.ts';
import { createWorld } from '../create-world.ts';
import { type ChosenHosts, readHosts } from '../hosts/chosen-hosts.ts';
import { readTargets, type Targets } from '../hosts/make-targets.ts';
import { confirmed } from '../terminal/ask.ts';
import { catchInterrupts, type Interrupts } from '../terminal/interrupts.ts';
import { type LiveView, openLiveView } from '../terminal/live-view.ts';
import type { Phase } from '../terminal/phase-list.ts';
import { usageError } from '../usage.ts';
import { openPlanFile, plannedHosts } from './plan-file.ts';
import { retriedHosts } from './retry.ts';
import { runId } from './run-logs.ts';
import { type Output, openOutput } from './run-output.ts';

/**
 * Runs a verb on the chosen hosts: reads what is desired of each, opens the sinks, and hands over to the
 * engine. Returns the exit code.
 *
 * @param approved a saved plan, whose hosts alone are changed
 */
export async function runHosts(
  verb: Verb,
  invocation: Invocation,
  approved: SavedPlan | null = null,
): Promise<number> {
  const { options, terminal } = invocation;
  if (changesHosts(verb) && !options.yes && approved === null && !terminal.interactive)
    throw usageError({ reason: 'confirmation-needed', verb });

  const live = openLiveView(options, terminal, Date.now);
  let chosen: ChosenHosts;
  let targets: Targets;
  let run: Promise<number>;
  const phases: readonly Phase[] = [
    {
      title: 'inventory',
      // an inventory may be a program, or typed on stdin
      work: async () => {
        chosen = narrowed(await live.aside(() => readHosts(invocation)), approved, invocation);
      },
    },
    {
      title: 'configurations',
      work: async () => {
        targets = await readTargets(chosen, invocation, verb, live.aside);
      },
    },
    {
      title: verb === 'status' ? 'status' : 'plan',
      work: async () => {
        run = runTargets({ verb, chosen, targets, approved, live, invocation });
        await Promise.race([run, live.changing]);
      },
    },
    {
      title: verb === 'rollback' ? 'roll back' : verb,
      work: async () => {
        await run;
      },
    },
  ];
  try {
    await live.run(changesHosts(verb) ? phases : phases.slice(0, -1));
    return await run!;
  } finally {
    live.close();
  }
}

const changesHosts = (verb: Verb): boolean => verb !== 'plan' && verb !== 'status';

interface Run {
  readonly verb: Verb;
  readonly chosen: ChosenHosts;
  readonly targets: Targets;
  readonly approved: SavedPlan | null;
  readonly live: LiveView;
  readonly invocation: Invocation;
}

async function runTargets({
  verb,
  chosen,
  targets: { targets, secrets, warnings },
  approved,
  live,
  invocation,
}: Run): Promise<number> {
  const { options, terminal } = invocation;
  const mask = createMask(secrets);
  const run = runId(Date.now(), randomBytes(2).toString('hex'));
  const output = openOutput(run, options, live, mask);
  const interrupts = catchInterrupts(live.terminal, output.emit, live.close);
  const runOptions = runOptionsOf(verb, run, approved, invocation);
  const { adopt } = runOptions;
  const inventory = { file: chosen.inventory.file, sha256: chosen.sha256 };
  const planFile =
    options.out === null
      ? null
      : openPlanFile(options.out, { run, adopt, inventory }, mask, terminal);
  const { repository, ...ports } = createWorld(terminal, {
    trust: trustCommand(options.inventory),
    aside: live.aside,
    emit: output.emit,
    mask,
    stop: interrupts.stop,
    abandon: interrupts.abandon,
    confirm: confirmation(verb, invocation, live, interrupts),
    ...(planFile ? { planned: planFile.planned } : {}),
    ...(approved ? { expected: new Map(Object.entries(approved.hosts)) } : {}),
  });
  const world = { ...ports, repository: withNotes(repository, live) };

  try {
    output.emit({
      type: 'run.started',
      schema: 1,
      run,
      verb,
      hosts: targets.map(({ host }) => host.name),
      version: VERSION,
    });
    for (const warning of warnings) output.emit({ type: 'run.warning', warning });
    if (tooShort(secrets).length > 0) output.emit({ type: 'run.warning', warning: SHORT_SECRET });
    await runFleet(targets, world, runOptions);
    const { interrupted } = interrupts;
    const { detailedExitcode } = options;
    const exitCode = exitCodeOf(output.ledger.report(), { detailedExitcode, interrupted });
    output.emit({ type: 'run.finished', exitCode });
    if (!interrupted) planFile?.write(output.ledger.report());
    if (options.output === 'text' && !options.quiet && (changesHosts(verb) || exitCode !== 0))
      printLogPath(output, invocation);
    return exitCode;
  } finally {
    interrupts.release();
    output.close();
    await world.transport.close();
  }
}

const SHORT_SECRET: Warning = { code: 'secret.short', params: { reason: 'too-short-to-mask' } };

/** A configuration that alloyup never wrote is taken over only if --adopt, or the saved plan, says so. */
const runOptionsOf = (
  verb: Verb,
  run: string,
  approved: Pick<SavedPlan, 'adopt'> | null,
  { options, terminal }: Invocation,
): RunOptions => ({
  run,
  verb,
  forks: options.forks,
  connectTimeoutS: options.connectTimeout,
  timeoutS: options.timeout,
  watchS: options.watch,
  lockTimeoutS: options.lockTimeout,
  adopt: options.adopt || approved?.adopt === true,
  rollback: options.rollback,
  unattended: options.yes,
  who: terminal.who,
  purge: options.purge,
  ...(options.run === null ? {} : { toRun: options.run }),
});

const QUESTIONS: Readonly<Record<Verb, string>> = {
  plan: '',
  status: '',
  apply: 'Apply to N hosts?',
  rollback: 'Roll back N hosts?',
  remove: 'Remove Alloy from N hosts?',
};

/** Asks below the plans that have been printed; a no stops the run before anything is changed. */
function confirmation(
  verb: Verb,
  { args, options }: Invocation,
  live: LiveView,
  interrupts: Interrupts,
): (summary: Confirmation) => Promise<boolean> {
  return async ({ changing }) => {
    // a saved plan was reviewed when it was made
    if (options.yes || args.length > 0 || changing === 0) return true;
    const question = QUESTIONS[verb].replace('N hosts', count(changing, 'host'));
    if (await live.aside(() => confirmed(question))) return true;
    interrupts.interrupt();
    return false;
  };
}

/** The command that records host keys; for another inventory than the usual one, with its name. */
const trustCommand = (inventory: string | null): string =>
  inventory === null ? 'alloyup trust' : commandLine(['alloyup', 'trust', '-i', inventory]);

/** Shows when a run waits for the repository and not for a host. */
function withNotes(source: RepositorySource, live: LiveView): RepositorySource {
  const note = ({ url }: Repository): string => `asking ${new URL(url).host}`;
  return {
    signingKey: (from) => live.noting(note(from), () => source.signingKey(from)),
    versions: (from, arch) => live.noting(note(from), () => source.versions(from, arch)),
    inspectKeyring: (bytes) => source.inspectKeyring(bytes),
  };
}

/** The chosen hosts that are in the saved plan, and in --retry. */
function narrowed(
  read: ChosenHosts,
  approved: SavedPlan | null,
  { options, terminal }: Invocation,
): ChosenHosts {
  const planned = approved ? plannedHosts(read, approved, options.limit !== null) : read;
  return options.retry === null ? planned : retriedHosts(planned, options.retry, terminal);
}

/** Where something happened, its log is worth a line. */
function printLogPath({ ledger, logPath }: Output, { options, terminal }: Invocation): void {
  const { unchanged, hosts } = ledger.report().summary;
  if (logPath === null || unchanged === hosts) return;
  const { home } = terminal;
  const path = logPath.startsWith(`${home}/`) ? `~${logPath.slice(home.length)}` : logPath;
  terminal.out(paintWith(options.color && terminal.outColour).dim(`Log: ${path}\n`));
}
