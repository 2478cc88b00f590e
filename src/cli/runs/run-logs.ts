import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import type { RunEvent, Verb } from '../../model/event.ts';
import { nearest } from '../../model/frame.ts';
import type { PastRun } from '../../pages/parts/fleet.ts';
import { type Document, say } from '../../report/printable.ts';
import type { Cleaned } from '../../report/redact.ts';
import { readSavedEvent } from '../../report/saved-events.ts';
import { ownDirectories } from '../../sources/directories.ts';
import { VERSION } from '../alloyup-version.ts';
import { cannotWrite } from '../files/write-files.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { usageError } from '../usage.ts';

/** Logs to keep. */
const KEPT = 50;

/** Names of our logs: no other file in the directory is ever removed. */
const LOG_NAME = /^\d{8}T\d{6}Z-[0-9a-f]{4}\.ndjson$/;

type Place = Pick<Terminal, 'env'>;

const directoryOf = ({ env }: Place): string => join(ownDirectories(env).state, 'runs');
const pathOf = (run: string, place: Place): string => join(directoryOf(place), `${run}.ndjson`);

/** "20261123T101500Z-3f9a". */
export const newRunId = (): string =>
  `${new Date().toISOString().replace(/[-:]|\.\d+/g, '')}-${randomBytes(2).toString('hex')}`;

/**
 * Opens the log of a run: the file that the user named, or one in the state directory, where it removes
 * the oldest ones. null: the run is not logged. @throws ToolError `usage` for the named file
 */
export function openRunLog(run: string, named: string | null, terminal: Terminal, again = false) {
  try {
    if (named !== null) return openLog(named, 'w', terminal);
    mkdirSync(directoryOf(terminal), { recursive: true, mode: 0o700 });
    const log = openLog(pathOf(run, terminal), again ? 'w' : 'wx', terminal);
    for (const old of savedRuns(terminal).slice(0, -KEPT))
      rmSync(pathOf(old, terminal), { force: true });
    return log;
  } catch (error) {
    if (named !== null) throw cannotWrite(named, error);
    // e.g. a container without a home directory: no reason to refuse the run
    terminal.err(say`alloyup: this run is not logged: ${(error as Error).message}\n`);
    return null;
  }
}

/** A file that events are appended to: those of one turn of the event loop together, which is a tenth of the writes. */
function openLog(path: string, flags: 'w' | 'wx', { err }: Terminal) {
  const file = openSync(path, flags, 0o600);
  let broken = false;
  let lines = '';
  const write = (): void => {
    const text = lines;
    lines = '';
    if (text === '') return;
    try {
      writeFileSync(file, text);
    } catch (error) {
      // a full disk here must not keep hosts from being finished
      broken = true;
      err(say`alloyup: logging stopped: ${(error as Error).message}\n`);
    }
  };
  // an error that ends the process leaves what led to it
  process.on('exit', write);
  return {
    path,
    append(line: Document): void {
      if (broken) return;
      if (lines === '') setImmediate(write);
      lines += line;
    },
    close(): void {
      process.off('exit', write);
      write();
      closeSync(file);
    },
  };
}

/** IDs of the logged runs, oldest first. */
export function savedRuns(place: Place): readonly string[] {
  try {
    return readdirSync(directoryOf(place))
      .filter((name) => LOG_NAME.test(name))
      .map((name) => name.replace(/\.ndjson$/, ''))
      .sort();
  } catch {
    return [];
  }
}

/**
 * The events of a run, given its ID, a part that only one ID has, the path of its log, or "last": of
 * this verb, if one is given. Leaves out a last line that was cut off. @throws ToolError `usage`
 */
export const readRun = (run: string, place: Place, verb?: Verb): readonly Cleaned<RunEvent>[] => [
  ...readEvents(run, place, verb),
];

