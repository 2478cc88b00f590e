import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { openDeadline } from '../model/deadline.ts';
import type { Problem } from '../model/problem.ts';
import { ToolError } from '../model/problem.ts';
import type { Hop } from './hops.ts';
import { hostKeyNames, refusalOf } from './host-key-policy.ts';
import { keyRing } from './keys.ts';
import { judgeHostKey, typeOf } from './known-hosts.ts';
import type { KnownHostsFiles } from './known-hosts-files.ts';
import type { Attempt, Outcome, SshClient } from './logins.ts';
import { KEYS_SCRIPT, type MasterFiles, masterArguments, proxyOver } from './openssh-argv.ts';
import { type LoginLog, readLoginLog, refusalIn } from './openssh-log.ts';
import { attachMaster, type Master, readText, startMaster } from './openssh-master.ts';
import type { SshOptions } from './options.ts';
import * as problems from './problems.ts';

/** Each login is a process and 100 ms of CPU time (measured: a post-quantum key exchange). */
const HANDSHAKES = 12;
/** Socket paths end at 107 bytes, and OpenSSH adds 17 of its own while it makes one. */
const LONGEST_TMPDIR = 60;
/** The release that brought KnownHostsCommand. */
const RECORDS_KEYS = 8.5;

/** The system's OpenSSH: one master for each host and run, one for each jump host of all hosts. */
export function opensshClient(options: SshOptions, known: KnownHostsFiles): SshClient<Master> {
  const ssh = options.sshCommand ?? 'ssh';
  const { home } = options.user;
  // never asks for a passphrase: neither does ssh in BatchMode
  const offersOf = keyRing(home, null);
  const masters = new Set<Master>();
  const starting = new Set<Promise<unknown>>();
  // ends logins that no host's signal ends: a jump host's
  const closing = new AbortController();
  let directory: string | undefined;
  let version: Promise<number> | undefined;
  let count = 0;

  return {
    via: 'openssh',
    handshakes: HANDSHAKES,
    async prepare(hop, jump) {
      version ??= versionOf(ssh);
      const recordsKeys = (await version) >= RECORDS_KEYS;
      if (!recordsKeys && hop.pin !== null) {
        const needed = { name: hop.alias, needed: RECORDS_KEYS };
        throw new ToolError(problems.unsupported({ reason: 'old-ssh-command', ...needed }));
      }
      const proxy = jump && proxyOver(ssh, jump.files.socket, hop.endpoint);
      return (attempt) => attemptLogin(hop, proxy, recordsKeys, attempt);
    },
    async close() {
      closing.abort();
      await Promise.allSettled(starting);
      await Promise.all([...masters].map((master) => master.closed()));
      if (directory !== undefined) rmSync(directory, { recursive: true, force: true });
      directory = undefined;
    },
  };

  async function attemptLogin(
    hop: Hop,
    proxy: string | null,
    recordsKeys: boolean,
    attempt: Attempt,
  ): Promise<Outcome<Master>> {
    const { timeoutMs, rejected } = attempt;
    if (attempt.signal.aborted || closing.signal.aborted)
      throw new ToolError(problems.loginInterrupted(hop.endpoint));
    const files = nextFiles();
    const rejectedTypes = rejected.map(typeOf);
    const args = masterArguments({ hop, files, proxy, rejectedTypes, timeoutMs, recordsKeys });
    const end = openDeadline(attempt.signal, closing.signal);
    const started = startMaster(ssh, args, files.log, end.signal).finally(end.close);
    starting.add(started);
    const exit = await started.finally(() => starting.delete(started));
    const log = readLoginLog(readText(files.log), home);
    attempt.onStage(log.stage);
    if (exit === 0) {
      const master = await attachMaster(ssh, files, hop.endpoint);
      masters.add(master);
      master.onEnd(() => masters.delete(master));
      if (closing.signal.aborted) master.close();
      return { kind: 'in', session: master, by: log.by ?? 'no key' };
    }
    const shown = shownKeys(files);
    for (const path of [files.log, files.shownKeys, files.socket]) rmSync(path, { force: true });
    attempt.signal.throwIfAborted();

    const refusal = refusalIn(log, hop.endpoint, timeoutMs);
    switch (refusal.kind) {
      case 'dropped':
        return refusal;
      case 'host-key':
        return { kind: 'host-key', shown, problem: distrust(hop, log, [...rejected, ...shown]) };
      case 'keys':
        throw new ToolError(...(await keysRefused(hop, log, refusal.tooMany)));
      case 'problem':
        return { kind: 'failed', error: new ToolError(refusal.problem) };
    }
  }

  function nextFiles(): MasterFiles {
    directory ??= makeDirectory();
    count += 1;
    const socket = join(directory, `${count}`);
    const keysScript = join(directory, 'keys');
    return { socket, log: `${socket}.log`, shownKeys: `${socket}.keys`, keysScript };
  }

  /** Why ssh(1) did not trust the host key: the same answer as the built-in client's, from the same files. */
  function distrust(hop: Hop, log: LoginLog, shown: readonly Uint8Array[]): Problem {
    const blob = shown.at(-1);
    const names = hostKeyNames(hop);
    const distrusted = problems.distrusted(hop.endpoint, log.said);
    if (blob === undefined) return distrusted;
    if (hop.pin !== null) return problems.pinMismatch(names[0], hop.pin, shown);
    const verdict = judgeHostKey(known.read(hop.settings.knownHosts), names, blob);
    return refusalOf(verdict, hop, blob, options.trust) ?? distrusted;
  }

  async function keysRefused(
    { endpoint, identities }: Hop,
    { offered, methods, said }: LoginLog,
    tooMany: boolean,
  ): Promise<readonly [Problem, ...Problem[]]> {
    if (tooMany) return [problems.tooManyKeys(endpoint, offered)];
    const { unusable } = await offersOf(identities);
    // ssh offers the public half of a key that it cannot open: the private half is the problem
    const usable = offered.filter(
      (label) => !unusable.some(({ file }) => label.replace(/^\w+ /, '') === file),
    );
    const [first, ...others] = unusable.map(problems.unusableKey);
    if (usable.length === 0 && first) return [first, ...others];
    const login = problems.endpointText(endpoint);
    if (offered.length === 0 && methods.includes('publickey'))
      return [problems.authProblem({ reason: 'no-key-of-ssh', endpoint: login })];
    // what ssh says about a key that it could not load or sign with
    const why = said.filter((line) =>
      /^(Load key|sign_and_send_pubkey|@|It is required)/.test(line),
    );
    return [problems.refused(endpoint, offered, methods, unusable, why.join('\n'))];
  }
}

const shownKeys = ({ shownKeys: path }: MasterFiles): readonly Uint8Array[] =>
  [...readText(path).matchAll(/ (\S+)/g)].map(([, base64]) =>
    Uint8Array.from(Buffer.from(base64!, 'base64')),
  );

/** 9.2 for "OpenSSH_9.2p1 Debian-2"; 0 for what is not OpenSSH. */
async function versionOf(ssh: string): Promise<number> {
  const { stderr, code } = await execa(ssh, ['-V'], { reject: false, timeout: 10_000 });
  if (code === 'ENOENT') throw new ToolError(problems.unsupported({ reason: 'no-ssh-command' }));
  return Number(/OpenSSH_(\d+\.\d+)/.exec(stderr)?.[1] ?? 0);
}

/** 0700, at a path that neither OpenSSH nor a shell reads in another way. */
function makeDirectory(): string {
  const usable = /^[\w/.-]+$/.test(tmpdir()) && tmpdir().length <= LONGEST_TMPDIR;
  const directory = mkdtempSync(join(usable ? tmpdir() : '/tmp', 'alloyup-ssh-'));
  writeFileSync(join(directory, 'keys'), KEYS_SCRIPT, { mode: 0o600 });
  return directory;
}
