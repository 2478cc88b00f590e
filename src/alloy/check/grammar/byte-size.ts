const LETTERS = ['', 'K', 'M', 'G', 'T', 'P', 'E'];

const unitsOf = (suffix: string): ReadonlyMap<string, number> =>
  new Map(LETTERS.map((letter, power) => [letter ? letter + suffix : 'B', 1024 ** power]));

const BINARY = unitsOf('iB');
/** KB is 1024 too: Alloy reads both in powers of two. */
const OLD = unitsOf('B');

/** Bytes of a size as Alloy reads it (512MiB, 512MB, 1.5GiB, 0), or what is wrong with it (units.ParseBase2Bytes). */
export function byteSize(text: string): number | { readonly problem: string } {
  const read = inUnits(text, BINARY);
  return typeof read === 'number' ? read : inUnits(text, OLD);
}

function inUnits(
  text: string,
  units: ReadonlyMap<string, number>,
): number | { readonly problem: string } {
  const sign = /^[+-]/.test(text) ? text[0]! : '';
  let rest = text.slice(sign.length);
  if (rest === '0') return 0;
  if (rest === '') return { problem: `invalid ${text}` };
  let total = 0;
  while (rest !== '') {
    const number = /^(\d+\.?\d*|\.\d+)/.exec(rest)?.[0];
    if (!number) return { problem: `invalid ${text}` };
    rest = rest.slice(number.length);
    const unit = /^[^\d.]*/.exec(rest)![0];
    const size = units.get(unit);
    if (size === undefined) return { problem: `unknown unit ${unit} in ${text}` };
    total += Number(number) * size;
    rest = rest.slice(unit.length);
  }
  return sign === '-' ? -total : total;
}

/** The same size with a unit that Alloy knows: "512mb" -> "512MB"; undefined when it is not clear. */
export function inByteUnits(text: string): string | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([A-Za-z]*)$/.exec(text.trim());
  if (!match) return undefined;
  const [, count = '', unit = ''] = match;
  if (unit === '' || /^b(ytes?)?$/i.test(unit)) return `${count}B`;
  const letter = /^([kmgtpe])(i?b?|ib)$/i.exec(unit)?.[1];
  return letter ? `${count}${letter.toUpperCase()}iB` : undefined;
}
