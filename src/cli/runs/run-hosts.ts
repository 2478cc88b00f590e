import { runFleet } from '../../engine/fleet.ts';

import type { RunOptions, World } from '../../engine/world.ts';
import { shardText } from '../../inventory/shard.ts';

import type { Repository } from '../../model/desired.ts';
import type { Happening, Verb } from '../../model/event.ts';
import type { RepositorySource } from '../../model/ports.ts';
import type { Rollout, Wave } from '../../model/rollout.ts';
import type { SavedPlan } from '../../plan/saved-plan.ts';
import type { RunScope } from '../../queue/protocol.ts';
import { exitCodeOf } from '../../report/exit.ts';
import { paintWith } from '../../report/paint.ts';
import { count, oneLine } from '../../report/plain.ts';
import { say, toPrintable } from '../../report/printable.ts';
import { createMask, tooShort } from '../../report/redact.ts';
import type { Attributes } from '../../telemetry/trace.ts';
import { commandLine } from '../../transport/command-line.ts';
import { VERSION } from '../alloyup-version.ts';
import { type Invocation, OPTIONS, type Options } from '../args/option-table.ts';
import { createWorld } from '../create-world.ts';
import { type ChosenHosts, readHosts } from '../hosts/chosen-hosts.ts';
import { readTargets } from '../hosts/make-targets.ts';
import type { DispatchedRun } from '../queue/dispatch-run.ts';
import { confirmed } from '../terminal/ask.ts';
import { catchInterrupts } from '../terminal/interrupts.ts';
import { type LiveView, openLiveView } from '../terminal/live-view.ts';
import type { Phase } from '../terminal/phase-list.ts';
import { printProblems, withTilde } from '../terminal/terminal.ts';
import { usageError } from '../usage.ts';
import { prepareForHosts } from '../v8.ts';
import { openPlanFile, plannedHosts, readPlanFile } from './plan-file.ts';
import { retriedHosts } from './retry.ts';
import { newRunId } from './run-logs.ts';
import { openOutput, openPage } from './run-output.ts';
import { telemetrySettings } from './telemetry.ts';

/** Runs a verb on the chosen hosts, or on those of a saved plan. Returns the exit code. */
export async function runHosts(verb: Verb, given: Invocation): Promise<number> {
  const { args, options } = given;
  const approved = args[0] === undefined ? null : await readPlanFile(args[0]);
  const changes = verb !== 'plan' && verb !== 'status';
  if (changes && !options.yes && !approved && !given.terminal.interactive)
    if (options.attach === null) throw usageError({ reason: 'confirmation-needed', verb });
  refuseConflicts(options);

  const live = openLiveView(options, given.terminal);
  const { terminal } = live;
  const invocation = { args, options, terminal };
  let chosen: ChosenHosts;
  let waves = approved?.waves ?? [];
  let targets: Awaited<ReturnType<typeof readTargets>>;
  let run: Promise<number>;
  let remote: DispatchedRun | null = null;
  const phases: readonly Phase[] = [
    phase('inventory', async () => {
      if (options.queue !== null) remote = await openRemote(verb, invocation, changes);
      // an inventory may be a program, or typed on stdin
      const read = await terminal.aside(() =>
        readHosts(invocation, { ordered: verb === 'plan' || verb === 'apply' }),
      );
      const planned = approved ? plannedHosts(read, approved, options) : read;
      chosen = planned;
      if (options.retry !== null)
        ({ chosen, waves } = retriedHosts(planned, options.retry, terminal));
      if (remote?.earlier) ({ chosen, waves } = continuedHosts(planned, remote.earlier.scope));
    }),
    phase('configurations', async () => {
      targets = remote ? await remote.targets(chosen) : await readTargets(chosen, invocation, verb);
    }),
    phase(verb === 'status' ? 'status' : 'plan', async () => {
      run = runTargets({
        verb,
        changes,
        chosen,
        targets,
        approved,
        waves,
        live,
        invocation,
        remote,
      });
      await Promise.race([run, live.changing]);
    }),
    phase(verb === 'rollback' ? 'roll back' : verb, () => run),
  ];
  try {
    await live.run(changes ? phases : phases.slice(0, -1));
    return await run!;
  } finally {
    live.close();
    await (remote as DispatchedRun | null)?.close(true);
  }
}

