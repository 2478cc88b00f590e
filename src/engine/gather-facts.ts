import { readConfigurations, readFacts } from '../host/facts.ts';
import { type FactsRequest, factsScript } from '../host/facts-request.ts';
import { readRecord } from '../host/records.ts';
import { PERL } from '../host/run.ts';
import { readSoftware } from '../host/software.ts';
import type { Repository, Target } from '../model/desired.ts';
import type { Configuration, Facts } from '../model/facts.ts';
import type { KeyringFacts, SigningKey, Supplies } from '../model/plan.ts';
import { type ProblemParams, ToolError } from '../model/problem.ts';
import type { Software } from '../model/software.ts';
import { filesToRead, neededSupplies, readsToTry } from '../plan/inputs.ts';
import type { HostClock } from './host-clock.ts';
import type { Session } from './session.ts';
import { afterMarker, collector } from './streams.ts';
import { startAsRoot, sudoProblem } from './sudo.ts';
import type { World } from './world.ts';

/** A login that hangs, or a host whose systemd does not answer, is given up after this. */
const FACTS_TIMEOUT_MS = 60_000;
/** The facts of a host with 5,000 components take a tenth of it. */
const FACTS_LIMIT_MB = 8;
/** How long a command may go on once it has answered. */
const END_MS = 2000;

/** What a host is asked about itself. */
export const factsRequest = ({ desired, cluster }: Target): FactsRequest => ({
  repository: desired.repository,
  files: filesToRead(desired),
  listen: desired.listen,
  http: desired.check === 'http',
  groups: desired.memberOf,
  reads: readsToTry(desired),
  readable: desired.readable,
  ...(cluster ? { cluster: true } : {}),
});

/**
 * Asks a host for its facts, in one command. `raw` is the answer as the host gave it; `aheadMs`: how many
 * milliseconds the host's clock is ahead of ours, 0 when the difference is too small to measure. What a
 * login shell prints, even without a newline, stands before the nonce, which nobody can guess; what comes
 * behind the answer does not count.
 *
 * @throws ToolError `ssh.shell`, `sudo.*`, `host.probe`, or the transport's own
 */
export async function gatherFacts(
  target: Target,
  session: Session,
  world: World,
  more: Pick<
    FactsRequest,
    'configurations' | 'delivery' | 'extras' | 'flow' | 'packages' | 'software'
  > & {
    readonly clock?: HostClock;
  } = {},
): Promise<{ readonly facts: Facts; readonly raw: unknown; readonly aheadMs: number }> {
  const { host } = target;
  const { clock, ...asked } = more;
  const nonce = `@@${world.nonce()}`;
  const script = factsScript({ ...factsRequest(target), ...asked, nonce });
  const answer = collector(FACTS_LIMIT_MB << 20);
  const err = collector(64 << 10);
  let answered = (): void => undefined;
  const whole = new Promise<void>((resolve) => {
    answered = resolve;
  });
  let isWhole = false;
  // the login must not count towards the clock's difference
  await session.connect();
  const sentAt = world.now();
  let heardAt = sentAt;
  const out = afterMarker(nonce, (bytes) => {
    if (isWhole) return;
    answer.push(bytes);
    isWhole = answer.full || bytes.includes(NEWLINE);
    if (!isWhole) return;
    heardAt = world.now();
    answered();
  });
  const timeoutMs = FACTS_TIMEOUT_MS + (asked.flow?.seconds ?? 0) * 1000;
  const channel = await startAsRoot(session, host, PERL, script, {
    onOut: out.push,
    onErr: err.push,
    timeoutMs: clock?.left(timeoutMs) ?? timeoutMs,
    signal: clock?.signal ?? world.abandon,
  });
  const waiting = new AbortController();
  const late = whole.then(() => world.sleep(END_MS, waiting.signal)).then(() => null);
  const exit = await Promise.race([channel.exit, late])
    .catch((error: unknown) => {
      if (!isWhole) throw error;
      return null;
    })
    .finally(() => waiting.abort('answered'));
  if (exit === null) channel.close();

  await world.turn();
  if (answer.full) throw probeProblem(host.name, { reason: 'too-large', limitMb: FACTS_LIMIT_MB });
  const [line = ''] = answer.text().split('\n', 1);
  const record = readRecord(`${nonce}${line}`, nonce);
  if (record?.type === 'facts') {
    const facts = readFacts(host.name, record.facts);
    const apart = facts.takenAt - (sentAt + heardAt) / 2;
    // the facts were taken at some time while we waited for the answer
    const aheadMs = Math.abs(apart) <= (heardAt - sentAt) / 2 + 500 ? 0 : apart;
    return { facts, raw: record.facts, aheadMs };
  }
  if (isWhole) throw probeProblem(host.name, { reason: 'nonsense' });
  const said = err.text();
  const refused = sudoProblem(host, said, exit ?? undefined);
  if (refused) throw new ToolError(refused);
  // never the report itself: it holds /etc/default/alloy
  const detail = world.mask(`${out.before()}\n${said}`).trim().slice(-2000);
  const how = `${exit?.code ?? exit?.signal}`;
  throw probeProblem(host.name, { reason: 'no-facts', exit: how }, detail);
}

const NEWLINE = 10;

const probeProblem = (
  host: string,
  params: ProblemParams['host.probe'],
  detail?: string,
): ToolError =>
  new ToolError({ code: 'host.probe', host, params, ...(detail === undefined ? {} : { detail }) });

/** The files that Alloy reads as its configuration from a path of the host. @throws ToolError as `gatherFacts` */
export async function gatherConfigurations(
  target: Target,
  session: Session,
  world: World,
  path: string,
): Promise<readonly Configuration[]> {
  const { raw } = await gatherFacts(target, session, world, { configurations: path });
  return readConfigurations(raw);
}

/** What runs on the host that Alloy can collect from. @throws ToolError as `gatherFacts` */
export async function gatherSoftware(
  target: Target,
  session: Session,
  world: World,
): Promise<readonly Software[]> {
  const { raw } = await gatherFacts(target, session, world, { software: true });
  return readSoftware(raw);
}

/** What planning needs beyond the facts. Nothing is fetched for a host that is up to date. */
export async function gatherSupplies(
  { desired }: Target,
  facts: Facts,
  world: World,
  { fetch }: { readonly fetch: boolean },
): Promise<Supplies> {
  const keyrings = new Map<string, KeyringFacts>();
  for (const { path, content } of facts.apt.keyrings)
    if (content) keyrings.set(path, await world.repository.inspectKeyring(content));
  if (!fetch) return { key: null, keyrings, versions: null };
  const needed = neededSupplies(desired, facts, keyrings);
  const [key, versions] = await Promise.all([
    needed.key ? signingKey(desired.repository, world, needed.keyOptional) : null,
    needed.versions ? world.repository.versions(desired.repository, facts.os.arch) : null,
  ]);
  return { key, keyrings, versions };
}

/** A key that is valid for weeks to come does not stop a run when its renewal cannot be fetched. */
async function signingKey(
  repository: Repository,
  world: World,
  optional: boolean,
): Promise<SigningKey | null> {
  try {
    return await world.repository.signingKey(repository);
  } catch (error) {
    if (optional && error instanceof ToolError) return null;
    throw error;
  }
}
