import { dirname } from 'node:path';
import { composeInventory } from '../../inventory/compose.ts';
import { parseInventory } from '../../inventory/parse.ts';
import { settingsOf } from '../../inventory/settings.ts';
import type { Target } from '../../model/desired.ts';
import { ToolError, type Warning } from '../../model/problem.ts';
import { orThrow } from '../hosts/chosen-hosts.ts';
import { makeTargets } from '../hosts/make-targets.ts';
import type { Answers, Known } from './question.ts';
import { wishOf } from './wish.ts';

/** Only what a login needs: asked about before the rest is known. */
export const draft = (existing: string | null, answers: Answers, known: Known): string => {
  const { template: _, ...login } = answers;
  const hosts = known.from === null ? {} : { hosts: [known.from] };
  return composeInventory(existing, wishOf({ ...login, ...hosts, template: 'minimal' }, known));
};

/** What the text comes to: checked as any other inventory. Reads no secret. */
export async function targetsOf(
  text: string,
  file: string,
  base = dirname(file),
): Promise<{ readonly targets: readonly Target[]; readonly warnings: readonly Warning[] }> {
  const inventory = orThrow(parseInventory(text, file));
  const settings = [...inventory.hosts.keys()].map((name) => settingsOf(inventory, name));
  const { targets, problems, warnings } = await makeTargets(
    { inventory, base, sha256: '', settings, warnings: inventory.warnings },
    { secrets: null, sudoPassword: null, strict: false },
  );
  if (problems.length > 0) throw new ToolError(problems[0]!, ...problems.slice(1));
  return { targets, warnings: [...inventory.warnings, ...warnings] };
}
