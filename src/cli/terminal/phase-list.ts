import { Listr, ListrEventType } from 'listr2';
import type { Verb } from '../../model/event.ts';
import type { PhaseView } from '../../report/phases.ts';

/** What a run goes through, in this order. */
export type Phase = 'inventory' | 'configurations' | 'hosts' | 'changes';

const GOES_BACK: Readonly<Record<'rollback' | 'remove', string>> = {
  rollback: 'take back',
  remove: 'remove',
};

/** The phases of a verb, with the words that people read. */
function titlesOf(verb: Verb): readonly (readonly [Phase, string])[] {
  const inventory = ['inventory', 'inventory'] as const;
  const configurations = ['configurations', 'configurations'] as const;
  switch (verb) {
    case 'status':
      return [inventory, configurations, ['hosts', 'status']];
    case 'plan':
      return [inventory, configurations, ['hosts', 'plan']];
    case 'apply':
      return [inventory, configurations, ['hosts', 'plan'], ['changes', 'apply']];
    case 'rollback':
    case 'remove':
      return [inventory, ['hosts', 'plan'], ['changes', GOES_BACK[verb]]];
  }
}

/** The phases of one run. */
export interface Phases {
  /** Ends what came before. A phase that the verb does not have, or that is over, changes nothing. */
  enter(phase: Phase): void;
  /** What the phase that runs is about; null: nothing in particular. */
  note(text: string | null): void;
  view(): readonly PhaseView[];
  /** Safe to call twice. */
  end(): void;
}

/**
 * Starts the first phase. They are tasks of listr2, without its renderers: those take both streams
 * for themselves, so that nothing could be printed above the view or asked in between.
 *
 * @param changed called when what `view` gives is another
 */
export function openPhases(verb: Verb, changed: () => void): Phases {
  const phases = titlesOf(verb).map(([phase, title]) => ({ phase, title, ...gate() }));
  let current = 0;
  let ended = false;
  const list = new Listr(
    phases.map(({ title, over }) => ({ title, task: () => over, skip: () => ended })),
    // Ctrl-C is the run's: listr2 would end the process
    { renderer: 'silent', registerSignalListeners: false, exitOnError: false },
  );
  list.events.on(ListrEventType.SHOULD_REFRESH_RENDER, changed);
  // no task of ours rejects
  list.run().catch(() => {});

  return {
    enter(phase) {
      const next = phases.findIndex((one) => one.phase === phase);
      if (next <= current) return;
      for (const { open } of phases.slice(current, next)) open();
      current = next;
    },
    note(text) {
      const task = list.tasks[current];
      if (task && (task.output ?? '') !== (text ?? '')) task.output$ = text ?? '';
    },
    view: () =>
      list.tasks.map((task) => ({
        title: task.title ?? '',
        state: task.isCompleted() ? 'done' : task.isStarted() ? 'running' : 'waiting',
        tookMs: task.message.duration ?? null,
        note: task.output || null,
      })),
    end() {
      ended = true;
      for (const { open } of phases) open();
    },
  };
}

function gate(): { readonly over: Promise<void>; readonly open: () => void } {
  let open = (): void => {};
  const over = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { over, open };
}
