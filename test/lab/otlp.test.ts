import { connect } from 'node:net';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { freePort } from '../../lab/free-port.ts';
import { type OtlpReceiver, receiveOtlp } from '../../lab/otlp/receiver.ts';
import { type StandIn, startStandIn } from './stand-in-process.ts';

const APPLICATION = new URL('../../lab/otlp/application.mjs', import.meta.url).pathname;

/** Starts the application of OpenTelemetry's SDK; what it complains of is in `stderr`. */
const application = (protocol: string, port: number) =>
  execa(process.execPath, [APPLICATION], {
    extendEnv: false,
    env: {
      OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
    },
    all: true,
    reject: false,
  });

const configuration = (
  ports: { readonly grpc: number; readonly http: number },
  signals: readonly string[] = ['metrics', 'logs', 'traces'],
): string => `otelcol.receiver.otlp "in" {
	grpc {
		endpoint = "127.0.0.1:${ports.grpc}"
	}

	http {
		endpoint = "127.0.0.1:${ports.http}"
	}

	output {
${signals.map((signal) => `\t\t${signal} = [otelcol.exporter.otlphttp.out.input]\n`).join('')}	}
}

otelcol.exporter.otlphttp "out" {
	client {
		endpoint = "http://192.0.2.1:4318"
	}
}
`;

/** Is a connection taken there, and held open for a moment at least? */
const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });

let ports: { readonly grpc: number; readonly http: number };
let alloy: StandIn;
let receiver: OtlpReceiver;

beforeEach(async () => {
  ports = { grpc: await freePort(), http: await freePort() };
  alloy = await startStandIn({ text: configuration(ports) });
  receiver = await receiveOtlp(join(alloy.folder, 'otlp.sock'));
  expect(await alloy.up()).toBe('up');
});
afterEach(async () => {
  receiver.close();
  await alloy.stop();
});

const counted = () =>
  receiver.received.map(({ service, protocol, signal, names }) => [
    ...[service, protocol, signal],
    [...names].sort(),
  ]);

test.each([
  ['grpc', 'grpc'],
  ['http/protobuf', 'http'],
] as const)('OpenTelemetry’s SDK delivers by %s', async (protocol, port) => {
  const { all } = await application(protocol, ports[port]);
  expect(all).toBe('');
  expect(counted().sort()).toEqual([
    ['shop', protocol, 'logs', ['paid']],
    ['shop', protocol, 'metrics', ['orders']],
    ['shop', protocol, 'traces', ['checkout', 'ship']],
  ]);
  expect(receiver.received[0]).toMatchObject({
    component: 'otelcol.receiver.otlp.in',
    address: `127.0.0.1:${ports[port]}`,
  });
});

test('a signal that the configuration has no use for is refused, by either protocol', async () => {
  await alloy.write(configuration(ports, ['metrics']));
  expect((await alloy.reload()).status).toBe(200);
  for (const [protocol, port] of [
    ['grpc', ports.grpc],
    ['http/protobuf', ports.http],
  ] as const) {
    const { all } = await application(protocol, port);
    expect(all).toMatch(protocol === 'grpc' ? /UNIMPLEMENTED/ : /404|Not Found/);
  }
  expect(receiver.received.map(({ signal }) => signal)).toEqual(['metrics', 'metrics']);
});

test('a port of the other protocol understands nothing', async () => {
  const { all } = await application('http/protobuf', ports.grpc);
  expect(all).not.toBe('');
  expect(receiver.received).toEqual([]);
});

test('the ports follow the configuration, and end with the service', async () => {
  const held = connect({ host: '127.0.0.1', port: ports.grpc });
  const closed = new Promise((resolve) => held.on('close', resolve).resume());
  await new Promise((resolve) => held.on('connect', resolve));
  const moved = { grpc: await freePort(), http: ports.http };
  // the port stays, its address becomes a wider one: what listened before must let go first
  const wider = configuration(moved).replace(`127.0.0.1:${ports.http}`, `0.0.0.0:${ports.http}`);
  await alloy.write(wider);
  expect((await alloy.reload()).status).toBe(200);
  expect(await alloy.states()).toMatchObject({ 'otelcol.receiver.otlp.in': 'healthy' });
  await closed;
  expect(await accepts(ports.grpc)).toBe(false);
  await application('http/protobuf', ports.http);
  expect(receiver.received.map(({ address }) => address)).toEqual(
    Array(3).fill(`0.0.0.0:${ports.http}`),
  );
  alloy.child.kill('SIGTERM');
  await alloy.ended;
  expect(await accepts(moved.grpc)).toBe(false);
});
