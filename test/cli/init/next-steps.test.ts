import { expect, test } from 'vitest';
import { endingText } from '../../../src/cli/init/next-steps.ts';
import { paintWith } from '../../../src/report/paint.ts';
import { targetOf } from '../../builders.ts';

const gateway = (listen: string) => {
  const target = targetOf();
  const config = `otelcol.receiver.otlp "default" {
	grpc {
		endpoint = "${listen}:4317"
	}

	http {
		endpoint = "${listen}:4318"
	}
}
`;
  return { ...target, desired: { ...target.desired, config } };
};

const ending = (over: Partial<Parameters<typeof endingText>[0]>): string =>
  endingText({
    file: 'inventory.yaml',
    targets: [targetOf()],
    places: [],
    asksSudo: false,
    addresses: new Map(),
    paint: paintWith(false),
    ...over,
  });

test('the same in CI, with what has to be there first', () => {
  expect(
    ending({ places: ['env:TOKEN', 'file:./secrets/x'], asksSudo: true, file: 'x.yaml' }),
  ).toBe(`The same in CI:
  # TOKEN comes from the secrets of the CI system
  # ./secrets/x is written from the secrets of the CI system
  # nobody types there: sudo: { password: { secret: env:SUDO_PASSWORD } }
  # its known_hosts holds the keys of the hosts: docs/ci.md
  alloyup validate --strict -i x.yaml
  alloyup plan --detailed-exitcode -i x.yaml
  alloyup apply --yes --junit report.xml -i x.yaml
`);
});

test.each([
  ['0.0.0.0', '198.51.100.7', 'http://198.51.100.7:4318', 'http://198.51.100.7:4317'],
  ['[::]', '2001:db8::7', 'http://[2001:db8::7]:4318', 'http://[2001:db8::7]:4317'],
  ['127.0.0.1', '198.51.100.7', 'http://127.0.0.1:4318', 'http://127.0.0.1:4317'],
  ['10.0.0.7', '198.51.100.7', 'http://10.0.0.7:4318', 'http://10.0.0.7:4317'],
])('applications reach %s, found at %s, as %s', (listen, address, http, grpc) => {
  const target = gateway(listen);
  const { name } = target.host;
  const text = ending({ targets: [target], addresses: new Map([[name, address]]) });
  expect(text.match(/(?<=OTEL_EXPORTER_OTLP_)\S+/g)).toEqual([
    'PROTOCOL=http/protobuf',
    `ENDPOINT=${http}`,
    'PROTOCOL=grpc',
    `ENDPOINT=${grpc}`,
  ]);
  expect(text.includes('applications on the host itself')).toBe(listen === '127.0.0.1');
});
