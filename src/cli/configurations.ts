import type { Template } from '../config/template.ts';
import type { Configuration } from '../desired/config.ts';
import type { HostSettings } from '../inventory/settings.ts';
import { sha256 } from '../model/secret.ts';
import { createCache } from '../sources/cache.ts';

/**
 * Configurations that an earlier run rendered, checked and found nothing wrong with. A fleet where
 * nothing is new needs neither Liquid nor the parser nor the table of components: a third of what a
 * run without changes costs this machine.
 */
export interface KnownConfigurations {
  /** undefined: it has to be made. */
  recall(settings: HostSettings, template: Template): Configuration | undefined;
  /** One with warnings is not kept: they stand at places of files that may have moved. */
  keep(settings: HostSettings, template: Template, made: Configuration): void;
  /** Writes what is new, for the next run. Never fails. */
  save(): Promise<void>;
}

/** For commands whose work is to render and check, whatever was found before. */
export const nothingKnown: KnownConfigurations = {
  recall: () => undefined,
  keep() {},
  async save() {},
};

/** What is kept of an inventory: hosts with equal texts share one. */
interface Kept {
  readonly texts: readonly string[];
  readonly hosts: Readonly<Record<string, KeptHost>>;
}

interface KeptHost {
  /** Hash of all that the configuration was made from. */
  readonly key: string;
  /** Index in `texts`. */
  readonly text: number;
  readonly components: Configuration['components'];
}

/** Characters; of a fleet whose hosts have each another long text, reading it would cost what it saves. */
const MOST = 8_000_000;

/**
 * @param folder alloyup's cache; a folder of its own is made in it
 * @param build what renders and checks; another build may find something
 * @param inventory names the fleet: one entry is kept of each
 */
export async function knownConfigurations(
  folder: string,
  build: string,
  inventory: string,
): Promise<KnownConfigurations> {
  const cache = createCache(`${folder}/configurations`);
  const entry = await cache.read(inventory);
  const kept: Kept =
    entry?.meta.build === build
      ? (JSON.parse(Buffer.from(entry.body).toString()) as Kept)
      : { texts: [], hosts: {} };
  const known = new Map(Object.entries(kept.hosts));
  const fresh = new Map<string, { readonly key: string; readonly made: Configuration }>();

  return {
    recall(settings, template) {
      const host = known.get(settings.name);
      const text = host && kept.texts[host.text];
      if (text === undefined || host?.key !== keyOf(settings, template)) return undefined;
      return { text, components: host.components, warnings: [] };
    },
    keep(settings, template, made) {
      if (made.warnings.length === 0)
        fresh.set(settings.name, { key: keyOf(settings, template), made });
    },
    async save() {
      if (fresh.size === 0) return;
      const texts = new Map<string, number>();
      const hosts: Record<string, KeptHost> = {};
      const add = (name: string, key: string, text: string, { components }: Rest): void => {
        if (!texts.has(text)) texts.set(text, texts.size);
        hosts[name] = { key, text: texts.get(text)!, components };
      };
      for (const [name, host] of known)
        if (!fresh.has(name)) add(name, host.key, kept.texts[host.text] ?? '', host);
      for (const [name, { key, made }] of fresh) add(name, key, made.text, made);
      const body = JSON.stringify({ texts: [...texts.keys()], hosts } satisfies Kept);
      if (body.length <= MOST)
        await cache.write(inventory, { meta: { build }, body: Buffer.from(body) });
    },
  };
}

type Rest = Pick<Configuration, 'components'>;

/** All that rendering and checking look at. */
function keyOf({ name, ssh, groups, alloy, config }: HostSettings, template: Template): string {
  return sha256(
    JSON.stringify([
      template,
      config.vars,
      config.inherited,
      [name, ssh.address, groups],
      { ...alloy, environment: [...alloy.environment.keys()] },
    ]),
  );
}
