import type { RunEvent } from '../model/event.ts';
import { STEP_IDS } from '../model/plan.ts';
import type { HostEvent } from '../report/fold.ts';
import type { Cleaned } from '../report/redact.ts';
import type { Phase, TimeData } from './data.ts';

/** What the time of each host goes into, from the times of events. It keeps some numbers for each host, and no event. */
export interface Timeline {
  add(event: Cleaned<RunEvent>): void;
  /** How the host was reached: "ssh ops@web-01, key ~/.ssh/id_ed25519". */
  how(host: string): string | undefined;
  /** The times of these hosts. */
  data(names: readonly string[]): TimeData;
}

interface HostTime {
  readonly startedAt: number;
  /** Phase and hundredths of a second, and so on. */
  readonly spans: number[];
  /** Hundredths of a second since the start that the spans cover. */
  covered: number;
  /** What goes on now, and what it interrupts: a wait belongs to a step. */
  phase: number;
  under: number;
  resumed: boolean;
  how: string | undefined;
}

const COLOURS = ['log in', 'read facts', 'plan', 'begin', ...STEP_IDS, 'prove'] as const;

export function openTimeline(): Timeline {
  const phases: Phase[] = [];
  const byWord = new Map<string, number>();
  const hosts = new Map<string, HostTime>();
  let startedAt = 0;
  /** When all plans were there, and when somebody had said yes. */
  let plannedAt: number | null = null;
  let yesAt: number | null = null;

  const phase = (word: string, kind: Phase['kind'] = 'work'): number => {
    const known = byWord.get(word);
    if (known !== undefined) return known;
    const colour = Math.max(0, (COLOURS as readonly string[]).indexOf(word));
    phases.push({ word, kind, colour });
    byWord.set(word, phases.length - 1);
    return phases.length - 1;
  };
  const OVER = phase('finished', 'over');
  const TURN = phase('wait for its turn', 'wait');

  const cover = (host: HostTime, of: number, at: number): void => {
    // rounded from the start on, so that no error adds up
    const until = Math.max(host.covered, Math.round((at - host.startedAt) / 10));
    const length = until - host.covered;
    if (length === 0) return;
    const { spans } = host;
    if (spans.at(-2) === of) spans[spans.length - 1] = spans.at(-1)! + length;
    else spans.push(of, length);
    host.covered = until;
  };
  /** What went on until now. */
  const close = (host: HostTime, at: number): void => {
    if (host.phase === TURN) {
      if (plannedAt === null || plannedAt >= at) {
        cover(host, phase('wait for the other plans', 'wait'), at);
        return;
      }
      cover(host, phase('wait for the other plans', 'wait'), plannedAt);
      cover(host, phase('wait for approval', 'wait'), Math.min(yesAt ?? at, at));
    }
    cover(host, host.phase, at);
  };

  const onHost = (event: Cleaned<HostEvent>): void => {
    const { at } = event;
    if (event.type === 'host.started') {
      const login = phase('log in');
      hosts.set(event.host, {
        startedAt: at,
        spans: [],
        covered: 0,
        phase: login,
        under: login,
        resumed: false,
        how: undefined,
      });
      return;
    }
    const known = hosts.get(event.host);
    // it was never begun
    if (!known) return;
    const enter = (next: number, isWait = false): void => {
      close(known, at);
      known.phase = next;
      if (!isWait) known.under = next;
    };
    switch (event.type) {
      case 'host.connected':
        known.how = event.how;
        enter(phase(known.resumed ? 'begin' : 'read facts'));
        break;
      case 'host.facts':
        enter(phase(known.resumed ? 'prove' : 'plan'));
        break;
      case 'host.planned':
        enter(TURN);
        break;
      case 'host.resumed':
        yesAt ??= at;
        enter(phase('begin'));
        known.resumed = true;
        break;
      case 'host.waiting':
        enter(phase(`wait ${event.for}`, 'wait'), true);
        break;
      case 'host.reconnecting':
        enter(phase('reconnect'), true);
        break;
      case 'change.started':
        known.resumed = true;
        enter(phase(event.step));
        break;
      case 'change.output':
        enter(known.under);
        break;
      case 'change.finished':
        enter(phase('prove'));
        break;
      case 'change.failed':
      case 'change.undone':
        enter(phase('undo', 'undo'));
        break;
      case 'host.delivery':
      case 'host.finished':
        enter(OVER);
        break;
      default:
        break;
    }
  };

  return {
    add(event) {
      if (event.type === 'run.started') startedAt = event.at;
      else if (event.type === 'run.planned') plannedAt = event.at;
      else if ('host' in event) onHost(event as Cleaned<HostEvent>);
    },
    how: (host) => hosts.get(host)?.how,
    data(names) {
      const all = names.map((name) => hosts.get(name));
      const ends = all.map((host) => (host ? host.startedAt - startedAt + 10 * host.covered : 0));
      return {
        startedAt,
        length: ends.reduce((most, end) => Math.max(most, end), 0),
        phases,
        starts: all.map((host) =>
          host ? Math.max(0, Math.round((host.startedAt - startedAt) / 10)) : -1,
        ),
        spans: all.map((host) => host?.spans ?? []),
      };
    },
  };
}
