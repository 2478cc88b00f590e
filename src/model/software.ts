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
