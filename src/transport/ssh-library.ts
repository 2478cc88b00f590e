import type { NodeSSH } from 'node-ssh';
import type ssh2 from 'ssh2';

/** The libraries behind a login. */
export interface SshLibrary {
  readonly NodeSSH: new () => NodeSSH;
  readonly ssh2: typeof ssh2;
}

let loading: Promise<SshLibrary> | undefined;

/** Loads them once, 12 ms of work: after the connections that were just asked for have gone out, so that servers fork meanwhile. */
export function loadSsh(): Promise<SshLibrary> {
  loading ??= new Promise(setImmediate)
    .then(() => Promise.all([import('node-ssh'), import('ssh2')]))
    .then(([{ NodeSSH }, library]) => ({ NodeSSH, ssh2: library.default }));
  return loading;
}
