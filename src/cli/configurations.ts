import { isOfTemplate, type Template } from '../config/template-model.ts';
import type { Configuration } from '../desired/configuration.ts';
import type { HostSettings } from '../inventory/settings.ts';
import type { Warning } from '../model/problem.ts';
import { sha256 } from '../model/secret.ts';
import { createCache } from '../sources/cache.ts';

/**
 * Configurations that an earlier run rendered and checked. A fleet where
 * nothing is new needs neither Liquid nor the parser nor the table of components: a third of what a
 * run without changes costs this machine.
 */
export interface KnownConfigurations {
  /** undefined: it has to be made. */
  recall(settings: HostSettings, template: Template): Configuration | undefined;
  /** One with a warning at a place of the inventory is not kept: its lines may have moved. */
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
  readonly warnings: readonly (readonly Warning[])[];
  readonly hosts: Readonly<Record<string, KeptHost>>;
}

interface KeptHost {
  /** Hash of all that the configuration was made from. */
  readonly key: string;
  /** Indexes in `texts` and `warnings`. */
  readonly text: number;
  readonly warnings: number;
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
      : { texts: [], warnings: [], hosts: {} };
  const known = new Map(Object.entries(kept.hosts));
  const fresh = new Map<string, { readonly key: string; readonly made: Configuration }>();

  return {
    recall(settings, template) {
      const host = known.get(settings.name);
      const text = host && kept.texts[host.text];
      if (text === undefined || host?.key !== keyOf(settings, template)) return undefined;
      return { text, components: host.components, warnings: kept.warnings[host.warnings] ?? [] };
    },
    keep(settings, template, made) {
      // the template, with its name and text, is part of the key
      if (made.warnings.every(({ at }) => at === undefined || isOfTemplate(template, at)))
        fresh.set(settings.name, { key: keyOf(settings, template), made });
    },
    async save() {
      if (fresh.size === 0) return;
      const texts = listed();
      const warnings = listed();
      const hosts: Record<string, KeptHost> = {};
      for (const [name, host] of known)
        hosts[name] = {
          ...host,
          text: texts.index(kept.texts[host.text] ?? ''),
          warnings: warnings.index(JSON.stringify(kept.warnings[host.warnings] ?? [])),
        };
      for (const [name, { key, made }] of fresh)
        hosts[name] = {
          key,
          components: made.components,
          text: texts.index(made.text),
          warnings: warnings.index(JSON.stringify(made.warnings)),
        };
      const body = JSON.stringify({
        texts: texts.all(),
        warnings: warnings.all().map((text) => JSON.parse(text) as readonly Warning[]),
        hosts,
      } satisfies Kept);
      if (body.length <= MOST)
        await cache.write(inventory, { meta: { build }, body: Buffer.from(body) });
    },
  };
}

/** Each text once, by its index. */
function listed(): { index(text: string): number; all(): readonly string[] } {
  const indexes = new Map<string, number>();
  return {
    index(text) {
      const index = indexes.get(text) ?? indexes.size;
      indexes.set(text, index);
      return index;
    },
    all: () => [...indexes.keys()],
  };
}

/** All that rendering and checking look at. */
function keyOf({ name, ssh, groups, alloy, config }: HostSettings, template: Template): string {
  return sha256(
    JSON.stringify([
      hashOf(template),
      config.vars,
      config.inherited,
      [name, ssh.address, groups],
      { ...alloy, environment: [...alloy.environment.keys()] },
    ]),
  );
}

/** The hosts of a fleet share a few templates. */
const hashes = new WeakMap<Template, string>();

function hashOf(template: Template): string {
  const known = hashes.get(template) ?? sha256(JSON.stringify(template));
  hashes.set(template, known);
  return known;
}
