import { DROP_IN_PATH } from '../model/desired.ts';
import type { Action, FileDiff, Step } from '../model/plan.ts';
import { change, fileChange } from './change.ts';
import { unifiedDiff } from './textdiff.ts';

/** Our one drop-in of the unit; the package's unit and other people's drop-ins stay as they are. */
export const unitStep: Step = {
  id: 'unit',

  diff({ desired, facts }) {
    const fact = facts.files[DROP_IN_PATH];
    const actions: Action[] = [];
    const diffs: FileDiff[] = [];
    if (desired.dropIn !== null) {
      const made = fileChange(
        { path: DROP_IN_PATH, content: desired.dropIn, mode: '0644', user: 'root', group: 'root' },
        fact,
      );
      if (made) {
        actions.push(made.action);
        diffs.push(made.diff);
      }
    } else if (fact?.kind === 'file') {
      actions.push({ do: 'delete', path: DROP_IN_PATH });
      const before = typeof fact.content === 'string' ? fact.content : '';
      diffs.push({ path: DROP_IN_PATH, kind: 'delete', text: unifiedDiff(before, '') });
    }
    if (actions.length === 0) return undefined;
    const modeOnly = diffs.every(({ kind }) => kind === 'mode');
    return change('unit', `${diffs[0]!.kind} ${DROP_IN_PATH}`, {
      actions: [...actions, { do: 'daemon-reload' }],
      diffs,
      needs: modeOnly ? 'nothing' : 'restart',
    });
  },

  problems({ host, facts: { unit } }) {
    if (unit.load === 'masked' || unit.enabled === 'masked')
      return [{ code: 'host.unit', host, params: { reason: 'masked' } }];
    if (unit.fragment.startsWith('/etc/systemd/system/'))
      return [{ code: 'host.unit', host, params: { reason: 'shadowed', path: unit.fragment } }];
    return [];
  },

  warnings({ host, facts: { unit }, changes }) {
    const paths = unit.dropIns.filter((path) => path !== DROP_IN_PATH);
    if (paths.length === 0 || !changes.some(({ needs }) => needs === 'restart')) return [];
    return [{ code: 'unit.drop-ins', host, params: { reason: 'foreign', paths } }];
  },
};
