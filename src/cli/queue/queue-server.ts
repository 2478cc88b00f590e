import { connectTo, type Server } from '../../queue/redis.ts';
import { LEAST_KEY, type Signer, signerOf } from '../../queue/signing.ts';
import type { Invocation } from '../args/option-table.ts';
import { usageError } from '../usage.ts';

const KEY = 'ALLOYUP_QUEUE_KEY';

/** Where Redis is, and the key. @throws ToolError `usage` */
function queueAccess({ options, terminal }: Pick<Invocation, 'options' | 'terminal'>): {
  readonly url: string;
  readonly signer: Signer;
} {
  const { queue } = options;
  if (queue === null) throw usageError({ reason: 'queue-url', why: 'missing' });
  if (!URL.canParse(queue)) throw usageError({ reason: 'queue-url', why: 'unreadable' });
  const { protocol, hostname } = new URL(queue);
  if (!/^rediss?:$/.test(protocol) || hostname === '')
    throw usageError({ reason: 'queue-url', why: 'unreadable' });
  const key = terminal.env[KEY]?.trim() ?? '';
  if (key.length < LEAST_KEY)
    throw usageError({
      reason: 'queue-key',
      why: key === '' ? 'missing' : 'short',
      least: LEAST_KEY,
    });
  return { url: queue, signer: signerOf(key) };
}

/** @throws ToolError `usage` | `queue.unreachable` */
export async function openQueue(
  invocation: Pick<Invocation, 'options' | 'terminal'>,
  on: { readonly onLost: () => void; readonly onBack: () => void },
): Promise<{ readonly server: Server; readonly signer: Signer }> {
  const { url, signer } = queueAccess(invocation);
  return { server: await connectTo(url, on), signer };
}
