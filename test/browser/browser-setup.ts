import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import type { TestProject } from 'vitest/node';
import { MISSING } from '../missing.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the browser that all files share is spoken to; null: there is none. */
    browser: string | null;
  }
}

/**
 * Starts Debian's Chromium once for all test files. Each test has a profile of its own in it.
 *
 * @throws Error in CI, where a missing browser is a failure.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (MISSING.chromium !== undefined) {
    if (process.env.CI === 'true') throw new Error(`the browser tests ${MISSING.chromium}`);
    project.provide('browser', null);
    return async () => {};
  }
  const server = await chromium.launchServer({
    executablePath: '/usr/bin/chromium',
    host: '127.0.0.1',
    // root may not use the sandbox; pages come from the tests alone
    chromiumSandbox: process.getuid?.() !== 0,
    args: [
      ...['--host-resolver-rules=MAP * ~NOTFOUND', '--disable-lcd-text'],
      ...['--font-render-hinting=none', '--force-color-profile=srgb'],
    ],
    env: {
      ...(process.env as Record<string, string>),
      FONTCONFIG_FILE: fileURLToPath(new URL('fonts.conf', import.meta.url)),
      LANG: 'C.UTF-8',
      TZ: 'UTC',
    },
  });
  project.provide('browser', server.wsEndpoint());
  return () => server.close();
}
