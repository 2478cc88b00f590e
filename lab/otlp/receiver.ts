import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { createServer as createHttpServer, type IncomingMessage } from 'node:http';
import { createServer, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import {
  type Protocol,
  type Request,
  SERVICES,
  SIGNALS,
  type Signal,
  type Told,
  toldBy,
} from './protocol.ts';

/** A decoded request and the port it came from. */
export interface Received extends Told {
  readonly protocol: Protocol;
  readonly signal: Signal;
  /** In Alloy's configuration: `otelcol.receiver.otlp.default`. */
  readonly component: string;
  /** What that component listens on: `0.0.0.0:4317`. */
  readonly address: string;
}

export interface OtlpReceiver {
  /** All requests so far, oldest first. */
  readonly received: readonly Received[];
  close(): void;
}

/** Where the stand-in for Alloy expects a receiver on its host. */
export const RECEIVER_SOCKET = '/var/lib/alloy-stand-in/otlp.sock';

/** A kind of connection that the stand-in forwards. */
interface Port {
  take(connection: Socket): void;
  close(): void;
}

/**
 * Receives OTLP for the stand-in, over gRPC and over HTTP as protobuf. The stand-in opens the ports of its
 * configuration and forwards connections to this socket, after a line that names the port. So a port is open
 * where and as long as the service keeps it open, and clients must send valid OTLP.
 *
 * @param path of the Unix socket: `host.path(RECEIVER_SOCKET)`; its directory is created if it is missing
 */
export async function receiveOtlp(path: string): Promise<OtlpReceiver> {
  const received: Received[] = [];
  const ports = new Map<string, Port>();
  const connections = new Set<Socket>();
  const server = createServer((connection) => {
    connections.add(connection.on('close', () => connections.delete(connection)));
    // a client may disconnect at any time
    connection.on('error', () => undefined);
    readLine(connection, (line) => {
      const port = ports.get(line) ?? portOf(line, (one) => received.push(one));
      ports.set(line, port);
      port.take(connection);
    });
  });
  mkdirSync(dirname(path), { recursive: true });
  rmSync(path, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(path, resolve);
  });
  // the service runs as the user alloy
  chmodSync(path, 0o666);
  return {
    received,
    close: () => {
      server.close();
      for (const port of ports.values()) port.close();
      for (const connection of connections) connection.destroy();
    },
  };
}

/** Reads up to the first newline and leaves the rest unread. */
function readLine(connection: Socket, then: (line: string) => void): void {
  let line = '';
  const read = (): void => {
    for (;;) {
      const byte: Buffer | null = connection.read(1);
      if (byte === null) return;
      if (byte[0] === 0x0a) break;
      line += byte.toString('latin1');
    }
    connection.off('readable', read);
    then(line);
  };
  connection.on('readable', read);
}

function portOf(line: string, tell: (one: Received) => void): Port {
  const [kind, component = '', address = '', list = ''] = line.split(' ');
  const signals = SIGNALS.filter((signal) => list.split(',').includes(signal));
  const protocol = kind === 'grpc' ? 'grpc' : 'http/protobuf';
  const told = (signal: Signal, told: Told) =>
    tell({ protocol, signal, component, address, ...told });
  return protocol === 'grpc' ? grpcPort(signals, told) : httpPort(signals, told);
}

/** A signal that is not configured has no service: the client gets UNIMPLEMENTED. */
function grpcPort(signals: readonly Signal[], told: (signal: Signal, told: Told) => void): Port {
  const server = new Server();
  for (const signal of signals) {
    server.addService(SERVICES[signal], {
      Export: (
        { request }: { readonly request: Request },
        answer: (error: null, value: object) => void,
      ) => {
        told(signal, toldBy(request));
        answer(null, {});
      },
    });
  }
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  return {
    take: (connection) => injector.injectConnection(connection),
    close: () => {
      injector.destroy();
      server.forceShutdown();
    },
  };
}

function httpPort(signals: readonly Signal[], told: (signal: Signal, told: Told) => void): Port {
  const server = createHttpServer((request, response) => {
    const answer = (status: number, text = ''): void => {
      const type = status === 200 ? 'application/x-protobuf' : 'text/plain';
      response.writeHead(status, { 'content-type': type }).end(text);
    };
    const signal = signals.find((one) => request.url === `/v1/${one}`);
    if (signal === undefined) return answer(404, '404 page not found\n');
    if (request.method !== 'POST') return answer(405, '405 method not allowed\n');
    if (request.headers['content-type'] !== 'application/x-protobuf')
      return answer(415, 'protobuf alone is understood here\n');
    bodyOf(request).then(
      (body) => {
        told(signal, toldBy(SERVICES[signal].Export.requestDeserialize(body)));
        answer(200);
      },
      (error: unknown) => answer(400, `${String(error)}\n`),
    );
  });
  return {
    take: (connection) => server.emit('connection', connection),
    close: () => server.closeAllConnections(),
  };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const sent = Buffer.concat(chunks);
  return request.headers['content-encoding'] === 'gzip' ? promisify(gunzip)(sent) : sent;
}
