import type { Reasons } from './reasons.ts';

/** Where a TCP connection goes. */
type Address = { address: string; port: number };

/** Where a login goes: `ops@10.0.0.7:2222`. */
type Endpoint = { endpoint: string };

/** What a server, a system call or another program said. */
type Said = { said: string };

/** A key that a server shows. */
export interface ShownKey {
  /** `ed25519`, `nistp256`, `rsa`, ... */
  readonly type: string;
  /** `SHA256:...` */
  readonly fingerprint: string;
}

/** `name`: as known_hosts files name the host, `web-01` or `[web-01]:2222`. */
type NamedKey = ShownKey & { name: string };

/** A line of a file. */
type Line = { readonly file: string; readonly line: number };

/** A key that was named and cannot be offered. */
export interface UnusableKey {
  /** `public`: only the public half, and no agent holds the private one. */
  readonly why: 'absent' | 'locked' | 'public' | 'unreadable';
  /** `~/.ssh/id_ed25519` */
  readonly file: string;
  /** What the system or the parser said; empty unless unreadable. */
  readonly said: string;
}

/** The account that sudo was asked for, null: the login user, not named in the inventory. */
type Account = { user: string | null; address: string };

export interface ConnectionProblems {
  'ssh.unreachable':
    | Reasons<'unknown-name' | 'no-name-server' | 'connection-refused', Address>
    | Reasons<'no-route' | 'no-connection', Address & Said>
    /** The server closed the connection before its greeting, `tries` times. */
    | Reasons<'dropped', Address & { tries: number }>
    /** `from`: the jump host that could not connect. */
    | Reasons<'not-forwarded', Address & Said & { from: string }>
    | Reasons<'handshake' | 'proxy', Endpoint & Address & Said>;
  'ssh.auth': /** `files`: names of the files that were looked for in ~/.ssh. */
    | Reasons<
        'no-key',
        Endpoint & { files: readonly string[]; agent: 'none' | 'empty' | 'not-asked' }
      >
    | Reasons<'no-key-of-ssh' | 'no-security-key', Endpoint>
    | Reasons<'unusable-key', UnusableKey>
    /**
     * `offered`: `key ~/.ssh/id_ed25519`, `agent key SHA256:...`, ...; `methods`: what the server would
     * still take.
     */
    | Reasons<
        'refused',
        Endpoint & {
          user: string;
          offered: readonly string[];
          methods: readonly string[];
          unusable: readonly UnusableKey[];
        }
      >
    /** `accepted`: a key, as in `offered`; `methods`: what the server wants besides. */
    | Reasons<
        'second-factor',
        Endpoint & { user: string; accepted: string; methods: readonly string[] }
      >
    | Reasons<'too-many-keys', Endpoint & { offered: readonly string[] }>
    | Reasons<'ended', Endpoint & Said & { user: string }>;
  /** `trust`: the command that records an unknown key. */
  'ssh.host-key':
    | Reasons<'unknown', NamedKey & { trust: string }>
    | Reasons<'changed', NamedKey & { known: ShownKey & Line }>
    | Reasons<'revoked', NamedKey & Line>
    | Reasons<'not-pinned', { name: string; pin: string; shown: readonly ShownKey[] }>
    /** ssh(1) does not trust it for a reason of its own: a certificate, or a KnownHostsCommand. */
    | Reasons<'distrusted', { address: string }>
    | Reasons<'file-unreadable' | 'file-unwritable', Said & { file: string }>
    /** Only OpenSSH can reach the host, because of this setting, so its key cannot be shown. */
    | Reasons<'not-shown', { address: string; setting: string }>;
  'ssh.timeout': /** `stage`: how far it came; `limit`: the flag that would allow more time. */
    | Reasons<
        'login',
        Endpoint & {
          port: number;
          seconds: number;
          stage: 'tcp' | 'greeting' | 'login';
          limit: '--connect-timeout' | '--timeout';
        }
      >
    | Reasons<'no-login', Endpoint & { seconds: number }>
    | Reasons<'login-interrupted' | 'command-interrupted', Endpoint>
    | Reasons<'command', Endpoint & { seconds: number; limit: '--timeout' | null }>;
  'ssh.lost': Reasons<'dropped', Endpoint & Said> | Reasons<'nothing-started'>;
  /**
   * `feature`: what only OpenSSH can do, as `ProxyCommand nc in ~/.ssh/config`; `refused`: the keys
   * that the server refused before.
   */
  'ssh.unsupported':
    | Reasons<'openssh-required', { feature: string; refused: readonly string[] }>
    | Reasons<'no-common-algorithm', Endpoint & { address: string }>
    | Reasons<'bad-configuration' | 'unread-configuration', { address: string }>
    | Reasons<'bad-jump-host', { text: string }>
    | Reasons<'no-ssh-command'>
    | Reasons<'old-ssh-command', { name: string; needed: number }>;
  /** The login worked, and its shell did not run our command. */
  'ssh.shell':
    | Reasons<'nologin' | 'git-shell' | 'sftp-only', Account>
    | Reasons<'ended', Account & { exit: string }>
    | Reasons<'silent', Account & { seconds: number }>;
  'sudo.refused':
    | Reasons<'password-expired' | 'account-expired' | 'not-allowed', Account>
    | Reasons<'needs-tty' | 'no-sudo' | 'doas', Account>
    /** sudo itself is broken, or may not do its work. */
    | Reasons<'not-setuid' | 'no-new-privileges' | 'bad-sudoers' | 'cannot-log' | 'pam', Account>
    | Reasons<'not-root'>
    /** Neither sudo's words nor the exit code say why. */
    | Reasons<'failed', { address: string; exit: number | string }>;
  /** `whose`: sudo wants the password of this account, not the login's; null: of the login. */
  'sudo.password':
    | Reasons<'password-required', Account>
    | Reasons<'password-refused', Account & { whose: string | null }>;
}
