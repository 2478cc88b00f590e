import { shardText } from '../../inventory/shard.ts';
import type { RunReport } from '../../model/event.ts';
import type { Mask } from '../../model/ports.ts';
import { ToolError, type Warning } from '../../model/problem.ts';
import { parseSavedPlan, type SavedHost, type SavedPlan, sealed } from '../../plan/saved-plan.ts';
import { toJson } from '../../report/printable.ts';
import { readTextFile } from '../../sources/text-file.ts';
import { VERSION } from '../alloyup-version.ts';
import type { Options } from '../args/option-table.ts';
import { checkWritable } from '../files/write-files.ts';
import type { ChosenHosts } from '../hosts/chosen-hosts.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { orThrow, usageError } from '../usage.ts';
import { saveReport } from './run-output.ts';

const MAX_BYTES = 64 * 1024 * 1024;

type Part = Pick<Options, 'limit' | 'shard'>;

/** Collects what `plan --out FILE` saves. @throws ToolError `usage` if `path` cannot be written */
export function openPlanFile(
  path: string,
  about: Pick<SavedPlan, 'run' | 'adopt' | 'inventory'>,
  { shard }: Part,
  mask: Mask,
  terminal: Terminal,
) {
  checkWritable(path);
  const hosts = new Map<string, SavedHost>();
  return {
    planned(host: string, saved: SavedHost): void {
      const changes = saved.changes.map((change) => ({ ...change, title: mask(change.title) }));
      hosts.set(host, { ...saved, changes });
    },
    /** Called when every host has been planned. */
    write(report: RunReport): void {
      const names = Object.keys(report.hosts);
      const plan = sealed({
        schema: 1,
        kind: 'alloyup.plan',
        version: VERSION,
        ...about,
        createdAt: report.finishedAt ?? report.startedAt,
        // in inventory order, whichever host answered first
        hosts: Object.fromEntries(
          names.filter((name) => hosts.has(name)).map((name) => [name, hosts.get(name)!]),
        ),
        left: names.filter((name) => !hosts.has(name)),
        ...(shard ? { shard: shardText(shard) } : {}),
        ...(report.waves.length > 0 ? { waves: report.waves } : {}),
      });
      saveReport(path, toJson(plan, 2), terminal);
    },
  };
}

/** @throws ToolError `usage` if it is not a saved plan */
export async function readPlanFile(path: string): Promise<SavedPlan> {
  const read = await readTextFile(path, MAX_BYTES);
  if (!read.ok) throw usageError({ reason: 'unreadable', of: 'plan', path, failure: read.failure });
  return orThrow(parseSavedPlan(read.text, path, VERSION));
}

/**
 * The hosts of a saved plan, as they are today. @throws ToolError `apply.stale` if one is gone, `usage` if it is the
 * plan of another shard
 */
export function plannedHosts(
  chosen: ChosenHosts,
  plan: SavedPlan,
  { limit, shard }: Part,
): ChosenHosts {
  const given = shard && shardText(shard);
  if (given && plan.shard !== undefined && plan.shard !== given)
    throw usageError({ reason: 'plan-of-shard', saved: plan.shard, given });
  const limited = limit !== null || shard !== null;
  const gone = Object.keys(plan.hosts).filter((name) => !chosen.inventory.hosts.has(name));
  if (gone.length > 0)
    throw new ToolError({ code: 'apply.stale', params: { reason: 'hosts-missing', hosts: gone } });
  const isPlanned = (name: string): boolean => Object.hasOwn(plan.hosts, name);
  const others = chosen.settings.filter(
    ({ name }) => !isPlanned(name) && !plan.left.includes(name),
  );
  const warnings: Warning[] = [...chosen.warnings];
  if (chosen.sha256 !== plan.inventory.sha256)
    warnings.push({ code: 'plan.inventory', params: { reason: 'changed' } });
  if (plan.left.length > 0)
    warnings.push({ code: 'plan.left', params: { reason: 'not-planned', hosts: plan.left } });
  if (others.length > 0 && !limited)
    warnings.push({ code: 'plan.others', params: { reason: 'not-in-plan', hosts: others.length } });
  const settings = chosen.settings.filter(({ name }) => isPlanned(name));
  return { ...chosen, settings, warnings };
}
