/** Params of the problems `ssh.*`, `sudo.*` and `key.*`. */
export interface ConnectionProblems {
  'ssh.lost':
    | {
        readonly reason: 'dropped';
        /** Where the connection went: `ops@10.0.0.7:2222`. */
        readonly endpoint: string;
        /** The error of the client or the system. */
        readonly said: string;
      }
    | { readonly reason: 'nothing-started' };
  'sudo.password':
    | { readonly reason: 'required'; readonly user: string | null }
    | { readonly reason: 'refused'; readonly user: string | null };
  'sudo.refused':
    | { readonly reason: 'password-expired'; readonly user: string | null }
    | { readonly reason: 'account-expired'; readonly user: string | null }
    | { readonly reason: 'not-allowed'; readonly user: string | null }
    | { readonly reason: 'tty-required'; readonly user: string | null }
    | { readonly reason: 'missing' }
    | { readonly reason: 'not-root' };
}
