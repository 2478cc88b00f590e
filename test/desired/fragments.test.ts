import { describe, expect, test } from 'vitest';
import { format } from '../../src/alloy/format.ts';
import { parse } from '../../src/alloy/parser.ts';
import { builtinTemplate } from '../../src/config/builtins.ts';
import { configurationOf } from '../../src/desired/configuration.ts';
import { parseInventory } from '../../src/inventory/parse-inventory.ts';
import { settingsOf } from '../../src/inventory/settings.ts';
import { Pipeline } from '../pipeline.ts';
import { type Files, render, rendered } from './configure.ts';

const TARGETS = {
  metrics_url: 'https://m.example/api/v1/write',
  logs_url: 'https://l.example/loki/api/v1/push',
};
const vars = (values: Readonly<Record<string, unknown>>): string => JSON.stringify(values);
const BASE = `defaults:
  config: { template: linux-host, vars: ${vars(TARGETS)} }
`;
const FILE = 'local.file_match "NAME" {\n\tpath_targets = []\n}\n';
const file = (name: string): string => FILE.replace('NAME', name);

describe('merging', () => {
  const inventory = `defaults:
  config: { template: minimal, fragments: { b: ./b.alloy, gone: ./gone.alloy, back: ./b.alloy } }
groups:
  web:
    hosts: [h, other]
    config: { fragments: { a: ./a.alloy, gone: null, back: null } }
hosts:
  h: { config: { fragments: { a: { vars: { path: /own } }, back: ./back.alloy } } }
`;
  const files = {
    './a.alloy':
      'local.file_match "a" {\n\tpath_targets = [{__path__ = {{ path | default: "/any" }}}]\n}\n',
    './b.alloy': file('b'),
    './back.alloy': file('back'),
    './gone.alloy': file('gone'),
  };

  test('adds by name over defaults, groups and host, and null removes', () => {
    expect(
      rendered(inventory, files),
    ).toBe(`// alloyup, template minimal: change the inventory, not this file.
logging {
	level  = "info"
	format = "logfmt"
}

// alloyup, fragment a: ./a.alloy
local.file_match "a" {
	path_targets = [{__path__ = "/own"}]
}

// alloyup, fragment b: ./b.alloy
${file('b')}
// alloyup, fragment back: ./back.alloy
${file('back')}`);
    expect(rendered(inventory, files, 'other')).toMatch(/"\/any"[\s\S]*fragment b: [\s\S]*"b" \{/);
    expect(rendered(inventory, files, 'other')).not.toMatch(/gone|back/);
  });

  test('replaces a fragment and its variables where a later section names another template', () => {
    const text = rendered(
      `defaults: { config: { fragments: { x: { template: ./a.alloy, vars: { path: /p } } } } }
hosts: { h: { config: { fragments: { x: { template: ./b.alloy } } } } }
`,
      files,
    );
    expect(text).toContain('"b"');
  });

  test('refuses two groups that disagree, and names both lines', () => {
    const { problems } = render(`groups:
  a: { hosts: [h], config: { fragments: { x: ./a.alloy } } }
  b: { hosts: [h], config: { fragments: { x: ./b.alloy } } }
`);
    expect(problems).toEqual([
      expect.stringMatching(
        /^inventory\.yaml:3:\d+ inventory\.rule: .*\(line 2\) and "b" \(line 3\) .*config\.fragments\.x/,
      ),
    ]);
  });

  test('leaves a configuration without fragments as it is', () => {
    const base = `${BASE}hosts: { h: }\n`;
    expect(rendered(base)).toBe(
      rendered(base.replace('h: }', 'h: { config: { fragments: {} } } }')),
    );
  });
});

describe('what is wrong is told where it stands', () => {
  const withFragments = (fragments: string, base = BASE): string =>
    `${base}hosts:\n  h:\n    config:\n      fragments: ${fragments}\n`;

  test.each<[string, string, Files, readonly (string | RegExp)[]]>([
    [
      'two fragments with the same component',
      withFragments('{ a: ./a.alloy, b: ./b.alloy }'),
      { './a.alloy': file('x'), './b.alloy': `// b\n${file('x')}` },
      [
        /^b\.alloy:2:1 config\.check: block local\.file_match\.x already declared at a\.alloy:1:1 .*-> Give this/,
      ],
    ],
    [
      'the same, where lines of the first were rendered away',
      withFragments('{ a: ./a.alloy, b: ./b.alloy }'),
      {
        './a.alloy': `{%- if fragment %}\n{%- endif %}\n${file('x')}`,
        './b.alloy': `{%- if fragment %}\n{%- endif %}\n${file('x')}`,
      },
      [/^b\.alloy:3:1 .* already declared at a\.alloy:3:1 /],
    ],
    [
      'a component of the base',
      withFragments('{ a: ./a.alloy }'),
      { './a.alloy': 'prometheus.exporter.self "alloy" { }\n' },
      [
        /^a\.alloy:1:1 config\.check: block prometheus\.exporter\.self\.alloy already declared at templates\/linux-host\.alloy \(rendered for h\):\d+:1/,
      ],
    ],
    ...['logging', 'http', 'remotecfg'].map((block): [string, string, Files, RegExp[]] => [
      `a second ${block} block`,
      withFragments('{ a: ./a.alloy, b: ./b.alloy }'),
      { './a.alloy': `${block} { }\n`, './b.alloy': `${block} { }\n` },
      [
        ...(block === 'logging' ? [/^a\.alloy:1:1 .*templates\/linux-host/] : []),
        new RegExp(
          `^b\\.alloy:1:1 config\\.check: block ${block} already declared at (a\\.alloy|templates/linux-host)`,
        ),
      ],
    ]),
    [
      'a syntax error in line 7',
      withFragments('{ a: ./a.alloy }'),
      { './a.alloy': `${file('x')}\n\n\nlocal.file_match "y" [\n` },
      [/^a\.alloy:7:22 config\.syntax/],
    ],
    [
      'a mistake behind Liquid that writes and removes lines',
      withFragments('{ a: { template: ./a.alloy, vars: { names: [x, y, z] } } }'),
      {
        './a.alloy': `{%- assign label = fragment | identifier %}
{%- for name in names %}
local.file_match "{{ label }}_{{ name }}" {
	path_targets = []
}
{%- endfor %}

local.file_match "w" {
	path_targts = []
}
`,
      },
      [/^a\.alloy:8:1 config\.check: .*path_targets/, /^a\.alloy:9:2 config\.check: .*path_targts/],
    ],
    [
      'a mistake in a value',
      withFragments('{ a: { template: ./a.alloy, vars: { every: never } } }'),
      {
        './a.alloy': `// {{ fragment }}
prometheus.scrape "a" {
	targets         = []
	forward_to      = [{{ metrics_to }}]
	scrape_interval = {{ every }}
}
`,
      },
      [/^a\.alloy:5:20 config\.check: .*never/],
    ],
    [
      'Liquid that is not closed',
      withFragments('{ a: ./a.alloy }'),
      { './a.alloy': '// one\n// two\n{{ x\n' },
      [/^a\.alloy:3:1 template\.syntax/],
    ],
    [
      'a signal without a destination',
      withFragments(
        '{ a: ./a.alloy }',
        BASE.replace(/"logs_url":"[^"]*"/, '"x":1').replace(',"x":1', ',"collect":["metrics"]'),
      ),
      { './a.alloy': 'loki.source.api "a" {\n\tforward_to = [{{ logs_to }}]\n}\n' },
      [
        'a.alloy:2:19 template.variable: the fragment a sends logs, which have no destination -> Give logs_url or otlp_url to the template linux-host',
      ],
    ],
    [
      'a base that offers nothing',
      withFragments('{ a: ./a.alloy }', 'defaults: { config: { template: minimal } }\n'),
      { './a.alloy': 'loki.source.api "a" {\n\tforward_to = [{{ logs_to }}]\n}\n' },
      [
        /^a\.alloy:2:19 .* sends logs, which have no destination -> Use a template that offers one, or assign it in minimal: \{% assign logs_to/,
      ],
    ],
    [
      'an unknown built-in fragment',
      withFragments('{ a: rediss }'),
      {},
      [
        'inventory.yaml:6:20 template.file: there is no built-in fragment "rediss" -> Did you mean "redis"?',
      ],
    ],
    [
      'nothing to remove',
      withFragments('{ reds: null }', BASE.replace(/ \}$/m, ', fragments: { redis: redis } }')),
      {},
      [
        'inventory.yaml:6:26 inventory.rule: there is no fragment "reds" to remove here -> Did you mean "redis"?',
      ],
    ],
    [
      'variables for no template',
      withFragments('{ a: { vars: { x: 1 } } }'),
      {},
      [/^inventory\.yaml:6:\d+ inventory\.rule: the fragment "a" has no template on "h"/],
    ],
    [
      'a variable that no built-in has',
      withFragments('{ a: { template: redis, vars: { adress: "x:1" } } }'),
      {},
      [
        /^inventory\.yaml:6:\d+ template\.variable: the template redis has no parameter "adress" -> Did you mean address/,
      ],
    ],
    [
      'a variable of the base',
      withFragments('{ a: { template: redis, vars: { logs_to: x } } }'),
      {},
      [/logs_to is reserved in fragments/, /has no parameter "logs_to"/],
    ],
    [
      'a secret as a variable',
      withFragments('{ a: { template: redis, vars: { password_env: { secret: "env:X" } } } }'),
      {},
      [/inventory\.rule: .*secret/],
    ],
    [
      'a URL with a scheme that the parameter does not take',
      withFragments('{ a: { template: blackbox, vars: { targets: { x: "ftp://h" } } } }'),
      {},
      [
        /^inventory\.yaml:6:\d+ template\.variable: targets: ftp:\/\/ is none of http:\/\/, https:\/\/, tcp:\/\/, tls:\/\/, icmp:\/\/ -> Use one of them/,
      ],
    ],
    [
      'what is no URL in a map of them, or nothing',
      withFragments(
        '{ a: { template: syslog, vars: { listeners: { x: "0.0.0.0:1514" } } }, b: { template: syslog, vars: { listeners: {} } } }',
      ),
      {},
      [
        /listeners must be a map of URLs, not {"x":"0\.0\.0\.0:1514"} -> Write e\.g\. { devices: "udp:\/\/0\.0\.0\.0:1514" }\./,
        /listeners must be a map of URLs, not {} /,
      ],
    ],
    [
      'a listener with TLS and no certificate, and a certificate without',
      withFragments(
        '{ a: { template: syslog, vars: { listeners: { x: "tls://:6514" } } }, b: { template: syslog, vars: { listeners: { x: "tcp://:1514" }, cert_file: /c } } }',
      ),
      {},
      [
        /the template syslog needs cert_file: .* e\.g\. cert_file: \/etc\/alloy\/syslog\.pem/,
        /the template syslog needs key_file/,
        /cert_file has no effect without tls in listeners/,
      ],
    ],
    [
      'a fragment that is no map, path or null',
      withFragments('{ a: [x] }'),
      {},
      [/^inventory\.yaml:6:23 inventory\.schema: .* a fragment/],
    ],
  ])('%s', (_, inventory, files, expected) => {
    const { problems } = render(inventory, files);
    expect(problems).toEqual(
      expected.map((one) =>
        typeof one === 'string' ? expect.stringContaining(one) : expect.stringMatching(one),
      ),
    );
  });
});

test('each offset of the whole text leads back to its fragment', () => {
  const a = `{%- if fragment %}\n{%- endif %}\n\n${file('a')}`;
  const b = `// é {{ fragment }}\n{%- for one in names %}\n${file('{{ one }}')}{%- endfor %}\nlocal.file_match "last" {\n\tpath_targets = [{ __path__ = {{ path }} }]\n}`;
  const { text, writtenAt, parts } = render(
    `${BASE}hosts: { h: { config: { fragments: { a: ./a.alloy, b: { template: ./b.alloy, vars: { names: [x, y], path: /p } }, c: redis } } } }\n`,
    { './a.alloy': a, './b.alloy': b },
  );
  const at = (mark: string, more = 0) => {
    const offset = text!.indexOf(mark);
    expect(offset, mark).toBeGreaterThan(0);
    return writtenAt!(offset + more)?.at;
  };
  expect(at('local.file_match "a"')).toEqual({ file: 'a.alloy', line: 4, column: 1 });
  expect(at('// é b', 3)).toEqual({ file: 'b.alloy', line: 1, column: 4 });
  expect(at('local.file_match "x"')).toEqual({ file: 'b.alloy', line: 3, column: 1 });
  expect(at('local.file_match "y"')).toEqual({ file: 'b.alloy', line: 3, column: 1 });
  expect(at('local.file_match "last"')).toMatchObject({ file: 'b.alloy', column: 1 });
  expect(at('"/p"')).toMatchObject({ file: 'b.alloy', column: 31 });
  expect(at('prometheus.exporter.redis')).toMatchObject({ file: expect.stringContaining('redis') });
  expect(writtenAt!(0)).toBeUndefined();
  expect(at('prometheus.exporter.self')).toBeUndefined();

  // as Alloy is told, each part by itself
  const [, first, second, builtin] = parts!;
  expect(first!.written!.text).toBe(a);
  const line = second!.text.split('\n').findIndex((one) => one.includes('"last"')) + 1;
  expect(second!.written!.place({ line, column: 1 })).toEqual({
    line: b.split('\n').findIndex((one) => one.includes('"last"')) + 1,
    column: 1,
  });
  expect(builtin!.written).toBeUndefined();
});

const ALL = { ...TARGETS, traces_url: 'https://t.example:4318' };
const OTLP = { otlp_url: 'https://o.example' };
const OWN = `loki.source.api "f" {
	forward_to = [{{ logs_to }}]

	http {
		listen_address = "127.0.0.1"
		listen_port    = 3500
	}
}

prometheus.scrape "f" {
	targets    = []
	forward_to = [{{ metrics_to }}]
}

otelcol.receiver.otlp "f" {
	grpc {
		endpoint = "127.0.0.1:14317"
	}

	output {
		traces = [{{ traces_to }}]
	}
}
`;

describe.each([
  ['linux-host', { ...ALL, collect: ['otlp'] }],
  ['linux-host', { ...ALL, collect: [] }],
  ['linux-host', ALL],
  ['linux-host', { ...OTLP, collect: ['metrics'] }],
  ['linux-host', { ...OTLP, self_metrics: 'none', collect: ['journal'] }],
  ['linux-host', { ...OTLP, metrics_url: TARGETS.metrics_url }],
  ['otlp-gateway', { ...ALL, logs_url: 'https://l.example/otlp' }],
  ['otlp-gateway', OTLP],
  ['otlp-gateway', { ...OTLP, self_metrics: 'none' }],
] as const)('%s with %j gives fragments their destinations', (template, values) => {
  const inventory = `hosts: { h: { config: { template: ${template}, vars: ${vars({ ...values, labels: { env: 'x' } })}, fragments: { own: ./own.alloy } } } }\n`;
  const pipeline = new Pipeline(rendered(inventory, { './own.alloy': OWN }), 'h1');

  test('which add the labels of the inventory', () => {
    for (const [id, signal] of [
      ['loki.source.api.f', 'logs'],
      ['prometheus.scrape.f', 'metrics'],
      ['otelcol.receiver.otlp.f', 'traces'],
    ] as const) {
      const [delivery, ...more] = pipeline.follow(id, signal, { labels: { job: 'own' } });
      expect(more).toEqual([]);
      const all = { ...delivery!.resource, ...delivery!.attributes, ...delivery!.labels };
      expect(all, id).toMatchObject({ host: 'h1', env: 'x' });
    }
  });

  test('in canonical form, without a warning of ours but for open ports', () => {
    const made = render(inventory, { './own.alloy': OWN });
    expect(format(made.text!, parse(made.text!).file)).toBe(made.text);
    expect(made.warnings.filter((one) => !/exposure\.listen|is collected/.test(one))).toEqual([]);
  });
});

test('self-monitoring offers metrics, and logs where they have a destination', () => {
  const inventory = `hosts: { h: { config: { template: self-monitoring, vars: ${vars(TARGETS)}, fragments: { own: ./own.alloy } } } }\n`;
  const own = OWN.slice(0, OWN.indexOf('otelcol'));
  const pipeline = new Pipeline(rendered(inventory, { './own.alloy': own }), 'h1');
  expect(pipeline.follow('loki.source.api.f', 'logs', {})).toHaveLength(1);
  expect(pipeline.follow('prometheus.scrape.f', 'metrics', {})).toHaveLength(1);
});

test('an own template offers what it assigns', () => {
  const base = `{%- assign metrics_to = "prometheus.remote_write.mine.receiver" | reference -%}
prometheus.remote_write "mine" {
	endpoint {
		url = "https://m.example/write"
	}
}
`;
  const text = rendered(
    'hosts: { h: { config: { template: ./b.alloy, fragments: { cache: redis } } } }\n',
    { './b.alloy': base },
  );
  expect(text).toContain('forward_to      = [prometheus.remote_write.mine.receiver]');
  expect(text).toContain('// alloyup, fragment cache: redis\n');
});

describe('hosts that share their settings share what is rendered', () => {
  /** Of one inventory and one reading of its templates, as in a run. */
  function renderAll(text: string, own: Files): (host: string) => string {
    const parsed = parseInventory(text, 'inventory.yaml');
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    const templates = new Map(
      Object.entries(own).map(([path, body]) => [
        path,
        { name: path, file: path.replace('./', ''), text: body, parameters: null },
      ]),
    );
    return (host) => {
      const settings = settingsOf(parsed.value, host);
      const fragments = settings.config.fragments.map(
        ({ name, template }) => [name, templates.get(template!)!] as const,
      );
      const made = configurationOf(settings, builtinTemplate('linux-host'), {
        strict: true,
        frame: parsed.value.frame,
        checked: new Map(),
        alloyVersion: null,
        planned: false,
        fragments: new Map(fragments),
      });
      if (!made.ok) throw new Error(JSON.stringify(made.problems));
      return made.value.text;
    };
  }
  const inventory = `${BASE.replace(/ \}$/m, ', fragments: { a: ./a.alloy, b: ./b.alloy } }')}groups: { one: { hosts: [g, h] }, two: { hosts: [i] } }
hosts: { g: , h: , i: , j: { config: { fragments: { b: { vars: { x: 1 } } } } } }
`;
  const files = {
    './a.alloy': `// {{ host.groups | join: "," }} {{ host.fragments | size }}\n${file('a')}`,
    './b.alloy': `// {{ x | default: 0 }}\n${file('b')}`,
  };
  /** The lines of the two fragments that differ between hosts. */
  const linesOf = (own: Files) => {
    const all = renderAll(inventory, own);
    return ['g', 'h', 'i', 'j'].map((host) =>
      all(host)
        .match(/(?<=fragment [ab]: .*\n)\/\/ .*/g)!
        .join(' '),
    );
  };

  test('but for what reads the host itself, or belongs to other settings', () => {
    expect(linesOf(files)).toEqual([
      '// one 2 // 0',
      '// one 2 // 0',
      '// two 2 // 0',
      '//  2 // 1',
    ]);
    for (const reads of ['host.name', 'host["name"]', 'h.name', 'host[key]']) {
      const text = `{%- assign h = host %}{%- assign key = "name" %}\n// {{ ${reads} }}\n${file('a')}`;
      expect(linesOf({ ...files, './a.alloy': text }), reads).toEqual([
        '// g // 0',
        '// h // 0',
        '// i // 0',
        '// j // 1',
      ]);
    }
  });

  test('and other text under the same name is rendered anew', () => {
    const other = { ...files, './b.alloy': `// other {{ x | default: 0 }}\n${file('b')}` };
    expect(linesOf(other)[0]).toBe('// one 2 // other 0');
  });
});
