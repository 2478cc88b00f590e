import type { Action, Command, Plan } from '../model/plan.ts';
import { Secret, sha256 } from '../model/secret.ts';
import { type FactsRequest, factsOf, indexName } from './facts-request.ts';
import { followProgram, launchProgram, RUN_PROGRAM, watchProgram } from './program.ts';

/** What every run on a host needs to know. */
export interface RunRequest {
  /** `20261123T101500Z-3f9a`: letters, digits and dashes. */
  readonly run: string;
  /** First word of each line that the program itself prints; a package's script cannot guess it. */
  readonly nonce: string;
  /** Who started it, from where; for the audit log and for whoever waits. One line. */
  readonly who: string;
  /** Seconds to wait for another run on this host. */
  readonly lockWaitS: number;
  /** The facts to read again at the end. */
  readonly facts: FactsRequest;
}

/** Changes the host as the plan says, and proves it. `rollback`: undo the run when it fails. */
export function applyRequest(
  input: RunRequest & { readonly plan: Plan; readonly rollback: boolean },
): Secret {
  const { plan, rollback } = input;
  const { proof } = plan;
  const numbered = plan.changes
    .flatMap(({ step, actions }) => actions.map((action) => ({ step, action })))
    .map((each, index) => ({ ...each, n: String(index + 1) }));
  const head = JSON.stringify({
    ...common(input, 'apply'),
    rollback,
    list: plan.listPath,
    packaged: numbered.some(({ action }) => action.do === 'install' || action.do === 'uninstall'),
    check: proof.check,
    actions: numbered.map(({ n, step, action }) => ({
      n,
      step,
      ...withoutContent(action),
    })),
    expect: plan.expect,
    proof: {
      check: proof.check,
      service: proof.service,
      components: proof.components,
      tolerate: proof.tolerate,
      watch: proof.watchS,
      ...(proof.cluster ? { cluster: proof.cluster } : {}),
      receipt: proof.receiptFiles,
      ...(proof.delivery.mode === 'require' && proof.delivery.seconds > 0
        ? { delivery: proof.delivery.seconds + WORD_S }
        : {}),
    },
  });
  const contents = numbered.flatMap(({ n, action }) =>
    'content' in action ? [[n, action.content] as const] : [],
  );
  // contents may be secret, so they never become part of a string
  return new Secret(
    `${head.slice(0, -1)},"content":{`,
    ...contents.flatMap(([n, content], index) => [
      `${index === 0 ? '' : ','}${JSON.stringify(n)}:`,
      content instanceof Secret
        ? new Secret(JSON.stringify(content.reveal()))
        : JSON.stringify(content),
    ]),
    '}}\n',
  );
}

/** Seconds that a host waits for its word when the data was watched long enough: connections are made again within them. */
export const WORD_S = 30;

/** Waits for the lock and undoes what an earlier run left unfinished. */
export const settleRequest = (input: RunRequest): Secret =>
  new Secret(`${JSON.stringify(common(input, 'settle'))}\n`);

/**
 * Undoes finished runs, newest first, down to and including `toRun` (the newest alone when null). Nothing is
 * touched when a file is no longer what the run wrote.
 */
export const rollbackRequest = (input: RunRequest & { readonly toRun: string | null }): Secret =>
  new Secret(`${JSON.stringify({ ...common(input, 'rollback'), toRun: input.toRun })}\n`);

const common = (
  { run, nonce, who, lockWaitS, facts }: RunRequest,
  does: 'apply' | 'settle' | 'rollback',
) => ({
  do: does,
  run,
  nonce,
  who,
  lockWait: lockWaitS,
  check: 'none',
  listen: facts.listen,
  index: indexName(facts.repository.url),
  facts: factsOf(facts),
});

function withoutContent(action: Action): object {
  if (!('content' in action)) return action;
  const { content, ...rest } = action;
  return { ...rest, sha256: content instanceof Secret ? content.sha256() : sha256(content) };
}

/** Started as root, it takes any of the programs below from its stdin. */
export const PERL: Command = ['perl', '-'];

/**
 * For the stdin of `PERL`: starts the run, and follows it. Exit codes: src/host/program/launch.pl and follow.pl.
 * `root`: a directory that stands for `/`, in tests; `program`: another one for the run.
 */
export const launchInput = (
  run: string,
  request: Secret,
  { root = '', program = RUN_PROGRAM } = {},
): Secret => {
  const sizes = {
    program: Buffer.byteLength(program),
    request: Buffer.byteLength(request.reveal()),
  };
  return new Secret(launchProgram({ do: 'launch', run, root, ...sizes }), program, request);
};

/** What stdout says first when the run was started; everything behind it is the run's log, byte for byte. */
export const LAUNCHED = 'alloyup: started\n';

/** What a run that requires delivery waits for. */
export type Word = 'ok' | 'refused';

/** For the stdin of `PERL`. `from`: bytes of the log that are already here; `word`: told first. */
export const followInput = ({
  run,
  from,
  word,
}: {
  readonly run: string;
  readonly from: number;
  readonly word: Word | null;
}): string => followProgram({ do: 'follow', run, from, ...(word === null ? {} : { word }) });

/** For the stdin of `PERL`: records of type `reading`, for so many seconds. `root`: as of `launchInput`. */
export const watchInput = (request: {
  readonly nonce: string;
  readonly listen: FactsRequest['listen'];
  readonly seconds: number;
  readonly root?: string;
}): string => watchProgram({ do: 'watch', root: '', ...request });
