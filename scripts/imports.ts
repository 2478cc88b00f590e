import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Floors of src/, lowest first, each with its folders in the order of the picture. */
export const FLOORS: readonly (readonly string[])[] = [
  ['model'],
  ['inventory', 'config', 'alloy', 'steps', 'shell', 'report', 'sources', 'transport'],
  ['desired', 'plan'],
  ['engine'],
  ['cli'],
];

/** Folder -> folders that its files import from, type imports and lazy ones included, sorted. */
export function folderImports(src: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, Set<string>>();
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' });
  for (const file of files.filter((name) => name.endsWith('.ts') && name.includes('/'))) {
    const folder = file.split('/')[0]!;
    const imports = found.get(folder) ?? new Set<string>();
    found.set(folder, imports);
    for (const [, from] of readFileSync(join(src, file), 'utf8').matchAll(
      /(?:\bfrom |\bimport\()'(\.[^']+)'/g,
    )) {
      const target = join(dirname(file), from!).split('/')[0]!;
      if (target !== folder && target !== '..') imports.add(target);
    }
  }
  return new Map([...found].sort().map(([folder, set]) => [folder, [...set].sort()]));
}

/** The table of docs/architecture.md. */
export function importsTable(imports: ReadonlyMap<string, readonly string[]>): string {
  const rows = FLOORS.flatMap((folders, floor) =>
    folders.map((folder) => `| ${floor + 1} | \`${folder}/\` | ${named(imports.get(folder))} |`),
  ).reverse();
  return `| floor | folder | imports from |\n|---|---|---|\n${rows.join('\n')}\n`;
}

const named = (folders: readonly string[] = []): string =>
  folders.length === 0 ? 'nothing' : folders.map((folder) => `\`${folder}/\``).join(' ');

const [WIDTH, BOX, GAP, FLOOR] = [980, 34, 10, 84];

/** The five floors as a picture: a box is a folder, a line an import that goes more than to model/. */
export function importsSvg(imports: ReadonlyMap<string, readonly string[]>): string {
  const height = FLOORS.length * FLOOR + 20;
  const boxes = new Map<string, { x: number; y: number; width: number }>();
  FLOORS.forEach((folders, floor) => {
    const room = WIDTH - 90 - 20;
    const width = Math.min(220, (room - (folders.length - 1) * GAP) / folders.length);
    const whole = folders.length * width + (folders.length - 1) * GAP;
    folders.forEach((folder, index) => {
      const x = 90 + (room - whole) / 2 + index * (width + GAP);
      const y = height - 10 - (floor + 1) * FLOOR + (FLOOR - BOX) / 2;
      boxes.set(folder, { x, y, width });
    });
  });
  const lines: string[] = [];
  for (const [folder, targets] of imports) {
    const from = boxes.get(folder);
    for (const target of targets.filter((one) => one !== 'model')) {
      const to = boxes.get(target);
      if (!from || !to) continue;
      // from the box's lower edge, aside by where it leads
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
    ([folder, { x, y, width }]) =>
      `<rect class="box" x="${at(x)}" y="${at(y)}" width="${at(width)}" height="${BOX}" rx="6"/><text x="${at(x + width / 2)}" y="${at(y + BOX / 2 + 5)}" text-anchor="middle">${folder}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="The five floors of src/ and which folder imports from which">
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
