import manifest from '../../package.json' with { type: 'json' };

export const VERSION: string = manifest.version;

declare const ALLOYUP_BUILD: string | undefined;

/** Hash of all sources, which the build puts in; null where they run unbuilt, and may change any time. */
export const BUILD: string | null = typeof ALLOYUP_BUILD === 'string' ? ALLOYUP_BUILD : null;
