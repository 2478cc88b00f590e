export type Verb = 'status' | 'apply' | 'rollback';

/** One way in which a host misbehaves. */
export interface Row {
  /** Its name in fake-host.mjs. */
  readonly behavior: string;
  readonly verb: Verb;
  /** What is reported: the outcome, and the problem's code and reason. */
  readonly reported: string;
  /** Tried in every run of the unit tests; the others only for the page. */
  readonly always?: true;
}

const asIfNothing = { status: 'pending', rollback: 'changed' };
const timeout = (reason: string): string => `unreachable (ssh.timeout ${reason})`;
const unreachable = (reason: string): string => `unreachable (ssh.unreachable ${reason})`;
const probe = (reason: string): string => `failed (host.probe ${reason})`;
const unknown = (reason: string): string => `unknown (apply.unknown ${reason})`;
const LOST = 'unreachable (ssh.lost dropped)';

const reading = (behavior: string, reported = asIfNothing.status): Row => ({
  behavior,
  verb: 'status',
  reported,
});
const running = (behavior: string, reported = asIfNothing.rollback): Row => ({
  behavior,
  verb: 'rollback',
  reported,
});
/** With --yes, those that are planned are changed without those that are silent. */
const planning = (behavior: string, reported: string): Row => ({
  behavior,
  verb: 'apply',
  reported,
});
const always = (row: Row): Row => ({ ...row, always: true });

export const ROWS: readonly Row[] = [
  reading('silent connection', timeout('login')),
  always(reading('silent greeting', timeout('login'))),
  reading('silent login', timeout('login')),
  reading('silent session', 'unreachable (ssh.shell silent)'),
  reading('silent shell', 'unreachable (ssh.shell silent)'),
  reading('silent answer', timeout('command')),
  always(reading('silent half', timeout('command'))),
  reading('silent after'),
  always(running('silent run', unknown('in-progress'))),
  reading('closed connection', unreachable('dropped')),
  reading('closed greeting', unreachable('dropped')),
  reading('closed login', unreachable('handshake')),
  reading('closed session', LOST),
  reading('closed answer', LOST),
  always(reading('closed half', LOST)),
  running('closed run', unknown('in-progress')),
  reading('not SSH', unreachable('dropped')),
  always(reading('endless greeting', unreachable('handshake'))),
  reading('noise before'),
  always(reading('noise after')),
  reading('16 MB of short lines'),
  always(reading('endless lines', probe('flooded'))),
  reading('endless lines on stderr', probe('flooded')),
  reading('endless half line', probe('flooded')),
  always(reading('single bytes', probe('flooded'))),
  reading('a line of 100 MB', probe('flooded')),
  always(reading('an answer of 100 MB', probe('too-large'))),
  always(reading('40,000 components')),
  always(reading('200,000 components', probe('too-large'))),
  always(reading('a .sources file that explodes')),
  always(reading('a configuration of 32,000 passwords')),
  always(reading('deep JSON', probe('nonsense'))),
  reading('wide JSON', probe('nonsense')),
  planning('silent greeting', timeout('login')),
  planning('silent shell', 'unreachable (ssh.shell silent)'),
  always(planning('silent answer', timeout('command'))),
  planning('closed half', LOST),
  planning('endless half line', probe('flooded')),
  planning('deep JSON', probe('nonsense')),
  always(running('endless output of a run', unknown('flooded'))),
  running('an endless half line of a run', unknown('flooded')),
  running('endless problems of a run', unknown('flooded')),
  running('endless waiting of a run', unknown('flooded')),
  always(running('deep JSON of a run')),
  running('noise after a run'),
];

/** What one row's runs took. */
export interface Measured {
  readonly row: Row;
  readonly reported: string;
  readonly message: string;
  /** Milliseconds until the fake host's own result, since the part that --timeout limits began. */
  readonly fakeMs: number;
  /** Milliseconds until the slower of the good hosts was finished, with the fake host and alone. */
  readonly goodMs: number;
  readonly aloneMs: number;
  readonly peakMb: number;
  /** Milliseconds from SIGTERM, while the host misbehaved, to the end of the process. */
  readonly termMs: number;
}
