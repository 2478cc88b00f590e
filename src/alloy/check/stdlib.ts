import type { Stability } from '../../model/desired.ts';

/** A function of Alloy's standard library, by its full name. */
export interface StdlibFunction {
  /** First version that has it. */
  readonly since: string;
  readonly stability: Stability;
  /** Fewest and most arguments; null: any number. */
  readonly arity: readonly [number, number | null];
}

const since = (
  version: string,
  least: number,
  most: number | null,
  stability: Stability = 'generally-available',
): StdlibFunction => ({ since: version, stability, arity: [least, most] });

/** Complete for 1.18; first versions by the tags of upstream. */
export const FUNCTIONS: ReadonlyMap<string, StdlibFunction> = new Map([
  ['array.concat', since('1.4.0', 0, null)],
  ['array.combine_maps', since('1.5.0', 3, 4, 'experimental')],
  ['array.group_by', since('1.10.0', 3, 3, 'experimental')],
  ['coalesce', since('1.0.0', 0, null)],
  ['convert.nonsensitive', since('1.4.0', 1, 1)],
  ['encoding.from_json', since('1.4.0', 1, 1)],
  ['encoding.from_yaml', since('1.4.0', 1, 1)],
  ['encoding.from_base64', since('1.4.0', 1, 1)],
  ['encoding.from_URLbase64', since('1.4.0', 1, 1)],
  ['encoding.to_json', since('1.8.0', 1, 1)],
  ['encoding.to_base64', since('1.4.0', 1, 1)],
  ['encoding.to_URLbase64', since('1.4.0', 1, 1)],
  ['encoding.url_encode', since('1.11.0', 1, 1)],
  ['encoding.url_decode', since('1.11.0', 1, 1)],
  ['file.path_join', since('1.5.0', 0, null)],
  ['json_path', since('1.0.0', 2, 2)],
  ['string.format', since('1.4.0', 1, null)],
  ['string.join', since('1.4.0', 2, 2)],
  ['string.replace', since('1.4.0', 3, 3)],
  ['string.split', since('1.4.0', 2, 2)],
  ['string.to_lower', since('1.4.0', 1, 1)],
  ['string.to_upper', since('1.4.0', 1, 1)],
  ['string.trim', since('1.4.0', 2, 2)],
  ['string.trim_prefix', since('1.4.0', 2, 2)],
  ['string.trim_suffix', since('1.4.0', 2, 2)],
  ['string.trim_space', since('1.4.0', 1, 1)],
  ['sys.env', since('1.4.0', 1, 1)],
]);

/** Names that are values, not functions. */
export const CONSTANTS: ReadonlySet<string> = new Set([
  'constants.hostname',
  'constants.os',
  'constants.arch',
  'constants.version',
]);

/** Names from before 1.4: they work, `alloy validate` exits 1 on them. */
export const DEPRECATED: ReadonlyMap<string, string> = new Map([
  ['env', 'sys.env'],
  ['nonsensitive', 'convert.nonsensitive'],
  ['concat', 'array.concat'],
  ['json_decode', 'encoding.from_json'],
  ['yaml_decode', 'encoding.from_yaml'],
  ['base64_decode', 'encoding.from_base64'],
  ['format', 'string.format'],
  ['join', 'string.join'],
  ['replace', 'string.replace'],
  ['split', 'string.split'],
  ['to_lower', 'string.to_lower'],
  ['to_upper', 'string.to_upper'],
  ['trim', 'string.trim'],
  ['trim_prefix', 'string.trim_prefix'],
  ['trim_suffix', 'string.trim_suffix'],
  ['trim_space', 'string.trim_space'],
]);

/** First names that the library takes: a component of that first name shadows them. */
export const NAMESPACES: ReadonlySet<string> = new Set([
  ...[...FUNCTIONS.keys()].map((name) => name.split('.')[0]!),
  'constants',
]);

/** A name that is there without being declared. */
export const isStdlib = (name: string): boolean => NAMESPACES.has(name) || DEPRECATED.has(name);
