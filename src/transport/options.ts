import type { Secret } from '../model/secret.ts';

/** The person who logs in. */
export interface SshUser {
  /** Home directory, without a slash at the end. */
  readonly home: string;
  /** Name of the local user. */
  readonly name: string;
}

/** Who logs in, and what they may use. */
export interface SshOptions {
  readonly user: SshUser;
  /** SSH_AUTH_SOCK; null: no agent. */
  readonly agent: string | null;
  /** Asks a person for the passphrase of a key file, who may not answer; null: nobody can be asked. */
  readonly askPassphrase: ((file: string) => Promise<Secret | null>) | null;
  /** Default /etc/ssh/ssh_config. */
  readonly systemConfig?: string;
  /** The command that records the host keys of this run's hosts; hints name it. Default "alloyup trust". */
  readonly trust?: string;
  /** Default ssh. */
  readonly sshCommand?: string;
}
