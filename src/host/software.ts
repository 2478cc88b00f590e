import { map, type Raw, strings } from './raw.ts';

/** What a host is searched for, in the order of offers; all but docker have a built-in fragment of that name. */
export const SOFTWARE = [
  'nginx',
  'apache',
  'redis',
  'memcached',
  'postgres',
  'mysql',
  'docker',
] as const;
export type Software = (typeof SOFTWARE)[number];

/** From the record `facts`, where `software` was asked for. A host that could not look has none. */
export function readSoftware(reported: unknown): readonly Software[] {
  const found = strings(map(reported as Raw).software);
  return SOFTWARE.filter((one) => found.includes(one));
}
