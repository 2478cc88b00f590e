import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Problem } from '../model/problem.ts';
import { ToolError } from '../model/problem.ts';
import {
  KEYS_SCRIPT,
  type MasterFiles,
  type MasterOptions,
  masterArguments,
} from './openssh-argv.ts';
import { type LoginLog, readLoginLog } from './openssh-log.ts';
import { appendingTo, holdMaster, type Master, readText } from './openssh-master.ts';
import { calledOff } from './problems.ts';

/** How one call of ssh(1) ended. */
export interface Attempt {
  readonly result: Master | 'refused';
  readonly log: LoginLog;
  /** The host keys it was shown. */
  readonly keys: readonly Uint8Array[];
}

/** Starts masters, all in one folder that only we can enter. */
export interface MasterMaker {
  /** @throws ToolError `ssh.unsupported` when there is no ssh command, or one too old for a pin. */
  logIn(options: Omit<MasterOptions, 'files' | 'noteKeys'>, signal: AbortSignal): Promise<Attempt>;
  /** Ends them all. */
  close(): Promise<void>;
}

/** Socket paths end at 107 bytes, and OpenSSH adds 17 of its own while it makes one. */
const LONGEST_FOLDER = 60;
/** The release that brought KnownHostsCommand. */
const NOTES_KEYS = 8.5;

export function masterMaker(ssh: string, home: string): MasterMaker {
  const masters = new Set<Master>();
  const running = new Set<Promise<void>>();
  let folder: string | undefined;
  let version: Promise<number> | undefined;
  let count = 0;
  // ends logins that are still under way, a bastion's for one, which no host's signal ends
  const end = new AbortController();

  const nextFiles = (): MasterFiles => {
    folder ??= makeFolder();
    count += 1;
    const base = join(folder, `${count}`);
    const keysScript = join(folder, 'keys');
    return { socket: base, log: `${base}.log`, seen: `${base}.keys`, keysScript };
  };

  return {
    async logIn(options, given) {
      const signal = AbortSignal.any([given, end.signal]);
      version ??= versionOf(ssh);
      const noteKeys = (await version) >= NOTES_KEYS;
      if (!noteKeys && options.leg.pin !== null) throw new ToolError(tooOld(options.leg.alias));
      if (end.signal.aborted) throw new ToolError(calledOff(options.leg.endpoint));
      signal.throwIfAborted();
      const files = nextFiles();
      const starting = start(ssh, masterArguments({ ...options, files, noteKeys }), files, signal);
      const over = starting.then(
        () => undefined,
        () => undefined,
      );
      running.add(over);
      const exit = await starting.finally(() => running.delete(over));
      const log = readLoginLog(readText(files.log), home);
      const keys = readText(files.seen)
        .split('\n')
        .flatMap((row) => row.split(' ')[1] ?? [])
        .map((base64) => Uint8Array.from(Buffer.from(base64, 'base64')));
      if (exit !== 0) {
        for (const path of [files.log, files.seen, files.socket]) rmSync(path, { force: true });
        return { result: 'refused', log, keys };
      }
      const master = await holdMaster(files);
      masters.add(master);
      if (end.signal.aborted) void master.close();
      master.onEnd(() => masters.delete(master));
      return { result: master, log, keys };
    },
    async close() {
      end.abort();
      await Promise.all(running);
      await Promise.all([...masters].map((master) => master.close()));
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
      folder = undefined;
    },
  };
}

/** Ends with 0 when the login stands and ssh has gone to the background. */
async function start(
  ssh: string,
  args: readonly string[],
  files: MasterFiles,
  signal: AbortSignal,
): Promise<number | null> {
  // what a ProxyCommand says goes to the log too; a pipe would stay open as long as the master
  const child = appendingTo(files.log, (fd) =>
    execa(ssh, args, {
      // any descriptor will do; the types know of the usual ones only
      stdio: ['ignore', 'ignore', fd as 2],
      reject: false,
      // its own session: no terminal that it could ask on, and a Ctrl-C is the run's to hear
      detached: true,
    }),
  );
  // its ProxyCommand ends with it: its pipes do
  const end = (): void => void child.kill('SIGTERM');
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  try {
    const { exitCode, code } = await child;
    if (code === 'ENOENT') throw new ToolError(NO_SSH);
    return exitCode ?? null;
  } finally {
    signal.removeEventListener('abort', end);
  }
}

/** 9.2 for "OpenSSH_9.2p1 Debian-2"; 0 for what is no OpenSSH. */
async function versionOf(ssh: string): Promise<number> {
  const { stderr, code } = await execa(ssh, ['-V'], { reject: false, timeout: 10_000 });
  if (code === 'ENOENT') throw new ToolError(NO_SSH);
  return Number(/OpenSSH_(\d+\.\d+)/.exec(stderr)?.[1] ?? 0);
}

/** 0700, under a path without anything that OpenSSH or a shell would read another way. */
function makeFolder(): string {
  const fits = /^[\w/.-]+$/.test(tmpdir()) && tmpdir().length <= LONGEST_FOLDER;
  const folder = mkdtempSync(join(fits ? tmpdir() : '/tmp', 'alloyup-ssh-'));
  writeFileSync(join(folder, 'keys'), KEYS_SCRIPT, { mode: 0o600 });
  return folder;
}

const NO_SSH: Problem = {
  code: 'ssh.unsupported',
  message: 'the ssh command is not on this machine',
  hint: 'install it (apt-get install openssh-client)',
};

const tooOld = (name: string): Problem => ({
  code: 'ssh.unsupported',
  message: `the ssh command of this machine is older than ${NOTES_KEYS} and cannot be held to the pinned host key of ${name}`,
  hint: 'upgrade openssh-client, or put the key into ~/.ssh/known_hosts and take ssh.hostKey out of the inventory',
});
