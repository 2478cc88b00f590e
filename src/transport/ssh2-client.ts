import { basename } from 'node:path';
import { ToolError } from '../model/problem.ts';
import { handshakeLimit } from './handshake-limit.ts';
import type { Hop } from './hops.ts';
import { hostKeyNames, knownKeys, otherTypes, refusalOf } from './host-key-policy.ts';
import { keyRing, type Offers } from './keys.ts';
import {
  fingerprint,
  hostKeyAlgorithms,
  judgeHostKey,
  type KnownKey,
  typeOf,
  type Verdict,
} from './known-hosts.ts';
import type { KnownHostsFiles } from './known-hosts-files.ts';
import type { Attempt, Outcome, SshClient } from './logins.ts';
import type { SshOptions } from './options.ts';
import * as problems from './problems.ts';
import { OpensshRequired } from './problems.ts';
import { type LoginResult, logIn } from './ssh2-login.ts';
import { type Ssh2Session, ssh2Session } from './ssh2-session.ts';

/** The built-in client: ssh2, through node-ssh. */
export function ssh2Client(options: SshOptions, files: KnownHostsFiles): SshClient<Ssh2Session> {
  const offersOf = keyRing(options.user.home, options.askPassphrase);
  const inTurn = handshakeLimit();

  return {
    via: 'ssh',
    // whoever only waits for a host holds up nobody
    handshakes: Number.POSITIVE_INFINITY,
    async prepare(hop, jump) {
      const offers = await offersOf(hop.identities);
      requireOffers(offers, hop);
      return (attempt) => attemptLogin(hop, jump, offers, attempt);
    },
    close: async () => undefined,
  };

  async function attemptLogin(
    hop: Hop,
    jump: Ssh2Session | null,
    offers: Offers,
    attempt: Attempt,
    recorded?: readonly KnownKey[],
  ): Promise<Outcome<Ssh2Session>> {
    const { rejected, signal, onStage } = attempt;
    const { endpoint, pin, settings } = hop;
    const known =
      recorded ?? (pin === null ? knownKeys(files.read(settings.knownHosts), hop, 'open') : []);
    const algorithms = hostKeyAlgorithms(known, rejected.map(typeOf));
    if (algorithms.length === 0) return failed(hop, 'no host key of another type');

    let distrusted: ToolError | undefined;
    let shown: Uint8Array | undefined;
    const result = await logIn(hop, jump, {
      offers: offers.offers,
      hostKeyAlgorithms: algorithms,
      trusts(blob) {
        shown = Uint8Array.from(blob);
        distrusted = distrust(hop, shown);
        return distrusted === undefined;
      },
      onStage,
      signal,
      inTurn,
    });
    if (result.kind === 'in') {
      return { kind: 'in', session: ssh2Session(result.client, endpoint), by: result.offer.label };
    }
    signal.throwIfAborted();
    if (distrusted instanceof OpensshRequired) throw distrusted;
    if (distrusted) {
      const others = recorded || pin !== null ? null : otherTypes(verdictOn(hop, shown!), shown!);
      if (others) return attemptLogin(hop, jump, offers, attempt, others);
      return { kind: 'host-key', shown: [shown!], problem: distrusted.problem };
    }
    switch (result.kind) {
      case 'dropped':
        onStage('greeting');
        return result;
      case 'refused':
        throw refused(hop, result, offers);
      case 'ended':
        throw new ToolError(problems.loginEnded(endpoint, result.banner));
      case 'failed':
        return failed(hop, result.why);
    }
  }

  /** The files are read again: another host of the run may have added the key meanwhile. */
  function verdictOn(hop: Hop, blob: Uint8Array): Verdict {
    return judgeHostKey(files.read(hop.settings.knownHosts), hostKeyNames(hop), blob);
  }

  /** Why the host key `blob` is not trusted; undefined: it is. A new one may be accepted and recorded. */
  function distrust(hop: Hop, blob: Uint8Array): ToolError | undefined {
    const { pin, settings } = hop;
    const names = hostKeyNames(hop);
    if (pin !== null) {
      const trusted = fingerprint(blob) === pin.replace(/=+$/, '');
      return trusted ? undefined : new ToolError(problems.pinMismatch(names[0], pin, [blob]));
    }
    const verdict = verdictOn(hop, blob);
    if (verdict.kind === 'unknown' && hop.hostKeys === 'accept-new') {
      try {
        files.add(settings.knownHosts[0]!, names[0], blob);
        return undefined;
      } catch (error) {
        return error as ToolError;
      }
    }
    if (verdict.kind === 'authority') {
      // ssh2 does not negotiate host certificates
      const { file, line } = verdict.entry;
      return new OpensshRequired(`@cert-authority in ${file}:${line}`);
    }
    const problem = refusalOf(verdict, hop, blob, options.trust);
    return problem === null ? undefined : new ToolError(problem);
  }
}

function failed({ endpoint }: Hop, why: string): Outcome<never> {
  const error = /no matching/i.test(why)
    ? new OpensshRequired(why)
    : new ToolError(problems.handshakeFailed(endpoint, 'handshake', why));
  return { kind: 'failed', error };
}

/** @throws ToolError `ssh.auth` | `ssh.unsupported` when there is nothing to log in with. */
function requireOffers({ offers, unusable, opensshOnly }: Offers, hop: Hop): void {
  if (offers.length > 0) return;
  if (opensshOnly[0]) throw new OpensshRequired(opensshOnly[0]);
  const [first, ...others] = unusable.map(problems.unusableKey);
  if (first) throw new ToolError(first, ...others);
  const { allAgentKeys } = hop.identities;
  const endpoint = problems.endpointText(hop.endpoint);
  const files = hop.identities.files.map((path) => basename(path));
  const agent = !allAgentKeys ? 'not-asked' : hop.identities.agent === null ? 'none' : 'empty';
  throw new ToolError(problems.authProblem({ reason: 'no-key', endpoint, files, agent }));
}

/** Every key was refused: OpenSSH may have more to offer. */
function refused(
  { endpoint, settings }: Hop,
  { offered, methods, tooMany, accepted }: Extract<LoginResult, { kind: 'refused' }>,
  offers: Offers,
): ToolError {
  if (tooMany) return new ToolError(problems.tooManyKeys(endpoint, offered));
  if (accepted !== null) return new ToolError(problems.secondFactor(endpoint, accepted, methods));
  const only = offers.opensshOnly[0] ?? settings.opensshOnly.forLogin[0];
  if (only !== undefined) return new OpensshRequired(only, offered);
  return new ToolError(problems.refused(endpoint, offered, methods, offers.unusable));
}
