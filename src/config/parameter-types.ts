import { re2Problem } from '../model/re2.ts';

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

const isPlainMap = (value: unknown): boolean =>
  isMap(value) && Object.values(value).every(isScalar);

const isRegex = (value: unknown): boolean =>
  typeof value === 'string' && value !== '' && re2Problem(value) === undefined;

const oneOrList =
  (fits: (item: unknown) => boolean) =>
  (value: unknown): boolean =>
    Array.isArray(value) ? value.every(fits) : fits(value);

const isAddress = matches(/^(?:\[[0-9A-Fa-f:.]+\]|[^\s:/]+):\d{1,5}$/);

/** Of what is read from a line: `status`, `http.status`, `@timestamp`. */
const isField = matches(/^[A-Za-z_@][\w@-]*(?:\.[A-Za-z_@][\w@-]*)*$/);

/** Names of headers that hold no secrets by their names. */
const isHeader = (name: string): boolean =>
  /^[A-Za-z0-9][A-Za-z0-9-]*$/.test(name) &&
  !/^cookie$|authorization|token|secret|password|api-?key/i.test(name);

const isPath = matches(/^\/[^\0\n]*$/);

/** What a parameter may be: the check of each type, and an example. */
export const TYPES = {
  string: [(value) => typeof value === 'string', '"text"'],
  number: [(value) => typeof value === 'bigint' || Number.isFinite(value), '10'],
  bool: [(value) => typeof value === 'boolean', 'true, without quotes'],
  list: [listOf(isScalar), '[one, two]'],
  map: [isPlainMap, '{ env: prod }'],
  labels: [isPlainMap, '{ env: prod }'],
  url: [matches(/^https?:\/\/[^\s/?#]\S*$/i), 'https://metrics.example.com/api/v1/write'],
  urls: [
    (value) => {
      const schemes = isMap(value) ? Object.values(value).map(schemeOf) : [];
      return schemes.length > 0 && !schemes.includes('');
    },
    '{ shop: "https://shop.example.com" }',
  ],
  address: [isAddress, '127.0.0.1:4317'],
  addresses: [oneOrList(isAddress), '127.0.0.1:9100'],
  duration: [
    matches(/^(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+$/),
    '60s or 1h30m; there is no unit for days',
  ],
  size: [matches(/^\d+(?:\.\d+)?(?:B|KB|MB|GB|KiB|MiB|GiB)$/), '512MiB'],
  path: [isPath, '/etc/alloy/password'],
  paths: [oneOrList(isPath), '[/var/log/nginx/*.log]'],
  regex: [isRegex, '"\\\\d+ .*"'],
  regexes: [listOf(isRegex), '["nginx.*", redis]'],
  field: [isField, 'status'],
  fields: [listOf(isField), '[status, method]'],
  headers: [
    (value) =>
      isMap(value) &&
      Object.entries(value).every(([name, text]) => isHeader(name) && typeof text === 'string'),
    '{ X-Team: web }',
  ],
  label: [matches(/^(?:[A-Za-z_]\w*)?$/), 'host'],
  switches: [
    (value) =>
      listOf(isScalar)(value) ||
      (isMap(value) && Object.values(value).every((on) => typeof on === 'boolean' || on === null)),
    '{ docker: true }',
  ],
  record: [isMap, '{ field: time }'],
  entries: [isMap, '{ nginx: ... }'],
  name: [matches(/^[A-Za-z_]\w*$/), 'METRICS_PASSWORD'],
} satisfies Readonly<Record<string, readonly [fits: (value: unknown) => boolean, example: string]>>;

export type ParameterType = keyof typeof TYPES;
export const PARAMETER_TYPES = Object.keys(TYPES) as readonly ParameterType[];
