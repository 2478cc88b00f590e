/** A table that is asked for names from outside: `constructor` and its like are no keys of it. */
export const table = <T>(entries: Readonly<Record<string, T>>): Readonly<Record<string, T>> =>
  Object.assign(Object.create(null), entries);
