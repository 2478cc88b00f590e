import type { Problem } from '../model/problem.ts';
import type { LoginLog } from './openssh-log.ts';
import type { Endpoint } from './problems.ts';
import * as say from './problems.ts';

/** Why ssh(1) did not log in. */
export type Refusal =
  /** It does not trust the host's key, or may not look: the keys it was shown tell more. */
  | { readonly kind: 'host-key' }
  /** Hung up before the login began: worth another try. */
  | { readonly kind: 'dropped' }
  /** No key was taken; `problems` of our key files may explain it. */
  | { readonly kind: 'keys'; readonly tooMany: boolean }
  | { readonly kind: 'problem'; readonly problem: Problem };

/** Each message of ssh(1) 8.4 to 10.0 that a login can end with, and the system's word for it. */
const TCP: readonly (readonly [RegExp, string])[] = [
  [/Temporary failure in name resolution/i, 'EAI_AGAIN'],
  [/Could not resolve hostname/i, 'ENOTFOUND'],
  [/port \d+: Connection refused/i, 'ECONNREFUSED'],
  [/port \d+: No route to host/i, 'EHOSTUNREACH'],
  [/port \d+: Network is unreachable/i, 'ENETUNREACH'],
];

/** Reads the log of a login that failed. Total. */
export function refusalOf(log: LoginLog, endpoint: Endpoint, timeoutMs: number): Refusal {
  const text = log.said.join('\n');
  const says = (words: RegExp): boolean => words.test(text);
  const problem = (one: Problem): Refusal => ({
    kind: 'problem',
    problem: text === '' ? one : { ...one, detail: log.said.slice(-5).join('\n') },
  });

  if (says(/Host key verification failed|host key is known for|REMOTE HOST IDENTIFICATION/i))
    return { kind: 'host-key' };
  if (says(/Too many authentication failures/i)) return { kind: 'keys', tooMany: true };
  if (
    says(/device not found|requires? (a )?FIDO|no FIDO|authenticator/i) &&
    says(/signing failed/i)
  )
    return problem(noToken(endpoint));
  if (says(/Permission denied \(/)) return { kind: 'keys', tooMany: false };
  for (const [words, code] of TCP)
    if (says(words))
      return { kind: 'problem', problem: say.unreachable(endpoint, { ...NO_ERROR, code }) };
  if (says(/(Connection|Operation) timed out/i))
    return { kind: 'problem', problem: say.tooSlow(endpoint, log.stage, timeoutMs) };
  if (
    says(
      /Bad configuration option|bad configuration options|Bad owner or permissions|Unsupported option|argument|Could not open/i,
    ) &&
    log.stage === 'tcp'
  )
    return problem(badConfiguration(endpoint));
  if (says(/no matching (host key type|key exchange method|cipher|MAC)/i))
    return problem(noCommonAlgorithm(endpoint));
  if (log.stage === 'greeting') {
    // what a ProxyCommand said stands beside ssh's own complaint
    const others = log.said.filter((row) => !OWN_WORDS.test(row));
    if (others.length === 0 || says(/Not allowed at this time|Exceeded MaxStartups/))
      return { kind: 'dropped' };
    return problem(noWay(endpoint, others.at(-1)!));
  }
  const account = log.said.find((row) => ACCOUNT.test(row));
  if (account !== undefined) return { kind: 'problem', problem: say.letGo(endpoint, account) };
  return problem(say.noHandshake(endpoint, log.said.at(-1) ?? 'ssh ended without a word'));
}

/** How ssh(1) says that the other end hung up before it greeted. */
const OWN_WORDS =
  /^(kex_exchange_identification|ssh_exchange_identification|banner exchange|Connection (closed|reset) by|Disconnected from|ssh_dispatch_run_fatal)/;

/** What PAM says of an account that may not log in. */
const ACCOUNT =
  /\b(account|login|user)\b.*\b(expired|locked|disabled|denied|not (allowed|available))/i;

const NO_ERROR = { name: 'Error', message: '' };

const noToken = (endpoint: Endpoint): Problem => ({
  code: 'ssh.auth',
  message: `${say.endpointText(endpoint)} wants a FIDO key, and no security key answered`,
  hint: 'plug the security key in and touch it when it blinks, or name another key with ssh.identity in the inventory',
});

const badConfiguration = ({ host }: Endpoint): Problem => ({
  code: 'ssh.unsupported',
  message: `ssh refused the configuration of OpenSSH for ${host}`,
  hint: `run it and mend what it names: ssh -G ${host}`,
});

const noCommonAlgorithm = (endpoint: Endpoint): Problem => ({
  code: 'ssh.unsupported',
  message: `${say.endpointText(endpoint)} and ssh have no algorithm in common`,
  hint: `compare what each offers: ssh -vv ${endpoint.host}`,
});

const noWay = (endpoint: Endpoint, word: string): Problem => ({
  code: 'ssh.unreachable',
  message: `no way to ${say.endpointText(endpoint)} was opened: ${word.replace(/[.\s]+$/, '')}`,
  hint: `try it by hand: ssh -v -p ${endpoint.port} ${endpoint.host}; look at ProxyCommand and ProxyJump in ~/.ssh/config`,
  transient: true,
});
