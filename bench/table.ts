import { median, ratio, type Sample } from './measure.ts';

/** One way to do a job, with a sample for each round that counted. */
export interface Row {
  readonly name: string;
  readonly samples: readonly Sample[];
  /** Bytes; null: not looked at. */
  readonly peakMemory: number | null;
  /** At most this share of its wall time is what alloyup should take; null: no aim. */
  readonly aim: number | null;
}

/** A job, done by alloyup (the first row) and by others. */
export interface Job {
  readonly title: string;
  readonly rows: readonly Row[];
}

export interface Machine {
  readonly node: string;
  readonly cores: number;
  /** Of the last minute, before and after. */
  readonly load: readonly [number, number];
}

export interface Figures {
  readonly version: string;
  readonly hosts: number;
  readonly watchS: number;
  readonly machine: Machine;
  readonly jobs: readonly Job[];
}

const walls = (row: Row): number[] => row.samples.map(({ wallMs }) => wallMs);

/** What alloyup takes of a row's wall time; undefined for alloyup itself. */
export const share = ({ rows }: Job, row: Row): number | undefined =>
  row === rows[0] ? undefined : ratio(walls(rows[0]!), walls(row));

/** Fits 80 columns. */
export function table({ version, hosts, watchS, machine, jobs }: Figures): string {
  const lines = [
    `alloyup ${version}, ${hosts} hosts, restarted services watched for ${watchS} s`,
    `Node ${machine.node}, ${machine.cores} cores shared with the hosts, load ${machine.load.join(' to ')}`,
    '',
    columns('medians', 'wall ms', 'CPU ms', 'peak MB', 'alloyup takes', 'aim'),
  ];
  for (const job of jobs) {
    const rounds = job.rows[0]?.samples.length ?? 0;
    lines.push('', `${job.title} (${rounds} rounds)`);
    for (const row of job.rows) {
      const taken = share(job, row);
      lines.push(
        columns(
          `  ${row.name}`,
          String(Math.round(median(walls(row)))),
          String(Math.round(median(row.samples.map(({ cpuMs }) => cpuMs)))),
          row.peakMemory === null ? '' : (row.peakMemory / 2 ** 20).toFixed(0),
          taken === undefined ? '' : taken.toFixed(2),
          row.aim === null ? '' : row.aim.toFixed(2),
        ),
      );
    }
  }
  return `${lines.join('\n')}\n`;
}

const WIDTHS = [28, 9, 8, 9, 15, 6] as const;

const columns = (...cells: readonly string[]): string =>
  cells
    .map((cell, index) =>
      index === 0 ? cell.padEnd(WIDTHS[index]) : cell.padStart(WIDTHS[index] ?? 8),
    )
    .join('')
    .trimEnd();
