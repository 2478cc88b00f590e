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
  'sudo.refused': {
    readonly reason: 'failed';
    /** `exit 1`, or a signal. */
    readonly ended: string;
    readonly address: string;
  };
}
