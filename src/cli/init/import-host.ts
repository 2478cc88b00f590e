import { gatherConfigurations, gatherFacts } from '../../engine/gather-facts.ts';
import type { SettingsToWrite } from '../../inventory/edit.ts';
import type { Target } from '../../model/desired.ts';
import { Secret } from '../../model/secret.ts';
import {
  configuredPath,
  type ExistingInstall,
  readExistingInstall,
} from '../../plan/existing-install.ts';
import { say } from '../../report/printable.ts';
import type { NewFile } from '../files/write-files.ts';
import { askSecret } from '../terminal/ask.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { orThrow, throwAll, usageError } from '../usage.ts';
import { additionsOf, draftForLogin, targetsOf, under, when } from './draft-inventory.ts';
import { onEach } from './live-checks.ts';
import { secretAt } from './secret-places.ts';
import type { WizardState } from './wizard.ts';

/** Reads what a manually configured host runs. Changes nothing there. @throws ToolError */
async function readHost(target: Target, terminal: Terminal): Promise<ExistingInstall> {
  const found: ExistingInstall[] = [];
  const problems = await onEach([target.host], terminal, async (_, session, world) => {
    const { facts } = await gatherFacts(target, session, world);
    const path = configuredPath(facts);
    const elsewhere =
      path === null ? null : await gatherConfigurations(target, session, world, path);
    found.push(orThrow(readExistingInstall(facts, elsewhere)));
  });
  throwAll(problems);
  return found[0]!;
}

/** What a host runs, as settings for it and files next to the inventory, with their paths in it. */
export function importedSettings(name: string, found: ExistingInstall) {
  const template = `./${name}.alloy`;
  const files: NewFile[] = [];
  const environment = [...found.environment].map(([variable, value]) => {
    if (!(value instanceof Secret)) return [variable, value];
    const path = `./secrets/${name}-${variable}`;
    files.push({ path, content: value, mode: 0o600 });
    return [variable, { secret: `file:${path}` }];
  });
  files.push({
    path: template,
    content: templateText(found.config),
    mode: found.secretLines.length > 0 ? 0o600 : 0o644,
  });
  const settings: SettingsToWrite = [
    [['alloy', 'version'], found.version?.replace(/-\d+$/, '') ?? 'present'],
    [['alloy', 'listen'], found.listen],
    ...when(found.stability !== 'generally-available', ['alloy', 'stability'], found.stability),
    ...when(found.args.length > 0, ['alloy', 'args'], found.args),
    ...under(['alloy', 'environment'], Object.fromEntries(environment)),
    ...when(found.memberOf.length > 0, ['alloy', 'memberOf'], found.memberOf),
    [['config', 'template'], template],
  ];
  return { settings, files };
}

/** The template that renders to exactly this text. What would end a raw block starts a new one. */
export const templateText = (config: string): string =>
  /\{\{|\{%/.test(config)
    ? config
        .split(/\{(?=%-?\s*endraw)/)
        .map((part) => (part === '' ? '' : `{% raw %}${part}{% endraw %}`))
        .join('{{ "{" | raw }}')
    : config;

/** Imports `--from HOST`; warns if its configuration may contain secrets. */
export async function importHost(
  from: string,
  { answers, known, typed }: WizardState,
  file: string,
  terminal: Terminal,
) {
  const { targets } = await targetsOf(draftForLogin(null, answers, known), file);
  const [target] = targets;
  if (!target || targets.length > 1)
    throw usageError({ reason: 'import-one-host', hosts: targets.length });
  const password = await sudoPassword();
  const sudo = password ? ({ kind: 'password', password } as const) : target.host.sudo;
  const found = await readHost({ ...target, host: { ...target.host, sudo } }, terminal);
  if (found.extracted.length > 0)
    terminal.err(
      say`note: secrets of the configuration of ${target.host.name} are now variables of alloy.environment: ${found.extracted.join(', ')}\n`,
    );
  if (found.secretLines.length > 0)
    terminal.err(
      say`warning: the configuration of ${target.host.name} may contain secrets (line ${found.secretLines.join(', ')}):\n  only you can read the copy (0600); consider moving them to alloy.environment\n`,
    );
  const { settings, files } = importedSettings(target.host.name, found);
  const { defaults, hosts } = additionsOf({ ...answers, hosts: [from] }, known);
  const own = hosts.map((one) => ({ ...one, settings: [...one.settings, ...settings] }));
  return { files, additions: { defaults, hosts: own } };

  async function sudoPassword(): Promise<Secret | null> {
    if (answers.sudo !== 'ask' && answers.sudo !== 'secret') return null;
    const place = answers.sudo === 'ask' ? 'ask' : String(answers.sudoPassword);
    const stored =
      typed.get(place) ?? (place === 'ask' ? null : await secretAt(place, file, terminal));
    if (stored) return stored;
    if (!terminal.interactive) throw usageError({ reason: 'sudo-password-needed' });
    return askSecret(say`sudo password:`);
  }
}
