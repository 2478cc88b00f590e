import { resolve } from 'node:path';

/** The root directory of this repository; set by build.mjs, whose bundles are in another directory. */
export const REPOSITORY_ROOT = process.env.BUILD_ROOT ?? resolve(import.meta.dirname, '..');
