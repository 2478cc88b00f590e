import type { ServiceSettings } from '../inventory/settings.ts';
import type { EnvironmentFault } from '../model/problems/file-problems.ts';
import { Secret } from '../model/secret.ts';

/** Where Alloy listens: the address without brackets, as the inventory says it. */
export interface Listen {
  readonly address: string;
  readonly port: number;
}

/** What reaches the listener from the host itself: every interface is also the loopback one. */
export function reachable({ address, port }: Listen): Listen {
  if (/^0+(\.0+){3}$/.test(address)) return { address: '127.0.0.1', port };
  // Go listens on both families for [::]; a host without IPv6 could not bind it at all
  if (/^[0:]+(%\w+)?$/.test(address)) return { address: '::1', port };
  if (/^::ffff:0+(\.0+){3}$/i.test(address)) return { address: '127.0.0.1', port };
  return { address, port };
}

/** systemd's section and name of each key in `alloy.service`, in the order they are written in. */
const DIRECTIVES: Readonly<Record<keyof ServiceSettings, readonly ['Unit' | 'Service', string]>> = {
  startLimitIntervalSec: ['Unit', 'StartLimitIntervalSec'],
  startLimitBurst: ['Unit', 'StartLimitBurst'],
  restartSec: ['Service', 'RestartSec'],
  timeoutStopSec: ['Service', 'TimeoutStopSec'],
  memoryHigh: ['Service', 'MemoryHigh'],
  memoryMax: ['Service', 'MemoryMax'],
  cpuQuota: ['Service', 'CPUQuota'],
  tasksMax: ['Service', 'TasksMax'],
  limitNofile: ['Service', 'LimitNOFILE'],
  nice: ['Service', 'Nice'],
};

/** Text of our drop-in of alloy.service; null where nothing is set. Equal settings give equal text. */
export function dropInText(service: ServiceSettings): string | null {
  const body = (['Unit', 'Service'] as const).flatMap((section) => {
    const own = Object.entries(DIRECTIVES).flatMap(([key, [where, name]]) => {
      const value = service[key as keyof ServiceSettings];
      return where === section && value !== undefined ? [`${name}=${value}`] : [];
    });
    return own.length === 0 ? [] : ['', `[${section}]`, ...own];
  });
  if (body.length === 0) return null;
  return [
    '# Written by alloyup from alloy.service of its inventory; changes made here are overwritten.',
    ...body,
    '',
  ].join('\n');
}

/** The kernel's limit for `NAME=VALUE` and its zero byte (MAX_ARG_STRLEN). */
const MAX_BYTES = 131_072;

/**
 * Why the service would not start with a value; null: it gets the value byte for byte. Over a code
 * point that Unicode will never make a character systemd refuses the whole file, and writes the
 * value into the journal (seen with 252); control characters it takes.
 */
export function environmentFault(name: string, value: string | Secret): EnvironmentFault | null {
  const text = value instanceof Secret ? value.reveal() : value;
  if (Buffer.byteLength(`${name}=${text}`) >= MAX_BYTES) return { kind: 'too-long' };
  const bad = REFUSED.exec(text)?.[0];
  if (bad === undefined) return null;
  const hex = bad.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
  return { kind: 'character', character: `U+${hex}` };
}

const REFUSED = /[\0\p{Noncharacter_Code_Point}]/u;
