// What alloyup and a host say to each other, as the host sees it: for hosts that are played.
import type { factsOf } from '../../src/host/facts-request.ts';
import type { HostRecord } from '../../src/host/records.ts';
import type { DeliveryReading } from '../../src/model/facts.ts';
import type { Action, Expectation, Proof, StepId } from '../../src/model/plan.ts';

/** A run's request. */
export interface Launched {
  readonly do: 'apply' | 'settle' | 'rollback';
  readonly run: string;
  readonly nonce: string;
  readonly who: string;
  readonly lockWait: number;
  readonly rollback: boolean;
  readonly toRun: string | null;
  readonly actions: readonly ({ readonly step: StepId; readonly n: string } & Action)[];
  /** What the actions of these numbers write. */
  readonly content: Readonly<Record<string, string>>;
  readonly expect: readonly Expectation[];
  readonly proof: Pick<Proof, 'check' | 'service' | 'components'> & {
    readonly receipt: readonly string[];
  };
  readonly facts: FactsAsked;
}

/** What a host is asked about itself. */
export type FactsAsked = ReturnType<typeof factsOf>;

/** What a host is sent. */
export type Sent =
  | { readonly do: 'facts'; readonly nonce: string; readonly facts: FactsAsked }
  | Launched
  | {
      readonly do: 'follow';
      readonly run: string;
      readonly from: number;
      readonly word?: string;
    }
  | { readonly do: 'watch'; readonly nonce: string; readonly seconds: number };

/** A record as a host prints it. */
export function wireOf(record: HostRecord): string {
  if (record.type === 'reading') return JSON.stringify(wireOfReading(record.reading));
  return JSON.stringify(record.type === 'wait' ? { ...record, limit: record.limitS } : record);
}

const wireOfReading = ({ at, samples, log }: DeliveryReading): object => ({
  type: 'reading',
  at: String(Math.round(at / 1000)),
  lines: samples.map(({ name, labels, value }) => {
    const pairs = Object.entries(labels).map(([key, text]) => `${key}=${JSON.stringify(text)}`);
    return `${name}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${value}`;
  }),
  log: log.map((one) => [String(Math.round(one.at / 1000)), one.line]),
});

/** The request in what a program is sent: behind the program; a run's own stands at the very end. */
export const requestOf = (input: string): Sent => {
  const [line, rest] = splitOnce(input.slice(input.indexOf('\n__END__\n') + '\n__END__\n'.length));
  const request = JSON.parse(line);
  return request.do === 'launch' ? JSON.parse(rest.slice(request.program)) : request;
};

const splitOnce = (text: string): readonly [string, string] => {
  const at = text.indexOf('\n');
  return [text.slice(0, at), text.slice(at + 1)];
};
