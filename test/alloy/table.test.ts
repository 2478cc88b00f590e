import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { makeTable } from '../../scripts/make-component-table.ts';
import type { BlockRule } from '../../src/alloy/table/component-table.ts';
import { componentTable } from '../../src/alloy/table/component-table.ts';
import { describeUnless, MISSING, recording } from '../missing.ts';

const TYPE =
  /^(?:(?:list|map)\()*(string|bool|number|duration|size|secret|any|RelabelRules|MetricsReceiver|LogsReceiver|ProfilesReceiver|otelcol\.Consumer|otelcol\.Handler)\)*$/;

describe('the table of components', () => {
  const table = componentTable();

  /** Every block below, once around where a block holds itself. */
  function* below(
    rule: BlockRule,
    path: readonly string[],
  ): Generator<readonly [string, BlockRule]> {
    yield [path.join(' > '), rule];
    for (const name of rule.blockNames) {
      if (!path.includes(name)) yield* below(rule.block(name)!, [...path, name]);
    }
  }

  test('knows each component once, and every block that it names', () => {
    expect(table.names.length).toBeGreaterThan(190);
    expect(new Set(table.names).size).toBe(table.names.length);
    let blocks = 0;
    for (const name of table.names) {
      const component = table.get(name)!;
      expect(component.exports, name).not.toBe(undefined);
      for (const [path, rule] of below(component, [name])) {
        blocks++;
        for (const [argument, { type }] of rule.attributes) {
          expect(type, `${path} ${argument}`).toMatch(TYPE);
        }
        for (const needed of rule.requiredBlocks) expect(rule.block(needed), path).toBeDefined();
      }
      for (const [exported, type] of component.exports ?? []) {
        expect(type, `${name} ${exported}`).toMatch(TYPE);
      }
    }
    expect(blocks).toBeGreaterThan(1000);
  });

  test('says what it is asked', () => {
    const write = table.get('prometheus.remote_write')!;
    expect(write.block('endpoint')?.attributes.get('url')).toEqual({
      type: 'string',
      required: true,
    });
    expect(write.block('endpoint')?.block('basic_auth')?.attributes.get('password')?.type).toBe(
      'secret',
    );
    expect(write.block('basic_auth')).toBeUndefined();
    expect([...write.exports!]).toEqual([['receiver', 'MetricsReceiver']]);
    expect(table.get('otelcol.receiver.otlp')?.requiredBlocks).toEqual(['output']);
    expect(table.get('otelcol.exporter.debug')?.stability).toBe('experimental');
    expect(table.get('otelcol.exporter.datadog')?.community).toBe(true);
    expect(table.get('prometheus.scrap')).toBeUndefined();
  });

  test('stage.match holds every stage, itself too', () => {
    const match = table.get('loki.process')!.block('stage.match')!;
    expect(match.block('stage.json')?.attributes.has('expressions')).toBe(true);
    expect(match.block('stage.match')?.block('stage.match')).toBeDefined();
    expect(match.attributes.get('selector')?.required).toBe(true);
  });
});

describeUnless(MISSING.recordings)('the table of components, generated', () => {
  test('the table is made from the facts as they are, without holes', () => {
    const { text, holes } = makeTable(
      JSON.parse(readFileSync(recording('components.json'), 'utf8')),
    );
    expect(holes).toEqual([]);
    const file = fileURLToPath(new URL('../../src/alloy/table/table.gen.ts', import.meta.url));
    expect(
      readFileSync(file, 'utf8') === text,
      'node build.mjs run scripts/component-table.ts',
    ).toBe(true);
  });
});