/** Loaded only where it is asked for. */
async function openRemote(
  verb: Verb,
  invocation: Invocation,
  changes: boolean,
): Promise<DispatchedRun> {
  const { openDispatchedRun } = await import('../queue/dispatch-run.ts');
  const { options, terminal } = invocation;
  const remote = await openDispatchedRun(verb, invocation);
  const record = remote.earlier?.record;
  const isAsked = options.yes || record?.approved || record?.options.unattended;
  if (!changes || isAsked || terminal.interactive) return remote;
  await remote.close(true);
  throw usageError({ reason: 'confirmation-needed', verb });
}

/** What the run that is continued has decided already. */
function refuseConflicts(options: Options): void {
  if (options.attach === null) return;
  if (options.queue === null) throw usageError({ reason: 'queue-url', why: 'missing' });
  const other = (['limit', 'shard', 'retry', 'canary', 'serial', 'maxFail', 'pause'] as const).find(
    (key) => options[key] !== null,
  );
  if (!other) return;
  const names = ['--attach', OPTIONS[other].long!] as const;
  throw usageError({ reason: 'options-conflict', options: names });
}

/** The hosts of a run, in its order, and its waves. */
function continuedHosts(chosen: ChosenHosts, { hosts, waves }: RunScope) {
  const byName = new Map(chosen.settings.map((host) => [host.name, host]));
  const settings = hosts.flatMap((name) => byName.get(name) ?? []);
  return { chosen: { ...chosen, settings }, waves };
}

const phase = (title: string, task: Phase['task']): Phase => ({ title, task });

interface Run {
  readonly verb: Verb;
  readonly changes: boolean;
  readonly chosen: ChosenHosts;
  readonly targets: Awaited<ReturnType<typeof readTargets>>;
  readonly approved: SavedPlan | null;
  readonly waves: readonly Wave[];
  readonly live: LiveView;
  readonly invocation: Invocation;
  /** Workers do it; null: this process does. */
  readonly remote: DispatchedRun | null;
}

