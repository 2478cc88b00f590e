import { beforeAll, expect, test } from 'vitest';
import { withNotes } from '../../src/graph/graph.ts';
import { graphPage } from '../../src/graph/html.ts';
import { createLayOut, type LayOut } from '../../src/graph/layout.ts';
import { configOf, HOSTILE } from '../graph/generated.ts';
import { graphOf } from '../graph/graph-of.ts';
import { accessibility, describeInBrowser, openPage, scrollsSideways, VIEWS } from './rig.ts';

let layOut: LayOut;
beforeAll(async () => {
  layOut = await createLayOut();
});

/** Two of its modules are instances of one declare. */
const graph = () => graphOf(configOf(24));

describeInBrowser('the page of a graph', () => {
  test.each(Object.entries(VIEWS))('%s: readable, and nothing to object to', async (_, view) => {
    const opened = await openPage(graphPage(graph(), layOut), view);
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
    expect(await note.textContent()).toContain('✗');
  });

  test('hostile names are text', async () => {
    const opened = await openPage(graphPage({ ...graph(), title: HOSTILE.join(' ') }, layOut));
    expect(await opened.page.locator('script').count()).toBe(1);
    expect(await opened.page.title()).toContain('<script>');
  });

  test('of a file that is rewritten is read again by itself, and no other', async () => {
    const still = await openPage(graphPage(graph(), layOut));
    expect(await still.page.locator('meta[http-equiv=refresh]').count()).toBe(0);
    const { page } = await openPage(graphPage(graph(), layOut, 1));
    await page.evaluate('document.title = "old"');
    await expect.poll(() => page.title(), { timeout: 10_000 }).not.toBe('old');
  });
});
