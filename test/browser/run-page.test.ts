import { describe, expect, test } from 'vitest';
import { EXAMPLE_START, type Example, exampleRun } from '../../scripts/example-run.ts';
import { openPictures } from '../../src/cli/runs/page-pictures.ts';
import type { Happening } from '../../src/model/event.ts';
import { openRunPage, type RunPage } from '../../src/pages/run-page.ts';
import { openLedger } from '../../src/report/fold.ts';
import { cleaned } from '../../src/report/redact.ts';
import { targetOf } from '../builders.ts';
import { factsOf, started } from '../report/events.ts';
import {
  accessibility,
  describeInBrowser,
  type Opened,
  openPage,
  screenshot,
  scrollsSideways,
  VIEWS,
  type View,
} from './rig.ts';

type Timed = readonly (readonly [afterMs: number, happening: Happening])[];

/** The page of these events. */
function pageOf(events: Timed, more?: Parameters<RunPage['document']>[1]): string {
  const ledger = openLedger();
  const page = openRunPage('0.1.0');
  for (const [i, [afterMs, happening]] of events.entries()) {
    const event = cleaned({ ...happening, at: EXAMPLE_START + afterMs, seq: i + 1 });
    ledger.add(event);
    page.add(event);
  }
  return page.document(ledger, more);
}

const example = (of: Example): string =>
  pageOf(exampleRun(of).map(({ afterMs, happening }) => [afterMs, happening]));

const APPLY = example({ hosts: 60, verb: 'apply' });
const PAGES = {
  apply: APPLY,
  plan: example({ hosts: 60, verb: 'plan' }),
} as const;

/** Names in the rows of the table that exist. */
const rows = ({ page }: Opened): Promise<readonly string[]> =>
  page.locator('#hosts-table tbody a').allTextContents();

/** The configurations of these hosts, with what they replace. */
async function configurations(
  hosts: readonly (readonly [name: string, before: string | null, after: string])[],
) {
  const pictures = await openPictures((text) => text);
  for (const [name, before, config] of hosts)
    pictures.configured(targetOf({ config }, { name }), before);
  return pictures.draw();
}

const matches = ({ page }: Opened) => page.locator('#matches').textContent();
const hash = ({ page }: Opened): string => decodeURIComponent(new URL(page.url()).hash);

