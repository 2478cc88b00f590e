import { beforeAll, describe, expect, test } from 'vitest';
import { withNotes } from '../../src/graph/graph.ts';
import { graphPage } from '../../src/graph/html.ts';
import { createLayOut, type LayOut } from '../../src/graph/layout.ts';
import { configOf, HOSTILE } from '../graph/generated.ts';
import { graphOf } from '../graph/graph-of.ts';
import { liveExample } from '../graph/live-example.ts';
import {
  accessibility,
  describeInBrowser,
  openPage,
  screenshot,
  scrollsSideways,
  VIEWS,
} from './rig.ts';

let layOut: LayOut;
beforeAll(async () => {
  layOut = await createLayOut();
});

/** Two of its modules are instances of one declare. */
const graph = () => graphOf(configOf(24));

describeInBrowser('the page of a graph', () => {
  test.each(
    Object.entries(VIEWS).flatMap(([kind, view]) =>
      (['graph', 'live'] as const).map((name) => [name, kind, view] as const),
    ),
  )('%s, %s: readable, and nothing to object to', async (name, kind, view) => {
    const shown = name === 'graph' ? graph() : liveExample();
    // wide enough for all that is reported
    const wide = name === 'live' && !('width' in view) ? { width: 1480 } : {};
    const opened = await openPage(graphPage(shown, layOut), { ...view, ...wide });
    await screenshot(opened, `${name}-${kind}`);
    expect(await accessibility(opened)).toEqual([]);
    expect(await scrollsSideways(opened)).toBe(false);
    // the smallest text at 100%, in CSS pixels
    const sizes = await opened.page.evaluate<number[]>(
      "[...document.querySelectorAll('.picture:not(.ag-hidden) svg text')].map((text) => parseFloat(getComputedStyle(text).fontSize))",
    );
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(11);
  });

  test('modules open and close by keyboard, and all at once', async () => {
    const { page } = await openPage(graphPage(graph(), layOut));
    const inside = page.locator('.picture:not(.ag-hidden) text:visible', {
      hasText: 'discovery.relabel',
    });
    await page.getByRole('button', { name: 'Open all modules' }).click();
    const open = await inside.count();
    const toggles = page.locator('.picture:not(.ag-hidden) .ag-toggle');
    await toggles.first().focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => inside.count()).toBeLessThan(open);
    await page.keyboard.press('Enter');
    await expect.poll(() => inside.count()).toBe(open);
    await page.getByRole('button', { name: 'Close all modules' }).click();
    expect(await toggles.evaluateAll((all) => all.map((one) => one.ariaExpanded))).toEqual(
      (await toggles.all()).map(() => 'false'),
    );
  });

  test('what a host reports stands on it, and what is wrong is told by more than its color', async () => {
    const plain = graph();
    const edge = plain.edges.find(({ to }) => to.includes('mimir'))!;
    const live = withNotes(plain, {
      nodes: new Map(),
      edges: new Map([[edge.id, { tone: 'bad', text: '✗ 405, 12 samples/s lost', more: [] }]]),
    });
    const { page } = await openPage(graphPage(live, layOut));
    const note = page.locator('.picture:not(.ag-hidden) text', { hasText: '405' }).first();
    await expect.poll(() => note.textContent()).toContain('✗');
  });

  describe.each(['light', 'dark'] as const)('what is refused, %s', (theme) => {
    test('is red from the component to the destination, and what is well is not', async () => {
      const { page } = await openPage(graphPage(liveExample(), layOut), { theme });
      const red = { light: 'rgb(179, 38, 30)', dark: 'rgb(255, 138, 128)' }[theme];
      const strokes = (selector: string): Promise<readonly string[]> =>
        page.evaluate(
          `[...document.querySelectorAll('.picture:not(.ag-hidden)')].flatMap((one) =>
            [...one.querySelectorAll(${JSON.stringify(selector)})].map((part) => getComputedStyle(part).stroke))`,
        );
      expect(await strokes('.ag-edge.ag-tone-bad .ag-line')).toEqual([red]);
      expect(await strokes('.ag-node.ag-tone-bad .ag-box')).toEqual([red, red]);
      const well = await strokes('.ag-tone-good > .ag-box, .ag-tone-good > .ag-line');
      expect(well.length).toBeGreaterThan(5);
      expect(well).not.toContain(red);
      // and by words
      const texts = await page.locator('.picture:not(.ag-hidden) .ag-tone-bad').allTextContents();
      for (const part of ['✗ refused (401), 80 samples/s lost', '✗ refused (401)', '✗ unhealthy'])
        expect(texts.join('\n')).toContain(part);
    });
  });

  test('hostile names are text, and two thousand ports are drawn', async () => {
    const names = HOSTILE.map((name) => JSON.stringify(name));
    const text = [
      ...names.flatMap((name, i) => [
        `loki.write ${name} { endpoint { url = ${JSON.stringify(`https://${HOSTILE[i]}/`)} } }`,
        `declare ${name} { loki.echo ${name} { } }`,
      ]),
      `prometheus.scrape "all" {
        targets = [${Array.from({ length: 2000 }, (_, port) => `{ __address__ = "h:${port}" }`)}]
        forward_to = [${Array.from({ length: 2000 }, (_, i) => `prometheus.relabel.r${i % 50}.receiver`)}]
      }`,
      ...Array.from({ length: 50 }, (_, i) => `prometheus.relabel "r${i}" { forward_to = [] }`),
      `prometheus.remote_write "all" { ${Array.from({ length: 2000 }, (_, port) => `endpoint { url = "https://h:${port + 1}/" }`).join('\n')} }`,
    ].join('\n');
    const html = graphPage({ ...graphOf(text), title: HOSTILE.join(' ') }, layOut);
    expect(html).not.toContain('\u202e');
    const opened = await openPage(html);
    await expect.poll(() => opened.page.locator('script').count()).toBe(1);
    await expect
      .poll(() => opened.page.locator('img, svg svg, [onload], [onclick]').count())
      .toBe(0);
    expect(await opened.page.title()).toContain('<script>');
    const shown = opened.page.locator('.picture:not(.ag-hidden)');
    await expect.poll(() => shown.locator('.ag-destination').count()).toBeGreaterThanOrEqual(2000);
    expect(await scrollsSideways(opened)).toBe(false);
  });

  test('what a hostile host reports is text, at each of two thousand ports', async () => {
    const plain = graphOf(
      `prometheus.remote_write "all" { ${Array.from({ length: 2000 }, (_, port) => `endpoint { url = "https://h:${port + 1}/" }`).join('\n')} }`,
    );
    const noteOf = <T extends { readonly id: string }>(all: readonly T[]) =>
      new Map(
        all.map(({ id }, i) => {
          const text = HOSTILE[i % HOSTILE.length]!;
          return [id, { tone: 'bad', text, more: [text, text] }] as const;
        }),
      );
    const live = withNotes(plain, { nodes: noteOf(plain.nodes), edges: noteOf(plain.edges) });
    const html = graphPage({ ...live, title: HOSTILE.join(' ') }, layOut, 60);
    for (const raw of ['\u202e', '\u0007', '<script>alert']) expect(html).not.toContain(raw);
    const opened = await openPage(html);
    await expect.poll(() => opened.page.locator('script').count()).toBe(1);
    await expect
      .poll(() => opened.page.locator('img, svg svg, [onload], [onclick]').count())
      .toBe(0);
    const shown = opened.page.locator('.picture:not(.ag-hidden)');
    await expect.poll(() => shown.locator('.ag-destination.ag-tone-bad').count()).toBe(2000);
    expect(await scrollsSideways(opened)).toBe(false);
  });

  test('of a file that is rewritten is read again by itself, and no other', async () => {
    const still = await openPage(graphPage(graph(), layOut));
    await expect.poll(() => still.page.locator('meta[http-equiv=refresh]').count()).toBe(0);
    const { page } = await openPage(graphPage(graph(), layOut, 1));
    await page.evaluate('document.title = "old"');
    await expect.poll(() => page.title(), { timeout: 10_000 }).not.toBe('old');
  });
});
