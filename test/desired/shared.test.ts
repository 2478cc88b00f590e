import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { fleet, render } from './configure.ts';

/** Fragments that are equal on all hosts and that differ, with nothing wrong and with findings. */
const FINE: Readonly<Record<string, string>> = {
  equal: `prometheus.scrape "equal" {
	targets    = [{"__address__" = "127.0.0.1:9001"}]
	forward_to = [{{ metrics_to }}]
}
`,
  differs: `prometheus.scrape "differs" {
	targets    = [{"__address__" = "127.0.0.1:9002", "instance" = "{{ host.name }}"}]
	forward_to = [{{ metrics_to }}]
}
`,
  reads: `loki.source.file "reads" {
	targets    = [{"__path__" = "/srv/{{ host.name }}/a.log", "team" = sys.env("TEAM")}]
	forward_to = [{{ logs_to }}]
}
`,
  named: `prometheus.scrape "named" {
	targets    = [{"__address__" = "127.0.0.1:9003", "instance" = "{{ host.name }}", "team" = sys.env("TEAM")}]
	forward_to = [{{ metrics_to }}]
}
`,
  unused: `loki.relabel "unused" {
	forward_to = []
}
`,
  wide: `loki.source.api "wide" {
	forward_to = [{{ logs_to }}]

	http {
		listen_address = ""
		listen_port    = 3500
	}
}
`,
};
const FAULTY: Readonly<Record<string, string>> = {
  clash: `loki.relabel "unused" {
	forward_to = [{{ logs_to }}]
}
`,
  pattern: `loki.relabel "pattern" {
	forward_to = [{{ logs_to }}]

	rule {
		regex         = "\\\\.({{ host.name }}"
		source_labels = ["unit"]
	}
}
`,
  kind: 'prometheus.scrape "{{ host.name }}" {\n\ttargets = 1\n\tforward_to = {{ logs_to }}\n}\n',
  broken: 'loki.write "{{ fragment }}" {\n\tendpoint {\n',
};

const hosts = fc.array(
  fc.record({
    fine: fc.subarray(Object.keys(FINE)),
    faulty: fc.option(fc.constantFrom(...Object.keys(FAULTY)), { freq: 2 }),
    strange: fc.boolean(),
    own: fc.boolean(),
    /** It sets its address alone. */
    bare: fc.boolean(),
  }),
  { minLength: 4, maxLength: 6 },
);

const base = fc.constantFrom<Readonly<Record<string, unknown>>>(
  {
    template: 'linux-host',
    vars: { metrics_url: 'https://m.example/api', logs_url: 'https://l.example/loki' },
  },
  { template: './base.alloy' },
);
const BASE = `{% assign metrics_to = "prometheus.remote_write.own.receiver" | reference -%}
{% assign logs_to = "loki.write.own.receiver" | reference -%}
prometheus.remote_write "own" { }

loki.write "own" { }
`;

test('what hosts share changes nothing of what is found', () => {
  const files = {
    './base.alloy': BASE,
    ...Object.fromEntries(
      Object.entries({ ...FINE, ...FAULTY }).map(([name, text]) => [`./${name}.alloy`, text]),
    ),
  };
  const seen = new Set<string>();
  fc.assert(
    fc.property(hosts, base, (all, config) => {
      const named = all.map(
        ({ strange, ...host }, i) => [strange ? `h${i}.x-1` : `h${i}`, host] as const,
      );
      const inventory = stringify({
        defaults: {
          config: { ...config, fragments: { equal: './equal.alloy', redis: 'redis' } },
        },
        groups: { web: { hosts: named.slice(1).map(([name]) => name) } },
        hosts: Object.fromEntries(
          named.map(([name, { fine, faulty, own, bare }], i) => [
            name,
            bare
              ? { ssh: { address: `10.0.0.${i + 1}` } }
              : {
                  config: {
                    fragments: Object.fromEntries([
                      ...[...fine, ...(faulty === null ? [] : [faulty])].map((one) => [
                        one,
                        `./${one}.alloy`,
                      ]),
                      ...(own ? [['redis', { vars: { instance: name } }]] : []),
                    ]),
                  },
                },
          ]),
        ),
      });
      const together = fleet(inventory, files);
      for (const [name] of named) {
        // a text that several hosts have is checked for the first of them
        const [shared, alone] = [together(name), render(inventory, files, name)].map(
          ({ parts: _, writtenAt: __, configHoles: ___, ...made }) =>
            JSON.stringify(made).replace(/rendered for [\w.-]+/g, 'rendered for one'),
        );
        expect(shared).toBe(alone);
        for (const [code] of shared!.matchAll(/\b\w+\.[\w-]+(?=: )/g)) seen.add(code);
      }
    }),
    { numRuns: 40 },
  );
  // they do find something
  expect([...seen]).toEqual(
    expect.arrayContaining(['config.check', 'config.syntax', 'environment.missing']),
  );
});

