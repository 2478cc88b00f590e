import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import type { DeliveryState } from '../../src/model/delivery.ts';

/** Text behind a 200 is still a 200. */
const HTML = '<html>welcome</html>';

/** An HTTP server that answers everything with this status; null: with nothing. */
const answering = (status: number | null): Server =>
  createHttpServer((_, response) => {
    if (status !== null) response.writeHead(status).end(status === 200 ? HTML : '');
  });

/** A frame of HTTP/2 (RFC 9113, 4.1). */
function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** A literal header field without Huffman coding (RFC 7541, 6.2.2). */
const literal = (name: string, value: string): Buffer =>
  Buffer.concat([
    Buffer.from([0, name.length]),
    Buffer.from(name),
    Buffer.from([value.length]),
    Buffer.from(value),
  ]);

/** Answers every call with this status of gRPC. */
const calling = (status: number): Server =>
  createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () =>
      socket.write(
        Buffer.concat([
          frame(4, 0, 0, Buffer.alloc(0)),
          frame(1, 5, 1, literal('grpc-status', String(status))),
        ]),
      ),
    );
  });

/** Opens servers at an address, until they are closed together. */
export function receivers(address: string) {
  let open: Server[] = [];
  return {
    async at(server: Server | null): Promise<string> {
      // nobody listens on the port of discard
      if (server === null) return '127.0.0.1:9';
      open.push(server);
      await new Promise<void>((resolve) => server.listen(0, address, resolve));
      return `${address}:${(server.address() as AddressInfo).port}`;
    },
    close(): void {
      for (const server of open) {
        server.close();
        if ('closeAllConnections' in server) (server.closeAllConnections as () => void)();
      }
      open = [];
    },
  };
}

const EXPORTERS = {
  'prometheus.remote_write': (to: string) => `prometheus.scrape "self" {
	targets         = [{__address__ = "127.0.0.1:12345"}]
	forward_to      = [prometheus.remote_write.out.receiver]
	scrape_interval = "10s"
}

prometheus.remote_write "out" {
	endpoint {
		url = "http://${to}/api/v1/write"
	}
}
`,
  'loki.write': (to: string) => `loki.write "out" {
	endpoint {
		url = "http://${to}/loki/api/v1/push"
	}
}
`,
  'otelcol.exporter.otlphttp': (to: string) => `otelcol.exporter.otlphttp "out" {
	client {
		endpoint = "http://${to}"
	}
}
`,
  'otelcol.exporter.otlp': (to: string) => `otelcol.exporter.otlp "out" {
	client {
		endpoint = "${to}"

		tls {
			insecure = true
		}
	}
}
`,
} as const;
type Exporter = keyof typeof EXPORTERS;

/** A configuration that sends there. */
export const sendingTo = (exporter: Exporter, to: string): string =>
  `logging {\n\tlevel = "info"\n}\n\n${EXPORTERS[exporter](to)}`;

export interface DeliveryRow {
  readonly exporter: Exporter;
  /** What its receiver answers, in words. */
  readonly answer: string;
  /** null: nobody listens. */
  readonly server: () => Server | null;
  readonly state: DeliveryState;
  readonly status: string | null;
}

const row = (
  exporter: Exporter,
  answer: string,
  server: DeliveryRow['server'],
  state: DeliveryState,
  status: string | null = null,
): DeliveryRow => ({ exporter, answer, server, state, status });

/** Answers of a status. */
const http = (
  exporter: Exporter,
  state: DeliveryState,
  ...statuses: readonly number[]
): readonly DeliveryRow[] =>
  statuses.map((status) =>
    row(
      exporter,
      String(status),
      () => answering(status),
      state,
      state === 'delivering' ? null : String(status),
    ),
  );

/** No answer, and no connection. */
const silence = (exporter: Exporter): readonly DeliveryRow[] => [
  row(exporter, 'nothing', () => answering(null), 'retrying'),
  row(exporter, 'connection refused', () => null, 'retrying'),
];

/** Each exporter, and each answer that was recorded of a real one. */
export const ROWS: readonly DeliveryRow[] = [
  ...http('prometheus.remote_write', 'delivering', 200, 204),
  ...http('prometheus.remote_write', 'refused', 400, 401, 403, 404, 405),
  ...http('prometheus.remote_write', 'retrying', 429, 500, 503),
  ...silence('prometheus.remote_write'),
  ...http('loki.write', 'delivering', 200, 204),
  ...http('loki.write', 'refused', 400, 401, 403, 404, 405),
  ...http('loki.write', 'retrying', 429, 500, 503),
  ...silence('loki.write'),
  ...http('otelcol.exporter.otlphttp', 'delivering', 200),
  ...http('otelcol.exporter.otlphttp', 'refused', 400, 401, 403, 404, 500),
  ...http('otelcol.exporter.otlphttp', 'retrying', 429, 503),
  ...silence('otelcol.exporter.otlphttp'),
  row('otelcol.exporter.otlp', 'OK', () => calling(0), 'delivering'),
  row('otelcol.exporter.otlp', 'UNAUTHENTICATED', () => calling(16), 'refused', 'Unauthenticated'),
  row('otelcol.exporter.otlp', 'UNIMPLEMENTED', () => calling(12), 'refused', 'Unimplemented'),
  row('otelcol.exporter.otlp', 'UNAVAILABLE', () => calling(14), 'retrying'),
  row('otelcol.exporter.otlp', 'a web page', () => answering(200), 'retrying'),
  ...silence('otelcol.exporter.otlp'),
];
