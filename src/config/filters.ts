import { MisplacedError, Reference } from './encode.ts';
import { Held, opened } from './held.ts';

const words = (text: string): readonly string[] => text.split(/\s+/);

/**
 * Filters of Liquid that templates may use. Left out: what depends on the clock or on chance (a
 * plan must be the same twice), what is for HTML, and what evaluates text.
 */
export const KEPT_FILTERS: readonly string[] = [
  // numbers
  ...words('abs at_least at_most ceil divided_by floor minus modulo plus round times'),
  // text
  ...words(`append base64_decode base64_encode capitalize downcase lstrip prepend remove
     remove_first remove_last replace replace_first replace_last rstrip sha256 slice
     split strip truncate upcase url_decode url_encode`),
  // lists
  ...words('compact concat first join last map reverse size sort sort_natural sum uniq where'),
  // anything
  ...words('default json raw'),
];

/** Tags of Liquid that templates may use: control flow and variables; no other files. */
export const KEPT_TAGS: readonly string[] = words(
  '# assign break capture case comment continue cycle echo for if liquid raw unless',
);

/** @throws MisplacedError for lists and maps: those of an inventory cannot be made a text */
function textOf(value: unknown): string {
  if (typeof value === 'object' && value !== null && !(value instanceof Reference))
    throw new MisplacedError({ reason: 'not-a-text' });
  return String(value);
}

/** `web-01.example.com` -> `web_01_example_com`: a name that Alloy takes as a label. */
export function identifier(value: unknown): string {
  const word = textOf(value).replace(/[^\p{L}\p{Nd}]+/gu, '_');
  return /^\p{Nd}|^$/u.test(word) ? `_${word}` : word;
}

/** The text as an Alloy name: `{{ "constants.hostname" | reference }}`. */
function reference(value: unknown): Reference {
  const name = typeof value === 'string' ? value : '';
  if (!/^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*$/.test(name)) {
    throw new MisplacedError({ reason: 'not-a-reference', value: name || null });
  }
  return new Reference(name);
}

/** The map with `key` in front, unless the map has it: `{{ labels | with_default: "instance", x }}`. */
function withDefault(given: unknown, name: unknown, value: unknown): unknown {
  const [map, key] = [given instanceof Held ? opened(given) : given, opened(name)];
  if (map === null || map === undefined) return { [textOf(key)]: value };
  if (typeof map !== 'object' || Array.isArray(map) || map instanceof Reference) {
    throw new MisplacedError({ reason: 'not-a-map' });
  }
  return Object.hasOwn(map, textOf(key)) ? map : { [textOf(key)]: value, ...map };
}

const itemsOf = (list: unknown): readonly string[] => (Array.isArray(list) ? list.map(textOf) : []);

/**
 * Where fields are read from, by the names that they get: `{ http_status: "http.status" }`; of JSON, an expression
 * of JMESPath.
 */
function fields(list: unknown, language?: unknown): Readonly<Record<string, string>> {
  const quoted = (part: string): string => (/^[A-Za-z_]\w*$/.test(part) ? part : `"${part}"`);
  const path = (field: string): string => field.split('.').map(quoted).join('.');
  return Object.fromEntries(
    itemsOf(list).map((field) => [identifier(field), language === 'json' ? path(field) : field]),
  );
}

/** Labels that fields which were read become: `{ http_status: "http_status" }`. */
const fieldLabels = (list: unknown): Readonly<Record<string, string>> =>
  Object.fromEntries(itemsOf(list).map((field) => [identifier(field), identifier(field)]));

/** Our own filters, by name. */
export const OWN_FILTERS = {
  identifier,
  reference,
  with_default: withDefault,
  fields,
  field_labels: fieldLabels,
} as const;
