import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from '../../src/alloy/parser.ts';
import { knownVersions, tableAt } from '../../src/alloy/table/component-table.ts';
import { BEHAVIOR_CHANGES, FORMER_DEFAULTS } from '../../src/alloy/upgrade/behavior-changes.ts';
import { upgradeNotes } from '../../src/alloy/upgrade/upgrade-notes.ts';
import { describeUnless, MISSING, recording } from '../missing.ts';

const notes = (text: string, from: string, to: string) =>
  upgradeNotes([{ name: 'a.alloy', parsed: parse(text) }], from, to).map(
    ({ severity, code, line, message }) => `${line} ${severity} ${code}: ${message}`,
  );

const BATCH = (inside = '') => `otelcol.processor.batch "a" {\n${inside}\toutput { }\n}\n`;

describe('an upgrade changes', () => {
  test('a default that is not set here', () => {
    expect(notes(BATCH(), '1.10.2', '1.11.0')).toEqual([
      '1 warning upgrade.default: otelcol.processor.batch send_batch_max_size: 0 -> 3000, send_batch_size: 8192 -> 2000, not set here (1.11)',
    ]);
    const set = '\tsend_batch_size = 8192\n\tsend_batch_max_size = 0\n';
    expect(notes(BATCH(set), '1.10.2', '1.11.0')).toEqual([]);
    expect(notes(BATCH(), '1.11.0', '1.12.0')).toEqual([]);
  });

  test('a default that had no argument before', () => {
    const otlp = (inside = '') =>
      `otelcol.receiver.otlp "a" {\n\thttp {\n${inside}\t}\n\toutput { }\n}\n`;
    expect(notes(otlp(), '1.17.0', '1.18.1')).toEqual([
      '2 warning upgrade.default: otelcol.receiver.otlp http idle_timeout: 0s -> 1m, read_header_timeout: 0s -> 1m, write_timeout: 0s -> 30s, not set here (1.18)',
    ]);
    expect(notes(otlp('\t\tidle_timeout = "0s"\n'), '1.17.0', '1.18.1')[0]).not.toContain('idle');
    // no http block, no server
    expect(notes('otelcol.receiver.otlp "a" {\n\toutput { }\n}\n', '1.17.0', '1.18.1')).toEqual([]);
  });

  test('names that are gone, with the version, inside declares too', () => {
    const text = `declare "x" {
	loki.secretfilter "a" {
		forward_to   = []
		partial_mask = 4
	}
	otelcol.receiver.opencensus "b" {
		output { }
	}
}
`;
    expect(notes(text, '1.12.0', '1.18.1').filter((one) => one.includes('error'))).toEqual([
      '4 error upgrade.removed: loki.secretfilter partial_mask is removed in 1.14',
      '6 error upgrade.removed: otelcol.receiver.opencensus is removed in 1.13',
    ]);
  });

  test('what is asked for, and types', () => {
    const mysql = 'database_observability.mysql "a" {\n\tforward_to = []\n}\n';
    expect(notes(mysql, '1.11.0', '1.12.0')).toContain(
      '1 error upgrade.required: database_observability.mysql needs targets in 1.12',
    );
    const oracle =
      'prometheus.exporter.oracledb "a" {\n\tconnection_string = "x"\n\tcustom_metrics = "f"\n}\n';
    expect(notes(oracle, '1.8.0', '1.9.0')).toContain(
      '3 warning upgrade.type: prometheus.exporter.oracledb custom_metrics takes list(string) in 1.9, before optionalsecret',
    );
  });

  test('levels, as a note', () => {
    const text = 'pyroscope.relabel "a" {\n\tforward_to = []\n}\n';
    expect(notes(text, '1.9.0', '1.10.0')).toEqual([
      '1 note upgrade.stability: pyroscope.relabel is generally-available in 1.10, before public-preview',
    ]);
  });

  test('behavior, where it is used', () => {
    const kafka = (mechanism: string) =>
      `otelcol.exporter.kafka "a" {\n\tprotocol_version = "2.0.0"\n\tauthentication {\n\t\tsasl {\n\t\t\tusername = "u"\n\t\t\tpassword = "p"\n\t\t\tmechanism = "${mechanism}"\n\t\t}\n\t}\n}\n`;
    const said = (mechanism: string) =>
      notes(kafka(mechanism), '1.10.0', '1.11.0').filter((one) => one.includes('mechanism'));
    expect(said('AWS_MSK_IAM')).toHaveLength(1);
    expect(said('AWS_MSK_IAM_OAUTHBEARER')).toEqual([]);
    expect(said('PLAIN')).toEqual([]);
  });

  test('what nobody here knows', () => {
    expect(notes(BATCH(), '1.18.1', '1.42.0')).toEqual([
      expect.stringMatching(/^1 note upgrade\.unknown: alloyup knows Alloy up to 1\.\d+/),
    ]);
  });
});

test('what is kept by hand names what there is', () => {
  for (const [component, path, version, values] of FORMER_DEFAULTS) {
    let rule = tableAt(version).get(component)!;
    for (const name of path === '' ? [] : path.split('/')) rule = rule.block(name)! as typeof rule;
    for (const name of Object.keys(values)) {
      expect(rule.attributes.has(name), `${component} ${path} ${name}`).toBe(true);
    }
  }
  for (const { version, components, path = '', where = [], unless = [] } of BEHAVIOR_CHANGES) {
    expect(knownVersions()).toContain(version);
    const { names, get } = tableAt(version);
    for (const component of components) {
      if (component.endsWith('*')) {
        expect(names.some((one) => one.startsWith(component.slice(0, -1)))).toBe(true);
        continue;
      }
      let rule = get(component);
      expect(rule, component).toBeDefined();
      for (const name of path === '' ? [] : path.split('/'))
        rule = rule?.block(name) as typeof rule;
      for (const name of [...where.map(([one]) => one), ...unless]) {
        expect(rule?.attributes.has(name), `${component} ${path} ${name}`).toBe(true);
      }
    }
  }
});

describeUnless(MISSING.recordings)("upstream's own files", () => {
  const folder = recording('corpus/valid');
  const files = MISSING.recordings
    ? []
    : readdirSync(folder)
        .filter((file) => file.endsWith('.alloy'))
        .map((name) => ({ name, parsed: parse(readFileSync(`${folder}/${name}`)) }));
  const versions = knownVersions();
  const steps = versions.slice(1).map((to, index) => [versions[index]!, to] as const);

  test.each([...steps, [versions[0]!, versions.at(-1)!] as const])(
    'get notes for %s to %s, each with its place and what to do',
    (from, to) => {
      let count = 0;
      for (const file of files) {
        for (const { line, message, hint, end } of upgradeNotes([file], from, to)) {
          count++;
          expect(line).toBeGreaterThan(0);
          expect(end).toBeLessThanOrEqual(file.parsed.source.length);
          expect(`${message} ${hint}`).not.toMatch(/undefined|null|NaN|\[object/);
          expect(hint.length).toBeGreaterThan(5);
        }
      }
      if (['1.11', '1.18'].includes(to)) expect(count).toBeGreaterThan(0);
    },
  );
});
