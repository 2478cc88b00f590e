const UNITS: ReadonlyMap<string, number> = new Map([
  ['ns', 1e-6],
  ['us', 1e-3],
  ['\u00b5s', 1e-3],
  ['\u03bcs', 1e-3],
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
]);

/** Milliseconds of a duration as Go reads it (1h30m, -1.5s, 0), or what is wrong with it. */
export function goDuration(text: string): number | { readonly problem: string } {
  const sign = /^[+-]/.test(text) ? text[0]! : '';
  let rest = text.slice(sign.length);
  if (rest === '0') return 0;
  if (rest === '') return { problem: `invalid duration "${text}"` };
  let total = 0;
  while (rest !== '') {
    const number = /^(\d+\.?\d*|\.\d+)/.exec(rest)?.[0];
    if (!number) return { problem: `invalid duration "${text}"` };
    rest = rest.slice(number.length);
    const unit = /^[^\d.]*/.exec(rest)![0];
    if (unit === '') return { problem: `missing unit in duration "${text}"` };
    const size = UNITS.get(unit);
    if (size === undefined) return { problem: `unknown unit "${unit}" in duration "${text}"` };
    total += Number(number) * size;
    rest = rest.slice(unit.length);
  }
  return sign === '-' ? -total : total;
}

/** The same span in units that Go knows: "7d" -> "168h"; undefined when it is not clear. */
export function inGo(text: string): string | undefined {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([A-Za-z]+)\s*$/.exec(text);
  if (!match) return /^\d+$/.test(text) ? `${text}s` : undefined;
  const [, count = '', unit = ''] = match;
  const hours: Readonly<Record<string, number>> = {
    d: 24,
    day: 24,
    days: 24,
    w: 168,
    week: 168,
    weeks: 168,
    y: 8760,
  };
  const perUnit = hours[unit.toLowerCase()];
  if (perUnit) return `${Number(count) * perUnit}h`;
  if (/^s(ec(ond)?s?)?$/i.test(unit)) return `${count}s`;
  if (/^m(in(ute)?s?)?$/i.test(unit)) return `${count}m`;
  if (/^h((ou)?rs?)?$/i.test(unit)) return `${count}h`;
  if (/^(ms|milli(second)?s?)$/i.test(unit)) return `${count}ms`;
  return undefined;
}
