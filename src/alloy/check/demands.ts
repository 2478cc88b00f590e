import { nearest } from '../../model/frame.ts';
import type { Expression, Statement } from '../ast.ts';
import { attributeOf, blocksOf, withoutParens } from '../ast-lookup.ts';
import { holdsError } from './arguments.ts';
import { amountIn, amountOf, presenceIn, textOf } from './constants.ts';
import type { Demand } from './demand.ts';
import { DEMANDS } from './demand-list.ts';
import type { Check, FileSpan, Part, Report } from './model.ts';
import { openingOf, spanOf } from './spans.ts';
import { olderThan } from './versions.ts';

/** What Alloy demands of values when it builds a component: limits, words, what goes together. */
export const checkDemands: Check = (config, report) => {
  for (const node of config.nodes) {
    if (node.custom) continue;
    for (const part of node.parts) {
      const demands = demandsOf(part);
      if (demands.length === 0 || holdsError(config, node, part.block)) continue;
      for (const demand of demands) {
        if (!olderThan(config.options.version, demand.since)) look(part, demand, report);
      }
    }
  }
};

const byBlock = new Map<string, Demand[]>();
for (const demand of DEMANDS) {
  const key = `${demand.component}/${demand.block}`;
  byBlock.set(key, [...(byBlock.get(key) ?? []), demand]);
}
const NONE: readonly Demand[] = [];
const known = new Map<string, readonly Demand[]>();

function demandsOf({ node, path }: Part): readonly Demand[] {
  const block = path.at(-1) ?? '';
  const key = `${node.name}/${block}`;
  let found = known.get(key);
  if (!found) {
    const family = `${node.name.split('.')[0]}.*`;
    const keys = [key, `*/${block}`, `${family}/${block}`];
    const all = keys.flatMap((one) => byBlock.get(one) ?? NONE);
    found = all.length === 0 ? NONE : all;
    known.set(key, found);
  }
  return found;
}

interface Wrong {
  readonly at: FileSpan;
  readonly name: string;
  readonly value?: string | undefined;
  /** The word that was probably meant. */
  readonly meant?: string | undefined;
}

function look(part: Part, demand: Demand, report: Report): void {
  for (const { at, name, value, meant } of wrongIn(part, demand)) {
    const fill = (text: string) => text.replaceAll('NAME', name).replaceAll('VALUE', value ?? '');
    const enumeration = demand.need.kind === 'words';
    report(
      enumeration ? 'value.enum' : 'fields.demand',
      at,
      fill(demand.says),
      meant
        ? `Did you mean "${meant}"? ${fill(demand.fix).replace('Use one of', 'It takes')}`
        : fill(demand.fix),
    );
  }
}

function wrongIn(part: Part, { need }: Demand): readonly Wrong[] {
  const { node, block, rule } = part;
  const where = (name: string): FileSpan => {
    const found = statementOf(part, name);
    if (!found) return openingOf(node.parsed, block);
    return found.kind === 'block'
      ? openingOf(node.parsed, found)
      : spanOf(node.parsed, found.value);
  };
  const single = (name: string): readonly Wrong[] => [{ at: where(name), name }];
  switch (need.kind) {
    case 'above':
    case 'range': {
      const names = need.kind === 'above' ? need.names : [need.name];
      return names.flatMap((name) => {
        const value = rule?.attributes.has(name) ? amountIn(part, name) : undefined;
        if (value === undefined) return [];
        const fine =
          need.kind === 'above'
            ? value > need.than
            : value >= (need.least ?? value) && value <= (need.most ?? value);
        return fine ? [] : [{ ...single(name)[0]!, value: String(value) }];
      });
    }
    case 'words': {
      const attribute = attributeOf(block.body, need.name);
      return attribute ? wrongWords(part, need.name, attribute.value, need) : [];
    }
    case 'filled':
      return need.names
        .filter((name) => rule?.attributes.has(name) && presenceIn(part, name) === 'empty')
        .filter((name) => attributeOf(block.body, name) || !rule!.attributes.get(name)!.required)
        .flatMap(single);
    case 'some':
    case 'most':
    case 'one': {
      const names = need.names.filter((name) => rule?.attributes.has(name) || rule?.block(name));
      if (names.length === 0) return [];
      const set = names.filter((name) => presenceIn(part, name) === 'set');
      if (set.length > 1) return need.kind === 'some' ? [] : single(set[1]!);
      if (need.kind === 'most' || set.length === 1) return [];
      return names.every((name) => presenceIn(part, name) === 'empty')
        ? [{ at: openingOf(node.parsed, block), name: names[0]! }]
        : [];
    }
    case 'with': {
      const lacks =
        presenceIn(part, need.name) === 'set' &&
        need.needs.every((name) => presenceIn(part, name) === 'empty');
      return lacks ? single(need.name) : [];
    }
    case 'order': {
      const [low, high] = [amountIn(part, need.low), amountIn(part, need.high)];
      if (low === undefined || high === undefined || (need.open && high === 0)) return [];
      if (need.strict ? low < high : low <= high) return [];
      return single(statementOf(part, need.high) ? need.high : need.low);
    }
    case 'own': {
      const wrong = need.wrong(part);
      return wrong === undefined ? [] : single(wrong);
    }
  }
}

function statementOf({ block }: Part, name: string): Statement | undefined {
  return attributeOf(block.body, name) ?? blocksOf(block.body, name)[0];
}

function wrongWords(
  part: Part,
  name: string,
  expression: Expression,
  { words, fold }: { readonly words: readonly string[]; readonly fold: boolean },
): readonly Wrong[] {
  const value = withoutParens(expression);
  if (value.kind === 'array') {
    return value.elements.flatMap((element) => wrongWords(part, name, element, { words, fold }));
  }
  const text = textOf(value) ?? amountOf(value, 'number')?.toString();
  if (text === undefined || words.includes(fold ? text.toLowerCase() : text)) return [];
  const meant = nearest(
    text,
    words.filter((word) => word !== ''),
  );
  return [{ at: spanOf(part.node.parsed, value), name, value: text, meant }];
}
