import type { Repository, Target } from '../model/desired.ts';
import type { Facts } from '../model/facts.ts';
import type { KeyringFacts, SigningKey, Supplies } from '../model/plan.ts';
import { type Problem, ToolError } from '../model/problem.ts';
import { askedFiles } from '../plan/probe-input.ts';
import { wants } from '../plan/wants.ts';
import { probeScript, readFacts } from '../shell/probe.ts';
import { openDoor } from './door.ts';
import { sudoProblem } from './privilege.ts';
import { runAsRoot } from './root-command.ts';
import type { Session } from './session.ts';
import type { World } from './world.ts';

/** A login that hangs, or a host whose systemd does not answer, is given up after this. */
const PROBE_TIMEOUT_MS = 60_000;

/**
 * The probe of one host, as text: run alone, and again at the end of an apply script. `sealed`: what
 * is secret stays out of its answer, which a log on the host keeps.
 */
export const probeOf = (
  { desired }: Target,
  nonce: string,
  { sealed = false }: { readonly sealed?: boolean } = {},
): string =>
  probeScript({
    nonce,
    sealed,
    repositoryHost: new URL(desired.repository.url).hostname,
    files: askedFiles(desired),
    listen: desired.listen,
    http: desired.check === 'http',
    groups: desired.memberOf,
  });

/**
 * One command, one line of JSON. `keep`: its perl stays on the host for the script that may follow.
 *
 * @throws ToolError `sudo.*`, `host.probe`, or the transport's own
 */
export async function probe(
  target: Target,
  session: Session,
  world: World,
  { keep = false }: { readonly keep?: boolean } = {},
): Promise<Facts> {
  const { host } = target;
  session.begin();
  const nonce = `@@${world.nonce()}`;
  const program = probeOf(target, nonce);
  const limits = { timeoutMs: PROBE_TIMEOUT_MS, signal: world.abandon };
  const untold = (out: string, err: string, exit: string | number | null): Problem =>
    sudoProblem(host, err) ?? {
      code: 'host.probe',
      message: `${host.name} did not tell its facts (exit ${exit})`,
      hint: `try it by hand: ssh ${host.address} sudo perl -v`,
      detail: world.mask(`${out}\n${err}`).trim().slice(-2000),
    };
  if (keep) {
    const { line, door } = await openDoor(session, host, {
      ...limits,
      program,
      answer: `${nonce} `,
      unanswered: ({ out, err, exit }) => untold(out, err, exit),
    });
    session.keep(door);
    return readFacts(host.name, line);
  }
  const said = await runAsRoot(session, host, ['perl', '-'], program, limits);
  const line = said.out.split('\n').find((one) => one.startsWith(`${nonce} `));
  if (line !== undefined) return readFacts(host.name, line);
  throw new ToolError(untold(said.out, said.err, said.exit.code ?? said.exit.signal));
}

/** What planning takes beyond the facts: nothing from the network for a converged host. */
export async function supply(
  { desired }: Target,
  facts: Facts,
  world: World,
  fetch: boolean,
): Promise<Supplies> {
  const keyrings = new Map<string, KeyringFacts>();
  for (const { path, content } of facts.apt.keyrings)
    if (content) keyrings.set(path, await world.repository.inspectKeyring(content));
  const want = wants(desired, facts, keyrings);
  if (!fetch) return { key: null, keyrings, versions: null };
  const [key, versions] = await Promise.all([
    want.key ? signingKey(desired.repository, world, want.keyOptional) : null,
    want.versions ? world.repository.versions(desired.repository, facts.os.arch) : null,
  ]);
  return { key, keyrings, versions };
}

/** A key that serves until next month does not stop a run while its renewal cannot be fetched. */
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
