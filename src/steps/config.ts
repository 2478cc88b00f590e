import { CONFIG_PATH, validateFlags } from '../model/desired.ts';
import type { FileFact } from '../model/facts.ts';
import type { Action, FileDiff, Needs, Step } from '../model/plan.ts';
import { change, contentDiffers, fileChange } from './change.ts';

/** md5 of config.alloy as upstream has shipped it: 1.0 to 1.3, and since 1.4. */
const PRISTINE = ['036f33820e4e308864b391f24ba821b0', 'e54dfb3181e3bc3bf6499b46a4548be6'];
/** Mode and owner that the package ships its configuration with: the directory around it, 0770 root:alloy, keeps others out. */
const isShipped = (fact: FileFact | undefined): boolean =>
  fact?.mode === '0644' && fact.user === 'root' && fact.group === 'root';

/** The configuration and what it reads beside it: judged by the host's own Alloy, then swapped in. */
export const configStep: Step = {
  id: 'config',

  diff({ desired, facts, hide }) {
    const config = {
      path: CONFIG_PATH,
      content: desired.config,
      mode: '0640',
      user: 'root',
      group: 'alloy',
    };
    const actions: Action[] = [];
    const diffs: FileDiff[] = [];
    let needs: Needs = 'nothing';
    for (const wanted of [...desired.files, config]) {
      const fact = facts.files[wanted.path];
      if (!contentDiffers(config, fact) && isShipped(fact)) continue;
      const made = fileChange(wanted, fact, hide);
      if (!made) continue;
      actions.push(made.action);
      diffs.push(made.diff);
      if (made.diff.kind !== 'mode') needs = 'reload';
    }
    if (actions.length === 0) return undefined;
    if (contentDiffers(config, facts.files[CONFIG_PATH]))
      actions.unshift({
        do: 'validate',
        content: desired.config,
        flags: validateFlags(desired.args),
      });
    const [kind, ...otherKinds] = new Set(diffs.map((one) => one.kind));
    const verb = otherKinds.length > 0 ? 'change' : kind === 'mode' ? 'mode of' : kind;
    const names =
      diffs.length > 3 ? `${diffs.length} files` : diffs.map(({ path }) => path).join(', ');
    return change('config', `${verb} ${names}`, { actions, diffs, needs });
  },

  foreignFiles({ desired, facts }) {
    const fact = facts.files[CONFIG_PATH];
    if (fact?.kind !== 'file' || fact.size === 0) return [];
    if (!contentDiffers({ content: desired.config }, fact)) return [];
    const pristine = [...PRISTINE, facts.package.conffiles[CONFIG_PATH]];
    return pristine.includes(fact.md5 ?? '') ? [] : [{ path: CONFIG_PATH, loses: [] }];
  },
};
