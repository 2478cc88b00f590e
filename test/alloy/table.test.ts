import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readVersions } from '../../scripts/alloy-versions.ts';
import { makeTable, type RawBlock } from '../../scripts/make-component-table.ts';
import {
  type BlockRule,
  firstAfter,
  isBeyond,
  knownVersions,
  lastBefore,
  newestVersion,
  tableAt,
} from '../../src/alloy/table/component-table.ts';
import { describeUnless, MISSING, recording } from '../missing.ts';

const TYPE =
  /^(?:(?:list|map)\()*(string|bool|number|duration|bytes|secret|optionalsecret|any|object|target|RelabelRules|MetricsReceiver|LogsReceiver|ProfilesReceiver|otelcol\.Consumer|otelcol\.Handler|otelcol\.ExtensionHandler|string\([a-z_]+\.[a-zA-Z]+\))\)*$/;

/** Every block below, once around where a block holds itself. */
function* below(rule: BlockRule, path: readonly string[]): Generator<readonly [string, BlockRule]> {
  yield [path.join(' > '), rule];
  for (const name of rule.blockNames) {
    if (!path.includes(name)) yield* below(rule.block(name)!, [...path, name]);
  }
}

describe('the table of components', () => {
  test.each(knownVersions())(
    '%s knows each component once, and every block that it names',
    (version) => {
      const table = tableAt(version);
      expect(table.version).toBe(version);
      expect(table.names.length).toBeGreaterThan(140);
      expect(new Set(table.names).size).toBe(table.names.length);
      let blocks = 0;
      for (const name of table.names) {
        const component = table.get(name)!;
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
      expect(blocks).toBeGreaterThan(600);
    },
  );

  test('says what it is asked', () => {
    const table = tableAt('1.18.1-1');
    const write = table.get('prometheus.remote_write')!;
    const endpoint = write.block('endpoint')!;
    expect(endpoint.attributes.get('url')).toEqual({
      type: 'string',
      required: true,
      nullable: false,
      default: undefined,
      approximate: false,
      fields: undefined,
    });
    expect(endpoint.attributes.get('remote_timeout')?.default).toBe('30s');
    expect(endpoint.repeated).toBe(true);
    expect(endpoint.block('basic_auth')?.attributes.get('password')?.type).toBe('secret');
    expect(endpoint.block('basic_auth')?.repeated).toBe(false);
    expect(write.block('basic_auth')).toBeUndefined();
    expect([...write.exports!]).toEqual([['receiver', 'MetricsReceiver']]);
    expect(table.get('logging')!.exports).toBe(null);
    expect(table.get('otelcol.receiver.otlp')?.requiredBlocks).toEqual(['output']);
    expect(table.get('otelcol.receiver.otlp')?.block('http')?.block('cors')?.setByDefault).toBe(
      true,
    );
    expect(table.get('otelcol.exporter.debug')?.stability).toBe('experimental');
    expect(table.get('otelcol.exporter.datadog')?.community).toBe(true);
    expect(table.get('prometheus.exporter.snmp')?.block('target')?.labeled).toBe(true);
    expect(table.get('foreach')?.block('template')?.open).toBe(true);
    expect(table.get('prometheus.scrap')).toBeUndefined();
    const filters = table.get('otelcol.exporter.googlecloud')!.block('log')!.attributes;
    expect([...filters.get('resource_filters')!.fields!.keys()]).toEqual(['prefix', 'regex']);
    expect(table.functions.get('env')).toEqual({
      stability: 'generally-available',
      deprecated: true,
      constant: false,
    });
  });

  test('stage.match holds every stage, itself too', () => {
    const match = tableAt().get('loki.process')!.block('stage.match')!;
    expect(match.block('stage.json')?.attributes.has('expressions')).toBe(true);
    expect(match.block('stage.match')?.block('stage.match')).toBeDefined();
    expect(match.block('stage.match')?.group).toBe('stage');
    expect(match.attributes.get('selector')?.required).toBe(true);
  });

  test('a version is asked for as it is written anywhere, and others as the next one below', () => {
    for (const [asked, got] of [
      [undefined, newestVersion()],
      [null, newestVersion()],
      ['1.9', '1.9'],
      ['v1.10.2', '1.10'],
      ['1.18.1-1', '1.18'],
      ['9.1.0', newestVersion()],
      ['0.44.0', '1.0'],
    ]) {
      expect(tableAt(asked).version, String(asked)).toBe(got);
    }
    expect(isBeyond('9.1.0')).toBe(true);
    expect(isBeyond(`${newestVersion()}.7`)).toBe(false);
    expect(isBeyond(undefined)).toBe(false);
  });

  test('versions differ where Alloy does', () => {
    const luhn = (version: string) =>
      tableAt(version).get('loki.process')?.block('stage.luhn')?.attributes;
    expect(luhn('1.18.1')!.has('skip_regex')).toBe(false);
    expect(luhn('1.19.0')!.has('skip_regex')).toBe(true);
    const hasFunction = (name: string) => (table: ReturnType<typeof tableAt>) =>
      table.functions.has(name);
    expect(firstAfter(tableAt('1.0'), hasFunction('sys.env'))).toBe('1.4');
    expect(firstAfter(tableAt('1.4'), hasFunction('sys.emv'))).toBeUndefined();
    const has = (table: ReturnType<typeof tableAt>) =>
      table.names.includes('otelcol.exporter.logging');
    expect(lastBefore(tableAt(), has)).toBe('1.4');
    expect(tableAt('1.5').get('otelcol.exporter.logging')).toBeUndefined();
  });
});

describeUnless(MISSING.recordings)('the table of components, generated', () => {
  const versions = MISSING.recordings ? [] : readVersions(recording('versions'));

  test('is made from the facts as they are', () => {
    const file = fileURLToPath(new URL('../../src/alloy/table/table.gen.ts', import.meta.url));
    expect(
      readFileSync(file, 'utf8') === makeTable(versions),
      'node build.mjs run scripts/component-table.ts',
    ).toBe(true);
  });

  test.each(versions.map(([minor, facts]) => [minor, facts] as const))(
    '%s says all that its facts say',
    (minor, facts) => {
      const table = tableAt(minor);
      const all = { ...facts.components, ...facts.config_blocks };
      expect([...table.names].sort()).toEqual(Object.keys(all).sort());
      for (const [name, raw] of Object.entries(all)) {
        const rule = table.get(name)!;
        same(rule, raw, raw, name);
        expect(rule.stability, name).toBe(LEVEL[raw.community ? 'community' : raw.stability]);
        expect(rule.community, name).toBe(raw.community ?? false);
        const exported = Object.entries(raw.exports ?? {}).map(([key, { type }]) => [key, type]);
        if (name in facts.components) expect([...rule.exports!], name).toEqual(exported);
      }
      expect([...table.functions.keys()].sort()).toEqual(Object.keys(facts.functions).sort());
      for (const [name, { deprecated, constant, stability }] of Object.entries(facts.functions)) {
        expect(table.functions.get(name), name).toEqual({
          stability: LEVEL[stability],
          deprecated: deprecated ?? false,
          constant: constant ?? false,
        });
      }
    },
  );
});

const LEVEL: Readonly<Record<string, string>> = {
  'general-availability': 'generally-available',
  'public-preview': 'public-preview',
  experimental: 'experimental',
  community: 'generally-available',
};

/** The facts of a block and what the table says of it, down to the last argument. */
function same(rule: BlockRule, raw: RawBlock, top: RawBlock, path: string): void {
  expect(attributesOf(rule.attributes), path).toEqual(rawAttributes(raw.attributes));
  const blocks = { ...raw.blocks };
  if ('stage.*' in blocks) {
    delete blocks['stage.*'];
    expect(rule.blockNames, path).toEqual(Object.keys(top.blocks!).sort());
    return;
  }
  expect([...rule.blockNames].sort(), path).toEqual(Object.keys(blocks).sort());
  expect(rule.open, path).toBe(raw.free_form !== undefined);
  for (const [name, inner] of Object.entries(blocks)) {
    const found = rule.block(name)!;
    const here = `${path} > ${name}`;
    expect(
      [found.required, found.repeated, found.labeled, found.group, found.setByDefault],
      here,
    ).toEqual([
      inner.required ?? false,
      inner.repeated ?? false,
      inner.label ?? false,
      inner.enum,
      inner.set_by_default ?? false,
    ]);
    expect(rule.requiredBlocks.includes(name), here).toBe(inner.required ?? false);
    same(found, inner, top, here);
  }
}

const attributesOf = (attributes: BlockRule['attributes']): unknown =>
  Object.fromEntries(
    [...attributes].map(([name, { fields, ...rule }]) => [
      name,
      { ...rule, fields: fields && attributesOf(fields) },
    ]),
  );

const rawAttributes = (attributes: RawBlock['attributes']): unknown =>
  Object.fromEntries(
    Object.entries(attributes ?? {}).map(([name, raw]) => [
      name,
      {
        type: raw.type,
        required: raw.required ?? false,
        nullable: raw.nullable ?? false,
        approximate: raw.approx ?? false,
        default: unresolved(raw.default) ? null : raw.default,
        fields: raw.fields && rawAttributes(raw.fields),
      },
    ]),
  );

const unresolved = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'unresolved' in value;
