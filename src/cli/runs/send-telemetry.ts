import { connect } from 'node:net';
import {
  type Context,
  DiagLogLevel,
  defaultTextMapGetter,
  diag,
  ROOT_CONTEXT,
  type Attributes as SdkAttributes,
  type Span,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import {
  type ExportResult,
  ExportResultCode,
  W3CTraceContextPropagator,
} from '@opentelemetry/core';
import { OTLPMetricExporter as JsonMetrics } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPMetricExporter as ProtobufMetrics } from '@opentelemetry/exporter-metrics-otlp-proto';
import { OTLPTraceExporter as JsonTraces } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufTraces } from '@opentelemetry/exporter-trace-otlp-proto';
import {
  defaultResource,
  detectResources,
  envDetector,
  type Resource,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { openTotals, type Totals } from '../../telemetry/totals.ts';
import {
  type Attributes,
  openTrace,
  type SpanChange,
  type SpanKey,
} from '../../telemetry/trace.ts';
import { VERSION } from '../alloyup-version.ts';
import type { Telemetry, TelemetrySettings } from './telemetry.ts';

/** Spans that may wait to be sent; more are lost. The SDK sends at most 30 batches of 512 at once. */
const MAX_WAITING = 10_240;

/** How often spans that have ended are sent. */
const SEND_EVERY_MS = 2000;

/** Seconds, up to each of which steps are counted. */
const BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300, 600];

/** The figures are read once, at the end. */
const NEVER_MS = 2 ** 31 - 1;

/** Sends by OpenTelemetry's SDK, which reads headers, certificates and the like from the environment. */
export function sendTelemetry(settings: TelemetrySettings, about: Attributes): Telemetry {
  const account = openAccount();
  const [any] = settings.signals.values();
  const { endpoint } = any!;
  const door = knock(endpoint);
  // it tells there alone of a certificate that it cannot read, say
  diag.setLogger(
    { error: account.fail, warn: account.fail, info() {}, debug() {}, verbose() {} },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  const resource = defaultResource()
    .merge(resourceFromAttributes({ 'service.name': 'alloyup', 'service.version': VERSION }))
    .merge(detectResources({ detectors: [envDetector] }));
  const spans = spanSink(settings, resource, account);
  const figures = figureSink(settings, resource, account);
  const folded = openTrace(about);
  const totals = openTotals();
  return {
    on(event) {
      totals.add(event);
      for (const change of folded.add(event)) spans?.take(change);
    },
    async close() {
      for (const change of folded.end()) spans?.take(change);
      figures?.take(totals.totals(), about);
      // whoever could not be reached all along is not waited for: the SDK would try again for some time
      const closed = account.hasDelivered() ? null : door.failure();
      const limitMs = closed !== null || account.isHopeless() ? 0 : settings.flushMs;
      const ended = Promise.all([spans?.close(), figures?.close()]).catch(account.fail);
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, limitMs);
      });
      await Promise.race([ended, late]);
      clearTimeout(timer);
      diag.disable();
      if (closed === null && account.isSettled()) return null;
      const said = account.said() ?? closed ?? `no answer within ${limitMs / 1000} s`;
      return {
        code: 'telemetry.lost',
        params: { reason: 'not-delivered', endpoint: endpoint.host, said },
      };
    },
  };
}

/** A connection is accepted sooner than after so many milliseconds, or not at all. */
const KNOCK_MS = 2000;

/** Tries to connect during the run, so that its end knows whether anybody is there. */
function knock({ protocol, hostname, port }: URL) {
  const since = performance.now();
  let isOpen = false;
  let failure: string | null = null;
  const socket = connect({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port) || (protocol === 'https:' ? 443 : 80),
  });
  socket.unref();
  socket.on('connect', () => {
    isOpen = true;
    socket.destroy();
  });
  socket.on('error', (error) => {
    failure = reasonOf(error);
  });
  return {
    failure(): string | null {
      socket.destroy();
      const isLate = !isOpen && performance.now() - since > KNOCK_MS;
      return failure ?? (isLate ? 'nobody accepts a connection there' : null);
    },
  };
}

type Done = (result: ExportResult) => void;

