import type { Position } from './problem.ts';
import type { Secret } from './secret.ts';

/** How root is reached after the login. `none`: the login already is root. */
export type Sudo =
  | { readonly kind: 'none' }
  | { readonly kind: 'passwordless' }
  | { readonly kind: 'password'; readonly password: Secret };

export type TransportKind = 'ssh' | 'openssh' | 'local';

/** How a machine is reached. Never holds what it wants or what it is. Complete: nothing is optional. */
export interface Host {
  readonly name: string;
  readonly transport: 'auto' | TransportKind;
  /** Name or address to connect to; an alias of ~/.ssh/config works. The host's name unless the inventory says otherwise. */
  readonly address: string;
  /** null: ~/.ssh/config's, else 22. */
  readonly port: number | null;
  /** null: ~/.ssh/config's, else the user who runs alloyup. */
  readonly user: string | null;
  /** Private key files in the order to try; empty: the agent's, ~/.ssh/config's, then the default names. */
  readonly identity: readonly string[];
  readonly jump: readonly string[];
  readonly hostKeys: 'strict' | 'accept-new';
  /** `SHA256:...` when the inventory pins the key; beats known_hosts. */
  readonly hostKey: string | null;
  readonly sudo: Sudo;
  readonly groups: readonly string[];
  /** Where the inventory says that this host exists. */
  readonly at: Position;
}
