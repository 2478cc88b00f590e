/** `version` (`1.9.0`, `v1.9.0`, `1.9.0-1`) comes before `since`; false when one of them is not known. */
export function olderThan(version: string | null | undefined, since: string | undefined): boolean {
  if (!version || !since) return false;
  const [mine, other] = [numbers(version), numbers(since)];
  if (!mine || !other) return false;
  for (const [index, part] of other.entries()) {
    if (mine[index]! !== part) return mine[index]! < part;
  }
  return false;
}

function numbers(version: string): readonly number[] | undefined {
  const match = /^v?(\d+)\.(\d+)\.(\d+)/.exec(version);
  return match?.slice(1).map(Number);
}
