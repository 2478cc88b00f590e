import type { Target } from '../../model/desired.ts';
import type { Verb } from '../../model/event.ts';
import { ToolError } from '../../model/problem.ts';
import type { Work } from '../../queue/worker.ts';
import { createMask, openCleaner } from '../../report/redact.ts';
import type { Invocation } from '../args/option-table.ts';
import { createWorld } from '../create-world.ts';
import { readHosts } from '../hosts/chosen-hosts.ts';
import { prepareTargets } from '../hosts/make-targets.ts';
import { filesState, inventoryDigest } from './inventory-digest.ts';
import { toldText } from './told-text.ts';

/** Files are looked at this often at most. */
const LOOK_MS = 1000;

/**
 * What a worker needs of this machine for one run: its inventory, its files, its secrets, its keys.
 *
 * @throws ToolError for what cannot be read
 */
export async function openWork(
  invocation: Invocation,
  verb: Verb,
  names: readonly string[],
): Promise<Work> {
  const all = await readHosts(invocation);
  const wanted = new Set(names);
  const chosen = { ...all, settings: all.settings.filter(({ name }) => wanted.has(name)) };
  const digest = inventoryDigest(chosen);
  const state = filesState(chosen, chosen.inventory.files);
  const before = state();
  // without these, no host of the run can be reached or made
  const prepared = await prepareTargets(chosen, invocation, verb);
  const mask = createMask(prepared.secrets);
  const shared = createWorld({ ...invocation.terminal, interactive: false });

  let lookedAt = 0;
  let isStale = false;
  const isChanged = (): boolean => {
    if (!isStale && Date.now() - lookedAt >= LOOK_MS) {
      isStale = state() !== before;
      lookedAt = Date.now();
    }
    return isStale;
  };

  /** Hosts that are asked for together are made together. */
  let batch: {
    readonly names: Set<string>;
    readonly made: Promise<ReadonlyMap<string, Target>>;
  } | null = null;
  const targetOf = (name: string): Promise<ReadonlyMap<string, Target>> => {
    if (!batch) {
      const asked = new Set<string>();
      const made = new Promise<void>((resolve) => setImmediate(resolve)).then(async () => {
        batch = null;
        const { targets } = await prepared.make([...asked]);
        return new Map(targets.map((target) => [target.host.name, target]));
      });
      batch = { names: asked, made };
    }
    batch.names.add(name);
    return batch.made;
  };

  return {
    digest,
    isStale: isChanged,
    async host(name) {
      const target = (await targetOf(name)).get(name);
      if (target) return { target, mask, clean: openCleaner(mask) };
      const { problems } = await prepared.make([name]);
      if (problems.length > 0) throw ToolError.of(problems);
      throw new ToolError({
        code: 'usage',
        params: { reason: 'unknown-host', name, nearest: null },
      });
    },
    world: ({ emit, ...given }) => ({ ...shared, ...given, ...(emit ? { emit } : {}) }),
    told: ({ desired }, before) => toldText(before, desired.config, mask),
    close: () => shared.transport.close(),
  };
}
