import { describe, expect, test } from 'vitest';
import { checkConfig } from '../../../src/alloy/check/check.ts';
import type { CheckOptions } from '../../../src/alloy/check/model.ts';
import { parse } from '../../../src/alloy/parser.ts';
import { knownVersions, newestVersion, tableAt } from '../../../src/alloy/table/component-table.ts';
import { REPLACEMENTS } from '../../../src/alloy/table/replacements.ts';

const found = (text: string, options: Partial<CheckOptions>) =>
  checkConfig(parse(text), {
    stability: 'experimental',
    strict: false,
    check: 'service',
    ...options,
  })
    .filter(({ code }) => !code.startsWith('flow.'))
    .map(({ severity, code, message, hint }) => `${severity} ${code}: ${message}. ${hint}`);

const LUHN =
  'loki.process "a" {\n\tforward_to = []\n\tstage.luhn {\n\t\tskip_regex = "a"\n\t}\n}\n';
const BATCHER = `otelcol.exporter.splunkhec "a" {
	client {
		endpoint = "https://splunk.example.com"
	}
	splunk {
		token = sys.env("T")
		batcher { }
	}
}
`;

describe('what another version has', () => {
  test('was added later', () => {
    expect(found(LUHN, { version: '1.17.0-1' })).toEqual([
      'warning stability.version: stage.luhn { skip_regex } was added in 1.19; version 1.17.0-1 is pinned. Pin 1.19 or newer, or remove it',
    ]);
    expect(found(LUHN, { version: '1.18.1', versionIs: 'running' })).toEqual([
      'warning stability.version: stage.luhn { skip_regex } was added in 1.19; the host runs 1.18.1. Pin 1.19 or newer, or remove it',
    ]);
    expect(found(LUHN, { version: '1.19.2' })).toEqual([]);
    expect(found(LUHN, {})).toEqual([]);
  });

  test('was removed before: an error, unless nobody knows the version', () => {
    const said = 'splunk { batcher { } } was removed in 1.18';
    const instead = 'Use sending_queue { batch { } }';
    const options = { communityComponents: true };
    expect(found(BATCHER, { ...options, version: '1.18.0' })).toEqual([
      `error version.removed: ${said}; version 1.18.0 is pinned. ${instead}`,
    ]);
    expect(found(BATCHER, options)).toEqual([`warning version.removed: ${said}. ${instead}`]);
    expect(found(BATCHER, { ...options, version: '1.17.9' })).toEqual([]);
  });

  test('was removed before the release that is known from the days before it: a warning', () => {
    const text = 'prometheus.write.queue "a" { }\n';
    expect(found(text, { version: '1.19.0' })[0]).toMatch(/^warning version\.removed: /);
  });

  test('no version has: what is meant is said', () => {
    expect(found('prometheus.scrap "a" { }\n', { version: '1.17.0' })).toEqual([
      'warning component.unknown: cannot find the definition of component name "prometheus.scrap". Did you mean prometheus.scrape?',
    ]);
  });
});

describe('beyond the newest that is known', () => {
  const NEW = `prometheus.scrap "a" {
	targets = []
}

logging {
	lvel = "info"
	sink { }
}
`;

  test.each([false, true])('what is unknown is a note without a guess, strict: %s', (strict) => {
    const all = found(NEW, { version: '1.42.0', strict });
    expect(all).toHaveLength(3);
    for (const one of all) {
      expect(one).toMatch(
        /^note version\.newer: .* is not known: alloyup knows Alloy up to 1\.\d+/,
      );
      expect(one).not.toMatch(/Did you mean|prometheus\.scrape/);
    }
  });

  test('what was removed long ago is not known either', () => {
    const text = 'otelcol.exporter.logging "a" { }\n';
    expect(found(text, { version: '1.42.0' })[0]).toMatch(/^note version\.newer: /);
  });
});

test('levels are those of the version', () => {
  const text = 'pyroscope.relabel "a" {\n\tforward_to = []\n}\n';
  const options = { stability: 'generally-available' } as const;
  expect(found(text, { ...options, version: '1.9.0' })[0]).toMatch(
    /stability\.component: .*"public-preview"/,
  );
  expect(found(text, { ...options, version: '1.10.0' })).toEqual([]);
});

test('each replacement is of something that some version has and the newest has not', () => {
  const rulesOf = (name: string, version: string) => {
    const { names, get } = tableAt(version);
    const prefix = name.endsWith('*') ? name.slice(0, -1) : null;
    return names.filter((one) => (prefix ? one.startsWith(prefix) : one === name)).map(get);
  };
  for (const [component, path] of REPLACEMENTS) {
    const names = path === '' ? [] : path.split('/');
    const has = (version: string): boolean =>
      rulesOf(component, version).some((top) => {
        let rule: ReturnType<NonNullable<typeof top>['block']> = top;
        for (const name of names.slice(0, -1)) rule = rule?.block(name);
        const last = names.at(-1);
        return last === undefined
          ? rule !== undefined
          : Boolean(rule?.attributes.has(last) || rule?.block(last));
      });
    expect(knownVersions().some(has), `${component} ${path}`).toBe(true);
    expect(has(newestVersion()), `${component} ${path}`).toBe(false);
  }
});
