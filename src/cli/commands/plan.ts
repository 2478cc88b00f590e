import type { Command } from '../args/invocation.ts';
import { runHosts } from '../runs/run-hosts.ts';

export const plan: Command = (invocation) => runHosts('plan', invocation);
