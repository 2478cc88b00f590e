import { median, ratio, type Sample } from './measure.ts';

/** One way to do a job, with a sample for each counted round. */
export interface Row {
  readonly name: string;
  readonly samples: readonly Sample[];
  /** Bytes; null: not measured. */
  readonly peakMemory: number | null;
  /** alloyup's wall time divided by this way's should be at most this; null: no target. */
  readonly target: number | null;
}

/** A job, done by alloyup (the first row) and in other ways. */
export interface Job {
  readonly title: string;
  readonly rows: readonly Row[];
}

export interface Machine {
  readonly node: string;
  readonly cores: number;
  /** One-minute load averages before and after. */
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

/** alloyup's wall time divided by a row's; undefined for alloyup itself. */
const ratioTo = ({ rows }: Job, row: Row): number | undefined =>
  row === rows[0] ? undefined : ratio(walls(rows[0]!), walls(row));

/** The results as text, at most 80 columns wide. */
export function table({ version, hosts, watchS, machine, jobs }: Figures): string {
  const lines = [
    `alloyup ${version}, ${hosts} hosts, restarted services watched for ${watchS} s`,
    `Node ${machine.node}, ${machine.cores} cores shared with the hosts, load ${machine.load.join(' to ')}`,
    '',
    columns('medians', 'wall ms', 'CPU ms', 'peak MB', 'ratio', 'target'),
  ];
  for (const job of jobs) {
    const rounds = job.rows[0]?.samples.length ?? 0;
    lines.push('', `${job.title} (${rounds} rounds)`);
    for (const row of job.rows) {
      const relative = ratioTo(job, row);
      lines.push(
        columns(
          `  ${row.name}`,
          String(Math.round(median(walls(row)))),
          String(Math.round(median(row.samples.map(({ cpuMs }) => cpuMs)))),
          row.peakMemory === null ? '' : (row.peakMemory / 2 ** 20).toFixed(0),
          relative === undefined ? '' : relative.toFixed(2),
          row.target === null ? '' : row.target.toFixed(2),
        ),
      );
    }
  }
  return `${lines.join('\n')}\n`;
}

const WIDTHS = [30, 9, 8, 9, 8, 8] as const;

const columns = (...cells: readonly string[]): string =>
  cells
    .map((cell, index) =>
      index === 0 ? cell.padEnd(WIDTHS[index]) : cell.padStart(WIDTHS[index] ?? 8),
    )
    .join('')
    .trimEnd();
