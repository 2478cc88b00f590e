import type { Attribute, Expression } from '../ast.ts';
import { attributeOf, blocksOf, stringOf } from '../ast-lookup.ts';
import { locksOutChecks } from '../lockout.ts';
import type { Check, Node, Part, Report, Rule } from './model.ts';
import { spanOf } from './spans.ts';
import { isPlaceholder } from './text-patterns.ts';

const lockedOut: Rule = {
  code: 'http.locked-out',
  kind: 'language',
  finds:
    'an http block with tls, or with auth on the paths used by the health checks: they could not tell whether Alloy is up',
  fix: 'Remove it, filter the paths, or set alloy.check: service to accept the weaker check',
};
const listens: Rule = {
  code: 'exposure.listen',
  kind: 'advice',
  finds: 'a receiver that listens on all interfaces without authentication',
  fix: 'Bind it to 127.0.0.1 or to an address in your own network, or add auth and tls',
};
const inline: Rule = {
  code: 'exposure.secret',
  kind: 'advice',
  finds: 'a password, token or key in the text of the configuration',
  fix: 'Read it with sys.env("NAME") from alloy.environment, or from a file',
};

export const EXPOSURE_RULES: readonly Rule[] = [lockedOut, listens, inline];

/** What others could see or send. No message repeats a secret. */
export const checkExposure: Check = ({ files, nodes, options }, report) => {
  if (options.check === 'http') {
    for (const { parsed } of files) {
      const found = locksOutChecks(parsed);
      if (!found) continue;
      const rule =
        found.severity === 'error' ? lockedOut : { ...lockedOut, kind: 'advice' as const };
      report(rule, spanOf(parsed, found), found.message, found.hint);
    }
  }
  for (const node of nodes) {
    if (node.custom) continue;
    for (const part of node.parts) {
      checkListen(node, part, report);
      for (const statement of part.block.body) {
        if (statement.kind === 'attribute') checkSecret(part, statement, report);
      }
    }
  }
};

/** Where a component listens, and what stands there when nothing is written; null: a loopback address. */
const LISTENERS: readonly (readonly [
  component: string,
  path: string,
  argument: string,
  otherwise: string | null,
])[] = [
  ['otelcol.receiver.otlp', 'grpc', 'endpoint', '0.0.0.0:4317'],
  ['otelcol.receiver.otlp', 'http', 'endpoint', '0.0.0.0:4318'],
  ['otelcol.receiver.zipkin', '', 'endpoint', '0.0.0.0:9411'],
  ['otelcol.receiver.jaeger', 'protocols/grpc', 'endpoint', '0.0.0.0:14250'],
  ['otelcol.receiver.jaeger', 'protocols/thrift_http', 'endpoint', '0.0.0.0:14268'],
  ['loki.source.api', 'http', 'listen_address', ''],
  ['prometheus.receive_http', 'http', 'listen_address', ''],
  ['pyroscope.receive_http', 'http', 'listen_address', ''],
  ['faro.receiver', 'server', 'listen_address', null],
];

function checkListen(node: Node, { path, block }: Part, report: Report): void {
  for (const [component, where, argument, otherwise] of LISTENERS) {
    if (component !== node.name || where !== path.join('/')) continue;
    const written = attributeOf(block.body, argument);
    const address = written ? stringOf(written.value) : otherwise;
    if (address === undefined || address === null || !isEverywhere(address)) continue;
    const asks = ['auth', 'api_key'].some((name) => attributeOf(block.body, name));
    const tls = blocksOf(block.body, 'tls')[0];
    if (asks || (tls && attributeOf(tls.body, 'client_ca_file'))) continue;
    const port = /:\d+$/.exec(address)?.[0] ?? '';
    report(
      listens,
      written ? spanOf(node.parsed, written) : { ...spanOf(node.parsed, block), end: block.open },
      `${node.id} listens on all interfaces${address ? ` (${address})` : ''} and asks nobody who they are`,
      `Set ${argument} = "127.0.0.1${port}" if only this host sends, or add auth`,
    );
  }
}

const isEverywhere = (address: string): boolean =>
  address === '' ||
  address === '::' ||
  address === '[::]' ||
  /^(0\.0\.0\.0|\[::\]|)(:\d+)?$/.test(address);

/** Arguments that are secrets although the table calls them texts. */
const NAMES =
  /^(password|bearer_token|client_secret|secret_key|api_key|access_key|private_key|token)$/;
/** No secret either. */
const NOTHING = /^(\.\.\.|x+|\*+|)$/i;

function checkSecret(part: Part, { name, value }: Attribute, report: Report): void {
  const type = part.rule?.attributes.get(name.name)?.type;
  const secret = type === 'secret' || (type === 'string' && NAMES.test(name.name));
  if (secret && name.name !== 'content') {
    const text = stringOf(value);
    if (
      text !== undefined &&
      !NOTHING.test(text) &&
      !isPlaceholder(text) &&
      !text.includes('BEGIN CERTIFICATE')
    ) {
      report(
        inline,
        spanOf(part.node.parsed, value),
        `${name.name} is written into the configuration, where everybody who reads it sees it`,
        secretHint(part, name.name),
      );
    }
    return;
  }
  const url = urlWithPassword(value);
  if (url) {
    report(
      inline,
      spanOf(part.node.parsed, url),
      `${name.name} holds a password inside the URL`,
      'Remove it from the URL and use basic_auth with sys.env("NAME") or password_file',
    );
  }
}

function secretHint(part: Part, name: string): string {
  const variable = name.toUpperCase();
  const file = `${name}_file`;
  return part.rule?.attributes.has(file)
    ? `Write sys.env("${variable}") and set it in alloy.environment, or use ${file}`
    : `Write sys.env("${variable}") and set it in alloy.environment`;
}

function urlWithPassword(value: Expression): Expression | undefined {
  const text = stringOf(value);
  return text && /^[a-z][a-z0-9+.-]*:\/\/[^/@\s:]+:[^/@\s]+@/i.test(text) ? value : undefined;
}
