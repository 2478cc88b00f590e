import { goDuration } from '../go-duration.ts';

const BOOLEANS: ReadonlySet<string> = new Set([
  'allowAllFiles',
  'allowCleartextPasswords',
  'allowFallbackToPlaintext',
  'allowNativePasswords',
  'allowOldPasswords',
  'checkConnLiveness',
  'clientFoundRows',
  'columnsWithAlias',
  'compress',
  'interpolateParams',
  'multiStatements',
  'parseTime',
  'rejectReadOnly',
]);
const DURATIONS: ReadonlySet<string> = new Set(['readTimeout', 'timeout', 'writeTimeout']);

/**
 * What go-sql-driver/mysql has against a DSN, `user:password@net(address)/database?parameter=value`. No
 * message repeats a part of it: it holds a password.
 */
export function mysqlDsnProblem(dsn: string): string | undefined {
  const slash = dsn.lastIndexOf('/');
  if (slash < 0) return dsn === '' ? undefined : 'missing the slash separating the database name';
  const place = dsn.slice(dsn.lastIndexOf('@', slash) + 1, slash);
  const open = place.indexOf('(');
  const network = open < 0 ? place : place.slice(0, open);
  if (open >= 0 && !place.endsWith(')')) {
    return place.includes(')', open)
      ? 'did you forget to escape a param value?'
      : 'network address not terminated (missing closing brace)';
  }
  const address = open < 0 ? '' : place.slice(open + 1, -1);
  if (address === '' && !['', 'tcp', 'unix'].includes(network)) {
    return 'default address for this network is unknown: write the address in (...)';
  }
  const query = dsn
    .slice(slash + 1)
    .split('?')
    .slice(1)
    .join('?');
  return query === '' ? undefined : parameterProblem(query);
}

function parameterProblem(query: string): string | undefined {
  for (const pair of query.split('&')) {
    const at = pair.indexOf('=');
    if (at < 0) continue;
    const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
    const bool = /^(?:1|0|true|false|TRUE|FALSE|True|False)$/.test(value);
    if (BOOLEANS.has(name) && !bool) return `${name} is true or false`;
    if (DURATIONS.has(name) && typeof goDuration(value) !== 'number') {
      return `${name} is a duration such as 5s`;
    }
  }
  return undefined;
}
