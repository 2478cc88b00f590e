import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, expect, inject, onTestFinished } from 'vitest';
import { describeUnless, MISSING } from '../missing.ts';

/** `describe` for tests in a real browser; skipped, and counted as such, where Chromium is missing. */
export const describeInBrowser = describeUnless(MISSING.chromium);

/** How somebody looks at a page. */
export interface View {
  readonly theme?: 'light' | 'dark';
  /** CSS pixels; a phone has about 400. */
  readonly width?: number;
  readonly height?: number;
  /** `print`: as on paper, A4 wide. */
  readonly media?: 'screen' | 'print';
  /** What follows the file's name: `#host=web-03`. */
  readonly hash?: string;
  /** false: the browser runs no scripts. */
  readonly scripts?: boolean;
  /** What its script believes to be the time, in milliseconds since the epoch. */
  readonly now?: number;
}

/** The four views of each page that are kept in docs/screens. */
export const VIEWS = {
  light: {},
  dark: { theme: 'dark' },
  narrow: { width: 400, height: 800 },
  print: { media: 'print', width: 794, height: 1123 },
} as const satisfies Record<string, View>;

export interface Opened {
  readonly page: Page;
  /**
   * What a page of ours never does: requests (all are refused), errors and warnings on the console (a breach of its
   * own policy is one), uncaught errors, dialogs, windows, downloads, leaving for another address. Whatever is in it
   * when the test is over fails the test.
   */
  readonly misdeeds: string[];
  /** Where the page is. */
  readonly url: string;
}

let browser: Promise<Browser> | undefined;

function connect(): Promise<Browser> {
  const endpoint = inject('browser');
  if (endpoint === null) throw new Error(MISSING.chromium);
  browser ??= chromium.connect(endpoint);
  return browser;
}

afterAll(async () => {
  const mine = browser;
  browser = undefined;
  await (await mine)?.close();
});

/** Opens a page from a file, as somebody does who was sent it, in a fresh profile without a network. */
export async function openPage(html: string, view: View = {}): Promise<Opened> {
  const folder = mkdtempSync(join(tmpdir(), 'alloyup-page-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'page.html');
  writeFileSync(path, html);
  const misdeeds: string[] = [];
  const url = pathToFileURL(path).href;
  const context = await (await connect()).newContext({
    viewport: { width: view.width ?? 1280, height: view.height ?? 900 },
    colorScheme: view.theme ?? 'light',
    reducedMotion: 'reduce',
    locale: 'en-GB',
    timezoneId: 'UTC',
    serviceWorkers: 'block',
    acceptDownloads: false,
    javaScriptEnabled: view.scripts ?? true,
  });
  onTestFinished(async () => {
    await context.close();
    expect(misdeeds).toEqual([]);
  });
  await context.route(
    (target) => target.href.replace(/[?#].*$/, '') !== url,
    (route) => {
      misdeeds.push(`request: ${route.request().url()}`);
      return route.abort();
    },
  );
  await context.routeWebSocket(/.*/, (socket) => {
    misdeeds.push(`request: ${socket.url()}`);
    return socket.close();
  });
  const page = await context.newPage();
  context.on('page', (other) => {
    misdeeds.push(`window: ${other.url()}`);
    void other.close();
  });
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) misdeeds.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => misdeeds.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => {
    misdeeds.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('download', (download) => misdeeds.push(`download: ${download.suggestedFilename()}`));
  page.on('framenavigated', (frame) => {
    if (frame.url().replace(/[?#].*$/, '') !== url) misdeeds.push(`navigation: ${frame.url()}`);
  });
  await page.emulateMedia({ media: view.media ?? 'screen' });
  if (view.now !== undefined) await page.clock.setFixedTime(view.now);
  await page.goto(`${url}${view.hash ?? ''}`);
  return { page, misdeeds, url };
}

/**
 * What axe-core objects to, a line each: rule, what is wrong, the first elements. What the browser evaluates for us is
 * outside the page's own policy, so a strict one need not be loosened for it.
 */
export async function accessibility({ page }: Pick<Opened, 'page'>): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  // nothing is fetched again, nor are frames looked into: our pages have none
  const violations = await page.evaluate<
    readonly { id: string; help: string; nodes: readonly { target: readonly string[] }[] }[]
  >(`axe.run(document, { preload: false, iframes: false, resultTypes: ['violations'] })
      .then(({ violations }) => violations.map(({ id, help, nodes }) => ({
        id, help, nodes: nodes.slice(0, 5).map(({ target }) => ({ target })),
      })))`);
  return violations.map(
    ({ id, help, nodes }) =>
      `${id}: ${help} (${nodes.map(({ target }) => target.join(' ')).join(', ')})`,
  );
}

const SCREENS = fileURLToPath(new URL('../../docs/screens/', import.meta.url));

/**
 * With UPDATE_SCREENSHOTS=1, writes docs/screens/NAME.png; else only looks that it is there. Pictures are not compared:
 * they are for people, and differ by the version of Chromium.
 *
 * @param full the whole page, however long
 */
export async function screenshot({ page }: Opened, name: string, full = false): Promise<void> {
  const path = join(SCREENS, `${name}.png`);
  if (process.env.UPDATE_SCREENSHOTS === '1') {
    mkdirSync(dirname(path), { recursive: true });
    await page.screenshot({ path, fullPage: full, animations: 'disabled', caret: 'hide' });
  }
  expect(existsSync(path), `${path}: run with UPDATE_SCREENSHOTS=1`).toBe(true);
}

/** Whether something sticks out of the page sideways, so that it would have to be scrolled. */
export const scrollsSideways = ({ page }: Opened): Promise<boolean> =>
  page.evaluate<boolean>(
    'document.documentElement.scrollWidth > document.documentElement.clientWidth',
  );
