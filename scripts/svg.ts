/** A terminal recording as a picture whose text can be searched, copied and read aloud. */

export interface Frame {
  /** Lines with escape sequences for colors. */
  readonly lines: readonly string[];
  /** How long it is shown, in milliseconds. */
  readonly ms: number;
}

export interface Picture {
  readonly columns: number;
  readonly rows: number;
  /** The alternative text. */
  readonly title: string;
}

const CHAR = 8.4;
const LINE = 18;
const MARGIN = 16;
const BAR = 30;

/** The eight colors of a terminal, in the order of their numbers. */
const COLOURS = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];

/** Light, or dark if the reader prefers it. */
const STYLE = `
svg{--back:#fbfbfa;--text:#24292f;--edge:#d0d7de;--dim:#6a737d;--red:#c0262d;--green:#1a7f37;--yellow:#8a5a00;--blue:#0a58ca;--magenta:#8250df;--cyan:#0b6e77}
@media(prefers-color-scheme:dark){svg{--back:#16191d;--text:#d7dde3;--edge:#363c44;--dim:#8b949e;--red:#ff7b72;--green:#56d364;--yellow:#e3b341;--blue:#79c0ff;--magenta:#d2a8ff;--cyan:#56d4dd}}
.w{fill:var(--back);stroke:var(--edge)}.b{fill:var(--edge)}
text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace;fill:var(--text);white-space:pre}
.bold{font-weight:700}.dim{fill:var(--dim)}
${COLOURS.slice(1, 7)
  .map((name) => `.${name}{fill:var(--${name})}`)
  .join('')}`;

interface Run {
  readonly text: string;
  readonly classes: string;
  readonly column: number;
}

/** Splits a line into runs of one color. Understands what tmux writes: SGR sequences only. */
export function runsOf(line: string): readonly Run[] {
  const runs: Run[] = [];
  let bold = false;
  let dim = false;
  let colour = '';
  let column = 0;
  for (const part of line.split(/(\u001b\[[\d;:]*m)/)) {
    const codes = /^\u001b\[([\d;:]*)m$/.exec(part)?.[1];
    if (codes === undefined) {
      const width = [...part].length;
      const classes = [bold ? 'bold' : '', dim ? 'dim' : '', colour].filter(Boolean).join(' ');
      if (part.trim() !== '') runs.push({ text: part, classes, column });
      column += width;
      continue;
    }
    for (const code of codes.split(';').map(Number)) {
      if (code === 0) {
        bold = false;
        dim = false;
        colour = '';
      } else if (code === 1) bold = true;
      else if (code === 2) dim = true;
      else if (code === 22) {
        bold = false;
        dim = false;
      } else if (code === 39) colour = '';
      else if (code === 90) dim = true;
      else if (code >= 30 && code <= 37) colour = COLOURS[code - 30]!;
      else if (code >= 91 && code <= 97) colour = COLOURS[code - 90]!;
    }
  }
  return runs;
}

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);

const number = (value: number): string => String(Math.round(value * 10) / 10);

/** Each run has an explicit width, so that columns line up in any font. */
const lineText = (line: string): string =>
  runsOf(line)
    .map(({ text, classes, column }) => {
      const blanks = text.length - text.trimStart().length;
      const shown = text.trim();
      const x = number((column + blanks) * CHAR);
      const width = number([...shown].length * CHAR);
      const kind = classes === '' ? '' : ` class="${classes}"`;
      return `<text x="${x}" textLength="${width}" lengthAdjust="spacingAndGlyphs"${kind}>${escaped(shown)}</text>`;
    })
    .join('');

/**
 * A single frame is a still picture; several are shown in a loop. With reduced motion, only the last one is
 * shown.
 */
export function terminalSvg(frames: readonly Frame[], { columns, rows, title }: Picture): string {
  const width = columns * CHAR + 2 * MARGIN;
  const height = rows * LINE + BAR + MARGIN;
  const ids = new Map<string, string>();
  const used = (line: string): string => {
    const id = ids.get(line) ?? `l${ids.size}`;
    ids.set(line, id);
    return id;
  };
  const strips = frames.map(({ lines }, index) => {
    const uses = lines
      .slice(0, rows)
      .map((line, row) => [lineText(line), row] as const)
      .filter(([line]) => line !== '')
      .map(([line, row]) => `<use href="#${used(line)}" y="${row * LINE}"/>`);
    return `<g transform="translate(${number(index * width)})">${uses.join('')}</g>`;
  });
  const defs = [...ids].map(([line, id]) => `<g id="${id}">${line}</g>`).join('\n');
  const film = frames.length > 1 ? filmStyle(frames, width) : '';
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${number(width)} ${number(height)}" width="${number(width)}" height="${number(height)}" role="img" aria-label="${escaped(title)}">
<title>${escaped(title)}</title>
<style>${STYLE}${film}</style>
<defs>
${defs}
</defs>
<rect class="w" x="0.5" y="0.5" width="${number(width - 1)}" height="${number(height - 1)}" rx="8"/>
<circle class="b" cx="18" cy="16" r="5"/><circle class="b" cx="34" cy="16" r="5"/><circle class="b" cx="50" cy="16" r="5"/>
<svg x="${MARGIN}" y="${BAR}" width="${number(width - MARGIN - 2)}" height="${number(height - BAR - 2)}"><g transform="translate(0 12)"><g class="film">
${strips.join('\n')}
</g></g></svg>
</svg>
`;
}

function filmStyle(frames: readonly Frame[], width: number): string {
  const whole = frames.reduce((sum, { ms }) => sum + ms, 0);
  let past = 0;
  const steps = frames.map(({ ms }, index) => {
    const percent = Math.round((past / whole) * 100_000) / 1000;
    past += ms;
    return `${percent}%{transform:translateX(${number(-index * width)}px)}`;
  });
  const last = number(-(frames.length - 1) * width);
  return `
.film{transform:translateX(${last}px)}
@media(prefers-reduced-motion:no-preference){.film{animation:film ${number(whole / 1000)}s step-end infinite}}
@keyframes film{${steps.join('')}}`;
}
