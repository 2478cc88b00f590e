import { randomBytes } from 'node:crypto';
import { userInfo } from 'node:os';
import { runFleet } from '../../engine/fleet.ts';
import type { Confirmation, World } from '../../engine/world.ts';
import type { Repository } from '../../model/desired.ts';
import type { Verb } from '../../model/event.ts';
import type { RepositorySource } from '../../model/ports.ts';
import type { SavedPlan } from '../../plan/saved-plan.ts';
import { exitCodeOf } from '../../report/exit.ts';
import { paintWith } from '../../report/paint.ts';
import { count } from '../../report/plain.ts';
import { createMask, tooShort } from '../../report/redact.ts';
import { ownFolders } from '../../sources/folders.ts';
import { createRepositorySource } from '../../sources/repository.ts';
import { commandLine } from '../../transport/argv.ts';
import { createTransport } from '../../transport/create.ts';
import { askSecret, askYes, NoAnswer } from '../terminal/ask.ts';
import { catchInterrupts, type Interrupts } from '../terminal/interrupts.ts';
import { type ChosenHosts, readHosts } from '../hosts/chosen-hosts.ts';
import type { Command, Invocation } from '../args/invocation.ts';
import { type LiveView, openLiveView } from '../terminal/live-view.ts';
import { type Output, openOutput } from './run-output.ts';
import { openPlanFile, plannedHosts, readPlanFile } from './plan-file.ts';
import { retriedHosts } from './retry.ts';
import { runId } from './run-log.ts';
import { readTargets } from '../hosts/make-targets.ts';
import { usageError } from '../usage.ts';
import { VERSION } from '../alloyup-version.ts';

/** The command of a verb that the engine runs on hosts. */
export const verbCommand =
  (verb: Verb): Command =>
  (invocation) =>
    runVerb(verb, invocation);

/** Reads what is wanted of every chosen host, opens the sinks, hands over to the engine. */
async function runVerb(verb: Verb, invocation: Invocation): Promise<number> {
  const { args, options, terminal } = invocation;
  const approved = verb === 'apply' && args[0] !== undefined ? await readPlanFile(args[0]) : null;
  const changes = verb !== 'plan' && verb !== 'status';
  if (changes && !options.yes && approved === null && !terminal.interactive)
    throw usageError(
      `nobody is there to be asked before hosts are changed`,
      `look first: alloyup plan; then say yes: alloyup ${verb} --yes`,
    );

  const live = await openLiveView(verb, options, terminal, Date.now);
  try {
    return await runWith(live, verb, approved, invocation);
  } finally {
    live.close();
  }
}

