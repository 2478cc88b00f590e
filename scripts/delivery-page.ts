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

## After a change

\`rollout.delivery\` decides what \`apply\` does about the data of a host whose service was reloaded or restarted, once the change
is proven. Its metrics are then read every three seconds and compared with those right after the change; what a process
that the run has started itself counts, it counts from zero. Failures that were logged before the change do not count.

| setting | what happens |
|---|---|
| \`off\` | nothing |
| \`report\` (default) | the host is done, and its data is watched without holding up any other host. What does not arrive is a warning with its destination and what to do. No outcome and no exit code changes; Ctrl-C ends the watch |
| \`require\` | the host waits for the result, and undoes the change if data is refused, or does not arrive in time. It does so too if it is told nothing, because the connection is lost or alloyup ended. A wave begins when the data of the wave before it arrives |

The watch ends when every destination delivers or is refused in two readings, or at a deadline. For metrics that is
the longest \`scrape_interval\` of the configuration and 15 s more, two minutes at most; where no interval is written out, 75 s.
Logs are given 25 s, and OTLP that no scrape feeds 15 s. With \`report\`, 15 s without a connection are enough.

| at the end of the watch | \`report\` | \`require\` |
|---|---|---|
| delivering | nothing is said | the change stands |
| idle | nothing is said | the change stands, with a note |
| refused | a warning | rolled back |
| retrying, backlogged | a warning | rolled back |
| metrics cannot be read | a warning | rolled back |
| any of these, for a component in \`alloy.tolerate\` | nothing is said | the change stands |

So many seconds after a change is proven the watch ends, with the lab's stand-in for Alloy, a scrape interval of 10 s, and a log line and
a call a second; \`test/lab/senders.test.ts\` tries each of these answers:

| the receiver | \`prometheus.remote_write\` | \`loki.write\` | \`otelcol.exporter.otlphttp\` | \`otelcol.exporter.otlp\` |
|---|---|---|---|---|
| accepts | 9 | 6 | 6 | 6 |
| answers 400, 401, 403, 404, or the same of gRPC | refused, 10 | refused, 7 | refused, 6 | refused, 6 |
| answers 405 | refused, 10 | refused, 6 | | |
| answers 429 | retrying, 21 | retrying, 18 | retrying, 15 | |
| answers 500 | retrying, 21 | retrying, 18 | refused, 6 | |
| answers 503, or UNAVAILABLE | retrying, 21 | retrying, 18 | retrying, 15 | retrying, 15 |
| does not listen | retrying, 21 | retrying, 18 | retrying, 15 | retrying, 15 |
| does not answer | retrying, 27 | retrying, 27 | retrying, 15 | retrying, 15 |

With \`require\`, what is tried again has until the deadline.

A host without changes is not watched, nor one whose change needs no reload. A wait that is required does not count towards
\`--timeout\`, and holds none of the \`--forks\`.

## What to do

| answer | advice |
|---|---|
`;

export const deliveryPage = (): string =>
  `${INTRODUCTION}${Object.entries(ADVICE)
    .map(([answer, advice]) => `| ${answer} | ${advice} |\n`)
    .join('')}`;
