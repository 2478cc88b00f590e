import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { probe } from '../../engine/probe-run.ts';
import { createSession } from '../../engine/session.ts';
import type { Settings } from '../../inventory/compose.ts';
import type { Target } from '../../model/desired.ts';
import { ToolError, type Warning } from '../../model/problem.ts';
import { Secret } from '../../model/secret.ts';
import { type Home, homeOf } from '../../plan/home.ts';
import { count } from '../../report/plain.ts';
import { ownFolders } from '../../sources/folders.ts';
import { createRepositorySource } from '../../sources/repository.ts';
import { createTransport } from '../../transport/create.ts';
import { askSecret } from '../terminal/ask.ts';
import { orThrow } from '../hosts/chosen-hosts.ts';
import type { Invocation } from '../args/invocation.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { sshOptionsOf } from '../trust/record-keys.ts';
import { usageError } from '../usage.ts';
import { draft, targetsOf } from './draft-inventory.ts';
import type { Interview } from './wizard.ts';
import { secretAt } from './secret-places.ts';
import { wishOf } from './wish.ts';

const CONNECT_MS = 15_000;

/**
 * Reads what a hand-made host runs. Touches nothing there.
 *
 * @throws ToolError of the login, of sudo, or `host.file` when it cannot be brought home
 */
export async function readHome(target: Target, terminal: Terminal): Promise<Home> {
  const transport = createTransport(sshOptionsOf(terminal));
  const { signal } = new AbortController();
  const session = createSession(transport, target.host, {
    timeoutMs: CONNECT_MS,
    signal,
    onConnected: () => undefined,
  });
  try {
    const facts = await probe(target, session, {
      transport,
      repository: createRepositorySource({
        cacheDir: ownFolders(terminal.env).cache,
        now: Date.now,
      }),
      emit: () => undefined,
      mask: (text) => text,
      now: Date.now,
      nonce: () => randomBytes(16).toString('hex'),
      stop: signal,
      abandon: signal,
    });
    return orThrow(homeOf(facts));
  } finally {
    session.close();
    await transport.close();
  }
}

/** A file beside the inventory. */
export interface HomeFile {
  /** As the inventory names it: `./web-01.alloy`. */
  readonly path: string;
  readonly content: string | Secret;
  readonly mode: number;
}

/** What a home comes to: settings of the one host, and files beside the inventory. */
export function homeSettings(
  name: string,
  home: Home,
): { readonly settings: Settings; readonly files: readonly HomeFile[] } {
  const template = `./${name}.alloy`;
  const secrets = [...home.environment].flatMap(([variable, value]) =>
    value instanceof Secret
      ? [{ variable, file: { path: `./secrets/${name}-${variable}`, content: value, mode: 0o600 } }]
      : [],
  );
  const settings: Settings = [
    [['alloy', 'version'], home.version?.replace(/-\d+$/, '') ?? 'present'],
    [['alloy', 'listen'], home.listen],
    ...(home.stability === 'generally-available'
      ? []
      : [[['alloy', 'stability'], home.stability] as const]),
    ...(home.args.length === 0 ? [] : [[['alloy', 'args'], home.args] as const]),
    ...[...home.environment].map(
      ([variable, value]) =>
        [
          ['alloy', 'environment', variable],
          value instanceof Secret ? { secret: `file:./secrets/${name}-${variable}` } : value,
        ] as const,
    ),
    ...(home.memberOf.length === 0 ? [] : [[['alloy', 'memberOf'], home.memberOf] as const]),
    [['config', 'template'], template],
  ];
  const config = {
    path: template,
    content: templateText(home.config),
    mode: home.secretLines.length > 0 ? 0o600 : 0o644,
  };
  return { settings, files: [...secrets.map(({ file }) => file), config] };
}

/**
 * The template that renders to exactly this text: Liquid's own signs in it mean themselves. What would
 * end a raw block begins a new one.
 */
export const templateText = (config: string): string =>
  /\{\{|\{%/.test(config)
    ? config
        .split(/\{(?=%-?\s*endraw)/)
        .map((part) => (part === '' ? '' : `{% raw %}${part}{% endraw %}`))
        .join('{{ "{" | raw }}')
    : config;

/** What the host runs, as settings and files; its configuration is told where it holds secrets itself. */
export async function homeFiles(
  from: string,
  { answers, known, typed }: Interview,
  file: string,
  { terminal }: Invocation,
) {
  const wish = wishOf({ ...answers, hosts: [from] }, known);
  const { targets } = await targetsOf(draft(null, answers, known), file);
  const [target] = targets;
  if (!target || targets.length > 1)
    throw usageError(`--from names ${count(targets.length, 'host')}`, 'name one host');
  const place = answers.sudo === 'ask' ? 'ask' : String(answers.sudoPassword);
  const password =
    answers.sudo === 'ask' || answers.sudo === 'secret'
      ? (typed.get(place) ??
        (place === 'ask' ? null : await secretAt(place, file, terminal)) ??
        (await askSecret(
          'sudo password:',
          terminal,
          'set up sudo without a password for this, or run it on a terminal',
        )))
      : null;
  const sudo = password ? ({ kind: 'password', password } as const) : target.host.sudo;
  const home = await readHome({ ...target, host: { ...target.host, sudo } }, terminal);
  if (home.secretLines.length > 0)
    terminal.err(
      `warning: the configuration of ${target.host.name} may hold secrets itself, in line ${home.secretLines.join(', ')}:\n  its copy here is for you alone (0600); move them to alloy.environment later\n`,
    );
  const { settings, files } = homeSettings(target.host.name, home);
  const [own] = wish.hosts;
  return {
    files,
    wish: { ...wish, hosts: [{ name: own!.name, settings: [...own!.settings, ...settings] }] },
  };
}

/** What the text comes to, with templates that are not written yet: named as they will be. */
export async function targetsWith(
  home: readonly HomeFile[],
  text: string,
  file: string,
): ReturnType<typeof targetsOf> {
  const base = mkdtempSync(join(tmpdir(), 'alloyup-init-'));
  const named = <T extends Warning>(one: T): T =>
    one.at?.file.startsWith(`${base}/`)
      ? { ...one, at: { ...one.at, file: one.at.file.slice(base.length + 1) } }
      : one;
  try {
    for (const { path, content } of home)
      if (typeof content === 'string') writeFileSync(join(base, path), content, { mode: 0o600 });
    const { targets, warnings } = await targetsOf(text, file, base);
    return { targets, warnings: warnings.map(named) };
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    throw new ToolError(named(error.problem), ...error.problems.slice(1).map(named));
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
}