const ARGUMENTS = `prometheus.scrape "own" {
	targets         = [{"__address__" = "{{ address }}", "instance" = {{ host.name }}}]
	forward_to      = [prometheus.relabel.own.receiver]
	scrape_interval = {{ interval }}
	// of the host
	job_name        = "{{ job }}"
}

prometheus.relabel "own" {
	forward_to = [prometheus.remote_write.own.receiver]

	rule {
		regex        = "{{ pattern }}"
		target_label = "own"
		replacement  = {{ replacement }}
	}
}

prometheus.remote_write "own" {
	endpoint {
		url = {{ url }}
		bearer_token_file = {{ token_file }}
		headers = { "X-Scope-OrgID" = "{{ org }}", "X-Read" = sys.env({{ variable }}) }
	}
}

loki.source.file "own" {
	targets    = [{"__path__" = "/srv/{{ tenant }}/a.log", "job" = "{{ job | append: "-x" }}"}]
	forward_to = {{ receivers }}
}
`;

/** What fits first, then what does not, or says more than itself. */
const VALUES: Readonly<Record<string, readonly unknown[]>> = {
  address: ['127.0.0.1:9001', '127.0.0.2:1', 'http://x', 'a b', ''],
  interval: ['10s', '20s', 'soon', '1s', ''],
  job: ['a', 'another', '<JOB>', `$\{JOB}`, 'ä', 'a"b', ''],
  pattern: ['a.*', 'b', '(', '\\\\d', ''],
  replacement: ['x', 'another', '$1', '$(X)', 'https://u:p@h', 'unix:///run/x', ''],
  url: [
    'https://m.example/a',
    'https://m.example/bb',
    'm.example',
    'https://u:p@m.example',
    'http://x y',
  ],
  token_file: ['/etc/a', '/etc/bb', 'a', ''],
  tenant: ['t-1', 't-22', 't 3', '*', '<TENANT>', ''],
  org: ['o', 'another', 'o/1', '<ORG>', ''],
  variable: ['HOME', 'TEAM', 'TEAM_2', ''],
  receivers: [[], ['x']],
};

test('texts that differ in a string share what does not differ', () => {
  const files = { './base.alloy': ARGUMENTS };
  const names = Object.keys(VALUES);
  const usual = names.map((name) => [name, VALUES[name]![0]] as const);
  const own = fc.uniqueArray(
    fc
      .constantFrom(...names)
      .chain((name) => fc.constantFrom(...VALUES[name]!).map((value) => [name, value] as const)),
    { maxLength: 2, selector: ([name]) => name },
  );
  fc.assert(
    fc.property(fc.array(own, { minLength: 3, maxLength: 8 }), (all) => {
      const hosts = all.map((vars, i) => [`h${'0'.repeat(i)}`, vars] as const);
      const inventory = stringify({
        defaults: { config: { template: './base.alloy', vars: Object.fromEntries(usual) } },
        hosts: Object.fromEntries(
          hosts.map(([name, vars]) => [name, { config: { vars: Object.fromEntries(vars) } }]),
        ),
      });
      const together = fleet(inventory, files);
      for (const [name] of hosts) {
        const [shared, alone] = [together(name), render(inventory, files, name)].map(
          ({ parts, writtenAt, configHoles: _, ...made }) =>
            JSON.stringify({
              ...made,
              places: [...(made.text ?? '')].map((_, offset) => writtenAt?.(offset)),
              written: parts?.map((part) => part.written?.place({ line: 9, column: 20 })),
            }),
        );
        expect(shared).toBe(alone);
      }
    }),
    { numRuns: 60 },
  );
});

