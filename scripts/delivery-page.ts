import { ADVICE } from '../src/report/delivery-text.ts';

const INTRODUCTION = `# Does the data arrive?

A component of Alloy stays healthy when its receiver refuses everything that it sends. \`alloyup status\` therefore reads Alloy's
own metrics twice, five seconds apart, and its log, and says for each destination of \`prometheus.remote_write\`,
\`loki.write\`, \`otelcol.exporter.otlphttp\` and \`otelcol.exporter.otlp\` how its data fares:

| state | what it means | what it is known by |
|---|---|---|
| delivering | data is accepted | what was sent last has advanced, and nothing failed |
| refused | the receiver answers that it does not want the data, which is lost | a counter of failed or dropped data has grown |
| retrying | nobody answers, or the receiver fails; the data waits | it is tried again, and nothing was sent in between |
| backlogged | more comes than can be sent | what was sent last falls behind, or the queue is nearly full |
| idle | there is nothing to send | none of these moved |

A destination whose data is refused, waits or falls behind makes the host "unhealthy", and \`--detailed-exitcode\` exits with 2,
unless its component is in \`alloy.tolerate\`. In JSON and NDJSON, \`facts.delivery\` lists all of them.

Two things cannot be seen from the host. A web page behind a 200 counts as delivered. Targets that are all down still
send samples (\`up\` is 0), so remote_write says that it delivers.

With \`alloy.check: service\`, Alloy is not asked. Where nothing is sent anywhere, nothing is read twice.

## What to do

| answer | advice |
|---|---|
`;

export const deliveryPage = (): string =>
  `${INTRODUCTION}${ADVICE.map(({ answer, advice }) => `| ${answer} | ${advice} |\n`).join('')}`;
