import { randomBytes } from 'node:crypto';
import { probe } from '../../engine/probe-run.ts';
import { createSession } from '../../engine/session.ts';
import type { Settings } from '../../inventory/compose.ts';
import type { Target } from '../../model/desired.ts';
import { Secret } from '../../model/secret.ts';
import { type Home, homeOf } from '../../plan/home.ts';
import { ownFolders } from '../../sources/folders.ts';
import { createRepositorySource } from '../../sources/repository.ts';
import { createTransport } from '../../transport/create.ts';
import { orThrow } from '../inventory.ts';
import type { Terminal } from '../terminal.ts';
import { sshOptionsOf } from '../trust/meet.ts';

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
