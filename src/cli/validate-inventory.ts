import { type Problem, ToolError, type Warning } from '../model/problem.ts';
import { type ChosenHosts, readHosts } from './hosts/chosen-hosts.ts';
import type { Invocation } from './args/invocation.ts';
import { makeTargets } from './hosts/make-targets.ts';

export interface ValidatedInventory {
  readonly hosts: number;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Warning[];
}

/** The inventory and everything that it renders, offline: reads no secret, runs nothing. */
export async function validateInventory(invocation: Invocation): Promise<ValidatedInventory> {
  let chosen: ChosenHosts;
  try {
    chosen = await readHosts(invocation, { mayRun: false });
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    return { hosts: 0, problems: error.problems, warnings: [] };
  }
  const { strict } = invocation.options;
  const made = await makeTargets(chosen, { secrets: null, sudoPassword: null, strict });
  return {
    hosts: chosen.settings.length,
    problems: made.problems,
    warnings: [...chosen.warnings, ...made.warnings],
  };
}
