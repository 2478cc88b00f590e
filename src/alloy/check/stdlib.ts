/** Fewest and most arguments of each function; null: any number. The table of a version says whether it is there. */
export const ARITIES: ReadonlyMap<string, readonly [number, number | null]> = new Map([
  ['array.concat', [0, null]],
  ['array.combine_maps', [3, 4]],
  ['array.group_by', [3, 3]],
  ['coalesce', [0, null]],
  ['convert.nonsensitive', [1, 1]],
  ['encoding.from_json', [1, 1]],
  ['encoding.from_yaml', [1, 1]],
  ['encoding.from_base64', [1, 1]],
  ['encoding.from_URLbase64', [1, 1]],
  ['encoding.to_json', [1, 1]],
  ['encoding.to_base64', [1, 1]],
  ['encoding.to_URLbase64', [1, 1]],
  ['encoding.url_encode', [1, 1]],
  ['encoding.url_decode', [1, 1]],
  ['file.path_join', [0, null]],
  ['json_path', [2, 2]],
  ['string.format', [1, null]],
  ['string.join', [2, 2]],
  ['string.replace', [3, 3]],
  ['string.split', [2, 2]],
  ['string.to_lower', [1, 1]],
  ['string.to_upper', [1, 1]],
  ['string.trim', [2, 2]],
  ['string.trim_prefix', [2, 2]],
  ['string.trim_suffix', [2, 2]],
  ['string.trim_space', [1, 1]],
  ['sys.env', [1, 1]],
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
  ...[...ARITIES.keys()].map((name) => name.split('.')[0]!),
  'constants',
]);

/** A name that is there without being declared. */
export const isStdlib = (name: string): boolean => NAMESPACES.has(name) || DEPRECATED.has(name);
