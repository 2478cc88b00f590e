import type { Repository } from '../model/desired.ts';
import script from './examine.sh';

/** What a host tells beyond its facts. */
export interface Extras {
  /** The clock is kept by a time server; null: nobody knows. */
  readonly ntp: boolean | null;
  /** sudo writes down what commands are given, secrets among it. */
  readonly logInput: boolean;
  /** Folders that a run writes to, on something mounted read-only. */
  readonly readOnly: readonly string[];
  /** Why the host cannot connect to the repository, in bash's words; null: it can, or nobody knows. */
  readonly unreachable: string | null;
}

/** For `sh -s NAME PORT` as root, the repository's or its proxy's; changes nothing. */
export const examineScript = script;

/** Where a host's apt connects to. */
export function packagesFrom({ url, proxy }: Repository): readonly [string, string] {
  const { hostname, port, protocol } = new URL(proxy ?? url);
  return [
    hostname.replace(/^\[|\]$/g, ''),
    port === '' ? (protocol === 'https:' ? '443' : '80') : port,
  ];
}

export function readExtras(out: string): Extras {
  const lines = out.split('\n');
  const after = (word: string): readonly string[] =>
    lines.filter((line) => line.startsWith(word)).map((line) => line.slice(word.length));
  return {
    ntp: lines.includes('ntp yes') ? true : lines.includes('ntp no') ? false : null,
    logInput: lines.includes('log_input yes'),
    readOnly: after('readonly '),
    unreachable: after('unreachable ')[0] ?? null,
  };
}
