/**
 * Limits of the service in two forms: as our drop-in sets them ("RestartSec=1min 30s") and as
 * `systemctl show` prints what is in effect ("RestartUSec=1min 30s"). systemd.time(7),
 * systemd.resource-control(5).
 */

/** A setting that is not in effect. */
export interface SettingOff {
  /** As in the drop-in: "MemoryMax". */
  readonly name: string;
  readonly wanted: string;
  readonly found: string;
}

/** Settings of the drop-in that are not in effect; one that cannot be compared, such as 50% of memory, counts as in effect. */
export function settingsOff(
  dropIn: string,
  shown: Readonly<Record<string, string>>,
): readonly SettingOff[] {
  return [...dropIn.matchAll(/^(\w+)=(.*)$/gm)].flatMap(([, name = '', wanted = '']) => {
    const found = shown[propertyOf(name)];
    if (found === undefined) return [];
    const amounts = [wantedAmount(name, wanted), shownAmount(name, found)];
    return amounts.includes(null) || amounts[0] === amounts[1] ? [] : [{ name, wanted, found }];
  });
}

const isSpan = (name: string): boolean => name.endsWith('Sec');

const propertyOf = (name: string): string =>
  name === 'CPUQuota' ? 'CPUQuotaPerSecUSec' : name.replace(/Sec$/, 'USec');

/** Microseconds, bytes or a count; null: not known. */
function wantedAmount(name: string, text: string): number | null {
  if (isSpan(name)) return microseconds(text, 's');
  const percent = /^(\d+)%$/.exec(text);
  // of a second of one core
  if (percent) return name === 'CPUQuota' ? Number(percent[1]) * 10_000 : null;
  return count(text);
}

const shownAmount = (name: string, text: string): number | null =>
  isSpan(name) || name === 'CPUQuota' ? microseconds(text, 'us') : count(text);

function count(text: string): number | null {
  if (text === 'infinity') return Number.POSITIVE_INFINITY;
  const [, digits, suffix = ''] = /^(-?\d+(?:\.\d+)?)([KMGT]?)$/.exec(text) ?? [];
  return digits === undefined
    ? null
    : Math.floor(Number(digits) * 1024 ** ' KMGT'.indexOf(suffix || ' '));
}

/** By the first letters that tell them apart; `m` and `M` differ. */
const UNITS: readonly (readonly [RegExp, number])[] = [
  [/^(us|µs|usec)$/, 1],
  [/^(ms|msec)$/, 1e3],
  [/^(s|sec|seconds?)$/, 1e6],
  [/^(m|min|minutes?)$/, 60e6],
  [/^(h|hr|hours?)$/, 3600e6],
  [/^(d|days?)$/, 86_400e6],
  [/^(w|weeks?)$/, 604_800e6],
  [/^(M|months?)$/, 2_629_800e6],
  [/^(y|years?)$/, 31_557_600e6],
];

function microseconds(text: string, unit: string): number | null {
  if (text === 'infinity') return Number.POSITIVE_INFINITY;
  let sum = 0;
  for (const [, digits, word] of text.matchAll(/(\d+(?:\.\d+)?)\s*([a-zA-Zµ]*)/g)) {
    const factor = UNITS.find(([names]) => names.test(word || unit))?.[1];
    if (factor === undefined) return null;
    sum += Math.round(Number(digits) * factor);
  }
  return sum;
}
