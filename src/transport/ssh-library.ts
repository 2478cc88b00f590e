import type { NodeSSH } from 'node-ssh';
import type ssh2 from 'ssh2';

/** The libraries behind a login. */
export interface SshLibrary {
  readonly NodeSSH: new () => NodeSSH;
  readonly ssh2: typeof ssh2;
}

let loading: Promise<SshLibrary> | undefined;

/** Loads them once, 25 ms of work that the first TCP connection and the server's fork hide. */
export function loadSsh(): Promise<SshLibrary> {
  loading ??= Promise.all([import('node-ssh'), import('ssh2')]).then(([{ NodeSSH }, library]) => ({
    NodeSSH,
    ssh2: library.default,
  }));
  return loading;
}
