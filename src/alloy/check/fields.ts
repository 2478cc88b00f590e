import { table } from '../../model/table.ts';
import type { Statement } from '../ast.ts';
import {
  attributeOf,
  blocksOf,
  boolOf,
  numberOf,
  statementName,
  stringOf,
  withoutParens,
} from '../ast-lookup.ts';
import { holdsError } from './arguments.ts';
import { amountIn, presenceIn, presenceOf, textOf } from './constants.ts';
import type { Check, Part, Report } from './model.ts';
import { openingOf, spanOf } from './spans.ts';
import { RELABEL_TARGET } from './text-patterns.ts';

/** Arguments that must fit each other. */
export const checkFields: Check = (config, report) => {
  for (const node of config.nodes) {
    if (node.custom) continue;
    const [top] = node.parts;
    for (const part of node.parts) {
      checkAuth(part, report);
      if (isRelabel(part) && !holdsError(config, node, part.block)) checkRelabel(part, report);
    }
    if (!top) continue;
    if (node.name === 'prometheus.scrape') checkTimeout(top, report);
    if (node.name === 'otelcol.processor.memory_limiter' && !holdsError(config, node, node.block)) {
      checkLimiter(top, report);
    }
    if (node.name === 'loki.source.file') checkGlobs(top, report);
  }
};

function checkTimeout(part: Part, report: Report): void {
  const { block, node } = part;
  const interval = attributeOf(block.body, 'scrape_interval');
  const limit = attributeOf(block.body, 'scrape_timeout');
  const [every, most] = [amountIn(part, 'scrape_interval'), amountIn(part, 'scrape_timeout')];
  if (every === undefined || most === undefined || most <= every) return;
  const [shownLimit, shownInterval] = [
    // the only number that is a duration
    limit ? (textOf(limit.value) ?? '0s') : '10s, the default',
    interval ? (textOf(interval.value) ?? '0s') : '60s, the default',
  ];
  report(
    'fields.scrape-timeout',
    spanOf(node.parsed, (limit ?? interval)!.value),
    `scrape_timeout (${shownLimit}) greater than scrape_interval (${shownInterval})`,
    `Set scrape_timeout to ${shownInterval.replace(', the default', '')} or less`,
  );
}

/** Ways to say who one is: at most one of them in a block. */
const WAYS: readonly string[] = [
  'basic_auth',
  'authorization',
  'oauth2',
  'bearer_token',
  'bearer_token_file',
];
/** The same thing said in two ways: at most one of each pair. */
const PAIRS = table<readonly (readonly [string, string])[]>({
  basic_auth: [['password', 'password_file']],
  authorization: [['credentials', 'credentials_file']],
  oauth2: [['client_secret', 'client_secret_file']],
  tls_config: [
    ['ca_pem', 'ca_file'],
    ['cert_pem', 'cert_file'],
    ['key_pem', 'key_file'],
  ],
});

function checkAuth({ block, node, path, rule }: Part, report: Report): void {
  const said = block.body.filter((statement) => {
    const name = statementName(statement);
    return (
      WAYS.includes(name) && (rule?.block(name) || rule?.attributes.has(name)) && isSet(statement)
    );
  });
  const names = said.map(statementName);
  if (new Set(names).size > 1) {
    report(
      'fields.auth',
      spanOf(node.parsed, said[1]!),
      `at most one of ${WAYS.join(', ')} must be configured: found ${names.join(' and ')}`,
      'Keep the one that the server expects and delete the rest',
    );
  }
  const inside = path.at(-1) ?? '';
  for (const [first, second] of PAIRS[inside] ?? []) {
    const [one, other] = [attributeOf(block.body, first), attributeOf(block.body, second)];
    if (!one || !other || !isSet(one) || !isSet(other)) continue;
    report(
      'fields.auth',
      spanOf(node.parsed, other),
      `at most one of ${first} and ${second} must be configured`,
      `Keep one of them${first === 'password' || first.startsWith('c') ? `; ${second} keeps it out of this file` : ''}`,
    );
  }
}

/** It surely has a value: what the host decides may be empty, and raises no alarm. */
const isSet = (statement: Statement): boolean =>
  statement.kind === 'block' || presenceOf(statement.value) === 'set';

/** Blocks that hold one rule of Prometheus' relabelling. */
function isRelabel({ path, rule, node }: Part): boolean {
  const block = path.at(-1);
  if (node.name === 'loki.process') return false;
  return (
    (block === 'rule' || block === 'write_relabel_config') &&
    (rule?.attributes.has('source_labels') ?? false)
  );
}

function checkRelabel({ block, node }: Part, report: Report): void {
  const written = attributeOf(block.body, 'action');
  const action = written ? textOf(written.value) : 'replace';
  if (action === undefined) return;
  const at = written ? spanOf(node.parsed, written) : openingOf(node.parsed, block);
  const need = (name: string, sample: string) => {
    if (attributeOf(block.body, name)) return;
    report(
      'fields.relabel',
      at,
      `relabel configuration for ${action} action requires '${name}' value`,
      `Add ${name} = ${sample}`,
    );
  };
  const target = attributeOf(block.body, 'target_label');
  switch (action) {
    case 'hashmod': {
      const modulus = attributeOf(block.body, 'modulus');
      if (!modulus || numberOf(modulus.value) === 0) need('modulus', '8');
      need('target_label', '"..."');
      return;
    }
    case 'replace':
    case 'lowercase':
    case 'uppercase':
    case 'keepequal':
    case 'dropequal': {
      const label = target && textOf(target.value);
      if (target && label === '') {
        report(
          'fields.relabel',
          spanOf(node.parsed, target),
          `relabel configuration for ${action} action requires 'target_label' value`,
          'Name a label',
        );
      } else if (
        target &&
        action === 'replace' &&
        label?.includes('$') &&
        !RELABEL_TARGET.test(label)
      ) {
        report(
          'fields.relabel',
          spanOf(node.parsed, target),
          `"${label}" is invalid 'target_label' for ${action} action`,
          'Use letters, digits, _ and groups of the pattern: "a_${1}"',
        );
      }
      need('target_label', '"..."');
    }
  }
}

function checkLimiter(part: Part, report: Report): void {
  if (['limit', 'limit_percentage'].some((name) => presenceIn(part, name) !== 'empty')) return;
  report(
    'fields.memory-limit',
    openingOf(part.node.parsed, part.block),
    'either limit or limit_percentage must be set to greater than zero',
    'Add limit = "512MiB", or limit_percentage = 80 together with spike_limit_percentage = 20',
  );
}

function checkGlobs({ block, node }: Part, report: Report): void {
  const targets = attributeOf(block.body, 'targets');
  const list = targets && withoutParens(targets.value);
  if (list?.kind !== 'array') return;
  const [matched] = blocksOf(block.body, 'file_match');
  const enabled = matched && attributeOf(matched.body, 'enabled');
  if (enabled && boolOf(enabled.value) !== false) return;
  for (const element of list.elements) {
    const target = withoutParens(element);
    if (target.kind !== 'object') continue;
    const path = target.fields.find(({ key }) => key.name === '__path__')?.value;
    const text = path && stringOf(path);
    if (!text || !/[*?[]|(?<!\$)\{/.test(text)) continue;
    report(
      'fields.glob',
      spanOf(node.parsed, path),
      `"${text}" is a pattern, and loki.source.file opens paths literally`,
      'Add file_match { enabled = true } to this block, or a local.file_match before it',
    );
  }
}
