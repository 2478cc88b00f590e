import type { Command } from '../args/invocation.ts';
import { runHosts } from '../runs/run-hosts.ts';

export const status: Command = (invocation) => runHosts('status', invocation);
