import type { RunEvent } from '../../model/event.ts';
import type { Warning } from '../../model/problem.ts';
import type { Cleaned } from '../../report/redact.ts';
import type { Terminal } from '../terminal/terminal.ts';

const SIGNALS = ['traces', 'metrics'] as const;
export type Signal = (typeof SIGNALS)[number];

const PROTOCOLS = ['http/protobuf', 'http/json'] as const;
type Protocol = (typeof PROTOCOLS)[number];

/** What of a run is sent where; the SDK reads the rest from the environment itself. */
export interface TelemetrySettings {
  readonly signals: ReadonlyMap<Signal, { readonly protocol: Protocol; readonly endpoint: URL }>;
  /** Milliseconds, for which the end of a run waits for what is on its way. */
  readonly flushMs: number;
  /** The parent of the run's span: `traceparent` and `tracestate`, as in HTTP. */
  readonly parent: Readonly<Record<string, string>>;
}

/** Sends the spans of a run while it goes on, and its figures at its end. */
export interface Telemetry {
  on(event: Cleaned<RunEvent>): void;
  /** Waits for what is on its way, within a limit. Returns what to tell of it; null: all was delivered. */
  close(): Promise<Warning | null>;
}

/** How long the end of a run is held up where OTEL_EXPORTER_OTLP_TIMEOUT does not say. */
const FLUSH_MS = 3000;

/**
 * Of the environment of OpenTelemetry's SDKs; null: nothing is sent, and nothing of the SDK is loaded.
 *
 * @returns also what is wrong with it, which is no reason to refuse a run
 */
export function telemetrySettings({ env }: Pick<Terminal, 'env'>): {
  readonly settings: TelemetrySettings | null;
  readonly warnings: readonly Warning[];
} {
  const settingOf = (name: string): string | undefined => env[`OTEL_${name}`]?.trim() || undefined;
  const warnings: Warning[] = [];
  const signals: [Signal, { protocol: Protocol; endpoint: URL }][] = [];
  if (settingOf('SDK_DISABLED')?.toLowerCase() === 'true') return { settings: null, warnings };
  for (const signal of SIGNALS) {
    const name = signal.toUpperCase();
    const own = (setting: string): { variable: string; value: string } | undefined => {
      for (const variable of [`EXPORTER_OTLP_${name}_${setting}`, `EXPORTER_OTLP_${setting}`]) {
        const value = settingOf(variable);
        if (value !== undefined) return { variable: `OTEL_${variable}`, value };
      }
      return undefined;
    };
    const endpoint = own('ENDPOINT');
    if (!endpoint || settingOf(`${name}_EXPORTER`) === 'none') continue;
    const protocol = own('PROTOCOL') ?? { variable: '', value: PROTOCOLS[0] };
    // it may hold a password, so it is not repeated
    if (!URL.canParse(endpoint.value) || !/^https?:/i.test(endpoint.value))
      warnings.push(off({ reason: 'endpoint', variable: endpoint.variable }));
    else if (!isProtocol(protocol.value))
      warnings.push(off({ reason: 'protocol', ...protocol, known: PROTOCOLS }));
    else signals.push([signal, { protocol: protocol.value, endpoint: new URL(endpoint.value) }]);
  }
  const timeout = Number(settingOf('EXPORTER_OTLP_TIMEOUT'));
  const { TRACEPARENT: traceparent, TRACESTATE: tracestate } = env;
  return {
    settings:
      signals.length === 0
        ? null
        : {
            signals: new Map(signals),
            flushMs: timeout > 0 && Number.isFinite(timeout) ? timeout : FLUSH_MS,
            parent: {
              ...(traceparent ? { traceparent } : {}),
              ...(tracestate ? { tracestate } : {}),
            },
          },
    warnings: warnings.filter((one, i) => warnings.findIndex((other) => isSame(one, other)) === i),
  };
}

const isProtocol = (value: string): value is Protocol =>
  (PROTOCOLS as readonly string[]).includes(value);

const isSame = (one: Warning, other: Warning): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

const off = (params: Extract<Warning, { code: 'telemetry.off' }>['params']): Warning => ({
  code: 'telemetry.off',
  params,
});
