import {
  closeSync,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import type { RunEvent, Verb } from '../../model/event.ts';
import { nearest } from '../../model/frame.ts';
import { ownFolders } from '../../sources/folders.ts';
import { isLogName } from './run-log.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { usageError } from '../usage.ts';

const folderOf = ({ env }: Pick<Terminal, 'env'>): string => join(ownFolders(env).state, 'runs');

/** Ids of the runs that were logged, oldest first. */
export function savedRuns(terminal: Pick<Terminal, 'env'>): readonly string[] {
  try {
    return readdirSync(folderOf(terminal))
      .filter(isLogName)
      .map((name) => name.replace(/\.ndjson$/, ''))
      .sort();
  } catch {
    return [];
  }
}

/**
 * The log of a run: an id, a part that only one id has, a file, or "last".
 *
 * @param verb what the last run must have been; any, when it is left out
 * @throws ToolError `usage`
 */
export function findRun(word: string, terminal: Pick<Terminal, 'env'>, verb?: Verb): string {
  if (statSync(word, { throwIfNoEntry: false })?.isFile()) return word;
  const runs = savedRuns(terminal);
  if (word === 'last') {
    const last = runs.findLast((run) => verb === undefined || verbOf(run, terminal) === verb);
    if (last !== undefined) return join(folderOf(terminal), `${last}.ndjson`);
    throw usageError(
      `no ${verb ?? 'run'} was logged on this machine yet`,
      'name the log that another machine wrote: its path',
    );
  }
  const found = runs.filter((run) => run.includes(word));
  const [run] = found;
  if (run !== undefined && found.length === 1) return join(folderOf(terminal), `${run}.ndjson`);
  const near = nearest(word, runs);
  throw found.length > 1
    ? usageError(`"${word}" fits ${found.length} runs`, `write more of it, e.g. ${run}`)
    : usageError(
        `there is no log of a run "${word}"`,
        near ? `did you mean ${near}?` : 'see which there are: alloyup runs',
      );
}

/**
 * The events of a log. A last line that was cut off, by a full disk or a kill, is left out.
 *
 * @throws ToolError `usage` when it is no log of a run
 */
export function readRun(path: string): readonly RunEvent[] {
  const events = readFileSync(path, 'utf8')
    .split('\n')
    .map(readEvent)
    .filter((event) => event !== undefined);
  if (events[0]?.type === 'run.started') return events;
  throw usageError(`${path} is no log of a run`, 'see which there are: alloyup runs');
}

function verbOf(run: string, terminal: Pick<Terminal, 'env'>): Verb | undefined {
  const { first } = readEnds(run, terminal);
  // a run over no host, e.g. a retry with nothing left, tells nothing
  return first?.type === 'run.started' && first.hosts.length > 0 ? first.verb : undefined;
}

export interface RunEnds {
  readonly first: RunEvent | undefined;
  readonly last: RunEvent | undefined;
}

/** Bytes of the last event: it is a short one where a run came to its end. */
const TAIL = 4096;

/** The first and the last event alone: logs of large fleets are large. */
export function readEnds(run: string, terminal: Pick<Terminal, 'env'>): RunEnds {
  const file = openSync(join(folderOf(terminal), `${run}.ndjson`), 'r');
  try {
    const { size } = fstatSync(file);
    const read = (from: number, length: number): string => {
      const bytes = Buffer.alloc(length);
      return bytes.toString('utf8', 0, readSync(file, bytes, 0, length, from));
    };
    let head = '';
    for (let at = 0; at < size && !head.includes('\n'); at += 65_536) head += read(at, 65_536);
    const tail = read(Math.max(0, size - TAIL), TAIL).trimEnd();
    return {
      first: readEvent(head.slice(0, head.indexOf('\n'))),
      last: readEvent(tail.slice(tail.lastIndexOf('\n') + 1)),
    };
  } finally {
    closeSync(file);
  }
}

/** We wrote it, and in one process; what is no JSON was cut off. */
function readEvent(line: string): RunEvent | undefined {
  try {
    const event: unknown = JSON.parse(line);
    return typeof event === 'object' && event !== null && 'type' in event
      ? (event as RunEvent)
      : undefined;
  } catch {
    return undefined;
  }
}
