import { isWritten, ToolError } from '../model/problem.ts';
import { NeedsOpenssh } from './needs-openssh.ts';
import { endpointText } from './problems.ts';
import type { Leg } from './route.ts';

/** One connection per bastion, for all hosts behind it. */
export interface Bastions<Entered> {
  /**
   * The connection to the last of `legs`, made by `enter` unless there is one.
   *
   * @throws ToolError as `enter`, with the bastion's name before its message.
   */
  join(legs: readonly Leg[], enter: () => Promise<Entered>): Promise<Entered>;
  /** Forgets all, and hands them out. */
  clear(): readonly Promise<Entered>[];
}

/** `onEnd` is told whom to call when a connection ends: the next host then makes a new one. */
export function bastionPool<Entered>(
  onEnd: (entered: Entered, forget: () => void) => void,
): Bastions<Entered> {
  const pool = new Map<string, Promise<Entered>>();
  return {
    async join(legs, enter) {
      const id = JSON.stringify(legs.map(({ alias, endpoint, keys }) => [alias, endpoint, keys]));
      let joined = pool.get(id);
      if (!joined) {
        joined = enter();
        pool.set(id, joined);
        const mine = joined;
        const forget = (): void => {
          if (pool.get(id) === mine) pool.delete(id);
        };
        joined.then(
          (entered) => onEnd(entered, forget),
          (error) => {
            // a wrong key stays wrong: no reason to try it again for each of a thousand hosts
            if (!(error instanceof ToolError) || error.problem.transient) forget();
          },
        );
      }
      try {
        return await joined;
      } catch (error) {
        if (!(error instanceof ToolError)) throw error;
        if (error instanceof NeedsOpenssh) throw error;
        const [first, ...rest] = error.problems.map((problem) =>
          isWritten(problem)
            ? {
                ...problem,
                message: `jump host ${endpointText(legs.at(-1)!.endpoint)}: ${problem.message}`,
              }
            : problem,
        );
        throw new ToolError(first!, ...rest);
      }
    },
    clear() {
      const all = [...pool.values()];
      pool.clear();
      return all;
    },
  };
}
