const PAIRS = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
} as const;

/** Colours of a terminal, or none: then every function returns its text. */
export type Paint = Readonly<Record<keyof typeof PAIRS, (text: string) => string>>;

export const paintWith = (colour: boolean): Paint =>
  Object.fromEntries(
    Object.entries(PAIRS).map(([name, [on, off]]) => [
      name,
      (text: string) => (colour && text !== '' ? `\u001b[${on}m${text}\u001b[${off}m` : text),
    ]),
  ) as Paint;
