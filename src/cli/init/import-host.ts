import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gatherFacts } from '../../engine/gather-facts.ts';
import { createSession } from '../../engine/session.ts';
import type { SettingsToWrite } from '../../inventory/edit.ts';
import type { Target } from '../../model/desired.ts';
import { type Notice, ToolError } from '../../model/problem.ts';
import { Secret } from '../../model/secret.ts';
import { type ExistingInstall, readExistingInstall } from '../../plan/existing-install.ts';
import type { Invocation } from '../args/invocation.ts';
import { createWorld } from '../create-world.ts';
import { askSecret } from '../terminal/ask.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { orThrow, usageError } from '../usage.ts';
import { additionsOf, draftForLogin, targetsOf, when } from './draft-inventory.ts';
import { secretAt } from './secret-places.ts';
import type { WizardState } from './wizard.ts';

const CONNECT_MS = 15_000;

/**
 * Reads what a manually configured host runs. Changes nothing there.
 *
 * @throws ToolError of the login or of sudo, or `host.file` if it cannot be imported
 */
async function readHost(target: Target, terminal: Terminal): Promise<ExistingInstall> {
  const world = createWorld(terminal);
  const session = createSession(world.transport, target.host, {
    timeoutMs: CONNECT_MS,
    signal: world.abandon,
    onConnected: () => undefined,
  });
  try {
    const { facts } = await gatherFacts(target, session, world);
    return orThrow(readExistingInstall(facts));
  } finally {
    session.close();
    await world.transport.close();
  }
}

/** A file next to the inventory. */
export interface ImportedFile {
  /** As the inventory names it: `./web-01.alloy`. */
  readonly path: string;
  readonly content: string | Secret;
  readonly mode: number;
}

/** What a host runs, as settings for it and files next to the inventory. */
export function importedSettings(
  name: string,
  found: ExistingInstall,
): { readonly settings: SettingsToWrite; readonly files: readonly ImportedFile[] } {
  const template = `./${name}.alloy`;
  const environment = [...found.environment].map(([variable, value]) => ({
    variable,
    value,
    path: `./secrets/${name}-${variable}`,
  }));
  const settings: SettingsToWrite = [
    [['alloy', 'version'], found.version?.replace(/-\d+$/, '') ?? 'present'],
    [['alloy', 'listen'], found.listen],
    ...when(found.stability !== 'generally-available', ['alloy', 'stability'], found.stability),
    ...when(found.args.length > 0, ['alloy', 'args'], found.args),
    ...environment.map(
      ({ variable, value, path }) =>
        [
          ['alloy', 'environment', variable],
          value instanceof Secret ? { secret: `file:${path}` } : value,
        ] as const,
    ),
    ...when(found.memberOf.length > 0, ['alloy', 'memberOf'], found.memberOf),
    [['config', 'template'], template],
  ];
  const secrets = environment.flatMap(({ value, path }) =>
    value instanceof Secret ? [{ path, content: value, mode: 0o600 }] : [],
  );
  const config = {
    path: template,
    content: templateText(found.config),
    mode: found.secretLines.length > 0 ? 0o600 : 0o644,
  };
  return { settings, files: [...secrets, config] };
}

/**
 * The template that renders to exactly this text: Liquid's delimiters in it are literal. What would end
 * a raw block starts a new one.
 */
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
  { terminal }: Invocation,
) {
  const additions = additionsOf({ ...answers, hosts: [from] }, known);
  const { targets } = await targetsOf(draftForLogin(null, answers, known), file);
  const [target] = targets;
  if (!target || targets.length > 1)
    throw usageError({ reason: 'import-one-host', hosts: targets.length });
  const password = await sudoPassword();
  const sudo = password ? ({ kind: 'password', password } as const) : target.host.sudo;
  const found = await readHost({ ...target, host: { ...target.host, sudo } }, terminal);
  if (found.secretLines.length > 0)
    terminal.err(
      `warning: the configuration of ${target.host.name} may contain secrets (line ${found.secretLines.join(', ')}):\n  only you can read the copy (0600); consider moving them to alloy.environment\n`,
    );
  const { settings, files } = importedSettings(target.host.name, found);
  const [own] = additions.hosts;
  return {
    files,
    additions: {
      ...additions,
      hosts: [{ name: own!.name, settings: [...own!.settings, ...settings] }],
    },
  };

  async function sudoPassword(): Promise<Secret | null> {
    if (answers.sudo !== 'ask' && answers.sudo !== 'secret') return null;
    const place = answers.sudo === 'ask' ? 'ask' : String(answers.sudoPassword);
    const stored =
      typed.get(place) ?? (place === 'ask' ? null : await secretAt(place, file, terminal));
    if (stored) return stored;
    if (!terminal.interactive) throw usageError({ reason: 'sudo-password-needed' });
    return askSecret('sudo password:');
  }
}

/** The targets of an inventory whose imported templates are not written yet. */
export async function targetsWith(
  files: readonly ImportedFile[],
  text: string,
  file: string,
): ReturnType<typeof targetsOf> {
  const base = mkdtempSync(join(tmpdir(), 'alloyup-init-'));
  const relocated = <T extends Notice>(one: T): T =>
    one.at?.file.startsWith(`${base}/`)
      ? { ...one, at: { ...one.at, file: one.at.file.slice(base.length + 1) } }
      : one;
  try {
    for (const { path, content } of files)
      if (typeof content === 'string') writeFileSync(join(base, path), content, { mode: 0o600 });
    const { targets, warnings } = await targetsOf(text, file, base);
    return { targets, warnings: warnings.map(relocated) };
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    throw new ToolError(relocated(error.problem), ...error.problems.slice(1).map(relocated));
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
}
