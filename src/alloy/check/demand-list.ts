import type { Demand } from './demand.ts';
import { DISCOVERY_DEMANDS } from './demands/discovery.ts';
import { LOKI_DEMANDS } from './demands/loki.ts';
import { OTELCOL_DEMANDS } from './demands/otelcol.ts';
import { OTELCOL_PIPELINE_DEMANDS } from './demands/otelcol-pipeline.ts';
import { PROFILES_DEMANDS } from './demands/profiles.ts';
import { PROMETHEUS_DEMANDS } from './demands/prometheus.ts';
import { SERVICE_DEMANDS } from './demands/service.ts';
import { SHARED_DEMANDS } from './demands/shared.ts';

/**
 * What the values of Alloy's components must be beyond their types: what the `Validate` methods of its
 * Go code and the constructors of the components check, which no table of arguments holds.
 */
export const DEMANDS: readonly Demand[] = [
  ...SHARED_DEMANDS,
  ...SERVICE_DEMANDS,
  ...LOKI_DEMANDS,
  ...PROMETHEUS_DEMANDS,
  ...DISCOVERY_DEMANDS,
  ...PROFILES_DEMANDS,
  ...OTELCOL_DEMANDS,
  ...OTELCOL_PIPELINE_DEMANDS,
];
