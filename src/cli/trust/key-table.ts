import type { Paint } from '../../report/paint.ts';
import { pad, plain, widthOf } from '../../report/plain.ts';
import type { NewKey, Server } from '../../transport/host-key-scan.ts';

/** A server and the key it presented. */
export interface FoundKey {
  readonly server: Server;
  readonly key: NewKey;
}

interface TableStyle {
  readonly paint: Paint;
  /** Columns. */
  readonly width: number;
  readonly home: string;
}

/**
 * The name, address, type and fingerprint of each key, under the file it goes to. A fingerprint
 * takes 50 columns and is what people compare: where a row does not fit, it gets a line of its own.
 */
export function keyTable(found: readonly FoundKey[], { paint, width, home }: TableStyle): string {
  const files = [...new Set(found.map(({ key }) => key.file))];
  return files
    .map((file) => {
      const short = file.startsWith(`${home}/`) ? `~${file.slice(home.length)}` : file;
      const rows = found.filter(({ key }) => key.file === file).map(cellsOf);
      return `${paint.bold(`To be added to ${short}:`)}\n${rowsText(rows, width)}\n`;
    })
    .join('');
}

type Cells = readonly [name: string, address: string, type: string, fingerprint: string];

const cellsOf = ({ server, key }: FoundKey): Cells => {
  const { name, address, port, jump } = server;
  const where = `${address === name ? '' : address}${port === 22 ? '' : ` port ${port}`}`.trim();
  return [
    plain(`${name}${jump ? ' (jump)' : ''}`),
    plain(where === '' ? '-' : where),
    key.type.replace(/^ssh-|^ecdsa-sha2-/, ''),
    key.fingerprint,
  ];
};

function rowsText(rows: readonly Cells[], width: number): string {
  const widths = [0, 1, 2].map((i) => Math.max(...rows.map((row) => widthOf(row[i]!))));
  const left = (row: Cells): string =>
    row
      .slice(0, 3)
      .map((cell, i) => pad(cell, widths[i]!))
      .join('  ');
  const folds = rows.some((row) => 2 + widthOf(left(row)) + 2 + widthOf(row[3]) > width);
  return rows
    .map((row) =>
      folds ? `  ${left(row).trimEnd()}\n      ${row[3]}\n` : `  ${left(row)}  ${row[3]}\n`,
    )
    .join('');
}