async function runTargets(given: Run): Promise<number> {
  const { verb, chosen, approved, live, remote } = given;
  const earlier = remote?.earlier ?? null;
  const { secrets, warnings } = given.targets;
  const { options, terminal } = given.invocation;
  const { inventory: file } = options;
  const targets = given.targets.targets.map((target) => ({
    ...target,
    rollout: { ...rolloutOf(target.rollout, options), ...earlier?.scope.rollout },
  }));
  prepareForHosts(targets.length);
  const mask = createMask(secrets);
  const run = earlier?.record.run ?? newRunId();
  const wanted = telemetrySettings(terminal);
  const telemetry =
    wanted.settings &&
    (await import('./send-telemetry.ts')).sendTelemetry(wanted.settings, aboutRun(options));
  const page = await openPage(options, verb, terminal);
  // workers tell what the configuration of a target replaces, and no other texts
  const pictures =
    page && !(remote && verb === 'rollback')
      ? await (await import('./page-pictures.ts')).openPictures(mask)
      : null;
  const output = openOutput(run, options, live, mask, page, telemetry, earlier !== null, pictures);
  let begun = false;
  let isRollingBack = false;
  const emit: World['emit'] = (happening, at) => {
    begun ||= happening.type === 'host.resumed' || happening.type.startsWith('change.');
    isRollingBack ||= happening.type === 'run.rolling-back';
    output.emit(happening, at);
  };
  const progress = () => {
    if (!begun) return 'nothing';
    const isDone = [...output.ledger.hosts()].every(([, { outcome }]) => outcome !== null);
    return isDone && !isRollingBack ? 'watching' : 'something';
  };
  const interrupts = catchInterrupts(terminal, emit, progress, live.close);
  // a configuration that alloyup never wrote is taken over only if --adopt, or the saved plan, says so
  const adopt = options.adopt || approved?.adopt === true;
  const inventory = { file: chosen.inventory.file, sha256: chosen.sha256 };
  const planFile =
    options.out === null
      ? null
      : openPlanFile(options.out, { run, adopt, inventory }, options, mask, terminal);
  // asks below the plans that have been printed; a no stops the run before anything is changed
  const confirm: World['confirm'] = async ({ changing, waves }) => {
    // a saved plan was reviewed when it was made
    if (options.yes || approved || remote?.approved || changing === 0) return true;
    const question = QUESTIONS[verb].replace(
      'N hosts',
      `${count(changing, 'host')}${waves > 1 ? ` in ${waves} waves` : ''}`,
    );
    if (await terminal.aside(() => confirmed(say`${question}`))) {
      remote?.approve();
      return true;
    }
    interrupts.interrupt();
    return false;
  };
  const { repository, ...ports } = createWorld(terminal, {
    trust: commandLine(['alloyup', 'trust', ...(file ?? []).flatMap((one) => ['-i', one])]),
    emit,
    mask,
    stop: interrupts.stop,
    abandon: interrupts.abandon,
    confirm,
    ...(planFile ? { planned: planFile.planned } : {}),
    ...(pictures ? { configured: pictures.configured } : {}),
    ...(approved ? { expected: new Map(Object.entries(approved.hosts)) } : {}),
  });
  const world = { ...ports, repository: withNotes(repository, live) };

  try {
    const started: Happening = {
      type: 'run.started',
      schema: 1,
      run,
      verb,
      hosts: targets.map(({ host }) => host.name),
      version: VERSION,
    };
    output.emit(started, earlier?.record.startedAt);
    for (const warning of [...warnings, ...wanted.warnings])
      output.emit({ type: 'run.warning', warning });
    if (tooShort(secrets).length > 0)
      output.emit({
        type: 'run.warning',
        warning: { code: 'secret.short', params: { reason: 'too-short-to-mask' } },
      });
    const runOptions: RunOptions = {
      run,
      verb,
      forks: earlier?.scope.forks ?? (remote ? remote.forks : options.forks),
      connectTimeoutS: options.connectTimeout,
      timeoutS: options.timeout,
      watchS: options.watch,
      lockTimeoutS: options.lockTimeout,
      adopt,
      rollback: options.rollback,
      unattended: options.yes,
      waves: given.waves,
      who: terminal.who,
      purge: options.purge,
      ...(options.run === null ? {} : { toRun: options.run }),
      ...earlier?.record.options,
    };
    await remote?.begin(world, { options: runOptions, chosen, plan: approved });
    await runFleet(targets, world, runOptions, remote?.hostRun);
    const { interrupted } = interrupts;
    const { detailedExitcode } = options;
    const exitCode = exitCodeOf(output.ledger.report(), { detailedExitcode, interrupted });
    output.emit({ type: 'run.finished', exitCode });
    if (!interrupted) planFile?.write(output.ledger.report());
    const { unchanged, hosts } = output.ledger.report().summary;
    const isNews = unchanged !== hosts && (given.changes || exitCode !== 0);
    if (options.output === 'text' && !options.quiet && isNews && output.logPath !== null)
      terminal.out(
        toPrintable(
          `${paintWith(terminal.outColour).dim(oneLine(`Log: ${withTilde(output.logPath, terminal)}`))}\n`,
        ),
      );
    await remote?.close(remote.isLost);
    return exitCode;
  } finally {
    interrupts.release();
    output.close();
    await world.transport.close();
    const lost = await telemetry?.close();
    if (lost) printProblems(terminal, [], [lost]);
  }
}

/** What tells the spans and figures of a run from those of others. */
const aboutRun = ({ shard }: Pick<Options, 'shard'>): Attributes =>
  shard ? { 'alloyup.shard': shardText(shard) } : {};

/** What the inventory says, and the flags where they say otherwise. */
const rolloutOf = (
  rollout: Rollout,
  { canary, serial, maxFail, pause }: Pick<Options, 'canary' | 'serial' | 'maxFail' | 'pause'>,
): Rollout => ({
  ...rollout,
  canary: canary ?? rollout.canary,
  serial: serial ?? rollout.serial,
  maxFail: maxFail ?? rollout.maxFail,
  pauseS: pause ?? rollout.pauseS,
});

const QUESTIONS: Readonly<Record<Verb, string>> = {
  plan: '',
  status: '',
  apply: 'Apply to N hosts?',
  rollback: 'Roll back N hosts?',
  remove: 'Remove Alloy from N hosts?',
};

/** Shows when a run waits for the repository and not for a host. */
function withNotes(source: RepositorySource, live: LiveView): RepositorySource {
  const note = ({ url }: Repository): string => `asking ${new URL(url).host}`;
  return {
    ...source,
    signingKey: (from) => live.noting(note(from), () => source.signingKey(from)),
    versions: (from, arch) => live.noting(note(from), () => source.versions(from, arch)),
  };
}
