import { Listr } from 'listr2';
import type { PhaseView } from '../../report/live.ts';

/** A part of a run that everything after it waits for. */
export interface Phase {
  readonly title: string;
  readonly task: () => Promise<unknown>;
}

/** Runs the phases in order, up to the first that throws. @param note of the phase in progress */
export function runPhases(phases: readonly Phase[], note: () => string | null) {
  // the live view draws them; listr2 would end the process at Ctrl-C
  const options = { renderer: 'silent', registerSignalListeners: false } as const;
  const list = new Listr([...phases], options);
  const viewOf = (task: (typeof list.tasks)[number]): PhaseView => {
    const state = task.isCompleted() ? 'done' : task.isStarted() ? 'running' : 'waiting';
    return {
      title: task.title ?? '',
      state,
      tookMs: task.message.duration ?? null,
      note: state === 'running' ? note() : null,
    };
  };
  return { ended: list.run(), views: () => list.tasks.map(viewOf) };
}
