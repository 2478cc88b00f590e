import type { Command } from '../args/invocation.ts';
import { runHosts } from '../runs/run-hosts.ts';

export const rollback: Command = (invocation) => runHosts('rollback', invocation);
