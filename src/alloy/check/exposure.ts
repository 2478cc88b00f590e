import type { Attribute, Block } from '../ast.ts';
import { attributeOf, blocksOf, boolOf, isString, stringOf, withoutParens } from '../ast-lookup.ts';
import type { Parsed } from '../parser.ts';
import type { Check, Node, Part, Report } from './model.ts';
import { openingOf, spanOf } from './spans.ts';
import { isUnfilled } from './text-patterns.ts';

/** What others could see or send. No message repeats a secret. */
export const checkExposure: Check = ({ files, nodes, options }, report) => {
  // of a file alone nobody asks how it is
  const asked = options.check === null ? ('note' as const) : undefined;
  if (options.check !== 'service')
    for (const { parsed } of files) checkLockout(parsed, report, asked);
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

/** What the checks of a host ask for. */
const CHECKED_PATHS: readonly string[] = [
  '/-/ready',
  '/-/healthy',
  '/-/reload',
  '/metrics',
  '/api/v0/web/components',
];

/**
 * An `http` block that keeps plain HTTP without a password from the paths in CHECKED_PATHS: TLS, or
 * `auth` that no filter lifts from them (paths match by prefix).
 */
function checkLockout(parsed: Parsed, report: Report, kind?: 'note'): void {
  const remove = 'the block, or set alloy.check: service to accept the weaker check';
  const consequence = 'the health checks could not tell whether Alloy is up';
  for (const http of blocksOf(parsed.file.body, 'http')) {
    const [tls] = blocksOf(http.body, 'tls');
    if (tls) {
      const message = `tls makes the port speak HTTPS only: ${consequence}`;
      report('http.locked-out', openingOf(parsed, tls), message, `Remove ${remove}`, kind);
      return;
    }
    for (const auth of blocksOf(http.body, 'auth')) {
      if (blocksOf(auth.body, 'basic').length === 0) continue; // without a method all pass
      const { paths, sure } = closedPaths(auth);
      if (paths.length === 0) continue;
      report(
        'http.locked-out',
        openingOf(parsed, auth),
        `auth asks for a password on ${paths.join(', ')}: ${consequence}`,
        `Exempt them with a filter { } with paths = ["/-/", "/metrics", "/api/v0/web/components"] and authenticate_matching_paths = false, remove ${remove}`,
        sure ? kind : 'note',
      );
      return;
    }
  }
}

/** The checked paths that ask for a password; not sure where the filter is computed. */
function closedPaths(auth: Block): { readonly paths: readonly string[]; readonly sure: boolean } {
  const filter = blocksOf(auth.body, 'filter')[0];
  const written = filter && attributeOf(filter.body, 'paths');
  if (!written) return { paths: CHECKED_PATHS, sure: true };
  const list = withoutParens(written.value);
  if (list.kind !== 'array') return { paths: CHECKED_PATHS, sure: false };
  if (list.elements.length === 0) return { paths: CHECKED_PATHS, sure: true };

  const prefixes = list.elements.map(stringOf);
  const matching = attributeOf(filter.body, 'authenticate_matching_paths');
  const matchingAsks = matching ? boolOf(matching.value) : true;
  if (prefixes.includes(undefined) || matchingAsks === undefined) {
    return { paths: CHECKED_PATHS, sure: false };
  }
  const asks = (path: string) =>
    prefixes.some((prefix) => path.startsWith(prefix!)) === matchingAsks;
  return { paths: CHECKED_PATHS.filter(asks), sure: true };
}

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
      'exposure.listen',
      written ? spanOf(node.parsed, written) : openingOf(node.parsed, block),
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
      !isUnfilled(text) &&
      !text.includes('BEGIN CERTIFICATE')
    ) {
      report(
        'exposure.secret',
        spanOf(part.node.parsed, value),
        `${name.name} is written into the configuration, where everybody who reads it sees it`,
        secretHint(part, name.name),
      );
    }
    return;
  }
  if (isString(value, hasPassword)) {
    report(
      'exposure.secret',
      spanOf(part.node.parsed, value),
      `${name.name} holds a password inside the URL`,
      'Remove it from the URL and use basic_auth with sys.env("NAME") or password_file',
    );
  }
}

const hasPassword = (text: string): boolean =>
  /^[a-z][a-z0-9+.-]*:\/\/[^/@\s:]+:[^/@\s]+@/i.test(text);

function secretHint(part: Part, name: string): string {
  const hint = `Write sys.env("${name.toUpperCase()}") and set it in alloy.environment`;
  const file = `${name}_file`;
  return part.rule?.attributes.has(file) ? `${hint}, or use ${file}` : hint;
}
