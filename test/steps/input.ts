import { hideSecrets } from '../../src/alloy/secret-spans.ts';
import type { Target } from '../../src/model/desired.ts';
import type { Facts } from '../../src/model/facts.ts';
import type { Action, Change, Planned, StepInput } from '../../src/model/plan.ts';
import { change } from '../../src/steps/change.ts';
import { optionsOf, suppliesOf } from '../builders.ts';

/** What a step is given for a host with these facts. */
export const inputOf = (
  { host, desired }: Target,
  facts: Facts,
  more: Partial<StepInput> = {},
): StepInput & Planned => ({
  host: host.name,
  desired,
  facts,
  supplies: suppliesOf(),
  earlier: [],
  changes: more.earlier ?? [],
  options: optionsOf(),
  hide: hideSecrets,
  ...more,
});

/** An earlier change with these actions. */
export const changeWith = (...actions: Action[]): Change => change('package', 'test', { actions });
