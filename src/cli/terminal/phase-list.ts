import { Listr, type ListrEventManager, ListrEventType, type ListrRenderer } from 'listr2';
import type { PhaseView } from '../../report/live.ts';

/** A part of a run that everything after it waits for. */
export interface Phase {
  readonly title: string;
  readonly work: () => Promise<void>;
}

/** What draws the phases. */
export interface PhaseScreen {
  /** Draws these from now on. */
  show(phases: () => readonly PhaseView[]): void;
  /** A phase started or ended. */
  changed(): void;
  /** Every phase is over, or one has failed. */
  close(): void;
}

/** Hands listr2's tasks to the live view, which draws them with everything else, ten times a second. */
class PhaseRenderer implements ListrRenderer {
  static readonly nonTTY = true;
  static rendererOptions: { readonly screen: PhaseScreen };
  static rendererTaskOptions: Record<never, never>;

  readonly render: () => void;
  readonly end: () => void;

  constructor(
    tasks: readonly ListedTask[],
    { screen }: typeof PhaseRenderer.rendererOptions,
    events?: ListrEventManager,
  ) {
    this.render = () => {
      screen.show(() => tasks.map(viewOf));
      events?.on(ListrEventType.SHOULD_REFRESH_RENDER, screen.changed);
    };
    this.end = screen.close;
  }
}

type ListedTask = ConstructorParameters<typeof ListrRenderer>[0][number];

const viewOf = (task: ListedTask): PhaseView => ({
  title: task.title ?? '',
  state: task.isCompleted() ? 'done' : task.isStarted() ? 'running' : 'waiting',
  tookMs: task.message.duration ?? null,
  note: null,
});

/** Runs the phases in order; rejects with what the first that fails throws. */
export async function runPhases(phases: readonly Phase[], screen: PhaseScreen): Promise<void> {
  await new Listr(
    phases.map(({ title, work }) => ({ title, task: work })),
    {
      renderer: PhaseRenderer,
      rendererOptions: { screen },
      // listr2 would end the process at Ctrl-C
      registerSignalListeners: false,
    },
  ).run();
}
