import { expect, test } from 'vitest';
import { nextStepsText } from '../../../src/cli/init/next-steps.ts';
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

const nextSteps = (over: Partial<Parameters<typeof nextStepsText>[0]>): string =>
  nextStepsText({
    flag: '',
    targets: [targetOf()],
    places: [],
    asksSudo: false,
    users: [],
    addresses: new Map(),
    paint: paintWith(false),
    ...over,
  });

test('the commands for CI, and what they need', () => {
  expect(
    nextSteps({ places: ['env:TOKEN', 'file:./secrets/x'], asksSudo: true, flag: ' -i x.yaml' }),
  ).toBe(`In CI:
  # set TOKEN from your CI secrets
  # write ./secrets/x from your CI secrets
  # store the sudo password: sudo: { password: { secret: env:SUDO_PASSWORD } }
  # add the hosts' keys to known_hosts: docs/ci.md
  alloyup validate --strict -i x.yaml
  alloyup plan --detailed-exitcode -i x.yaml
  alloyup apply --yes --junit report.xml -i x.yaml
`);
});

test('the users that have to be created in what is read', () => {
  expect(nextSteps({ users: ['postgres', 'mysql'] })).toMatch(
    /^Before you apply, create a user for Alloy in it\. This shows how:\n {2}alloyup templates show postgres\n {2}alloyup templates show mysql\n\nIn CI:/,
  );
});

test.each([
  ['0.0.0.0', '198.51.100.7', 'http://198.51.100.7:4318', 'http://198.51.100.7:4317'],
  ['[::]', '2001:db8::7', 'http://[2001:db8::7]:4318', 'http://[2001:db8::7]:4317'],
  ['127.0.0.1', '198.51.100.7', 'http://127.0.0.1:4318', 'http://127.0.0.1:4317'],
  ['10.0.0.7', '198.51.100.7', 'http://10.0.0.7:4318', 'http://10.0.0.7:4317'],
])('applications reach %s, found at %s, as %s', (listen, address, http, grpc) => {
  const target = gateway(listen);
  const { name } = target.host;
  const text = nextSteps({ targets: [target], addresses: new Map([[name, address]]) });
  expect(text.match(/(?<=OTEL_EXPORTER_OTLP_)\S+/g)).toEqual([
    'PROTOCOL=http/protobuf',
    `ENDPOINT=${http}`,
    'PROTOCOL=grpc',
    `ENDPOINT=${grpc}`,
  ]);
  expect(text.includes('applications on the same host')).toBe(listen === '127.0.0.1');
});
