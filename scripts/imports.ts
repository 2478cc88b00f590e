import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Floors of src/, lowest first, each with its directories in the order of the picture. */
export const FLOORS: readonly (readonly string[])[] = [
  ['model'],
  ['inventory', 'config', 'alloy', 'steps', 'host', 'report', 'telemetry', 'sources', 'transport'],
  ['desired', 'plan', 'graph', 'pages'],
  ['engine'],
  ['queue'],
  ['cli'],
];

/** Directory -> directories that its files import from, type-only and lazy imports included, sorted. */
export function directoryImports(src: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, Set<string>>();
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' });
  for (const file of files.filter((name) => name.endsWith('.ts') && name.includes('/'))) {
    const directory = file.split('/')[0]!;
    const imports = found.get(directory) ?? new Set<string>();
    found.set(directory, imports);
    for (const [, from] of readFileSync(join(src, file), 'utf8').matchAll(
      /(?:\bfrom |\bimport\()'(\.[^']+)'/g,
    )) {
      const target = join(dirname(file), from!).split('/')[0]!;
      if (target !== directory && target !== '..') imports.add(target);
    }
  }
  return new Map([...found].sort().map(([directory, set]) => [directory, [...set].sort()]));
}

/** The table of docs/architecture.md. */
export function importsTable(imports: ReadonlyMap<string, readonly string[]>): string {
  const rows = FLOORS.flatMap((directories, floor) =>
    directories
      .filter((directory) => imports.has(directory))
      .map(
        (directory) => `| ${floor + 1} | \`${directory}/\` | ${named(imports.get(directory))} |`,
      ),
  ).reverse();
  return `| floor | directory | imports from |\n|---|---|---|\n${rows.join('\n')}\n`;
}

const named = (directories: readonly string[] = []): string =>
  directories.length === 0 ? 'nothing' : directories.map((one) => `\`${one}/\``).join(' ');

const [WIDTH, BOX, GAP, FLOOR] = [980, 34, 10, 84];

/** The floors as a picture: a box is a directory, a line an import of anything but model/. */
export function importsSvg(imports: ReadonlyMap<string, readonly string[]>): string {
  const height = FLOORS.length * FLOOR + 20;
  const boxes = new Map<string, { x: number; y: number; width: number }>();
  FLOORS.forEach((all, floor) => {
    const directories = all.filter((directory) => directory === 'model' || imports.has(directory));
    const room = WIDTH - 90 - 20;
    const width = Math.min(220, (room - (directories.length - 1) * GAP) / directories.length);
    const whole = directories.length * width + (directories.length - 1) * GAP;
    directories.forEach((directory, index) => {
      const x = 90 + (room - whole) / 2 + index * (width + GAP);
      const y = height - 10 - (floor + 1) * FLOOR + (FLOOR - BOX) / 2;
      boxes.set(directory, { x, y, width });
    });
  });
  const lines: string[] = [];
  for (const [directory, targets] of imports) {
    const from = boxes.get(directory);
    for (const target of targets.filter((one) => one !== 'model')) {
      const to = boxes.get(target);
      if (!from || !to) continue;
      // from the lower edge of one box to the upper edge of the other
      const [x1, y1] = [from.x + from.width / 2, from.y + BOX];
      const [x2, y2] = [to.x + to.width / 2, to.y];
      const bend = (y2 - y1) / 2;
      lines.push(
        `<path d="M${at(x1)} ${at(y1)}C${at(x1)} ${at(y1 + bend)} ${at(x2)} ${at(y2 - bend)} ${at(x2)} ${at(y2)}"/>`,
      );
    }
  }
  const floors = FLOORS.map((_, floor) => {
    const y = height - 10 - (floor + 1) * FLOOR;
    return `<rect class="floor" x="10" y="${y + 4}" width="${WIDTH - 20}" height="${FLOOR - 8}" rx="8"/><text class="no" x="28" y="${y + FLOOR / 2 + 5}">${floor + 1}</text>`;
  });
  const named = [...boxes].map(
    ([directory, { x, y, width }]) =>
      `<rect class="box" x="${at(x)}" y="${at(y)}" width="${at(width)}" height="${BOX}" rx="6"/><text x="${at(x + width / 2)}" y="${at(y + BOX / 2 + 5)}" text-anchor="middle">${directory}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="The floors of src/ and which directory imports from which">
<style>svg{--back:#fff;--floor:#f3f4f6;--box:#fff;--edge:#8c959f;--text:#24292f;--line:#0a58ca}
@media(prefers-color-scheme:dark){svg{--back:#0d1117;--floor:#161b22;--box:#21262d;--edge:#6e7681;--text:#d7dde3;--line:#79c0ff}}
.back{fill:var(--back)}.floor{fill:var(--floor)}.box{fill:var(--box);stroke:var(--edge)}path{fill:none;stroke:var(--line);stroke-opacity:.6;stroke-width:1.5}
text{font:14px ui-sans-serif,system-ui,'DejaVu Sans',sans-serif;fill:var(--text)}.no{font-weight:700}</style>
<rect class="back" width="${WIDTH}" height="${height}" rx="8"/>
${floors.join('\n')}
${lines.join('\n')}
${named.join('\n')}
</svg>
`;
}

const at = (value: number): string => String(Math.round(value * 10) / 10);
