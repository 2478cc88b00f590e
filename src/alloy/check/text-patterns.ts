import { placeholderIn } from '../../model/placeholder.ts';
import { attributeOf } from '../ast-lookup.ts';
import type { Part } from './model.ts';

/** A text that somebody is to fill in: `<PROMETHEUS_URL>`, `https://<host>/push`. Variables are told apart from it. */
export const isUnfilled = (text: string): boolean => placeholderIn(text)?.startsWith('<') ?? false;

/**
 * A label with groups of the pattern in it, as Prometheus reads it (relabelTarget in model/relabel). It takes the same
 * texts as upstream's expression, in one way only: RE2 does not backtrack, and this does.
 */
export const RELABEL_TARGET = /^(?:[a-zA-Z_]|\$(?:\{\w+\}|\w))(?:\w|\$(?:\{\w+\}|\w))*$/;

/** `${NAME}`, `${NAME:-default}`, `${env:NAME}`; names in upper case, as variables of the environment are. */
const VARIABLE = /\$\{(?:env:)?([A-Z_][A-Z0-9_]*)(?::?[-=+?][^}]{0,200})?\}/;

/** The first variable in a text, which Alloy does not expand, and how to write what was meant. */
export function variableIn(
  text: string,
): { readonly written: string; readonly rewritten: string } | undefined {
  const found = VARIABLE.exec(text);
  if (!found) return undefined;
  const [written, name] = found;
  const read = `sys.env("${name}")`;
  if (text === written) return { written, rewritten: read };
  const [before, after] = [text.slice(0, found.index), text.slice(found.index + written.length)];
  // a text that may hold a password is not shown
  const hide = /[:@]/.test(before.replace('://', '')) || text.length > 80;
  const pieces = [before && `"${before}"`, read, after && `"${after}"`];
  return {
    written,
    rewritten: hide ? `"..." + ${read} + "..."` : pieces.filter(Boolean).join(' + '),
  };
}

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
  const block = path.at(-1) ?? '';
  const listed = HTTP_URLS.some(
    ([component, inside, argument]) =>
      argument === name && inside === block && (component === '*' || component === node.name),
  );
  if (!listed || node.name !== 'otelcol.exporter.otlphttp' || !parent) return listed;
  // the base URL does not matter where each signal has its own
  return !['metrics', 'logs', 'traces'].some((signal) =>
    attributeOf(parent.block.body, `${signal}_endpoint`),
  );
}
