const isScalar = (value: unknown): boolean =>
  ['string', 'number', 'boolean', 'bigint'].includes(typeof value);

const isMap = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const matches =
  (pattern: RegExp) =>
  (value: unknown): boolean =>
    typeof value === 'string' && pattern.test(value);

const listOf =
  (fits: (item: unknown) => boolean) =>
  (value: unknown): boolean =>
    Array.isArray(value) && value.every(fits);

/** `tcp` of `tcp://host:1`; '' of what is no URL. */
export const schemeOf = (value: unknown): string =>
  (typeof value === 'string' && /^([a-z]+):\/\/[^\s/]\S*$/.exec(value)?.[1]) || '';

const isPath = matches(/^\/[^\0\n]*$/);

/** What a parameter may be: the check of each type, and an example. */
export const TYPES = {
  string: [(value) => typeof value === 'string', '"text"'],
  number: [(value) => typeof value === 'bigint' || Number.isFinite(value), '10'],
  bool: [(value) => typeof value === 'boolean', 'true, without quotes'],
  list: [listOf(isScalar), '[one, two]'],
  map: [(value) => isMap(value) && Object.values(value).every(isScalar), '{ env: prod }'],
  url: [matches(/^https?:\/\/[^\s/?#]\S*$/i), 'https://metrics.example.com/api/v1/write'],
  urls: [
    (value) => {
      const schemes = isMap(value) ? Object.values(value).map(schemeOf) : [];
      return schemes.length > 0 && !schemes.includes('');
    },
    '{ shop: "https://shop.example.com" }',
  ],
  address: [matches(/^(?:\[[0-9A-Fa-f:.]+\]|[^\s:/]+):\d{1,5}$/), '127.0.0.1:4317'],
  duration: [
    matches(/^(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+$/),
    '60s or 1h30m; there is no unit for days',
  ],
  size: [matches(/^\d+(?:\.\d+)?(?:B|KB|MB|GB|KiB|MiB|GiB)$/), '512MiB'],
  path: [isPath, '/etc/alloy/password'],
  paths: [listOf(isPath), '[/var/log/nginx/*.log]'],
  name: [matches(/^[A-Za-z_]\w*$/), 'METRICS_PASSWORD'],
} satisfies Readonly<Record<string, readonly [fits: (value: unknown) => boolean, example: string]>>;

export type ParameterType = keyof typeof TYPES;
export const PARAMETER_TYPES = Object.keys(TYPES) as readonly ParameterType[];
