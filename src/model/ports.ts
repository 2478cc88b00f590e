import type { Repository } from './desired.ts';
import type { Happening, Outcome } from './event.ts';
import type { Host, TransportKind } from './host.ts';
import type { Command, KeyringFacts, SigningKey } from './plan.ts';
import type { Problem } from './problem.ts';

/** How a remote command ended. `code` null: killed by `signal`. */
export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
}

export interface StartOptions {
  /** Raw bytes as they come; decode with a TextDecoder({stream}) where text is wanted. */
  readonly onOut: (bytes: Uint8Array) => void;
  readonly onErr: (bytes: Uint8Array) => void;
  /** Milliseconds for the whole command, from the call on. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** A command that runs on a host. */
export interface Channel {
  write(data: string | Uint8Array): void;
  /** Closes its stdin. */
  end(data?: string | Uint8Array): void;
  /**
   * Resolves when the command has ended, whatever its code.
   *
   * @throws ToolError `ssh.lost` when the connection broke first, `ssh.timeout` when `timeoutMs`
   *   or the signal left it behind.
   */
  readonly exit: Promise<Exit>;
  /** Closes the channel; `exit` then rejects with `ssh.lost` unless it has settled. */
  close(): void;
}

/** One login on one host. At most one command runs on it at a time. */
export interface Connection {
  /** Starts `argv` through the login shell, each word quoted. */
  start(argv: Command, options: StartOptions): Channel;
  /** Safe to call twice. Never throws. */
  close(): void;
  /** How the connection was made, for -v: "ssh ops@198.51.100.7:22, key ~/.ssh/id_ed25519". */
  readonly description: string;
  readonly via: TransportKind;
  /** Why `auto` did not take the built-in client, for -v; null: it did, or there is nothing to say. */
  readonly why: string | null;
}

/** Makes logins. Host keys are always verified. */
export interface Transport {
  /**
   * @throws ToolError `ssh.unreachable` | `ssh.auth` | `ssh.host-key` | `ssh.timeout` | `ssh.unsupported`
   */
  connect(
    host: Host,
    options: { readonly timeoutMs: number; readonly signal: AbortSignal },
  ): Promise<Connection>;
  /** Drops shared connections. Safe to call twice. */
  close(): Promise<void>;
}

/** What a run reads from the repository, each at most once a run, and only when it is asked for. */
export interface RepositorySource {
  /** @throws ToolError `repository.unreachable` | `repository.key` */
  signingKey(repository: Repository): Promise<SigningKey>;
  /**
   * Versions of alloy for one architecture, newest first, from the signed index.
   *
   * @throws ToolError `repository.unreachable` | `repository.key` | `repository.index`
   */
  versions(repository: Repository, arch: string): Promise<readonly string[]>;
  /** Never throws: a keyring that cannot be read has a `problem`. Cached by content hash. */
  inspectKeyring(bytes: Uint8Array): Promise<KeyringFacts>;
}

/**
 * Takes in what happened. Never throws, never waits.
 *
 * @param at when that was, in milliseconds since the epoch; absent: now
 */
export type Emit = (happening: Happening, at?: number) => void;

/** Takes every known secret out of a text. */
export type Mask = (text: string) => string;

/** One host's part in a run. Each method ends with the host waiting, or finished and reported so. */
export interface HostRun {
  readonly name: string;
  /** It has a plan that waits to be carried out. */
  readonly waiting: boolean;
  /** It is not what the saved plan was made from, so no host may be changed. */
  readonly moved: boolean;
  /** How it ended; null: it has not. */
  readonly outcome: Outcome | null;
  /** It is as this run has left it, proven, whatever was found to be missing then. */
  readonly changed: boolean;
  /** Of its members, one at a time is changed; null: it is in none. */
  readonly cluster: string | null;
  /** Why it ended like this; undefined: nothing went wrong, or it has not ended. */
  readonly problem: Problem | undefined;
  /** With `keepLogin` it may be called again; then it reads the host anew. */
  plan(): Promise<void>;
  /** Where it has not begun when `unless` aborts, it need not: then it is still waiting. */
  carryOut(unless?: AbortSignal): Promise<void>;
  /** Leaves the host as it is. */
  skip(problem?: Problem): void;
  /** Returns a host that this run has changed to its state before. @param because why, if that succeeds */
  rollBack(because: Problem): Promise<void>;
  /**
   * An earlier process has begun to change it in this run: `carryOut` finds out how that ends, whatever else happens.
   * `known`: it has ended, and `carryOut` only says how. Absent: nobody has.
   */
  readonly begun?: 'begun' | 'known' | undefined;
  /** Ends a login that was kept. */
  close(): void;
  /** Resolves when the host is changed and proven, and waits for a word about its data. */
  readonly isProven: Promise<void>;
  /** Resolves when its data is no longer watched. */
  readonly isOver: Promise<void>;
}
