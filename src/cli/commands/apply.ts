import type { Command } from '../args/invocation.ts';
import { readPlanFile } from '../runs/plan-file.ts';
import { runHosts } from '../runs/run-hosts.ts';

export const apply: Command = async (invocation) => {
  const [file] = invocation.args;
  return runHosts('apply', invocation, file === undefined ? null : await readPlanFile(file));
};
