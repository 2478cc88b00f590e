import { randomBytes } from 'node:crypto';
import { userInfo } from 'node:os';
import type { World } from '../engine/world.ts';
import { say } from '../report/printable.ts';
import { createRepositorySource } from '../sources/apt-repository.ts';
import { ownDirectories } from '../sources/directories.ts';
import { createTransport } from '../transport/transport.ts';
import { createTurns } from './take-turns.ts';
import { askSecret } from './terminal/ask.ts';
import type { Terminal } from './terminal/terminal.ts';

interface WorldOptions extends Partial<Omit<World, 'transport' | 'repository'>> {
  /** The command that records a host's key, for hints. */
  readonly trust?: string;
}

/** The ports of the engine: the real ones, silent and never interrupted unless given otherwise. */
export function createWorld(terminal: Terminal, { trust, ...given }: WorldOptions = {}): World {
  const never = new AbortController().signal;
  return {
    transport: createTransport({
      ...sshOptionsOf(terminal),
      ...(trust === undefined ? {} : { trust }),
    }),
    repository: createRepositorySource({
      cacheDir: ownDirectories(terminal.env).cache,
      now: Date.now,
    }),
    emit: () => {},
    mask: (text) => text,
    now: Date.now,
    sleep,
    turn: createTurns(),
    // a run that replaces no configuration does without it
    graphChanges: async (target, before) =>
      (await import('../graph/host-changes.ts')).hostChanges(target, before),
    nonce: () => randomBytes(16).toString('hex'),
    stop: never,
    abandon: never,
    ...given,
  };
}

/** Of timers/promises, each sleep that ends early would make an error with a stack: several for every host. */
const sleep: World['sleep'] = (ms, signal) =>
  new Promise((resolve) => {
    const wake = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', wake);
      resolve();
    };
    const timer = setTimeout(wake, ms);
    signal.addEventListener('abort', wake, { once: true });
    if (signal.aborted) wake();
  });

/** What this person's logins may use. */
export const sshOptionsOf = (terminal: Terminal) => ({
  user: { home: terminal.home, name: userInfo().username },
  agent: terminal.env.SSH_AUTH_SOCK || null,
  askPassphrase: terminal.interactive
    ? (file: string) =>
        terminal.aside(() => askSecret(say`Passphrase for ${file}:`)).catch(() => null)
    : null,
});
