import { attributeOf, stringOf } from '../ast-lookup.ts';
import { amountIn, wordIn } from './constants.ts';
import type { Check, FileSpan, Part } from './model.ts';
import { openingOf, spanOf } from './spans.ts';

interface Listener {
  /** '' for all interfaces. */
  readonly host: string;
  readonly port: number;
  readonly id: string;
  readonly at: FileSpan;
}

/** Everybody has a port of his own. */
export const checkPorts: Check = ({ nodes, options }, report) => {
  const own = options.listen ?? { address: '127.0.0.1', port: 12345 };
  const listeners: Listener[] = [];
  for (const node of nodes) {
    // a component of a declare or template may run often or never
    if (node.custom || node.module.kind !== 'root') continue;
    for (const part of node.parts) {
      const found = listenerOf(part);
      if (found) listeners.push(found);
    }
  }
  for (const [index, one] of listeners.entries()) {
    if (one.port === own.port && overlap(one.host, hostOf(own.address))) {
      report(
        'listen.port',
        one.at,
        `Alloy itself listens on port ${one.port}`,
        'Choose another port for this component',
      );
    }
    const other = listeners
      .slice(0, index)
      .find(({ host, port }) => port === one.port && overlap(host, one.host));
    if (!other) continue;
    report(
      'listen.port',
      one.at,
      `port ${one.port} is taken by ${other.id === one.id ? 'another block of this component' : other.id}`,
      'Choose another port for one of the two',
    );
  }
};

const overlap = (a: string, b: string): boolean => a === '' || b === '' || a === b;

/** Names of the machine itself are one, those of all interfaces are ''. */
function hostOf(host: string): string {
  if (['', '0.0.0.0', '[::]', '::'].includes(host)) return '';
  return host === 'localhost' ? '127.0.0.1' : host;
}

/** `endpoint` of the TCP servers of otelcol receivers, `listen_address` and `listen_port` of the others. */
function listenerOf(part: Part): Listener | undefined {
  const { node, block, path } = part;
  const where = path.join('/');
  if (node.name === 'otelcol.receiver.otlp' && (where === 'grpc' || where === 'http')) {
    const written = attributeOf(block.body, 'endpoint');
    const endpoint = written
      ? stringOf(written.value)
      : `0.0.0.0:${where === 'grpc' ? 4317 : 4318}`;
    const split = endpoint === undefined ? null : /^(.*):(\d+)$/.exec(endpoint);
    const transport = attributeOf(block.body, 'transport');
    if (!split || (transport && stringOf(transport.value) !== 'tcp')) return undefined;
    const at = written ? spanOf(node.parsed, written.value) : openingOf(node.parsed, block);
    return { host: hostOf(split[1]!), port: Number(split[2]), id: node.id, at };
  }
  if (!['http', 'grpc', 'server'].includes(where)) return undefined;
  const port = attributeOf(block.body, 'listen_port');
  const number = amountIn(part, 'listen_port');
  const host = wordIn(part, 'listen_address');
  if (!number || host === undefined) return undefined;
  const at = port ? spanOf(node.parsed, port.value) : openingOf(node.parsed, block);
  return { host: hostOf(host), port: number, id: node.id, at };
}