describeInBrowser('the page of a run', () => {
  test.each(
    Object.entries(PAGES).flatMap(([name, html]) =>
      Object.entries(VIEWS).map(([kind, view]) => [name, kind, html, view] as const),
    ),
  )(
    '%s, %s: is accessible, fits, and breaks no rule of its policy',
    async (name, kind, html, view) => {
      const opened = await openPage(html, view);
      expect(await accessibility(opened)).toEqual([]);
      expect(await scrollsSideways(opened)).toBe(false);
      const of = name === 'apply' ? '' : `${name}-`;
      await screenshot(opened, `run-${of}${kind}`, ['light', 'narrow'].includes(kind));
    },
  );

  test.each([
    ['light', VIEWS.light],
    ['dark', VIEWS.dark],
    ['narrow', VIEWS.narrow],
  ] as const)('%s: a host and all diffs are accessible', async (kind, view: View) => {
    const opened = await openPage(APPLY, view);
    await opened.page.evaluate(
      'for (const one of document.querySelectorAll("details")) one.open = true',
    );
    await opened.page.locator('#changes .add').first().waitFor();
    expect(await accessibility(opened)).toEqual([]);
    await opened.page.goto(`${opened.url}#host=web-12.example.com`);
    await opened.page.locator('dialog[open]').waitFor();
    expect(await accessibility(opened)).toEqual([]);
    if (kind !== 'dark') await screenshot(opened, `run-host-${kind}`);
  });

  test('a search, an outcome and a number choose hosts, and the address says so', async () => {
    const opened = await openPage(APPLY);
    const { page } = opened;
    await expect.poll(() => matches(opened)).toBe('60 hosts');
    await page.keyboard.press('/');
    await page.keyboard.type('db restart');
    await expect.poll(() => matches(opened)).toBe('0 of 60 hosts');
    await page.locator('#search').fill('EDGE-05');
    await expect.poll(() => rows(opened)).toEqual(['edge-05.example.com']);
    expect(hash(opened)).toBe('#q=EDGE-05');
    await page.locator('#search').fill('');
    await page.locator('#outcome').selectOption('rolled-back');
    await expect.poll(() => rows(opened)).toEqual(['web-12.example.com']);
    expect(hash(opened)).toBe('#outcome=rolled-back');
    await page.locator('.numbers a', { hasText: 'unchanged' }).click();
    await expect.poll(() => matches(opened)).toBe('5 of 60 hosts');
    // the address alone shows the same
    const other = await openPage(APPLY, { hash: '#outcome=unchanged' });
    expect(await rows(other)).toEqual(await rows(opened));
    await expect.poll(() => other.page.locator('#outcome').inputValue()).toBe('unchanged');
  });

  test('hosts of a problem and of a change can be shown, and all of them again', async () => {
    const opened = await openPage(example({ hosts: 200, verb: 'plan' }));
    const { page } = opened;
    await page.locator('#changes summary').first().click();
    await page.locator('#changes details').first().locator('a', { hasText: 'more' }).click();
    await expect.poll(() => matches(opened)).toBe('139 of 200 hosts');
    expect(hash(opened)).toBe('#change=0');
    await page.locator('#filter button').click();
    await expect.poll(() => matches(opened)).toBe('200 hosts');
    await expect.poll(() => page.evaluate('document.activeElement.id')).toBe('search');
    await page.goto(`${opened.url}#finding=0`);
    await expect.poll(() => matches(opened)).toBe('2 of 200 hosts');
  });

  test('columns sort in both directions and back, by the keyboard as well', async () => {
    const opened = await openPage(APPLY);
    const { page } = opened;
    const inOrder = await rows(opened);
    const head = page.locator('#hosts-table th', { hasText: 'Time' });
    await head.locator('button').focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => head.getAttribute('aria-sort')).toBe('ascending');
    const seconds = async (): Promise<readonly number[]> =>
      (await page.locator('#hosts-table tbody td:last-child').allTextContents()).map((text) =>
        Number(text.replace(' s', '')),
      );
    expect(await seconds()).toEqual((await seconds()).toSorted((a, b) => a - b));
    await page.keyboard.press('Space');
    await expect.poll(() => head.getAttribute('aria-sort')).toBe('descending');
    expect(await seconds()).toEqual((await seconds()).toSorted((a, b) => b - a));
    expect(hash(opened)).toMatch(/^#sort=-\d$/);
    await page.keyboard.press('Enter');
    await expect.poll(() => head.getAttribute('aria-sort')).toBe(null);
    await expect.poll(() => rows(opened)).toEqual(inOrder);
  });

  test('numbers in names count as numbers, and hosts without a value come last', async () => {
    const names = ['web-10', 'web-2', 'web-1'];
    const opened = await openPage(
      pageOf([
        [0, started('status', ...names)],
        [1, { type: 'host.started', host: 'web-2' }],
        [2, { type: 'host.facts', host: 'web-2', facts: factsOf() }],
        [3, { type: 'host.finished', host: 'web-2', outcome: 'unchanged' }],
        [9, { type: 'run.finished', exitCode: 0 }],
      ]),
    );
    await expect.poll(() => rows(opened)).toEqual(names);
    await opened.page.locator('#hosts-table th button', { hasText: 'Host' }).click();
    await expect.poll(() => rows(opened)).toEqual(['web-1', 'web-2', 'web-10']);
    for (const _ of ['up', 'down']) {
      await opened.page.locator('#hosts-table th button', { hasText: 'Alloy' }).click();
      expect((await rows(opened))[0]).toBe('web-2');
    }
  });

  test('arrow keys reach every host, Enter shows it, and Escape returns to it', async () => {
    const opened = await openPage(example({ hosts: 3000, verb: 'status' }));
    const { page } = opened;
    const focused = (): Promise<string> => page.evaluate('document.activeElement.textContent');
    await page.locator('#hosts-table thead button').last().focus();
    await page.keyboard.press('Tab');
    await expect.poll(() => focused()).toBe('web-0001.example.com');
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => focused()).toBe('web-0002.example.com');
    for (let i = 0; i < 60; i += 1) await page.keyboard.press('ArrowDown');
    await expect.poll(() => focused()).toBe('web-0062.example.com');
    await page.keyboard.press('PageDown');
    await expect.poll(() => focused()).not.toBe('web-0062.example.com');
    await page.keyboard.press('End');
    await expect.poll(() => focused()).toBe('edge-3000.example.com');
    const isSeen = `(() => {
      const box = document.activeElement.getBoundingClientRect();
      const frame = document.getElementById('hosts-rows').getBoundingClientRect();
      const head = document.getElementById('hosts-head').getBoundingClientRect();
      return box.top >= head.bottom - 1 && box.bottom <= frame.bottom;
    })()`;
    await expect.poll(() => page.evaluate(isSeen)).toBe(true);
    await page.keyboard.press('Home');
    await expect.poll(() => focused()).toBe('web-0001.example.com');
    await expect.poll(() => page.evaluate(isSeen)).toBe(true);
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await page.locator('dialog[open]').waitFor();
    await expect
      .poll(() => page.locator('#host-title').textContent())
      .toBe('edge-3000.example.com');
    expect(hash(opened)).toBe('#host=edge-3000.example.com');
    await page.keyboard.press('Escape');
    await page.locator('dialog[open]').waitFor({ state: 'detached' });
    await expect.poll(() => focused()).toBe('edge-3000.example.com');
    expect(hash(opened)).toBe('#hosts');
    // each row says which one of all it is
    const row = page.locator('#hosts-table tbody tr').last();
    await expect.poll(() => row.getAttribute('aria-rowindex')).toBe('3001');
    await expect
      .poll(() => page.locator('#hosts-table').getAttribute('aria-rowcount'))
      .toBe('3001');
  });

  test('a deep link shows a host; going back, and closing, return', async () => {
    const opened = await openPage(APPLY, { hash: '#host=web-12.example.com' });
    const { page } = opened;
    const dialog = page.locator('dialog[open]');
    await expect.poll(() => dialog.locator('#host-title').textContent()).toBe('web-12.example.com');
    const text = await dialog.innerText();
    for (const part of [
      'rolled-back',
      'Alloy is not ready after 60 s: /-/ready answers 503',
      'What to do: Read Alloy',
      'alloy 1.17.0-1 -> 1.18.1-1',
      '+    url = "https://mimir.example.com/api/v1/push"',
      'wait for Alloy to be ready',
      'https://mimir.example.com/api/v1/push: data arrives',
      'inventory.yaml:31:3',
      '/etc/default/alloy (changed, content not shown)',
    ])
      expect(text).toContain(part);
    await page.locator('#host-close').click();
    await expect.poll(() => dialog.count()).toBe(0);
    await page.locator('#problems a.name').first().click();
    await dialog.waitFor();
    await page.goBack();
    await dialog.waitFor({ state: 'detached' });
    const nobody = await openPage(APPLY, { hash: '#host=%E0%A4%A' });
    await expect.poll(() => nobody.page.locator('#host-title').textContent()).toBe('No such host');
  });

  test('a folded part unfolds for a link to it, with its diff', async () => {
    const opened = await openPage(APPLY, { hash: '#change-2' });
    await expect
      .poll(() => opened.page.locator('#change-2 .add').first().textContent())
      .toContain('+  level = "warn"');
  });

  describe('configurations', () => {
    const before = `prometheus.exporter.unix "host" { }
prometheus.scrape "host" {
  targets    = prometheus.exporter.unix.host.targets
  forward_to = [prometheus.remote_write.central.receiver]
}
prometheus.remote_write "central" {
  endpoint { url = "http://mimir-old.example.com:9009/api/v1/push" }
}
loki.source.journal "system" {
  forward_to = [loki.write.central.receiver]
}
loki.write "central" {
  endpoint { url = "https://loki.example.com/loki/api/v1/push" }
}
`;
    const after = before
      .replace('http://mimir-old.example.com:9009', 'https://mimir.example.com')
      .replaceAll('forward_to = [prometheus.remote_write', 'forward_to = [prometheus.relabel')
      .concat(`prometheus.relabel "central" {
  forward_to = [prometheus.remote_write.central.receiver]
}
`);
    const events = exampleRun({ hosts: 60, verb: 'plan' }).map(
      ({ afterMs, happening }) => [afterMs, happening] as const,
    );
    const planned = events.flatMap(([, one]) => (one.type === 'host.planned' ? [one.host] : []));
    const page = async () =>
      pageOf(events, {
        configurations: await configurations(
          planned.map((name) => [
            name,
            name.startsWith('db') ? null : before,
            name.startsWith('edge') ? before : after,
          ]),
        ),
      });

    test.each(Object.entries(VIEWS))(
      '%s: their pictures can be seen, fit and are accessible',
      async (kind, view: View) => {
        const opened = await openPage(await page(), view);
        const shown = opened.page.locator('#configuration-0');
        expect(await shown.locator('figcaption').allTextContents()).toEqual(['Before', 'After']);
        const picture = shown.locator('svg').last();
        await picture.scrollIntoViewIfNeeded();
        await expect.poll(() => picture.isVisible()).toBe(true);
        const legend = opened.page.locator('.picture-legend');
        expect(await legend.locator('text').allTextContents()).toEqual([
          'metrics',
          'logs',
          'targets',
        ]);
        await expect.poll(() => legend.isVisible()).toBe(true);
        // in the colors of its signals, and in letters that can be read
        const node = picture.locator('.ag-node.ag-metrics .ag-box').first();
        expect(await node.evaluate('(one) => getComputedStyle(one).fill')).not.toBe('rgb(0, 0, 0)');
        const label = picture.locator('.ag-label').first();
        expect((await label.boundingBox())!.height).toBeGreaterThan(kind === 'print' ? 6 : 12);
        await opened.page.evaluate(
          'for (const one of document.querySelectorAll("details")) one.open = true',
        );
        expect(await accessibility(opened)).toEqual([]);
        expect(await scrollsSideways(opened)).toBe(false);
        if (kind === 'light') {
          await opened.page.evaluate('document.getElementById("configurations").scrollIntoView()');
          await screenshot(opened, 'run-configurations');
        }
      },
    );

    test('lead to their hosts, and hosts to theirs', async () => {
      const opened = await openPage(await page());
      await opened.page.locator('#configuration-0 a', { hasText: 'more' }).click();
      const web = planned.filter((name) => name.startsWith('web'));
      await expect.poll(() => matches(opened)).toBe(`${web.length} of 60 hosts`);
      expect(hash(opened)).toBe('#configuration=0');
      expect(await opened.page.locator('#filter').textContent()).toContain(
        'the same configuration',
      );
      const db = planned.find((name) => name.startsWith('db'))!;
      await opened.page.goto(`${opened.url}#host=${db}`);
      await opened.page.locator('dialog a', { hasText: 'Its graph' }).click();
      await opened.page.locator('dialog[open]').waitFor({ state: 'detached' });
      const own = opened.page.locator(hash(opened));
      await expect.poll(() => own.locator('p').first().textContent()).toContain(db);
      const { y } = (await own.boundingBox())!;
      expect(y).toBeGreaterThanOrEqual(0);
      expect(y).toBeLessThan(900);
      await expect.poll(() => own.locator('svg').isVisible()).toBe(true);
    });

    test('hostile names in them are texts', async () => {
      const hostile = [
        '</title></svg><script>alert(1)</script>',
        '</style><img src=x onerror=alert(2)>',
        ']]><svg onload=alert(3)>',
        '\u202egnp.exe',
        'x'.repeat(10_000),
      ];
      const config = hostile
        .flatMap((name, i) => {
          const text = JSON.stringify(name);
          return [
            `loki.write ${text} { endpoint { url = ${JSON.stringify(`https://${name}/`)} } }`,
            `declare ${text} { loki.echo ${text} { } }`,
            `loki.source.file "a${i}" { forward_to = [loki.write.${name}.receiver] }`,
          ];
        })
        .join('\n');
      const html = pageOf(
        [
          [0, started('plan', ...hostile)],
          [9, { type: 'run.finished', exitCode: 0 }],
        ],
        {
          configurations: await configurations(
            hostile.map((name, i) => [name, i === 0 ? null : before, `${config}\n// ${i}\n`]),
          ),
        },
      );
      expect(html).not.toContain('\u202e');
      const opened = await openPage(html);
      await opened.page.evaluate(
        'for (const one of document.querySelectorAll("details")) one.open = true',
      );
      const pictures = opened.page.locator('#configurations .picture svg');
      await expect.poll(() => pictures.count()).toBe(2 * hostile.length - 1);
      expect(await pictures.first().innerHTML()).toContain('alert(1)');
      await expect.poll(() => opened.page.locator('script').count()).toBe(2);
      await expect
        .poll(() => opened.page.locator('img, svg svg, [onload], [onerror]').count())
        .toBe(0);
      expect(await scrollsSideways(opened)).toBe(false);
      expect(await accessibility(opened)).toEqual([]);
    });
  });

  test('on paper everything is there', async () => {
    const opened = await openPage(APPLY);
    const { page } = opened;
    await page.emulateMedia({ media: 'print' });
    await expect.poll(() => rows(opened)).toHaveLength(60);
    await expect.poll(() => page.locator('details:not([open])').count()).toBe(0);
    await expect.poll(() => page.locator('#changes .add').first().isVisible()).toBe(true);
    await expect.poll(() => page.locator('#time-table .bar').count()).toBe(60);
    // browsers repeat no buttons on the next sheet, but text
    expect(await page.locator('#hosts-head .on-paper:visible').allTextContents()).toEqual([
      'Host',
      'Outcome',
      'Wave',
      'Changes',
      'What is wrong',
      'Time',
    ]);
    await page.emulateMedia({ media: 'screen' });
    await expect.poll(() => page.locator('details[open]').count()).toBe(0);
    const pdf = await page.pdf({ format: 'A4' });
    const sheets = pdf.toString('latin1').match(/\/Type\s*\/Page\b/g) ?? [];
    expect(sheets.length).toBeGreaterThan(4);
    expect(sheets.length).toBeLessThan(16);
  });

  test('without JavaScript all but the tables of hosts can be read', async () => {
    const opened = await openPage(APPLY, { scripts: false });
    const text = await opened.page.locator('body').innerText();
    for (const part of [
      '3 of 60 hosts need attention',
      'Alloy is not ready after 60 s',
      'data arrives',
      'need JavaScript',
    ])
      expect(text).toContain(part);
  });

  test('hostile names and texts are texts', async () => {
    const hostile = [
      '<script>alert(1)</script>',
      '</script><script>alert(2)</script>',
      '--><!--<script>',
      ']]>',
      '"><img src=x onerror=alert(3)>',
      "javascript:alert(4)//'\u0060${alert(5)}",
      'a\u202egnp.exe',
      '\u05d0\u05d1\u05d2 10:00',
      '#host=x&q=y%zz',
      '__proto__',
      'constructor',
      `long-${'x'.repeat(10_000)}`,
    ];
    const delivery = (of: string, i: number) => ({
      component: `${of} ${i}`,
      destination: `http://${of}:${i}/`,
      state: 'refused' as const,
      status: of,
      reason: of,
      since: null,
      perMinute: null,
      lostPerMinute: 1,
      lagS: 0,
      tolerated: false,
    });
    const html = pageOf([
      [0, started('apply', ...hostile)],
      ...hostile.flatMap(
        (host, i): Timed => [
          [10 * i + 1, { type: 'host.started', host, place: { file: host, line: 1, column: 1 } }],
          [10 * i + 2, { type: 'host.connected', host, via: 'ssh', how: host, why: null }],
          [
            10 * i + 3,
            {
              type: 'host.facts',
              host,
              facts: factsOf({
                os: host,
                version: host,
                active: host,
                components: { [host]: [host] },
                delivery: Array.from({ length: i === 0 ? 2000 : 1 }, (_, port) =>
                  delivery(host, port),
                ),
              }),
            },
          ],
          [
            10 * i + 4,
            {
              type: 'host.planned',
              host,
              plan: {
                changes: [
                  {
                    step: 'config',
                    title: host,
                    before: host,
                    after: host,
                    diffs: [{ path: host, kind: 'change', text: `+${host}\n-${host}\n` }],
                    warnings: [],
                    needs: 'reload',
                  },
                ],
                warnings: [
                  { code: 'read.missing', host, params: { reason: 'absent', path: host } },
                ],
                problems: [],
              },
            },
          ],
          [10 * i + 5, { type: 'host.waiting', host, for: host, seconds: 1, limitS: null }],
          [
            10 * i + 9,
            {
              type: 'host.finished',
              host,
              outcome: 'failed',
              problem: {
                code: 'alloy.unready',
                host,
                params: { reason: 'status', seconds: '1', status: host },
                detail: host,
                at: { file: host, line: 1, column: 1 },
              },
            },
          ],
        ],
      ),
      [999, { type: 'run.waves', waves: [{ group: hostile[0]!, order: 1, hosts: hostile }] }],
      [1000, { type: 'run.finished', exitCode: 1 }],
    ]);
    // what would turn the writing around is gone, and nothing of it is markup
    expect(html).not.toContain('\u202e');
    for (const view of [{}, { width: 400, theme: 'dark' }] as const) {
      const opened = await openPage(html, view);
      const { page } = opened;
      const names = await rows(opened);
      expect(names).toEqual(hostile.map((name) => name.replace('\u202e', '')));
      await expect.poll(() => page.locator('script').count()).toBe(2);
      await expect.poll(() => page.locator('img').count()).toBe(0);
      await page.evaluate(
        'for (const one of document.querySelectorAll("details")) one.open = true',
      );
      for (const name of names) {
        await page.goto(`${opened.url}#host=${encodeURIComponent(name)}`);
        await expect.poll(() => page.locator('#host-title').textContent()).toBe(name);
      }
      expect(await scrollsSideways(opened)).toBe(false);
      await page.locator('#host-close').click();
      expect(await accessibility(opened)).toEqual([]);
      await page.locator('#search').fill('<script>alert(2)');
      await expect.poll(() => matches(opened)).toBe('1 of 12 hosts');
    }
  });
});
