import type { Target } from '../model/desired.ts';
import type { HostRun } from '../model/ports.ts';
import type { Problem } from '../model/problem.ts';
import type { Kept, OwnHostRun } from './host-run.ts';

const OVER = Promise.resolve();

type Run = HostRun & Pick<OwnHostRun, 'kept'>;

/**
 * A host's part in a run, made when its turn comes. Where it waits for its changes without a login, only its plan is kept, and
 * its part is made anew for them. When it has ended, only how it ended is kept, unless it may have to be rolled back.
 * A class: accessors of a literal are made anew for each object, and these are for ten thousand hosts that wait.
 */
export class LateHostRun implements HostRun {
  readonly #target: Target;
  readonly #make: (target: Target, kept: Kept | null) => Run;
  #run: Run | null = null;
  #kept: Kept | null = null;
  readonly #mayRollBack: boolean;
  #end: Pick<HostRun, 'moved' | 'outcome' | 'problem' | 'changed'> | null = null;

  constructor(
    target: Target,
    make: (target: Target, kept: Kept | null) => Run,
    mayRollBack = false,
  ) {
    this.#target = target;
    this.#make = make;
    this.#mayRollBack = mayRollBack;
  }

  get #made(): Run {
    this.#run ??= this.#make(this.#target, this.#kept);
    this.#kept = null;
    return this.#run;
  }

  #letGo(): void {
    const { moved, outcome, problem, changed } = this.#made;
    if (outcome === null) return;
    this.#end = { moved, outcome, problem, changed };
    this.#run = null;
  }

  get name() {
    return this.#target.host.name;
  }
  get cluster() {
    return this.#target.cluster?.name ?? null;
  }
  get waiting() {
    return this.#run?.waiting ?? this.#kept !== null;
  }
  get moved() {
    return (this.#run ?? this.#end)?.moved ?? false;
  }
  get outcome() {
    return (this.#run ?? this.#end)?.outcome ?? null;
  }
  get problem() {
    return (this.#run ?? this.#end)?.problem;
  }
  get changed() {
    return (this.#run ?? this.#end)?.changed ?? false;
  }
  get begun() {
    return this.#run?.begun;
  }
  get isProven() {
    return this.#end ? OVER : this.#made.isProven;
  }
  get isOver() {
    return this.#run?.isOver ?? OVER;
  }

  async plan(): Promise<void> {
    await this.#made.plan();
    this.#letGo();
  }
  async carryOut(unless?: AbortSignal): Promise<void> {
    const run = this.#made;
    await run.carryOut(unless);
    if (this.#mayRollBack) return;
    // its data may still be watched; where that fails, whoever waits for it has to know
    run.isOver.then(
      () => this.#letGo(),
      () => undefined,
    );
  }
  skip(because?: Problem): void {
    this.#made.skip(because);
    this.#letGo();
  }
  rollBack(because: Problem): Promise<void> {
    return this.#made.rollBack(because);
  }
  close(): void {
    this.#run?.close();
    this.#kept ??= this.#run?.kept ?? null;
    if (this.#kept) this.#run = null;
  }
}
