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
  readonly cpu: string;
  readonly cores: number;
  readonly kernel: string;
  readonly memoryGb: number;
  /** One-minute load averages before and after. */
  readonly load: readonly [number, number];
}

export interface Figures {
  /** When it began, ISO 8601. */
  readonly date: string;
  /** Of what was compared, and of what it ran on. */
  readonly versions: Readonly<Record<string, string>>;
  readonly hosts: number;
  readonly watchS: number;
  readonly machine: Machine;
  /** Why something was left out. */
  readonly skipped: readonly string[];
  readonly jobs: readonly Job[];
}

const walls = (row: Row): number[] => row.samples.map(({ wallMs }) => wallMs);

/** alloyup's wall time divided by a row's; undefined for alloyup itself. */
const ratioTo = ({ rows }: Job, row: Row): number | undefined =>
  row === rows[0] ? undefined : ratio(walls(rows[0]!), walls(row));

const seconds = (ms: number): string => (ms / 1000).toFixed(ms < 9950 ? 2 : 1);

const ofAll = (row: Row, of: (sample: Sample) => number): number => median(row.samples.map(of));

/** What stands above the tables, as sentences of Markdown. */
export function conditions({ date, versions, hosts, watchS, machine, skipped }: Figures): string {
  const { alloyup, node, openssh, ...more } = versions;
  const peers = ['ansible-core', 'mitogen', 'pyinfra', 'python']
    .filter((name) => more[name])
    .map((name) => `${name} ${more[name]}`);
  return [
    `${date.slice(0, 10)}: ${hosts} hosts, alloyup ${alloyup} on Node ${node}, OpenSSH ${openssh}${peers.length > 0 ? `, ${peers.join(', ')}` : ''}.`,
    `${machine.cores} cores (${machine.cpu}) and ${machine.memoryGb} GB, shared by hosts and client; Linux ${machine.kernel}; load ${machine.load.join(' to ')}.`,
    watchS === 0
      ? 'Nobody watches a restarted service after it is ready.'
      : `Each way but Ansible and pyinfra watches a restarted service for ${watchS} s.`,
    ...skipped.map((why) => `Left out: ${why}.`),
  ].join('\n');
}

/** The results as Markdown: a table for each job. Times in seconds. */
export function tables(figures: Figures): string {
  return figures.jobs
    .map((job) => {
      const rounds = job.rows[0]?.samples.length ?? 0;
      const head = [
        `### ${job.title[0]!.toUpperCase()}${job.title.slice(1)}`,
        '',
        `${rounds} ${rounds === 1 ? 'round' : 'rounds'}. Times in seconds, memory in MB.`,
        '',
        '| | wall, median | least to most | CPU of the client | memory | CPU of the hosts | alloyup takes | target |',
        '|---|---|---|---|---|---|---|---|',
      ];
      const rows = job.rows.map((row) => {
        const all = walls(row);
        const relative = ratioTo(job, row);
        return `| ${[
          row.name,
          seconds(median(all)),
          `${seconds(Math.min(...all))} to ${seconds(Math.max(...all))}`,
          seconds(ofAll(row, ({ cpuMs }) => cpuMs)),
          row.peakMemory === null ? '' : (row.peakMemory / 2 ** 20).toFixed(0),
          seconds(ofAll(row, ({ hostCpuMs }) => hostCpuMs)),
          relative === undefined ? '' : `${relative.toFixed(2)} of it`,
          row.target === null ? '' : row.target.toFixed(2),
        ].join(' | ')} |`;
      });
      return [...head, ...rows, ''].join('\n');
    })
    .join('\n');
}
