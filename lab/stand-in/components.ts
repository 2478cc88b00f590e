/**
 * Components that the built-in templates use and of which nothing was recorded: the stand-in judges them by
 * alloyup's own table of components, which is read from Alloy's source.
 */
import { type BlockRule, tableAt, type ValueType } from '../../src/alloy/table/component-table.ts';
import { BUILTIN_NAMES, builtinTemplate } from '../../src/config/builtins.ts';
import { builtinFragment, FRAGMENT_NAMES } from '../../src/config/fragments.ts';

/** How the stand-in writes types: see above $TABLE in alloy.pl. */
const LETTERS: Readonly<Record<ValueType, string>> = {
  bool: ':b',
  number: ':n',
  duration: ':d',
  secret: ':s',
  optionalsecret: ':s',
  any: ':a',
  'list(string)': ':l',
  'list(secret)': ':l',
  'list(target)': ':t',
  'list(map(string))': ':t',
  'map(string)': ':m',
  'map(list(string))': ':m',
  'map(list(secret))': ':m',
  'list(MetricsReceiver)': ':M',
  'list(LogsReceiver)': ':L',
  'list(ProfilesReceiver)': ':P',
  RelabelRules: ':r',
};

const letterOf = (type: ValueType): string => {
  const letter = /^(?:string|bytes)\b/.test(type) ? '' : LETTERS[type];
  if (letter === undefined) throw new Error(`the stand-in has no type ${type}`);
  return letter;
};

/** What a component hands on, in the words of the stand-in. */
const EXPORTS: Readonly<Record<ValueType, string>> = {
  'list(target)': 'targets',
  ProfilesReceiver: 'pyroscope.Appendable',
  'otelcol.ExtensionHandler': 'extension.ExtensionHandler',
};

/** Names of the components and blocks that the built-in templates use, at any of their values. */
export function usedComponents(): readonly string[] {
  const templates = [
    ...BUILTIN_NAMES.map((name) => builtinTemplate(name)),
    ...FRAGMENT_NAMES.map((name) => builtinFragment(name)),
  ];
  const names = templates.flatMap(({ text }) =>
    [...text.matchAll(/^([a-z_]+(?:\.[a-z_]+)+(?= ")|remotecfg)(?: "[^"\n]*")? \{/gm)].map(
      ([, name]) => name!,
    ),
  );
  return [...new Set(names)].sort();
}

/** Lines for $TABLE in alloy.pl: these components, as one version of Alloy has them. */
export const tableLines = (names: readonly string[], version: string): string =>
  names
    .flatMap((name) => {
      const rule = tableAt(version).get(name);
      // an older version may not have it
      if (!rule) return [];
      const exported = [...(rule.exports ?? [])].map(([key, type]) => {
        if (EXPORTS[type] === undefined) throw new Error(`the stand-in exports no ${type}`);
        return `${key}=${EXPORTS[type]}`;
      });
      const kind = rule.exports === null ? 'block' : 'component';
      const level = rule.stability === 'generally-available' ? '' : ` ${rule.stability}`;
      const head = `${kind} ${name}${level}${exported.length > 0 ? ` -> ${exported.join(' ')}` : ''}\n`;
      return [head, `  ${attributesOf(rule)}\n`, ...blocksOf(rule, '')];
    })
    .join('');

const attributesOf = ({ attributes }: BlockRule): string =>
  [...attributes]
    .map(([name, { type, required }]) => `${name}${required ? '!' : ''}${letterOf(type)}`)
    .join(' ');

const blocksOf = (rule: BlockRule, path: string): readonly string[] =>
  rule.blockNames.flatMap((name) => {
    const inner = rule.block(name)!;
    const flag = inner.repeated ? '*' : inner.required ? '!' : '';
    return [
      `  ${path}${name}${flag} { ${attributesOf(inner)} }\n`,
      ...blocksOf(inner, `${path}${name}/`),
    ];
  });
