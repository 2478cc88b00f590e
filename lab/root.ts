import { resolve } from 'node:path';

/** The repository's own folder; set by build.mjs, whose bundles lie elsewhere. */
export const REPOSITORY_ROOT = process.env.ALLOYUP_ROOT ?? resolve(import.meta.dirname, '..');
