import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { controllerOf } from './controller.ts';
import { inside } from './group.ts';
import {
  awaitMachine,
  enter,
  hostFolder,
  leaderOf,
  type Machine,
  mountMachine,
  startMachine,
  stopMachine,
  upperFolder,
} from './machine.ts';
import { setCable } from './network.ts';
import { PLAIN_ENV, sleep, until } from './run.ts';
import { type Snapshot, takeSnapshot, writtenSince } from './snapshot.ts';
import type { HostState } from './state.ts';

/** The result of a command; output without the trailing newline. */
export interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RootOptions {
  readonly input?: string;
  /** Return the exit code instead of throwing. */
  readonly reject?: boolean;
  readonly timeoutS?: number;
}

/** A host of a running lab. It bypasses the product, so that tests can check what the product did. */
export class LabHost {
  readonly state: HostState;
  readonly #machine: Machine;

  constructor(machine: Machine) {
    this.#machine = machine;
    this.state = machine.host;
  }

  get name(): string {
    return this.state.name;
  }

  get address(): string {
    return this.state.address;
  }

  get #lab(): string {
    return this.#machine.lab;
  }

  /** The machine's pid of the host's pid 1. @throws Error when the host is off. */
  get leader(): number {
    const leader = leaderOf(this.#lab, this.state.number);
    if (leader === undefined) throw new Error(`${this.name} is off`);
    return leader;
  }

  /**
   * Runs shell text as root on the host, without sshd and sudo (10 ms).
   *
   * @throws ExecaError when it fails, unless `reject` is false.
   */
  async root(script: string, options: RootOptions = {}): Promise<Ended> {
    const done = await execa('nsenter', [...enter(this.leader), 'bash', '-c', script], {
      input: options.input ?? '',
      reject: options.reject ?? true,
      extendEnv: false,
      env: { ...PLAIN_ENV, HOME: '/root' },
      timeout: (options.timeoutS ?? 120) * 1000,
    });
    return { exitCode: done.exitCode ?? 255, stdout: done.stdout, stderr: done.stderr };
  }

  /** Runs a command over the machine's OpenSSH, as user ops. Never throws because of its exit code. */
  async ssh(command: string, options: { readonly input?: string } = {}): Promise<Ended> {
    const done = await execa('ssh', [...sshArguments(this.#lab, this.state), command], {
      input: options.input ?? '',
      reject: false,
    });
    return { exitCode: done.exitCode ?? 255, stdout: done.stdout, stderr: done.stderr };
  }

  /** A path on the host as seen from the machine; works for /run and /tmp too. */
  path(path: string): string {
    return join(`/proc/${this.leader}/root`, path);
  }

  read(path: string): string {
    return readFileSync(this.path(path), 'utf8');
  }

  /** Creates parent directories too. `mode`: 0o644 by default. */
  write(path: string, content: string, mode = 0o644): void {
    const there = this.path(path);
    mkdirSync(dirname(there), { recursive: true });
    writeFileSync(there, content, { mode });
  }

  /** Sends an HTTP request to the host's loopback; null: no answer. */
  async http(path: string, port = 12345): Promise<{ status: number; body: string } | null> {
    const asked = await this.root(
      `exec 3<>/dev/tcp/127.0.0.1/${port} || exit 7; printf 'GET %s HTTP/1.0\\r\\n\\r\\n' '${path}' >&3; cat <&3`,
      { reject: false, timeoutS: 30 },
    );
    if (asked.exitCode !== 0) return null;
    const [head = '', ...rest] = asked.stdout.split(/\r?\n\r?\n/);
    return { status: Number(/^HTTP\/\S+ (\d+)/.exec(head)?.[1] ?? 0), body: rest.join('\n\n') };
  }

  /** Everything that must be unchanged after a run was undone. */
  snapshot(): Promise<Snapshot> {
    return takeSnapshot(this);
  }

  /**
   * Files of the host whose inode changed at or after `sinceMs`, except logs, login records and files in
   * memory. The overlay separates what a host wrote, so this misses nothing.
   */
  written(sinceMs: number): string[] {
    return writtenSince(upperFolder(this.#lab, this.state.number), sinceMs);
  }

  /** Sends a signal to the host's processes whose command line matches; returns how many. */
  kill(pattern: RegExp, signal: NodeJS.Signals = 'SIGKILL'): number {
    const pids = this.processes(pattern);
    for (const { pid } of pids) {
      try {
        process.kill(pid, signal);
      } catch {
        // already ended
      }
    }
    return pids.length;
  }

  /** The host's processes whose command line matches, with their pid on the machine. */
  processes(pattern: RegExp): { readonly pid: number; readonly command: string }[] {
    return inside(this.#lab, `${this.state.number}`).flatMap((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
        return pattern.test(command) ? [{ pid, command }] : [];
      } catch {
        return [];
      }
    });
  }

  /** Kills the server side of every SSH connection; sshd keeps running. */
  dropSessions(): number {
    return this.kill(/^sshd(-session)?: (ops|root)\b/);
  }

  /** Disconnects the network for a while; resolves when it is back. */
  async linkDown(seconds: number): Promise<void> {
    await setCable(this.#lab, this.state.number, 'down');
    try {
      await sleep(seconds * 1000);
    } finally {
      await setCable(this.#lab, this.state.number, 'up');
    }
  }

  /** Disconnects or connects the network. */
  async setLink(to: 'up' | 'down'): Promise<void> {
    await setCable(this.#lab, this.state.number, to);
  }

  /** An orderly reboot, even if an inhibitor blocks it (apt 3 sets one); resolves when the host is up again. */
  async reboot(): Promise<void> {
    const before = this.leader;
    const at = 'systemctl start --no-block --job-mode=replace-irreversibly reboot.target';
    await this.root(at, { reject: false });
    await this.comeBack(before);
  }

  /**
   * Waits for a shutdown in progress and the boot after it. nspawn does not boot again if /run is on a disk,
   * as in some sandboxes; then this method does.
   *
   * @param before pid of the old pid 1.
   */
  async comeBack(before: number): Promise<void> {
    const again = await until(`${this.name} does not go down`, 120, () => {
      if (inside(this.#lab, `${this.state.number}`).length === 0) return 'off';
      const now = leaderOf(this.#lab, this.state.number);
      return now !== undefined && now !== before ? 'on' : undefined;
    });
    if (again === 'on') return awaitMachine(this.#machine);
    await this.powerCut();
  }

  /** A power failure: nothing ends in order. What reached the disk is kept. */
  async powerCut(): Promise<void> {
    await this.powerOff();
    await this.powerOn();
  }

  async powerOff(): Promise<void> {
    await stopMachine(this.#lab, this.state.number);
  }

  async powerOn(): Promise<void> {
    await mountMachine(this.#machine, true);
    startMachine(this.#machine);
    await awaitMachine(this.#machine);
  }

  /** Whether a test has used it since it was created; the next test then resets it. */
  get used(): boolean {
    return existsSync(this.#mark);
  }

  markUsed(): void {
    writeFileSync(this.#mark, '');
  }

  get #mark(): string {
    return join(hostFolder(this.#lab, this.state.number), 'used');
  }

  /** Discards everything it wrote and boots it again (2 s); name, address and keys stay. */
  async reset(): Promise<void> {
    await stopMachine(this.#lab, this.state.number);
    await this.boot();
  }

  /** First boot. */
  async boot(): Promise<void> {
    rmSync(this.#mark, { force: true });
    await mountMachine(this.#machine);
    startMachine(this.#machine);
    await awaitMachine(this.#machine);
  }
}

/** Arguments of `ssh` that reach a host as ops, independent of the user's configuration. */
export function sshArguments(lab: string, host: HostState, user = 'ops'): string[] {
  const { identity, knownHosts } = controllerOf(lab);
  return [
    ...['-F', '/dev/null', '-i', identity, '-o', `UserKnownHostsFile=${knownHosts}`],
    ...['-o', 'IdentitiesOnly=yes', '-o', 'BatchMode=yes', '-o', 'LogLevel=ERROR'],
    `${user}@${host.address}`,
  ];
}
