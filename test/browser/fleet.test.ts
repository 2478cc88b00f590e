import { expect, test } from 'vitest';
import { fleetOf, type Kind, someHosts } from '../pages/fleet-of.ts';
import { START } from '../report/events.ts';
import {
  accessibility,
  describeInBrowser,
  type Opened,
  openPage,
  screenshot,
  scrollsSideways,
  VIEWS,
} from './rig.ts';

const SIXTY = fleetOf(someHosts(60));
/** Of which pictures of the whole page are not too long. */
const TWENTY = fleetOf(someHosts(20));
const HUNDREDS = fleetOf(someHosts(400));

const shownTiles = ({ page }: Opened) => page.locator('#tiles > li');
const focused = ({ page }: Opened): Promise<string> =>
  page.evaluate(
    "document.activeElement.querySelector('.name')?.textContent ?? document.activeElement.title",
  );

describeInBrowser('the page of a fleet', () => {
  test.each(Object.entries(VIEWS))('%s: readable, and nothing to object to', async (name, view) => {
    const whole = name === 'narrow' || name === 'print';
    const opened = await openPage(whole ? TWENTY : SIXTY, { ...view, now: START + 240_000 });
    await expect.poll(() => opened.page.locator('#age').textContent()).toBe(', 3 minutes ago,');
    expect(await accessibility(opened)).toEqual([]);
    expect(await scrollsSideways(opened)).toBe(false);
    await screenshot(opened, `fleet-${name}`, whole);
  });

  test('of hundreds of hosts: names only, and the rest for whoever asks', async () => {
    const opened = await openPage(HUNDREDS, { now: START + 240_000 });
    expect(await accessibility(opened)).toEqual([]);
    await screenshot(opened, 'fleet-hundreds');
    const tile = opened.page.locator('#tiles a', { hasText: 'web-03' }).first();
    await tile.hover();
    await expect.poll(() => tile.getAttribute('title')).toBe('web-03: up to date Alloy 1.18.1');
  });

  test('says first how the fleet fares, and each number shows its hosts', async () => {
    const opened = await openPage(SIXTY);
    const { page } = opened;
    await expect
      .poll(() => page.locator('h1').textContent())
      .toBe('✗ 5 of 60 hosts need attention');
    expect(await page.locator('.numbers li').allTextContents()).toEqual(
      ['60 hosts', '✗ 5 need attention', '△ 4 to look at', '○ 1 not looked at', '✓ 50 fine'].map(
        (text) => expect.stringContaining(text),
      ),
    );
    await page.getByRole('link', { name: 'need attention' }).click();
    await expect.poll(() => shownTiles(opened).count()).toBe(5);
    expect(new URL(page.url()).hash).toBe('#tone=bad');
    await expect.poll(() => page.locator('#matches').textContent()).toBe('5 of 60 hosts');
    await page.getByRole('link', { name: '60 hosts' }).click();
    await expect.poll(() => shownTiles(opened).count()).toBe(60);
  });

  test('deep links: a host, hosts by how they fare, by version, by their key', async () => {
    const host = await openPage(SIXTY, { hash: '#host=db-02.example.com' });
    await expect
      .poll(() => host.page.locator('#host-title').textContent())
      .toBe('db-02.example.com');
    const warn = await openPage(SIXTY, { hash: '#tone=warn' });
    await expect.poll(() => shownTiles(warn).count()).toBe(4);
    await warn.page.locator('#versions a[href="#host=web-02.example.com"]').first().click();
    await expect
      .poll(() => warn.page.locator('#host-title').textContent())
      .toBe('web-02.example.com');
    const key = await openPage(SIXTY, { hash: '#key=2026-12-05' });
    await expect.poll(() => shownTiles(key).count()).toBe(1);
  });

  test('the keyboard moves through the tiles and shows a host', async () => {
    const opened = await openPage(SIXTY);
    const { page } = opened;
    await page.locator('#tiles a').first().focus();
    const across = await page.evaluate<number>(
      "[...document.querySelectorAll('#tiles > li')].filter((li, _, [first]) => li.offsetTop === first.offsetTop).length",
    );
    const names = await page.locator('#tiles .name').allTextContents();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => focused(opened)).toBe(names[1]);
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => focused(opened)).toBe(names[1 + across]);
    await page.keyboard.press('End');
    await expect.poll(() => focused(opened)).toBe(names[59]);
    await page.keyboard.press('Home');
    await expect.poll(() => focused(opened)).toBe(names[0]);
    // Tab leaves the tiles, and comes back to where it was
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Tab');
    await expect
      .poll(() => page.evaluate("document.activeElement.closest('#tiles') === null"))
      .toBe(true);
    await page.keyboard.press('Shift+Tab');
    await expect.poll(() => focused(opened)).toBe(names[1]);
    await page.keyboard.press('Enter');
    await expect
      .poll(() => page.locator('#host-title').textContent())
      .toBe(`${names[1]}.example.com`);
    await page.keyboard.press('Escape');
    await expect.poll(() => page.locator('#host').isVisible()).toBe(false);
  });

  test('a search shows its tiles, and the keyboard stays among them', async () => {
    const opened = await openPage(SIXTY);
    await opened.page.fill('#search', 'gw-');
    await expect.poll(() => shownTiles(opened).count()).toBe(20);
    await opened.page.locator('#tiles a[tabindex="0"]').focus();
    await opened.page.keyboard.press('ArrowRight');
    await expect.poll(() => focused(opened)).toBe('gw-02');
  });

  test('what each host needs is in words, for whoever sees no colors', async () => {
    const { page } = await openPage(SIXTY);
    const tiles = (await page.locator('#tiles .about').allTextContents()).join('\n');
    for (const text of [
      '1 component unhealthy',
      'data does not arrive at 1 destination',
      'the key expires in 12 days',
      'the key has expired',
      'service failed',
      'still runs 1.17.0',
      '1 change',
      'Alloy is not installed',
      'unreachable',
      'not finished',
    ])
      expect(tiles).toContain(text);
    for (const id of ['fleet', 'problems', 'versions', 'changes', 'delivery', 'keys', 'runs'])
      await expect.poll(() => page.locator(`#${id}`).count()).toBe(1);
    expect(await page.locator('#runs tbody tr').allTextContents()).toEqual([
      expect.stringMatching(/20261123T090000Z-77aa\s*apply\s*2026-11-23 09:00 UTC\s*58\s*✓ done/),
      expect.stringContaining('✗ hosts failed'),
      expect.stringContaining('△ changes found'),
      expect.stringContaining('○ not finished'),
    ]);
  });

  test('without its script, the tiles and what hosts have in common are there', async () => {
    const opened = await openPage(SIXTY, { scripts: false });
    await expect.poll(() => opened.page.locator('#tiles > li').count()).toBe(60);
    await expect.poll(() => opened.page.locator('#versions tbody tr').count()).toBeGreaterThan(2);
  });

  test('names that try to be more than names', async () => {
    const names = [
      '<script>window.hacked = 1</script>',
      '"><img src=x onerror="window.hacked = 1">',
      ']]><svg onload=alert(1)>',
      "'; window.hacked = 1; '",
      '\u202eelpmaxe.moc',
      'x'.repeat(10_000),
      '__proto__',
    ];
    const kinds: readonly Kind[] = [
      'fine',
      'refused',
      'keySoon',
      'away',
      'drifted',
      'bare',
      'fine',
    ];
    const opened = await openPage(fleetOf(names.map((name, i) => [name, kinds[i]!])));
    const { page } = opened;
    await expect.poll(() => page.locator('#tiles .name').first().textContent()).toBe(names[0]);
    await expect.poll(() => page.locator('#tiles img, #tiles svg, #tiles script').count()).toBe(0);
    for (const i of names.keys()) {
      await page.locator('#tiles a').nth(i).click();
      await expect.poll(() => page.locator('#host-title').textContent()).not.toBe('No such host');
      await page.keyboard.press('Escape');
    }
    expect(await page.evaluate('window.hacked')).toBeUndefined();
    expect(await scrollsSideways(opened)).toBe(false);
    expect(await accessibility(opened)).toEqual([]);
  });

  test('ten thousand hosts: a tile for each, found by number and by keyboard', async () => {
    const text = fleetOf(someHosts(10_000));
    expect(text.length).toBeLessThan(6_000_000);
    const opened = await openPage(text, { width: 1920, height: 1080, now: START + 240_000 });
    const { page } = opened;
    const tiles = page.locator('#tiles [role=listitem]');
    await expect.poll(() => tiles.first().getAttribute('aria-setsize')).toBe('10000');
    // only those that are seen exist
    await expect.poll(() => tiles.count()).toBeLessThan(10_000);
    await screenshot(opened, 'fleet-thousands');
    await page.locator('#tiles a').first().focus();
    await page.keyboard.press('End');
    await expect.poll(() => focused(opened)).toMatch(/^web-3334\.example\.com: /);
    const isSeen = `(() => {
      const { top, bottom } = document.activeElement.getBoundingClientRect();
      return top >= 0 && bottom <= innerHeight && bottom - top > 10;
    })()`;
    await expect.poll(() => page.evaluate(isSeen)).toBe(true);
    await page.keyboard.press('ArrowUp');
    const above = Number((await focused(opened)).match(/\d+/)![0]);
    expect(above).toBeLessThan(3334 - 20);
    await expect.poll(() => page.evaluate(isSeen)).toBe(true);
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => focused(opened)).toMatch(/^web-3334\.example\.com: /);
    // Tab comes back to where it was, wherever the page has been scrolled to
    await page.evaluate('scrollTo(0, 0)');
    await page.locator('#tiles [tabindex="0"]').focus();
    await expect.poll(() => focused(opened)).toMatch(/^web-3334\.example\.com: /);
    await page.locator('.numbers a[href="#tone=bad"]').click();
    const bad = (await page.locator('h1').textContent())!.match(/([\d,]+) of/)![1]!;
    await expect.poll(() => tiles.first().getAttribute('aria-setsize')).toBe(bad.replace(',', ''));
    await expect.poll(() => page.locator('#tiles .good').count()).toBe(0);
    await page.locator('#tiles a').nth(1).click();
    await expect.poll(() => page.locator('#host-title').textContent()).toMatch(/example\.com$/);
  });

  test('names on a wall that try to be more than names', async () => {
    const names = [
      '"><img src=x onerror="alert(1)">',
      ']]><script>alert(2)</script>',
      '\u202egnp.exe',
      'x'.repeat(10_000),
    ];
    const hostile = names.map((name) => [name, 'refused'] as const);
    const opened = await openPage(fleetOf([...hostile, ...someHosts(1200)]));
    const { page } = opened;
    const titles = await page.evaluate<readonly string[]>(
      "[...document.querySelectorAll('#tiles a')].slice(0, 4).map((one) => one.title)",
    );
    expect(titles.map((title) => title.split(': data')[0])).toEqual([
      ...names.slice(0, 2),
      'gnp.exe',
      names[3],
    ]);
    await expect.poll(() => page.locator('#tiles img, #tiles script').count()).toBe(0);
    expect(await scrollsSideways(opened)).toBe(false);
    await page.locator('#tiles a').first().click();
    await expect.poll(() => page.locator('#host-title').textContent()).toBe(names[0]);
  });

  test('a wall of tiles fits another width, and is whole on paper', async () => {
    const opened = await openPage(fleetOf(someHosts(3000)));
    const { page } = opened;
    const tiles = page.locator('#tiles [role=listitem]');
    const height = (): Promise<number> =>
      page.evaluate<number>('document.getElementById("tiles").clientHeight');
    const wide = await height();
    await page.setViewportSize({ width: 400, height: 800 });
    await expect.poll(height).toBeGreaterThan(2 * wide);
    expect(await accessibility(opened)).toEqual([]);
    expect(await scrollsSideways(opened)).toBe(false);
    await page.emulateMedia({ media: 'print' });
    await expect.poll(() => tiles.count()).toBe(3000);
    await page.emulateMedia({ media: 'screen' });
    await expect.poll(() => tiles.count()).toBeLessThan(3000);
    await page.setViewportSize({ width: 1280, height: 900 });
    await expect.poll(height).toBe(wide);
  });
});
