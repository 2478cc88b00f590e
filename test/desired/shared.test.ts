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
          ({ parts: _, writtenAt: __, ...made }) =>
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
