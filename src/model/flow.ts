/** What flows: metrics in samples or data points, logs in lines, traces in spans, profiles one by one. */
export type FlowSignal = 'metrics' | 'logs' | 'traces' | 'profiles';

/**
 * `out`: passed on, to each component that it forwards to · `in`: taken from all that forward to it · `sent`: accepted by a
 * destination · `lost`: given up, or refused by a destination · `refused`: whoever sent it was told to keep it · `filtered`:
 * left out because the configuration says so
 */
export type FlowWay = 'out' | 'in' | 'sent' | 'lost' | 'refused' | 'filtered';

/** What one component's own metrics say of its data. What they do not tell has no flow; 0 is a reading. */
export interface Flow {
  /** Id of the component, with its path in front where it is in a module. */
  readonly component: string;
  readonly signal: FlowSignal;
  readonly way: FlowWay;
  /** URL, or host and port; null: not of one destination. */
  readonly destination: string | null;
  readonly perSecond: number;
}
