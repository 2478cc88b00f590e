/** The server that a problem is about, when that is a jump host on the way: `ops@bastion`. */
interface Hop {
  readonly jump?: string;
}

/** Where a TCP connection goes. */
interface Address extends Hop {
  readonly address: string;
  readonly port: number;
}

/** Where a login goes: `ops@10.0.0.7:2222`. */
interface Endpoint extends Hop {
  readonly endpoint: string;
}

/** What a server, a system call or another program said. */
interface Said {
  readonly said: string;
}

/** A key that a server shows. */
export interface ShownKey {
  /** `ed25519`, `nistp256`, `rsa`, ... */
  readonly type: string;
  /** `SHA256:...` */
  readonly fingerprint: string;
}

interface NamedHostKey extends ShownKey, Hop {
  /** As known_hosts files name the host: `web-01`, `[web-01]:2222`. */
  readonly name: string;
}

/** A key that was named and cannot be offered. */
export interface UnusableKey {
  /** `public`: only the public half, and no agent holds the private one. */
  readonly why: 'absent' | 'locked' | 'public' | 'unreadable';
  /** `~/.ssh/id_ed25519` */
  readonly file: string;
  /** What the system or the parser said; empty unless unreadable. */
  readonly said: string;
}

/** One member for each reason, so that the reason tells them apart. */
type Each<Reason extends string, T> = { [R in Reason]: { readonly reason: R } & T }[Reason];

/** The account that sudo was asked for, and the host it is on. */
interface Account {
  /** null: the login user, whose name the inventory does not give. */
  readonly user: string | null;
  readonly address: string;
}

/** Params of the problems `ssh.*`, `sudo.*` and `key.*`. */
export interface ConnectionProblems {
  'ssh.unreachable':
    | Each<'unknown-name' | 'no-name-server' | 'connection-refused', Address>
    | Each<'no-route' | 'no-connection', Address & Said>
    /** The server closed the connection before its greeting, `tries` times. */
    | ({ readonly reason: 'dropped'; readonly tries: number } & Address)
    /** `from`: the jump host that could not connect. */
    | ({ readonly reason: 'not-forwarded'; readonly from: string } & Address & Said)
    | Each<'handshake' | 'proxy', Endpoint & Address & Said>;
  'ssh.auth':
    | ({
        readonly reason: 'no-key';
        /** Names of the files that were looked for in ~/.ssh. */
        readonly files: readonly string[];
        readonly agent: 'none' | 'empty' | 'not-asked';
      } & Endpoint)
    | ({ readonly reason: 'no-key-of-ssh' } & Endpoint)
    | ({ readonly reason: 'unusable-key' } & UnusableKey & Hop)
    | ({
        readonly reason: 'refused';
        readonly user: string;
        /** `key ~/.ssh/id_ed25519`, `agent key SHA256:...`, ... */
        readonly offered: readonly string[];
        /** What the server would still take. */
        readonly methods: readonly string[];
        readonly unusable: readonly UnusableKey[];
      } & Endpoint)
    | ({ readonly reason: 'too-many-keys'; readonly offered: readonly string[] } & Endpoint)
    | ({ readonly reason: 'ended'; readonly user: string } & Endpoint & Said)
    | ({ readonly reason: 'no-security-key' } & Endpoint);
  'ssh.host-key':
    | ({
        readonly reason: 'unknown';
        /** The command that records it. */
        readonly trust: string;
      } & NamedHostKey)
    | ({
        readonly reason: 'changed';
        readonly known: ShownKey & { readonly file: string; readonly line: number };
      } & NamedHostKey)
    | ({ readonly reason: 'revoked'; readonly file: string; readonly line: number } & NamedHostKey)
    | ({
        readonly reason: 'not-pinned';
        readonly name: string;
        readonly pin: string;
        readonly shown: readonly ShownKey[];
      } & Hop)
    /** ssh(1) does not trust it for a reason of its own: a certificate, or a KnownHostsCommand. */
    | ({ readonly reason: 'distrusted'; readonly address: string } & Hop)
    | Each<'file-unreadable' | 'file-unwritable', { readonly file: string } & Said & Hop>
    /** Only OpenSSH can reach the host, because of this setting, so its key cannot be shown. */
    | { readonly reason: 'not-shown'; readonly address: string; readonly setting: string };
  'ssh.timeout':
    | ({
        readonly reason: 'login';
        readonly port: number;
        readonly seconds: number;
        /** How far it came. */
        readonly stage: 'tcp' | 'greeting' | 'login';
      } & Endpoint)
    | ({ readonly reason: 'login-interrupted' } & Endpoint)
    | { readonly reason: 'command'; readonly endpoint: string; readonly seconds: number }
    | { readonly reason: 'command-interrupted'; readonly endpoint: string };
  'ssh.lost':
    | ({ readonly reason: 'dropped' } & Endpoint & Said)
    | { readonly reason: 'nothing-started' };
  'ssh.unsupported':
    | {
        readonly reason: 'openssh-required';
        /** What only OpenSSH can do: `ProxyCommand nc in ~/.ssh/config`. */
        readonly feature: string;
        /** The keys that the server refused before. */
        readonly refused: readonly string[];
      }
    | ({ readonly reason: 'no-common-algorithm'; readonly address: string } & Endpoint)
    | Each<'bad-configuration' | 'unread-configuration', { readonly address: string } & Hop>
    | { readonly reason: 'bad-jump-host'; readonly text: string }
    | ({ readonly reason: 'no-ssh-command' } & Hop)
    | ({
        readonly reason: 'old-ssh-command';
        readonly name: string;
        readonly needed: number;
      } & Hop);
  'sudo.refused':
    | Each<
        'password-expired' | 'account-expired' | 'not-allowed' | 'needs-tty' | 'no-sudo',
        Account
      >
    | { readonly reason: 'not-root' }
    /** Neither sudo's words nor the exit code say why. */
    | { readonly reason: 'failed'; readonly address: string; readonly exit: number | string };
  'sudo.password': Each<'password-required' | 'password-refused', Account>;
}
