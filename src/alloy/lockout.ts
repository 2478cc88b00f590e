import type { Block } from './ast.ts';
import {
  attributeOf,
  blocksOf,
  boolOf,
  diagnosticAt,
  stringOf,
  withoutParens,
} from './ast-lookup.ts';
import type { Diagnostic } from './diagnostic.ts';
import type { Parsed } from './parser.ts';

/** What the checks of a host ask for. */
const CHECKED_PATHS: readonly string[] = [
  '/-/ready',
  '/-/healthy',
  '/-/reload',
  '/metrics',
  '/api/v0/web/components',
];

/**
 * An `http` block that keeps plain HTTP without a password from the paths in CHECKED_PATHS: TLS, or
 * `auth` that no filter lifts from them (paths match by prefix). undefined: the checks get through.
 */
export function locksOutChecks(parsed: Parsed): Diagnostic | undefined {
  for (const http of blocksOf(parsed.file.body, 'http')) {
    for (const tls of blocksOf(http.body, 'tls')) {
      return locked(parsed, tls, 'tls makes the port speak HTTPS only', '');
    }
    for (const auth of blocksOf(http.body, 'auth')) {
      if (blocksOf(auth.body, 'basic').length === 0) continue; // without a method all pass
      const { paths, sure } = closedPaths(auth);
      if (paths.length === 0) continue;
      const found = locked(
        parsed,
        auth,
        `auth asks for a password on ${paths.join(', ')}`,
        `Exempt them with a filter { } with paths = ["/-/", "/metrics", "/api/v0/web/components"] and authenticate_matching_paths = false, `,
      );
      return sure ? found : { ...found, severity: 'warning' };
    }
  }
  return undefined;
}

/** The checked paths that ask for a password; not sure where the filter is computed. */
function closedPaths(auth: Block): { readonly paths: readonly string[]; readonly sure: boolean } {
  const filter = blocksOf(auth.body, 'filter')[0];
  const written = filter && attributeOf(filter.body, 'paths');
  if (!written) return { paths: CHECKED_PATHS, sure: true };
  const list = withoutParens(written.value);
  if (list.kind !== 'array') return { paths: CHECKED_PATHS, sure: false };
  if (list.elements.length === 0) return { paths: CHECKED_PATHS, sure: true };

  const prefixes = list.elements.map(stringOf);
  const matching = attributeOf(filter.body, 'authenticate_matching_paths');
  const matchingAsks = matching ? boolOf(matching.value) : true;
  if (prefixes.includes(undefined) || matchingAsks === undefined) {
    return { paths: CHECKED_PATHS, sure: false };
  }
  const asks = (path: string) =>
    prefixes.some((prefix) => path.startsWith(prefix!)) === matchingAsks;
  return { paths: CHECKED_PATHS.filter(asks), sure: true };
}

function locked(parsed: Parsed, block: Block, what: string, first: string): Diagnostic {
  return diagnosticAt(
    parsed,
    { start: block.start, end: block.open },
    {
      severity: 'error',
      code: 'http.locked-out',
      message: `${what}: the health checks could not tell whether Alloy is up`,
      hint: `${first}${first ? 'remove' : 'Remove'} the block, or set alloy.check: service to accept the weaker check`,
    },
  );
}
