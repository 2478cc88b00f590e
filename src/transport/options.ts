import type { Secret } from '../model/secret.ts';

/** The person who logs in. */
export interface SshUser {
  /** Home directory, without a slash at the end. */
  readonly home: string;
  /** Name of the local user. */
  readonly name: string;
}

/** Asks a person for the passphrase of a key file; null: no answer. */
export type AskPassphrase = (file: string) => Promise<Secret | null>;

/** Who logs in, and what they may use. */
export interface SshOptions {
  readonly user: SshUser;
  /** SSH_AUTH_SOCK; null: no agent. */
  readonly agent: string | null;
  /** null: nobody can be asked. */
  readonly askPassphrase: AskPassphrase | null;
  /** Default /etc/ssh/ssh_config. */
  readonly systemConfig?: string;
  /** The command that records the host keys of this run's hosts; hints name it. Default "alloyup trust". */
  readonly trust?: string;
  /** Default ssh. */
  readonly sshCommand?: string;
}
