import { Listr } from 'listr2';
import type { PhaseView } from '../../report/live.ts';

/** A part of a run that everything after it waits for. */
export interface Phase {
  readonly title: string;
  readonly task: () => Promise<unknown>;
}

/** Runs the phases in order, up to the first that throws. `show` is told how to see them. */
export async function runPhases(
  phases: readonly Phase[],
  show: (views: () => readonly PhaseView[]) => void,
): Promise<void> {
  const list = new Listr(
    [...phases],
    // the live view draws them; listr2 would end the process at Ctrl-C
    { renderer: 'silent', registerSignalListeners: false },
  );
  show(() =>
    list.tasks.map((task) => ({
      title: task.title ?? '',
      state: task.isCompleted() ? 'done' : task.isStarted() ? 'running' : 'waiting',
      tookMs: task.message.duration ?? null,
      note: null,
    })),
  );
  await list.run();
}