/** What was delivered, and what went wrong. */
function openAccount() {
  let onTheirWay = 0;
  let delivered = 0;
  let failed = 0;
  let said: string | null = null;
  const fail = (reason: unknown): void => {
    said ??= reasonOf(reason);
  };
  return {
    fail,
    said: () => said,
    hasDelivered: () => delivered > 0,
    isHopeless: () => failed > 0 && delivered === 0,
    isSettled: () => failed === 0 && onTheirWay === 0 && said === null,
    /** Also keeps what cannot be delivered from being told on the SDK's own way. */
    watched<T, E extends { export(items: T, done: Done): void }>(exporter: E): E {
      const send = exporter.export.bind(exporter);
      exporter.export = (items, done) => {
        onTheirWay += 1;
        send(items, (result) => {
          onTheirWay -= 1;
          if (result.code === ExportResultCode.SUCCESS) delivered += 1;
          else failed += 1;
          if (result.error) fail(result.error);
          done({ code: ExportResultCode.SUCCESS });
        });
      };
      return exporter;
    },
  };
}

type Account = ReturnType<typeof openAccount>;

/** "connect ECONNREFUSED 127.0.0.1:4318", "401 Unauthorized". */
function reasonOf(reason: unknown): string {
  if (!(reason instanceof Error)) return String(reason);
  const { code } = reason as { readonly code?: unknown };
  const message = reason.message || String(code ?? reason.name);
  return typeof code === 'number' ? `${code} ${reason.message}`.trim() : message;
}

function spanSink({ signals, parent }: TelemetrySettings, resource: Resource, account: Account) {
  const of = signals.get('traces');
  if (!of) return null;
  const exporter = of.protocol === 'http/json' ? new JsonTraces() : new ProtobufTraces();
  const provider = new BasicTracerProvider({
    resource,
    spanProcessors: [
      new BatchSpanProcessor(account.watched(exporter), {
        maxQueueSize: MAX_WAITING,
        scheduledDelayMillis: SEND_EVERY_MS,
      }),
    ],
  });
  const tracer: Tracer = provider.getTracer('alloyup', VERSION);
  const above = new W3CTraceContextPropagator().extract(ROOT_CONTEXT, parent, defaultTextMapGetter);
  const open = new Map<SpanKey, { readonly span: Span; readonly within: Context }>();
  return {
    take(change: SpanChange): void {
      if (change.type === 'begin') {
        const { name, at: startTime, attributes } = change;
        const context = (change.parent && open.get(change.parent)?.within) || above;
        const span = tracer.startSpan(name, { startTime, attributes }, context);
        open.set(change.key, { span, within: trace.setSpan(context, span) });
        return;
      }
      const { span } = open.get(change.key)!;
      if (change.type === 'event') {
        span.addEvent(change.name, change.attributes, change.at);
        return;
      }
      open.delete(change.key);
      span.setAttributes(change.attributes);
      if (change.error !== null)
        span.setStatus({ code: SpanStatusCode.ERROR, message: change.error });
      span.end(change.at);
    },
    close: () => provider.shutdown(),
  };
}

function figureSink({ signals }: TelemetrySettings, resource: Resource, account: Account) {
  const of = signals.get('metrics');
  if (!of) return null;
  const exporter = of.protocol === 'http/json' ? new JsonMetrics() : new ProtobufMetrics();
  const provider = new MeterProvider({
    resource,
    readers: [
      new PeriodicExportingMetricReader({
        exporter: account.watched(exporter),
        exportIntervalMillis: NEVER_MS,
      }),
    ],
  });
  const meter = provider.getMeter('alloyup', VERSION);
  return {
    take(totals: Totals, about: Attributes): void {
      const of: SdkAttributes = { 'alloyup.verb': totals.verb, ...about };
      const hosts = meter.createGauge('alloyup.hosts', {
        description: 'Hosts of the run, by how they ended',
      });
      for (const [outcome, count] of totals.hosts)
        hosts.record(count, { ...of, 'alloyup.outcome': outcome });
      const changes = meter.createGauge('alloyup.changes', {
        description: 'Steps that the run began on hosts, by what became of them',
      });
      for (const { step, state, count } of totals.changes)
        changes.record(count, { ...of, 'alloyup.step': step, 'alloyup.step.state': state });
      const durations = meter.createHistogram('alloyup.step.duration', {
        description: 'How long a step took on a host',
        unit: 's',
        advice: { explicitBucketBoundaries: BUCKETS },
      });
      for (const { step, seconds } of totals.steps)
        durations.record(seconds, { ...of, 'alloyup.step': step });
      meter
        .createGauge('alloyup.run.duration', { description: 'How long the run took', unit: 's' })
        .record(totals.durationS, of);
      if (totals.exitCode !== null)
        meter
          .createGauge('alloyup.run.exit_code', { description: 'Exit code of the run' })
          .record(totals.exitCode, of);
    },
    close: () => provider.shutdown(),
  };
}
