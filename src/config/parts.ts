import alsoYaml from '../../templates/parts/also.yaml';
import client from '../../templates/parts/client.alloy';
import clientYaml from '../../templates/parts/client.yaml';
import docker from '../../templates/parts/docker.alloy';
import headersYaml from '../../templates/parts/headers.yaml';
import hostMetrics from '../../templates/parts/host-metrics.alloy';
import journal from '../../templates/parts/journal.alloy';
import keepDrop from '../../templates/parts/keep-drop.alloy';
import listenAuth from '../../templates/parts/listen-auth.alloy';
import listener from '../../templates/parts/listener.alloy';
import logFields from '../../templates/parts/log-fields.alloy';
import logFiles from '../../templates/parts/log-files.alloy';
import lokiWrite from '../../templates/parts/loki-write.alloy';
import otlpAuth from '../../templates/parts/otlp-auth.alloy';
import otlpExporter from '../../templates/parts/otlp-exporter.alloy';
import ownInstance from '../../templates/parts/own-instance.alloy';
import remoteWrite from '../../templates/parts/remote-write.alloy';
import scrape from '../../templates/parts/scrape.alloy';
import selfMetrics from '../../templates/parts/self-metrics.alloy';

/** Pieces of built-in templates, by the names that these put them in by. */
const TEXTS: Readonly<Record<string, string>> = {
  client,
  docker,
  'host-metrics': hostMetrics,
  journal,
  'keep-drop': keepDrop,
  listener,
  'listen-auth': listenAuth,
  'log-fields': logFields,
  'log-files': logFiles,
  'loki-write': lokiWrite,
  'otlp-auth': otlpAuth,
  'otlp-exporter': otlpExporter,
  'own-instance': ownInstance,
  'remote-write': remoteWrite,
  scrape,
  'self-metrics': selfMetrics,
};

/** Parameters that several templates and entries have. */
const PARAMETERS: Readonly<Record<string, unknown>> = {
  also: alsoYaml,
  client: clientYaml,
  headers: headersYaml,
};

/**
 * Puts in the parts that a built-in template names, each on a line of its own: `{%- part client metrics_ %}`. The
 * line's indentation is that of the part; a part's own `TO.` becomes the first word (variables of metrics, or of `also.`),
 * its `LABEL` the second one.
 */
export const withParts = (text: string): string =>
  text.replace(
    /^(\t*)\{%- part (\S+)(?: (\S+))?(?: (\S+))? %\}\n/gm,
    (_, indent: string, name: string, to = '', label = '') => {
      const part = TEXTS[name];
      if (part === undefined) throw new Error(`there is no part ${name}`);
      return withParts(part)
        .replaceAll('TO.', to)
        .replaceAll('LABEL', label)
        .replace(/^(?=.)/gm, indent);
    },
  );

type Fields = Readonly<Record<string, unknown>>;

interface Use {
  /** A name of `PARAMETERS`. */
  readonly part: string;
  /** What the names begin with, such as `metrics_`. */
  readonly prefix?: string;
  /** Where this is sent, for their meanings. */
  readonly to?: string;
  /** Another parameter, without which none of them does anything. */
  readonly needs?: string;
}

/** Puts in the parameters of parts, which the declarations of built-in templates name: `{ part: client, prefix: metrics_ }`. */
export function withPartParameters(parameters: Fields): Fields {
  return Object.fromEntries(
    Object.entries(parameters).flatMap(([name, value]) => {
      const { part, prefix = '', to = 'this address', needs } = value as Partial<Use>;
      if (part === undefined) return [[name, inner(value as Fields)]];
      const own = withPartParameters(PARAMETERS[part] as Fields);
      return Object.entries(own).map(([name, fields]) => [
        `${prefix}${name}`,
        needing(adapted(name, fields as Fields, prefix, to), needs),
      ]);
    }),
  );
}

const inner = (parameter: Fields): Fields =>
  'fields' in parameter
    ? { ...parameter, fields: withPartParameters(parameter.fields as Fields) }
    : parameter;

const needing = (fields: Fields, needs?: string): Fields =>
  needs === undefined ? fields : { needs, ...fields };

function adapted(name: string, fields: Fields, prefix: string, to: string): Fields {
  const others = (value: unknown): unknown =>
    Array.isArray(value) ? value.map((one) => `${prefix}${one}`) : `${prefix}${String(value)}`;
  const { meaning, needs, unless } = fields;
  const adapted = {
    ...fields,
    meaning: String(meaning).replaceAll('TO', to),
    ...(needs === undefined ? {} : { needs: others(needs) }),
    ...(unless === undefined ? {} : { unless: others(unless) }),
  };
  if (name !== 'password_env') return adapted;
  // of several destinations, each has a variable of its own
  if (prefix !== '') return { ...adapted, default: `${prefix}password`.toUpperCase() };
  return { ...adapted, required: true, when: { username: 'given' }, unless: 'password_file' };
}
