import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Host } from '../../src/model/host.ts';
import type { Command } from '../../src/model/plan.ts';
import type { Connection } from '../../src/model/ports.ts';
import { type Problem, ToolError } from '../../src/model/problem.ts';
import type { Hop } from '../../src/transport/hops.ts';
import { defaultSettings } from '../../src/transport/ssh-config.ts';

export const never = new AbortController().signal;

/** A directory for one test file, removed by `remove`. */
export function scratch() {
  const path = mkdtempSync(join(tmpdir(), 'alloyup-ssh-'));
  chmodSync(path, 0o755);
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** A home directory whose known_hosts has these lines. */
export function homeIn(directory: string, ...knownHosts: readonly string[]): string {
  const home = mkdtempSync(join(directory, 'home-'));
  mkdirSync(`${home}/.ssh`, { mode: 0o700 });
  writeFileSync(`${home}/.ssh/known_hosts`, knownHosts.map((line) => `${line}\n`).join(''));
  return home;
}

export const hostAt = (port: number, over: Partial<Host> = {}): Host => ({
  name: 'h1',
  transport: 'auto',
  address: '127.0.0.1',
  port,
  user: null,
  identity: [],
  jump: [],
  hostKeys: 'strict',
  hostKey: null,
  sudo: { kind: 'none' },
  groups: [],
  at: { file: 'inventory.yaml', line: 1, column: 1 },
  ...over,
});

export function hopTo(
  host: string,
  port = 22,
  over: Partial<Hop> = {},
  settings: Partial<Hop['settings']> = {},
): Hop {
  const user = { home: '/home/ops', name: 'ops' };
  return {
    endpoint: { user: 'ops', host, port },
    alias: host,
    settings: { ...defaultSettings(host, port, user), ...settings },
    identities: { files: [], source: 'default', allAgentKeys: true, agent: null },
    hostKeys: 'strict',
    pin: null,
    ...over,
  };
}

export async function problemsOf(work: Promise<unknown>): Promise<readonly Problem[]> {
  try {
    await work;
  } catch (error) {
    if (error instanceof ToolError) return error.problems;
    throw error;
  }
  throw new Error('nothing went wrong');
}

export const problemOf = async (work: Promise<unknown>): Promise<Problem> =>
  (await problemsOf(work))[0]!;

export async function run(
  connection: Connection,
  argv: Command,
  input: string | Uint8Array = '',
  timeoutMs = 20_000,
  signal = never,
) {
  const out: Uint8Array[] = [];
  const err: Uint8Array[] = [];
  const channel = connection.start(argv, {
    onOut: (bytes) => out.push(bytes.slice()),
    onErr: (bytes) => err.push(bytes.slice()),
    timeoutMs,
    signal,
  });
  channel.end(input);
  const exit = await channel.exit;
  return { exit, out: Buffer.concat(out), err: Buffer.concat(err) };
}
