import type { Problem } from '../model/problem.ts';
import type { Endpoint, Stage } from './problems.ts';
import * as problems from './problems.ts';

/** What the log of an ssh(1) at DEBUG1 says about a login. */
export interface LoginLog {
  /** How far it came. */
  readonly stage: Stage;
  /** The keys that were offered: `key ~/.ssh/id_ed25519`, `agent key SHA256:...`. */
  readonly offered: readonly string[];
  /** The one that the server accepted, or the method that needed none. */
  readonly by: string | null;
  /** What the server would still have taken when it refused. */
  readonly methods: readonly string[];
  /** The key was accepted as one factor of several. */
  readonly partial: boolean;
  /** Messages for people, of ssh, its ProxyCommand and its helpers, in order. */
  readonly said: readonly string[];
  /** Those since a key was accepted: why the login ended all the same. */
  readonly farewell: readonly string[];
}

const KEY =
  /^debug1: (Offering public key|Server accepts key): (.*) ([A-Z0-9-]+) (SHA256:\S+)(.*)$/;

/** Total: a line that it does not know counts as a message for people. `home` is shown as `~`. */
export function readLoginLog(text: string, home: string): LoginLog {
  let stage: Stage = 'tcp';
  let by: string | null = null;
  let methods: readonly string[] = [];
  let partial = false;
  let accepted = 0;
  const offered: string[] = [];
  const said: string[] = [];
  for (const line of text.split(/\r?\n/)) {
    if (/^debug1: (Connection established|Executing proxy command|Local version string)/.test(line))
      stage = 'greeting';
    else if (/^debug1: Remote protocol version/.test(line)) stage = 'login';
    const [, event, name = '', type = '', print = '', more = ''] = KEY.exec(line) ?? [];
    if (event !== undefined) {
      const label = labelOf(name, `${type} ${more}`, print, home);
      if (event.startsWith('Offering')) offered.push(label);
      else {
        by = label;
        accepted = said.length;
      }
    }
    const [, method] = /^Authenticated to .* using "([^"]+)"/.exec(line) ?? [];
    if (method !== undefined) {
      if (method !== 'publickey') by = method;
      continue;
    }
    // OpenSSH 8.4 names no method here
    if (/^Authenticated (using "publickey" )?with partial success/.test(line)) {
      partial = true;
      continue;
    }
    const [, list] = /Permission denied \(([^)]*)\)/.exec(line) ?? [];
    if (list !== undefined) methods = list.split(',');
    if (line.trim() !== '' && !/^(debug[123]:|OpenSSH_[\d.]+)/.test(line)) {
      said.push(line.trimEnd());
    }
  }
  const farewell = by === null ? [] : said.slice(accepted);
  return { stage, offered, by, methods, partial, said, farewell };
}

function labelOf(name: string, more: string, print: string, home: string): string {
  const path = name.startsWith(`${home}/`) ? `~${name.slice(home.length)}` : name;
  const kind = /-CERT\b/.test(more) ? 'certificate' : 'key';
  if (!/\bagent\b/.test(more)) return `${kind} ${path}`;
  return `agent key ${name.startsWith('/') ? path : `${print}${name === '' ? '' : ` (${name})`}`}`;
}

/** Why ssh(1) did not log in. */
export type Refusal =
  /** It does not trust the host's key, or was not shown one: the keys it was shown explain it. */
  | { readonly kind: 'host-key' }
  /** The server closed the connection before the handshake: worth another try. */
  | { readonly kind: 'dropped' }
  /** No key was accepted. */
  | { readonly kind: 'keys'; readonly tooMany: boolean }
  | { readonly kind: 'problem'; readonly problem: Problem };

/** Messages of ssh(1) 8.4 to 10.0 about a TCP connection, and the error code of each. */
const TCP: readonly (readonly [RegExp, string])[] = [
  [/Temporary failure in name resolution/i, 'EAI_AGAIN'],
  [/Could not resolve hostname/i, 'ENOTFOUND'],
  [/port \d+: Connection refused/i, 'ECONNREFUSED'],
  [/port \d+: No route to host/i, 'EHOSTUNREACH'],
  [/port \d+: Network is unreachable/i, 'ENETUNREACH'],
];

/** How ssh(1) says that the server hung up before its greeting. */
const HUNG_UP =
  /^(kex_exchange_identification|ssh_exchange_identification|banner exchange|Connection (closed|reset) by|Disconnected from|Received disconnect|ssh_dispatch_run_fatal)/;

const HUNG_UP_LATER = /^(Connection (closed|reset) by|Disconnected from|Received disconnect)/m;

const BAD_CONFIGURATION =
  /Bad configuration option|bad configuration options|Bad owner or permissions|Unsupported option|argument|Could not open/i;

/** What PAM says about an account that may not log in. */
const ACCOUNT =
  /\b(account|login|user)\b.{0,300}\b(expired|locked|disabled|denied|not (allowed|available))/i;

/** Reads the log of a login that failed. Total. */
export function refusalIn(log: LoginLog, endpoint: Endpoint, timeoutMs: number): Refusal {
  const text = log.said.join('\n');
  const says = (words: RegExp): boolean => words.test(text);
  const problem = (one: Problem): Refusal => ({ kind: 'problem', problem: one });
  const detail = log.said.slice(-5).join('\n');
  const login = problems.endpointText(endpoint);
  const address = endpoint.host;

  if (says(/Host key verification failed|host key is known for|REMOTE HOST IDENTIFICATION/i))
    return { kind: 'host-key' };
  if (says(/Too many authentication failures/i)) return { kind: 'keys', tooMany: true };
  if (says(/device not found|FIDO|authenticator/i) && says(/signing failed/i))
    return problem(problems.authProblem({ reason: 'no-security-key', endpoint: login }, detail));
  if (says(/Permission denied \(/)) {
    if (!log.partial) return { kind: 'keys', tooMany: false };
    return problem(problems.secondFactor(endpoint, log.by ?? 'a key', log.methods));
  }
  for (const [words, code] of TCP)
    if (says(words)) return problem(problems.noConnection(endpoint, { code, message: '' }));
  if (says(/(Connection|Operation) timed out/i))
    return problem(problems.tooSlow(endpoint, log.stage, timeoutMs));
  if (log.stage === 'tcp' && says(BAD_CONFIGURATION))
    return problem(problems.unsupported({ reason: 'bad-configuration', address }, detail));
  if (says(/no matching (host key type|key exchange method|cipher|MAC)/i))
    return problem(
      problems.unsupported({ reason: 'no-common-algorithm', endpoint: login, address }, detail),
    );
  if (log.stage === 'greeting') {
    // what a ProxyCommand said stands beside ssh's own complaint
    const ofProxy = log.said.filter((line) => !HUNG_UP.test(line));
    if (ofProxy.length === 0 || says(/Not allowed at this time|Exceeded MaxStartups/))
      return { kind: 'dropped' };
    return problem(problems.handshakeFailed(endpoint, 'proxy', ofProxy.at(-1)!, detail));
  }
  const farewell = log.farewell.filter((line) => !HUNG_UP.test(line));
  if (farewell.length > 0 && says(HUNG_UP_LATER))
    return problem(problems.loginEnded(endpoint, farewell.join(' ')));
  const account = log.said.find((line) => ACCOUNT.test(line));
  if (account !== undefined) return problem(problems.loginEnded(endpoint, account));
  const last = log.said.at(-1) ?? 'ssh gave no reason';
  return problem(problems.handshakeFailed(endpoint, 'handshake', last, detail));
}
