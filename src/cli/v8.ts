import process from 'node:process';
import { setFlagsFromString } from 'node:v8';

// The versions of V8 after that of Node 20 wait about nine times as long by themselves, and do not know the switch.
const isEager = process.versions.node.startsWith('20.');

/**
 * V8 compiles with optimizations what has run a few hundred times, which a run of seconds does not earn back, and a run over
 * thousands of hosts does.
 */
export const optimizeLater = (): void => {
  if (isEager) setFlagsFromString('--interrupt-budget=600000');
};

/** Hosts of a fleet whose garbage would fill more memory than alloyup itself. */
const LARGE = 500;
/** Hosts that take long enough for optimized code to pay. */
const LONG = 2000;

/**
 * What a host leaves behind is garbage that V8 would let grow to several times of what is in use before it collects it,
 * since the machine has memory to spare: the machine may have other plans for it.
 */
export function prepareForHosts(hosts: number): void {
  if (hosts >= LARGE) setFlagsFromString('--heap-growing-percent=75');
  // V8's own default
  if (hosts >= LONG && isEager) setFlagsFromString('--interrupt-budget=67584');
}
