import { expect, onTestFinished, test } from 'vitest';
import {
  accessibility,
  describeInBrowser,
  openPage,
  screenshot,
  scrollsSideways,
  VIEWS,
  type View,
} from './rig.ts';

const POLICY = `default-src 'none'; style-src 'unsafe-inline'`;

const page = (body: string, { policy = POLICY, head = '' } = {}): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>A page</title>
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width">${head}</head>
<body><main><h1>A page</h1>${body}</main></body></html>`;

/** The rig fails a test whose page misbehaves; these look at what it saw, and take it back. */
async function expectMisdeed(html: string, misdeed: string, click?: string): Promise<void> {
  const opened = await openPage(html);
  onTestFinished(() => void opened.misdeeds.splice(0));
  if (click !== undefined) await opened.page.click(click);
  // what a page does comes as messages of its own, soon
  await expect.poll(() => opened.misdeeds.join('\n'), { timeout: 10_000 }).toContain(misdeed);
}

describeInBrowser('the rig', () => {
  test('sees a good page do nothing', async () => {
    const opened = await openPage(page('<p>Good.</p>'));
    expect(await accessibility(opened)).toEqual([]);
    expect(await scrollsSideways(opened)).toBe(false);
    expect(await opened.page.locator('h1').textContent()).toBe('A page');
    expect(opened.misdeeds).toEqual([]);
  });

  const open = "default-src * 'unsafe-inline' data: file:";
  test.each([
    ['a picture of elsewhere', '<img alt="" src="http://127.0.0.1:9/a.png">', 'request: http://'],
    ['a file beside it', '<img alt="" src="other.png">', 'request: file:///'],
    ['a socket', '<script>new WebSocket("ws://127.0.0.1:9/x")</script>', 'request: ws://'],
    ['an error', '<script>throw new Error("no")</script>', 'error: no'],
    ['a warning', '<script>console.warn("careful")</script>', 'console: careful'],
    ['a dialog', '<script>alert("hello")</script>', 'dialog: hello'],
    ['a way out', '<script>location = "about:blank"</script>', 'navigation: about:blank'],
  ])('sees %s', async (_, body, said) => {
    await expectMisdeed(page(body, { policy: open }), said);
  });

  test('sees a window that is opened', async () => {
    const body = '<button onclick="window.open(\'about:blank\')">Open</button>';
    await expectMisdeed(page(body, { policy: open }), 'window: about:blank', 'button');
  });

  test('sees what breaks the policy of the page', async () => {
    const breach = page('<script>document.title = "changed"</script>');
    await expectMisdeed(breach, 'Content Security Policy');
  });

  test('has the rules of accessibility looked at, with a strict policy', async () => {
    const bad = await openPage(
      page('<p style="color: #bbb; background: #fff">Pale.</p><input><img src="data:,">'),
    );
    onTestFinished(() => void bad.misdeeds.splice(0));
    const rules = (await accessibility(bad)).map((line) => line.replace(/:.*/, ''));
    expect(rules).toEqual(expect.arrayContaining(['color-contrast', 'image-alt', 'label']));
  });

  test('shows dark, narrow and on paper', async () => {
    const style = `<style>body{margin:0;--is:light}@media(prefers-color-scheme:dark){body{--is:dark}}
      @media(max-width:500px){body{--is:narrow}}@media print{body{--is:print}}</style>`;
    const is = async (view: View) =>
      (await openPage(page('<p>.</p>', { head: style }), view)).page.evaluate<string>(
        "getComputedStyle(document.body).getPropertyValue('--is')",
      );
    for (const [name, view] of Object.entries(VIEWS)) expect(await is(view)).toBe(name);
  });

  test.skipIf(process.env.UPDATE_SCREENSHOTS)('misses a screenshot that is not there', async () => {
    const opened = await openPage(page('<p>.</p>'));
    await expect(screenshot(opened, 'no-such-page')).rejects.toThrow('UPDATE_SCREENSHOTS=1');
  });

  test('writes with the same letters everywhere', async () => {
    const opened = await openPage(
      page('<span style="font: 16px system-ui">mmmmmmmmmm</span><br><code>mmmmmmmmmm</code>'),
    );
    const width = (selector: string) =>
      opened.page.evaluate<number>(
        `Math.round(document.querySelector('${selector}').getBoundingClientRect().width * 10) / 10`,
      );
    // DejaVu Sans at 16 px, and DejaVu Sans Mono at 13 px, each letter on whole pixels
    expect([await width('span'), await width('code')]).toEqual([160, 80]);
  });
});
