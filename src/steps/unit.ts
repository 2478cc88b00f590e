import { type Desired, DROP_IN_PATH } from '../model/desired.ts';
import type { Facts } from '../model/facts.ts';
import type { Action, FileDiff, Step } from '../model/plan.ts';
import { change, fileChange } from './change.ts';
import { unifiedDiff } from './textdiff.ts';
import { type SettingOff, settingsOff } from './unit-settings.ts';

/** systemd has read our drop-in as it is. */
const isKnown = ({ unit }: Facts): boolean =>
  unit.dropIns.includes(DROP_IN_PATH) && !unit.needsReload;

const settingsNotInEffect = ({ dropIn }: Desired, { unit }: Facts): readonly SettingOff[] =>
  dropIn === null ? [] : settingsOff(dropIn, unit.settings);

/** Our one drop-in of the unit; the package's unit and other people's drop-ins stay as they are. */
export const unitStep: Step = {
  id: 'unit',

  diff({ desired, facts, hide }) {
    const fact = facts.files[DROP_IN_PATH];
    const actions: Action[] = [];
    const diffs: FileDiff[] = [];
    if (desired.dropIn !== null) {
      const made = fileChange(
        { path: DROP_IN_PATH, content: desired.dropIn, mode: '0644', user: 'root', group: 'root' },
        fact,
        hide,
      );
      if (made) {
        actions.push(made.action);
        diffs.push(made.diff);
      }
    } else if (fact?.kind === 'file') {
      actions.push({ do: 'delete', path: DROP_IN_PATH });
      const before = typeof fact.content === 'string' ? fact.content : '';
      diffs.push({ path: DROP_IN_PATH, kind: 'delete', text: unifiedDiff(before, '', hide) });
    }
    if (actions.length === 0) {
      if (isKnown(facts) || settingsNotInEffect(desired, facts).length === 0) return undefined;
      return change('unit', `have systemd read ${DROP_IN_PATH}`, {
        actions: [{ do: 'daemon-reload' }],
        needs: 'restart',
      });
    }
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

  unmet({ host, desired, facts, changes }) {
    if (changes.some(({ step }) => step === 'unit')) return [];
    const settings = settingsNotInEffect(desired, facts);
    if (settings.length === 0) return [];
    const paths = facts.unit.dropIns.filter((path) => path !== DROP_IN_PATH);
    return [{ code: 'host.unit', host, params: { reason: 'overridden', settings, paths } }];
  },

  warnings({ host, facts: { unit }, changes }) {
    const paths = unit.dropIns.filter((path) => path !== DROP_IN_PATH);
    if (paths.length === 0 || !changes.some(({ needs }) => needs === 'restart')) return [];
    return [{ code: 'unit.drop-ins', host, params: { reason: 'foreign', paths } }];
  },
};