test.each([
  ['with nothing wrong', ['named']],
  ['with a finding beside it', ['named', 'unused']],
])('what stands behind a string that differs is told with its own place, %s', (_, fragments) => {
  const files = {
    ...Object.fromEntries(fragments.map((name) => [`./${name}.alloy`, FINE[name]!])),
  };
  const vars = { metrics_url: 'https://m.example/api', logs_url: 'https://l.example/loki' };
  const own = Object.fromEntries(fragments.map((name) => [name, `./${name}.alloy`]));
  const inventory = stringify({
    defaults: { config: { template: 'linux-host', vars, fragments: own } },
    hosts: { h1: {}, 'h22.example.com': {}, h333: {} },
  });
  const together = fleet(inventory, files);
  for (const name of ['h1', 'h22.example.com', 'h333']) {
    const [shared, alone] = [together(name), render(inventory, files, name)];
    expect(shared.warnings).toEqual(alone.warnings);
    expect(shared.warnings.join('\n')).toContain('named.alloy:2:92 environment.missing');
  }
});

test('of a whole configuration it is known where texts of variables stand, behind what was cut, too', () => {
  const files = { './differs.alloy': `\n\n${FINE.differs}` };
  const inventory = stringify({
    defaults: {
      config: {
        template: 'linux-host',
        vars: { metrics_url: 'https://m.example/api', logs_url: 'https://l.example/loki' },
        fragments: { differs: './differs.alloy' },
      },
    },
    hosts: { h1: {}, 'h22.example.com': {} },
  });
  const together = fleet(inventory, files);
  const [one, other] = ['h1', 'h22.example.com'].map((name) => {
    const { text = '', configHoles = [] } = together(name);
    const values = configHoles.map(({ start, end }) => text.slice(start, end));
    const around = [...configHoles, { start: text.length }].map(({ start }, i) =>
      text.slice(configHoles[i - 1]?.end ?? 0, start),
    );
    return { values, around };
  });
  expect(one!.values.at(-1)).toBe('h1');
  expect(other!.values.at(-1)).toBe('h22.example.com');
  expect(one!.values).toContain('https://m.example/api');
  // the line above a fragment names it, and no host
  expect(one!.around).toEqual(other!.around);
});

test('hosts that are checked for something else share no check', () => {
  const text = `foreach "own" {
	collection = [1]
	var        = "n"

	template { }
}

prometheus.scrape "own" {
	targets    = [{"__address__" = "127.0.0.1:9001", "instance" = "{{ host.name }}"}]
	forward_to = [prometheus.remote_write.own.receiver]
}

prometheus.remote_write "own" {
	endpoint {
		url = "https://m.example/push"
	}
}
`;
  const inventory = stringify({
    defaults: { config: { template: './base.alloy' } },
    groups: { g: { hosts: ['h1', 'h22', 'h333'] } },
    hosts: {
      h1: { alloy: { stability: 'experimental' } },
      h22: {},
      h333: { alloy: { stability: 'experimental' } },
    },
  });
  const files = { './base.alloy': text };
  const together = fleet(inventory, files);
  const all = ['h1', 'h22', 'h333'].map((name) => together(name));
  expect(all.map(({ problems, warnings }) => [problems.length, warnings.length])).toEqual([
    [0, 0],
    [1, 0],
    [0, 0],
  ]);
});

test('hosts whose texts differ in what no check looks at are checked once', () => {
  const checked = new Map();
  const vars = { metrics_url: 'https://m.example/api', logs_url: 'https://l.example/loki' };
  const inventory = stringify({
    defaults: { config: { template: 'linux-host', vars, fragments: { own: './own.alloy' } } },
    hosts: Object.fromEntries(
      Array.from({ length: 9 }, (_, i) => [
        `h${i}`,
        {
          config: {
            vars: {
              metrics_tenant: `t${i}`,
              instance: 'x'.repeat(i + 1),
              labels: { rack: `r${i}` },
            },
          },
        },
      ]),
    ),
  });
  const together = fleet(inventory, { './own.alloy': FINE.differs! }, { checked });
  const texts = Array.from({ length: 9 }, (_, i) => together(`h${i}`).text);
  expect(new Set(texts).size).toBe(9);
  expect(checked.size).toBe(1);
});
