import type { Command } from '../args/invocation.ts';
import { runHosts } from '../runs/run-hosts.ts';

export const remove: Command = (invocation) => runHosts('remove', invocation);