/** The same, one after the other: for those who keep none of them. @throws ToolError `usage` where it is damaged */
export function* readEvents(run: string, place: Place, verb?: Verb): Generator<Cleaned<RunEvent>> {
  const path = findRun(run, place, verb);
  let number = 0;
  let version: string | null = null;
  for (const { text, isLast } of linesOf(path)) {
    number += 1;
    // a run that was killed leaves half a line
    if (text === '' || (isLast && number > 1 && !isJson(text))) continue;
    const event = readSavedEvent(text);
    if ('where' in event) {
      if (version === null) break;
      // events have other parts in other versions
      throw usageError(
        version === VERSION
          ? { reason: 'run-log-damaged', path, line: number, where: event.where }
          : { reason: 'run-log-version', path, line: number, version },
      );
    }
    if (event.type === 'run.started') version = event.version;
    if (version === null) break;
    yield event;
  }
  if (version === null) throw usageError({ reason: 'not-a-run-log', path });
}

const CHUNK = 1 << 20;

/** The lines of a file, which may be larger than a text can be. */
function* linesOf(path: string): Generator<{ readonly text: string; readonly isLast: boolean }> {
  const file = openSync(path, 'r');
  try {
    const chunk = Buffer.alloc(CHUNK);
    let rest: Buffer[] = [];
    for (;;) {
      const size = readSync(file, chunk);
      if (size === 0) break;
      let from = 0;
      for (;;) {
        const end = chunk.subarray(0, size).indexOf(0x0a, from);
        if (end < 0) break;
        rest.push(chunk.subarray(from, end));
        yield { text: Buffer.concat(rest).toString('utf8'), isLast: false };
        rest = [];
        from = end + 1;
      }
      rest.push(Buffer.from(chunk.subarray(from, size)));
    }
    yield { text: Buffer.concat(rest).toString('utf8'), isLast: true };
  } finally {
    closeSync(file);
  }
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

function findRun(run: string, place: Place, verb?: Verb): string {
  if (statSync(run, { throwIfNoEntry: false })?.isFile()) return run;
  const runs = savedRuns(place);
  if (run === 'last') {
    const last = runs.findLast((one) => verb === undefined || isOf(verb, one, place));
    if (last !== undefined) return pathOf(last, place);
    throw usageError({ reason: 'no-run-logged', verb: verb ?? null });
  }
  const matches = runs.filter((one) => one.includes(run));
  if (matches.length === 1) return pathOf(matches[0]!, place);
  throw matches.length > 1
    ? usageError({ reason: 'ambiguous-run', run, matches })
    : usageError({ reason: 'unknown-run', run, nearest: nearest(run, runs) ?? null });
}

function isOf(verb: Verb, run: string, place: Place): boolean {
  const { first } = readEnds(run, place);
  // a run over no hosts, e.g. a retry with nothing left, says nothing
  return first?.type === 'run.started' && first.hosts.length > 0 && first.verb === verb;
}

/** Bytes that hold the last event of a finished run. */
const TAIL = 4096;

/** The first and the last event only: logs of large fleets are large. */
function readEnds(run: string, place: Place) {
  const file = openSync(pathOf(run, place), 'r');
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

/** What the ends of a run's log say of it. */
export function pastRun(run: string, place: Place): PastRun {
  const { first, last } = readEnds(run, place);
  const started = first?.type === 'run.started' ? first : null;
  return {
    run,
    verb: started?.verb ?? null,
    startedAt: started?.at ?? null,
    hosts: started?.hosts.length ?? null,
    exitCode: last?.type === 'run.finished' ? last.exitCode : null,
  };
}

/** The newest runs that are logged here, the newest first. */
export const newestRuns = (place: Place, most: number): readonly PastRun[] =>
  savedRuns(place)
    .slice(-most)
    .reverse()
    .map((run) => pastRun(run, place));

/** undefined: the line was cut off, or is no event. */
function readEvent(line: string): Cleaned<RunEvent> | undefined {
  const event = readSavedEvent(line);
  return 'where' in event ? undefined : event;
}
