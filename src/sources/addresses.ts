import { lookup } from 'node:dns/promises';

/** A resolver that answers nobody must not hold up a run. */
const TIMEOUT_MS = 10_000;

/** IP addresses of names, as this machine resolves them; those that it cannot resolve are missing. */
export async function resolveNames(names: Iterable<string>): Promise<ReadonlyMap<string, string>> {
  const found = await Promise.all(
    [...names].map(async (name) => {
      const late = new Promise<null>((resolve) => {
        setTimeout(resolve, TIMEOUT_MS, null).unref();
      });
      const answer = await Promise.race([lookup(name).catch(() => null), late]);
      return answer === null ? [] : [[name, answer.address] as const];
    }),
  );
  return new Map(found.flat());
}
