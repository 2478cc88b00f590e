import { describe, expect, test } from 'vitest';
import { openPictures } from '../../../src/cli/runs/page-pictures.ts';
import { CONFIG_PATH, type Target } from '../../../src/model/desired.ts';
import { Secret } from '../../../src/model/secret.ts';
import { openRunPage } from '../../../src/pages/run-page.ts';
import { openLedger } from '../../../src/report/fold.ts';
import { createMask, openCleaner } from '../../../src/report/redact.ts';
import { factsOf, fileOf, targetOf } from '../../builders.ts';
import { fleetOf, outdated, run } from '../../engine/scripted-hosts.ts';
import { started } from '../../report/events.ts';

const SECRET = 'hunter2-and-more';

const text = (label: string, more = ''): string => `prometheus.scrape "web" {
  targets    = [{ __address__ = "127.0.0.1:9100" }]
  forward_to = [prometheus.remote_write.${label}.receiver]
}
prometheus.remote_write "${label}" {
  endpoint { url = "https://mimir.example.com/push" }
}
${more}`;

const draw = async (
  hosts: readonly (readonly [name: string, before: string | null, after: string])[],
  secrets: readonly string[] = [],
) => {
  const pictures = await openPictures(createMask(secrets.map((one) => new Secret(one))));
  for (const [name, before, config] of hosts)
    pictures.configured(targetOf({ config }, { name }), before);
  return pictures.draw();
};

describe('pictures of configurations', () => {
  test('are one for each that is distinct, those of most hosts first', async () => {
    const drawn = await draw([
      ['web-01', null, text('a')],
      ['web-02', text('a'), text('b')],
      ['web-03', text('a'), text('b')],
      ['web-04', '// nothing\n', text('a')],
    ]);
    expect(drawn).toMatchObject({
      leftOut: 0,
      pictures: [
        {
          title: '2 components: 1 renamed, 1 changed',
          hosts: ['web-02', 'web-03'],
          before: expect.stringContaining('renamed to b'),
          after: expect.stringContaining('was a'),
        },
        { title: '2 components', hosts: ['web-01'], before: null },
        { title: expect.stringMatching(/^2 components: 3 added/), hosts: ['web-04'], before: null },
      ],
    });
  });

  test('are empty for a text without components', async () => {
    expect(await draw([['web-01', null, 'logging { }\n']])).toMatchObject({
      legend: null,
      pictures: [{ title: '0 components', hosts: ['web-01'], before: null, after: '' }],
    });
  });

  test('are one for hosts that differ in their names alone, and say whose it is', async () => {
    const named = (name: string) => text('a').replace('mimir', name);
    const drawn = await draw(['web-01', 'web-02'].map((name) => [name, null, named(name)]));
    expect(drawn?.pictures).toMatchObject([{ hosts: ['web-01', 'web-02'], shownFor: 'web-01' }]);
    expect(drawn?.pictures[0]?.after).toContain('web-01.example.com');
  });

  test('are of what hosts had where nothing comes after it, and one where a run changes nothing', async () => {
    const pictures = await openPictures(createMask([]));
    pictures.configured(targetOf({}, { name: 'web-01' }), text('a'), null);
    pictures.configured(targetOf({}, { name: 'web-02' }), text('b'), text('b'));
    pictures.configured(targetOf({}, { name: 'web-03' }), null, text('b'));
    const drawn = pictures.draw();
    expect(drawn?.pictures).toMatchObject([
      { hosts: ['web-02', 'web-03'], before: null, after: expect.stringContaining('>b<') },
      { hosts: ['web-01'], before: expect.stringContaining('>a<'), after: null },
    ]);
    expect(drawn?.legend).toContain('>metrics<');
  });

  test('show what was planned last', async () => {
    const drawn = await draw([
      ['web-01', null, text('a')],
      ['web-01', text('a'), text('b')],
    ]);
    expect(drawn?.pictures.map(({ hosts }) => hosts)).toEqual([['web-01']]);
    expect(drawn?.pictures[0]?.before).toContain('</svg>');
  });

  test('leave out those of few hosts, and those that are too large', async () => {
    const many = Array.from({ length: 25 }, (_, i) => `many-${i}`);
    const large = Array.from({ length: 900 }, (_, i) => `loki.write "w${i}" { }\n`).join('');
    const drawn = await draw([
      ...many.map((name, i) => [name, null, text(`label_${i}`)] as const),
      ['large-1', null, large],
      ['large-2', null, large],
    ]);
    expect(drawn?.pictures).toHaveLength(19);
    expect(drawn?.leftOut).toBe(7);
    expect(await draw([])).toBeNull();
    // all of them together are too large
    const some = Array.from({ length: 700 }, (_, i) => `loki.write "w${i}" { }\n`).join('');
    const all = await draw(many.map((name, i) => [name, null, `${some}// ${i}\n`]));
    expect(all).toMatchObject({ leftOut: 21, pictures: { length: 4 } });
  });

  test('show no secret, however it is written', async () => {
    const old = text('a', `loki.write "${SECRET}" { }\n`);
    const now = text('a', `loki.write "hun\u200bter2-and-more" { }\n`).replace('mimir', SECRET);
    const drawn = await draw([['web-01', old, now]], [SECRET]);
    const shown = JSON.stringify(drawn);
    expect(shown).toContain('mimir.example.com');
    expect(shown).not.toContain('hunter2');
  });
});

test.each(['plan', 'apply'] as const)(
  '%s draws what is on hosts and what is to be, without its secrets',
  async (verb) => {
    const mask = createMask([new Secret(SECRET)]);
    const config = text('new');
    const target: Target = targetOf({ config });
    const before = text(
      'old',
      `loki.write "${SECRET}" { endpoint { url = "http://${SECRET}" } }\n`,
    );
    const facts = outdated(target);
    const pictures = await openPictures(mask);
    const fleet = fleetOf(
      {
        a: {
          target,
          facts: { ...facts, files: { ...facts.files, [CONFIG_PATH]: fileOf(before) } },
        },
        b: { target, facts: factsOf(target) },
      },
      { mask, configured: pictures.configured },
    );
    await run(fleet, { verb });
    const ledger = openLedger();
    const page = openRunPage('0.1.0');
    const clean = openCleaner(mask);
    for (const [seq, happening] of [started(verb, 'a', 'b'), ...fleet.events].entries()) {
      const event = { ...clean(happening), at: seq, seq };
      ledger.add(event);
      page.add(event);
    }
    const html = page.document(ledger, { configurations: pictures.draw() });
    expect(html).toContain('id="configuration-1"');
    expect(html.match(/<svg /g)).toHaveLength(4);
    expect(html).toContain('was old');
    expect(html).toContain('"configurations":[');
    expect(html).not.toContain(SECRET);
    expect(JSON.stringify(fleet.events)).not.toContain('"before":"prometheus.scrape');
  },
);
