import type { Attribute, Expression } from '../alloy/ast.ts';
import { attributeOf, withoutParens } from '../alloy/ast-lookup.ts';
import { textOf } from '../alloy/check/constants.ts';
import type { Node } from '../alloy/check/model.ts';
import { secretSpans } from '../alloy/secret-spans.ts';
import { SIGNALS, type Signal } from './graph.ts';

/** An address that a component sends to. */
export interface Address {
  readonly attribute: Attribute;
  /** With the blocks around it: `endpoint.url`. */
  readonly argument: string;
  readonly value: Expression;
  /** What alone goes there; null: all that the component takes. */
  readonly only: Signal | null;
}

/** Arguments that say where a component sends to, by the blocks that they stand in. */
const PLACES: readonly (readonly [
  component: RegExp,
  block: string,
  arguments: readonly string[],
])[] = [
  [/^prometheus\.(?:remote_write|write\.queue)$/, 'endpoint', ['url']],
  [/^(?:loki|pyroscope)\.write$/, 'endpoint', ['url']],
  [/^otelcol\.exporter\./, 'client', ['endpoint']],
  [/^otelcol\.exporter\.otlphttp$/, '', ['traces_endpoint', 'metrics_endpoint', 'logs_endpoint']],
  [/^otelcol\.exporter\.(?:syslog|googlecloudpubsub)$/, '', ['endpoint']],
  [/^otelcol\.exporter\.file$/, '', ['path']],
  [/^otelcol\.exporter\.kafka$/, '', ['brokers']],
  [/^otelcol\.exporter\.loadbalancing$/, 'resolver/static', ['hostnames']],
  [/^otelcol\.exporter\.loadbalancing$/, 'resolver/dns', ['hostname']],
  [/^otelcol\.exporter\.loadbalancing$/, 'resolver/kubernetes', ['service']],
  [/^otelcol\.exporter\.loadbalancing$/, 'resolver/aws_cloud_map', ['service_name']],
  [/^otelcol\.exporter\.datadog$/, 'api', ['site']],
  [/^otelcol\.exporter\.awss3$/, 's3_uploader', ['s3_bucket']],
  [/^(?:loki|mimir)\.(?:rules|alerts)\.kubernetes$/, '', ['address']],
];

/** Where a component sends to, as it is written. */
export function addressesOf(node: Node): readonly Address[] {
  const places = PLACES.filter(([component]) => component.test(node.name));
  if (places.length === 0) return [];
  return node.parts.flatMap(({ path, block }) =>
    places
      .filter(([, inside]) => inside === path.join('/'))
      .flatMap(([, , names]) =>
        names.flatMap((name) => {
          const attribute = attributeOf(block.body, name);
          if (!attribute) return [];
          const value = withoutParens(attribute.value);
          const values = value.kind === 'array' ? value.elements : [value];
          const argument = [...path, name].join('.');
          const only = SIGNALS.find((signal) => name === `${signal}_endpoint`) ?? null;
          return values.map((one) => ({ attribute, argument, value: one, only }));
        }),
      ),
  );
}

/** The value of an argument that an expression names: `argument.url.value`; undefined: it names none. */
export type Argument = (expression: Expression) => string | undefined;

/**
 * The text of an address with the names of variables where the host's environment decides: `https://$HOST/push`.
 * undefined: it is only known when Alloy runs.
 */
export function addressText(expression: Expression, argument: Argument): string | undefined {
  const value = withoutParens(expression);
  const text = textOf(value);
  if (text !== undefined) return text;
  if (value.kind === 'binary' && value.operator === '+') {
    const [left, right] = [value.left, value.right].map((side) => addressText(side, argument));
    return left === undefined && right === undefined ? undefined : `${left ?? '…'}${right ?? '…'}`;
  }
  if (value.kind === 'call') {
    const [first] = value.args;
    const { value: called } = value;
    const name = called.kind === 'access' ? called.name.name : 'name' in called ? called.name : '';
    if (!first) return undefined;
    if (name === 'env') {
      const variable = textOf(first);
      return variable === undefined ? undefined : `$${variable}`;
    }
    return name === 'nonsensitive' ? addressText(first, argument) : undefined;
  }
  return argument(value);
}

/**
 * Host and port of an address: never a user, a password, a path or a query, which may be secrets. A part of it that
 * looks like one is masked.
 */
export function hostOf(address: string): string {
  const host = authorityOf(address.trim());
  if (host === '') return '(empty)';
  return secretSpans(host).length > 0 ? '(masked)' : host;
}

function authorityOf(address: string): string {
  const [, scheme = '', rest = ''] = /^([A-Za-z][\w+.-]*:\/\/)?([\s\S]*)$/.exec(address)!;
  if (scheme === 'unix://' || (scheme === '' && rest.startsWith('/'))) return rest;
  // dns:///host:4317 of gRPC
  const [, authority = '', path = ''] = /^\/?([^/?#]*)([\s\S]*)$/.exec(rest)!;
  // a password with a slash in it ends behind what looks like the host
  if (path.includes('@') && !authority.includes('@')) {
    const [, behind = ''] = /^[\s\S]*@([^/?#]*)/.exec(path)!;
    return authority.includes(':') ? behind : authority;
  }
  return authority.slice(authority.lastIndexOf('@') + 1);
}
