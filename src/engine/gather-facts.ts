import { readFacts } from '../host/facts.ts';
import { type FactsRequest, factsScript } from '../host/facts-request.ts';
import { readRecord } from '../host/records.ts';
import { PERL } from '../host/run.ts';
import type { Repository, Target } from '../model/desired.ts';
import type { Facts } from '../model/facts.ts';
import type { KeyringFacts, SigningKey, Supplies } from '../model/plan.ts';
import { ToolError } from '../model/problem.ts';
import { filesToRead, neededSupplies } from '../plan/inputs.ts';
import type { Session } from './session.ts';
import { runAsRoot, sudoProblem } from './sudo.ts';
import type { World } from './world.ts';

/** A login that hangs, or a host whose systemd does not answer, is given up after this. */
const FACTS_TIMEOUT_MS = 60_000;

/** What a host is asked about itself. */
export const factsRequest = ({ desired }: Target): FactsRequest => ({
  repository: desired.repository,
  files: filesToRead(desired),
  listen: desired.listen,
  http: desired.check === 'http',
  groups: desired.memberOf,
});

/**
 * Asks a host for its facts, in one command. `raw` is the answer as the host gave it; `aheadMs`: how many
 * milliseconds the host's clock is ahead of ours, 0 when the difference is too small to measure.
 *
 * @throws ToolError `ssh.shell`, `sudo.*`, `host.probe`, or the transport's own
 */
export async function gatherFacts(
  target: Target,
  session: Session,
  world: World,
  more: Pick<FactsRequest, 'delivery' | 'extras' | 'packages'> & {
    readonly deadline?: number;
  } = {},
): Promise<{ readonly facts: Facts; readonly raw: unknown; readonly aheadMs: number }> {
  const { host } = target;
  const nonce = `@@${world.nonce()}`;
  const script = factsScript({ ...factsRequest(target), ...more, nonce });
  // the login must not count towards the clock's difference
  await session.connect();
  const asked = world.now();
  const { out, err, exit } = await runAsRoot(session, host, PERL, script, {
    timeoutMs: Math.max(
      1000,
      Math.min(FACTS_TIMEOUT_MS, (more.deadline ?? Number.POSITIVE_INFINITY) - world.now()),
    ),
    signal: world.abandon,
  });
  const answered = world.now();
  // what a login shell prints, even without a newline, stands before it; nobody can guess the nonce
  const [before = '', ...report] = out.split(nonce);
  const [line = ''] = report.join(nonce).split('\n');
  const record = readRecord(`${nonce}${line}`, nonce);
  if (record?.type === 'facts') {
    const facts = readFacts(host.name, record.facts);
    const apart = facts.takenAt - (asked + answered) / 2;
    // the facts were taken at some time while we waited for the answer
    const aheadMs = Math.abs(apart) <= (answered - asked) / 2 + 500 ? 0 : apart;
    return { facts, raw: record.facts, aheadMs };
  }
  throw new ToolError(
    sudoProblem(host, err, exit) ?? {
      code: 'host.probe',
      host: host.name,
      params: { reason: 'no-facts', exit: `${exit.code ?? exit.signal}` },
      // never the report itself: it holds /etc/default/alloy
      detail: world.mask(`${before}\n${err}`).trim().slice(-2000),
    },
  );
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
