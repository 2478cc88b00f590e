import { dirname } from 'node:path';
import { editInventory, type InventoryEdit, type SettingsToWrite } from '../../inventory/edit.ts';
import { parseInventory } from '../../inventory/parse-inventory.ts';
import { settingsOf } from '../../inventory/settings.ts';
import type { Target } from '../../model/desired.ts';
import type { Warning } from '../../model/problem.ts';
import type { TemplateText } from '../../model/text-files.ts';
import { makeTargets } from '../hosts/make-targets.ts';
import { orThrow, throwAll } from '../usage.ts';
import { hostsToWrite } from './host-entries.ts';
import type { Answers, Known } from './question.ts';
import { softwareSettings } from './software-questions.ts';
import { parameterValues, takesOf } from './template-questions.ts';

/** What the answers add to an inventory. Pure. */
export function additionsOf(
  answers: Answers,
  { root, software }: Pick<Known, 'root' | 'software'>,
): InventoryEdit {
  const text = (id: string): string => (typeof answers[id] === 'string' ? answers[id] : '');
  const list = (id: string): readonly string[] =>
    Array.isArray(answers[id]) ? (answers[id] as readonly string[]) : [];
  const { vars, environment } = parameterValues(answers);
  const found = softwareSettings(answers, software, takesOf(answers));
  const template = text('template') === 'own' ? text('templateFile') : text('template');
  const version = text('version') === 'pinned' ? text('pinned') : text('version');
  const [user, identity] = [text('user'), text('identity')];
  const hasMirror = text('packages') === 'mirror';
  const fingerprint = text('mirrorFingerprint').replaceAll(' ', '').toUpperCase();
  return {
    defaults: [
      ...when(user !== '', ['ssh', 'user'], user),
      ...when(identity !== '' && identity !== 'auto', ['ssh', 'identity'], identity),
      ...sudoOf(answers, root),
      ...when(hasMirror, ['repository', 'url'], text('mirror')),
      ...when(hasMirror, ['repository', 'key'], text('mirrorKey')),
      ...when(hasMirror, ['repository', 'fingerprints'], [fingerprint]),
      ...when(version !== '', ['alloy', 'version'], version),
      ...under(['alloy', 'environment'], environment),
      ...when(template !== '', ['config', 'template'], template),
      ...under(['config', 'vars'], vars),
      ...found.defaults,
    ],
    groups: found.groups,
    hosts: hostsToWrite([...list('sshHosts'), ...list('hosts')]),
  };
}

export const when = (isSet: boolean, path: readonly string[], value: unknown): SettingsToWrite =>
  isSet ? [[path, value]] : [];

/** Each value of an object, below a path. */
export const under = (path: readonly string[], values: object): SettingsToWrite =>
  Object.entries(values).map(([name, value]) => [[...path, name], value]);

function sudoOf({ sudo, sudoPassword, user }: Answers, root: Known['root']): SettingsToWrite {
  if (sudo === 'secret') return [[['sudo'], { password: { secret: sudoPassword } }]];
  if (sudo === 'ask') return [[['sudo'], 'ask']];
  // the user is root without being named here: ~/.ssh/config says so
  return when(root === 'none' && user !== 'root', ['sudo'], 'none');
}

/** An inventory with only what a login needs: to be tried before the rest is known. */
export const draftForLogin = (existing: string | null, answers: Answers, known: Known): string => {
  const { template: _, ...login } = answers;
  const hosts = known.from === null ? {} : { hosts: [known.from] };
  const additions = additionsOf({ ...login, ...hosts, template: 'minimal' }, known);
  return editInventory(existing, additions);
};

/** The targets of an inventory's text, checked like any other. Reads no secrets. */
export async function targetsOf(
  text: string,
  file: string,
  drafts: ReadonlyMap<string, TemplateText> = new Map(),
): Promise<{ readonly targets: readonly Target[]; readonly warnings: readonly Warning[] }> {
  const inventory = orThrow(parseInventory(text, file));
  const settings = [...inventory.hosts.keys()].map((name) => settingsOf(inventory, name));
  const { targets, problems, warnings } = await makeTargets(
    { inventory, base: dirname(file), sha256: '', settings, warnings: [] },
    { drafts },
  );
  throwAll(problems);
  return { targets, warnings: [...inventory.warnings, ...warnings] };
}
