import type { RunReport } from '../../model/event.ts';
import type { Plan } from '../../model/plan.ts';
import type { Mask } from '../../model/ports.ts';
import { ToolError, type Warning } from '../../model/problem.ts';
import { parseSavedPlan, type SavedHost, type SavedPlan, savedHost } from '../../plan/saved-plan.ts';
import { count, someNames } from '../../report/plain.ts';
import { readTextFile } from '../../sources/text-file.ts';
import { type ChosenHosts, orThrow } from '../hosts/chosen-hosts.ts';
import { checkWritable, writeWhole } from './run-output.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { usageError } from '../usage.ts';
import { VERSION } from '../alloyup-version.ts';

const MAX_BYTES = 64 * 1024 * 1024;

/** Gathers what `plan --out FILE` saves. */
export interface PlanFile {
  readonly planned: (host: string, plan: Plan) => void;
  /** Called when every host was planned. */
  write(report: RunReport): void;
}

/** @throws ToolError `usage` when `path` cannot be written */
export function openPlanFile(
  path: string,
  about: Pick<SavedPlan, 'run' | 'adopt' | 'inventory'>,
  mask: Mask,
  terminal: Terminal,
): PlanFile {
  checkWritable(path);
  const hosts = new Map<string, SavedHost>();
  return {
    planned(host, plan) {
      const saved = savedHost(plan);
      const changes = saved.changes.map((change) => ({ ...change, title: mask(change.title) }));
      hosts.set(host, { ...saved, changes });
    },
    write(report) {
      const names = Object.keys(report.hosts);
      const plan: SavedPlan = {
        schema: 1,
        kind: 'alloyup.plan',
        version: VERSION,
        ...about,
        createdAt: report.finishedAt ?? report.startedAt,
        // in the order of the inventory, whichever host answered first
        hosts: Object.fromEntries(
          names.flatMap((name) => {
            const saved = hosts.get(name);
            return saved ? [[name, saved]] : [];
          }),
        ),
        left: names.filter((name) => !hosts.has(name)),
      };
      writeWhole(path, `${JSON.stringify(plan, null, 2)}\n`, terminal);
    },
  };
}

/** @throws ToolError `usage` when it is no saved plan */
export async function readPlanFile(path: string): Promise<SavedPlan> {
  const read = await readTextFile(path, MAX_BYTES);
  if (!read.ok)
    throw usageError(`the saved plan ${path} ${read.message}`, 'make one: alloyup plan --out FILE');
  return orThrow(parseSavedPlan(read.text, path));
}

/**
 * The hosts that a saved plan speaks of, as the inventory has them today.
 *
 * @throws ToolError `apply.stale` when one is not there any more
 */
export function plannedHosts(chosen: ChosenHosts, plan: SavedPlan, limited: boolean): ChosenHosts {
  const gone = Object.keys(plan.hosts).filter((name) => !chosen.inventory.hosts.has(name));
  if (gone.length > 0)
    throw new ToolError({
      code: 'apply.stale',
      message: `the saved plan is for hosts that the inventory no longer has: ${someNames(gone, 200)}`,
      hint: 'plan again, and look at it: alloyup plan --out FILE',
    });
  const settings = chosen.settings.filter(({ name }) => Object.hasOwn(plan.hosts, name));
  const others = chosen.settings.filter(
    ({ name }) => !Object.hasOwn(plan.hosts, name) && !plan.left.includes(name),
  );
  const warnings: Warning[] = [...chosen.warnings];
  if (chosen.sha256 !== plan.inventory.sha256)
    warnings.push({
      code: 'plan.inventory',
      message: 'the inventory is not the text that the plan was made from',
      hint: 'hosts whose plan changed by that are refused; for the rest it made no difference',
    });
  if (plan.left.length > 0)
    warnings.push({
      code: 'plan.left',
      message: `no plan could be made for ${someNames(plan.left, 200)}: not touched`,
      hint: 'see why: alloyup plan',
    });
  if (others.length > 0 && !limited)
    warnings.push({
      code: 'plan.others',
      message: `${count(others.length, 'host')} of the inventory ${others.length === 1 ? 'is' : 'are'} not in the saved plan: not touched`,
      hint: 'plan again without --limit for all hosts',
    });
  return { ...chosen, settings, warnings };
}
