/** Colours of a terminal, or none. */
export type Paint = Readonly<
  Record<'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'blue' | 'cyan', (text: string) => string>
>;

const PAIRS = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  cyan: [36, 39],
} as const;

const same = (text: string): string => text;

const painted = (name: keyof Paint): ((text: string) => string) => {
  const [on, off] = PAIRS[name];
  return (text) => (text === '' ? '' : `\u001b[${on}m${text}\u001b[${off}m`);
};

/** Without colour every function returns its text. */
export const paintWith = (colour: boolean): Paint => {
  const make = colour ? painted : () => same;
  return {
    bold: make('bold'),
    dim: make('dim'),
    red: make('red'),
    green: make('green'),
    yellow: make('yellow'),
    blue: make('blue'),
    cyan: make('cyan'),
  };
};
