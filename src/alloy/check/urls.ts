import { attributeOf } from '../tree.ts';
import type { Part } from './model.ts';

/** Arguments that must be an http or https URL: component (or any, as *), last block, argument. */
const HTTP_URLS: readonly (readonly [component: string, block: string, argument: string])[] = [
  ['prometheus.remote_write', 'endpoint', 'url'],
  ['loki.write', 'endpoint', 'url'],
  ['pyroscope.write', 'endpoint', 'url'],
  ['remote.http', '', 'url'],
  ['import.http', '', 'url'],
  ['mimir.rules.kubernetes', '', 'address'],
  ['loki.rules.kubernetes', '', 'address'],
  ['otelcol.exporter.otlphttp', 'client', 'endpoint'],
  ['*', 'oauth2', 'token_url'],
];

/** An argument that somebody is asked at by HTTP. */
export function isHttpUrl({ node, path, parent }: Part, name: string): boolean {
  // the base URL does not matter where each signal has its own
  const own =
    parent &&
    ['metrics', 'logs', 'traces'].some((signal) =>
      attributeOf(parent.block.body, `${signal}_endpoint`),
    );
  if (node.name === 'otelcol.exporter.otlphttp' && own) return false;
  const block = path.at(-1) ?? '';
  return HTTP_URLS.some(
    ([component, inside, argument]) =>
      argument === name && inside === block && (component === '*' || component === node.name),
  );
}