async function runWith(
  live: LiveView,
  verb: Verb,
  approved: SavedPlan | null,
  invocation: Invocation,
): Promise<number> {
  const { options, terminal } = invocation;
  const changes = verb !== 'plan' && verb !== 'status';
  // an inventory that is a program, or typed, has the terminal to itself
  const read = await live.aside(() => readHosts(invocation));
  const chosen = chosenHosts(read, approved, invocation);
  const adopt = options.adopt || approved?.adopt === true;
  live.enter('configurations');
  const { targets, secrets, warnings } = await readTargets(chosen, invocation, verb, {
    aside: live.aside,
  });
  const mask = createMask(secrets);
  const run = runId(Date.now(), randomBytes(2).toString('hex'));
  const output = openOutput(run, options, live, mask);
  const interrupts = catchInterrupts(live.terminal, output.emit, live.close);
  const transport = createTransport({
    trust: trustCommand(options),
    user: { home: terminal.home, name: userInfo().username },
    agent: terminal.env.SSH_AUTH_SOCK || null,
    askPassphrase: terminal.interactive
      ? (file) =>
          live
            .aside(() => askSecret(`Passphrase of ${file}:`, terminal, `ssh-add ${file}`))
            .catch(() => null)
      : null,
  });
  const inventory = { file: chosen.inventory.file, sha256: chosen.sha256 };
  const planFile =
    options.out === null
      ? null
      : openPlanFile(options.out, { run, adopt, inventory }, mask, terminal);
  const ask = confirmer(verb, invocation, live, interrupts);
  const world: World = {
    transport,
    repository: noted(
      createRepositorySource({ cacheDir: ownFolders(terminal.env).cache, now: Date.now }),
      live,
    ),
    emit: output.emit,
    mask,
    now: Date.now,
    nonce: () => randomBytes(16).toString('hex'),
    stop: interrupts.stop,
    abandon: interrupts.abandon,
    ...(planFile ? { planned: planFile.planned } : {}),
    ...(approved ? { expected: new Map(Object.entries(approved.hosts)) } : {}),
    confirm: ask,
  };

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
    await runFleet(targets, world, {
      run,
      verb,
      forks: options.forks,
      connectTimeoutS: options.connectTimeout,
      timeoutS: options.timeout,
      watchS: options.watch,
      lockTimeoutS: options.lockTimeout,
      adopt,
      rollback: options.rollback,
      unattended: options.yes,
      who: terminal.who,
      purge: options.purge,
      ...(options.run === null ? {} : { toRun: options.run }),
    });
    const { detailedExitcode } = options;
    const { interrupted } = interrupts;
    const exitCode = exitCodeOf(output.ledger.report(), { detailedExitcode, interrupted });
    output.emit({ type: 'run.finished', exitCode });
    if (!interrupted) planFile?.write(output.ledger.report());
    if (options.output === 'text' && !options.quiet && (changes || exitCode !== 0))
      tellLog(output, invocation);
    return exitCode;
  } finally {
    interrupts.release();
    output.close();
    await transport.close();
  }
}

/** For hosts of another inventory than the usual one, with its name. */
function trustCommand({ inventory }: Invocation['options']): string {
  if (inventory === null) return 'alloyup trust';
  return commandLine(['alloyup', 'trust', '-i', inventory]);
}

/** Tells when a run waits for the repository and not for a host. */
function noted(source: RepositorySource, live: LiveView): RepositorySource {
  const note = ({ url }: Repository): string => `asking ${new URL(url).host}`;
  return {
    signingKey: (asked) => live.noting(note(asked), () => source.signingKey(asked)),
    versions: (asked, arch) => live.noting(note(asked), () => source.versions(asked, arch)),
    inspectKeyring: (bytes) => source.inspectKeyring(bytes),
  };
}

/** What is left of the inventory's hosts by a saved plan and by --retry. */
function chosenHosts(
  read: ChosenHosts,
  approved: SavedPlan | null,
  { options, terminal }: Invocation,
): ChosenHosts {
  const planned = approved ? plannedHosts(read, approved, options.limit !== null) : read;
  return options.retry === null ? planned : retriedHosts(planned, options.retry, terminal);
}

/** Worth a line where something happened. */
function tellLog({ ledger, logPath }: Output, { options, terminal }: Invocation): void {
  if (logPath === null || ledger.report().summary.unchanged === ledger.report().summary.hosts)
    return;
  const { home } = terminal;
  const path = logPath.startsWith(`${home}/`) ? `~${logPath.slice(home.length)}` : logPath;
  terminal.out(paintWith(options.color && terminal.outColour).dim(`Log: ${path}\n`));
}

const SHORT_SECRET = {
  code: 'secret.short',
  message: 'a secret of fewer than 4 characters is not hidden in what hosts print',
  hint: 'take a longer one',
};

/** Asks below the plans, which stand there by now; without a question where --yes says so or where nothing would change. */
function confirmer(
  verb: Verb,
  { args, options }: Invocation,
  live: LiveView,
  interrupts: Interrupts,
): (summary: Confirmation) => Promise<boolean> {
  return async ({ changing }) => {
    // a saved plan was looked at when it was made
    if (options.yes || args.length > 0 || changing === 0) return true;
    try {
      const question = `${verb[0]!.toUpperCase()}${verb.slice(1)} to ${count(changing, 'host')}?`;
      if (await live.aside(() => askYes(question))) return true;
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
    }
    interrupts.interrupt();
    return false;
  };
}
