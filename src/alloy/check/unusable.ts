import { nearest } from '../../model/frame.ts';
import { attributeOf, blocksOf, withoutParens } from '../ast-lookup.ts';
import { textOf, wordIn } from './constants.ts';
import type { Check, Part, Report } from './model.ts';
import { openingOf, spanOf } from './spans.ts';

/** What Alloy starts with, and the component then cannot use. */
export const checkUnusable: Check = ({ nodes }, report) => {
  for (const node of nodes) {
    if (node.custom) continue;
    for (const part of node.parts) {
      const block = part.path.at(-1) ?? '';
      for (const [component, inside, argument, words] of WORDS) {
        if (component === node.name && inside === block) checkWord(part, argument, words, report);
      }
    }
    const [top] = node.parts;
    if (!top) continue;
    if (node.name === 'prometheus.scrape') checkTargets(top, report);
    if (node.name === 'discovery.file') checkFiles(top, report);
    if (node.name === 'prometheus.remote_write') checkEndpoints(top, report);
  }
};

const POLICIES = [
  'always_sample',
  'latency',
  'numeric_attribute',
  'probabilistic',
  'status_code',
  'string_attribute',
  'rate_limiting',
  'bytes_limiting',
  'span_count',
  'trace_state',
  'boolean_attribute',
  'ottl_condition',
  'and',
  'not',
  'drop',
  'composite',
];

/** Words that are only looked at when the component runs. */
const WORDS: readonly (readonly [
  component: string,
  block: string,
  argument: string,
  words: readonly string[],
])[] = [
  ['prometheus.scrape', '', 'scheme', ['http', 'https']],
  [
    'discovery.kubernetes',
    '',
    'role',
    ['pod', 'service', 'endpoints', 'endpointslice', 'ingress', 'node'],
  ],
  ['otelcol.processor.tail_sampling', 'policy', 'type', POLICIES],
  ['otelcol.processor.tail_sampling', 'and_sub_policy', 'type', POLICIES],
  ['otelcol.processor.tail_sampling', 'composite_sub_policy', 'type', POLICIES],
];

function checkWord(part: Part, argument: string, words: readonly string[], report: Report): void {
  const written = attributeOf(part.block.body, argument);
  const word = written && textOf(written.value);
  if (word === undefined || words.includes(word)) return;
  const meant = nearest(word, words);
  report(
    'value.unusable',
    spanOf(part.node.parsed, written!.value),
    `${part.node.name} has no ${argument} "${word}"`,
    meant ? `Did you mean "${meant}"?` : `Use one of ${words.join(', ')}`,
  );
}

function checkTargets({ block, node }: Part, report: Report): void {
  const written = attributeOf(block.body, 'targets');
  const list = written && withoutParens(written.value);
  if (list?.kind !== 'array') return;
  for (const element of list.elements) {
    const target = withoutParens(element);
    if (target.kind !== 'object') continue;
    const address = target.fields.find(({ key }) => key.name === '__address__');
    const text = address && textOf(address.value);
    if (!address) {
      report(
        'value.unusable',
        spanOf(node.parsed, target),
        'a target without __address__ is not scraped',
        'Add "__address__" = "host:port"',
      );
    } else if (text?.includes('/')) {
      report(
        'value.unusable',
        spanOf(node.parsed, address.value),
        `"${text.replace(/\/\/[^/@]*@/, '//...@')}" is no host and port: the target is not scraped`,
        'Write host:port; scheme and metrics_path say the rest',
      );
    }
  }
}

function checkFiles({ block, node }: Part, report: Report): void {
  const written = attributeOf(block.body, 'files');
  const list = written && withoutParens(written.value);
  if (list?.kind !== 'array') return;
  for (const element of list.elements) {
    const text = textOf(element);
    if (text === undefined || /^[^*]*(?:\*[^/]*)?\.(?:json|yml|yaml|JSON|YML|YAML)$/.test(text))
      continue;
    report(
      'value.unusable',
      spanOf(node.parsed, element),
      `"${text}" is no pattern for target files: they end in .json, .yml or .yaml`,
      'Write a pattern such as /etc/alloy/targets/*.yml',
    );
  }
}

function checkEndpoints(top: Part, report: Report): void {
  const seen = new Set<string>();
  for (const endpoint of blocksOf(top.block.body, 'endpoint')) {
    const part = top.node.parts.find(({ block }) => block === endpoint);
    const name = attributeOf(endpoint.body, 'name') && part && wordIn(part, 'name');
    if (name && seen.has(name)) {
      report(
        'value.unusable',
        openingOf(top.node.parsed, endpoint),
        `two endpoints are named "${name}"`,
        'Give each endpoint a name of its own, or none',
      );
    }
    if (name) seen.add(name);
  }
}
