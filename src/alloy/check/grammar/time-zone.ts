/**
 * What Go's time.LoadLocation has against the name of a time zone, in its words. Names of the IANA
 * database count with their case; Go also knows "", UTC and Local. Offsets such as +01:00 are no names.
 */
export function timeZoneProblem(name: string): string | undefined {
  if (name === '' || name === 'UTC' || name === 'Local') return undefined;
  const unknown = `unknown time zone ${name}`;
  if (!/^[A-Za-z]/.test(name) || name.includes('..') || name.includes('\\')) return unknown;
  const known = canonical(name);
  if (known === undefined) return unknown;
  // the database of the host is looked up as files: case counts
  return known.toLowerCase() === name.toLowerCase() && known !== name ? unknown : undefined;
}

/** The name as the database spells it, for a name in a wrong case. */
export function meantZone(name: string): string | undefined {
  return canonical(name);
}

function canonical(name: string): string | undefined {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}
