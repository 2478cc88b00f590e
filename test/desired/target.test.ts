import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { builtinTemplate } from '../../src/config/builtins.ts';
import type { Template } from '../../src/config/template-model.ts';
import { configurationOf } from '../../src/desired/configuration.ts';
import type { CheckedTexts } from '../../src/desired/judge.ts';
import { makeTarget, type TargetInput } from '../../src/desired/target.ts';
import { fragmentOf, templateOf } from '../../src/desired/templates.ts';
import { parseInventory } from '../../src/inventory/parse-inventory.ts';
import { fragmentRefs, settingsOf, templateRef } from '../../src/inventory/settings.ts';
import { Secret } from '../../src/model/secret.ts';
import { withText } from '../../src/report/text-of.ts';

const plain = (text: string): Template => ({
  name: './t.alloy',
  file: 't.alloy',
  text,
  parameters: null,
});
const MINIMAL = plain('logging {\n\tlevel = "warn"\n}\n');

interface Wish {
  readonly host?: string;
  readonly template?: Template;
  readonly input?: Partial<TargetInput>;
}

function make(text: string, { host = 'h', template = MINIMAL, input = {} }: Wish = {}) {
  const parsed = parseInventory(text, 'inventory.yaml');
  if (!parsed.ok)
    throw new Error(
      parsed.problems
        .map(withText)
        .map(({ message }) => message)
        .join('\n'),
    );
  return makeTarget({
    settings: settingsOf(parsed.value, host),
    cluster: null,
    template,
    secrets: new Map(),
    files: new Map(),
    sudoPassword: null,
    isRoot: false,
    absolute: (path) => `/inv/${path}`,
    frame: parsed.value.frame,
    strict: false,
    alloyVersion: null,
    planned: false,
    checked: new Map(),
    fragments: new Map(),
    configure: configurationOf,
    ...input,
  });
}

function made(text: string, wish?: Wish) {
  const result = make(text, wish);
  if (!result.ok) throw new Error(JSON.stringify(result.problems, null, 1));
  return { ...result.value.target, warnings: result.value.warnings };
}

const refused = (text: string, wish?: Wish) => {
  const result = make(text, wish);
  return result.ok
    ? []
    : result.problems
        .map(withText)
        .map(({ code, message, at }) => `${at?.file}:${at?.line}:${at?.column} ${code} ${message}`);
};

test('the environment stands in file order: ours first', () => {
  const { desired } = made(
    'hosts: { h: { alloy: { listen: "[::]:9", args: [--disable-reporting], environment: { B: "1", A: { secret: env:A } } } } }',
    { input: { secrets: new Map([['env:A', new Secret('s3cret')]]) } },
  );
  expect([...desired.environment.keys()]).toEqual([
    'CONFIG_FILE',
    'CUSTOM_ARGS',
    'RESTART_ON_UPGRADE',
    'B',
    'A',
  ]);
  expect(desired.environment.get('CONFIG_FILE')).toBe('/etc/alloy/config.alloy');
  expect(desired.environment.get('CUSTOM_ARGS')).toBe(
    '--server.http.listen-addr=[::]:9 --stability.level=generally-available --disable-reporting',
  );
  expect(desired.environment.get('RESTART_ON_UPGRADE')).toBe('false');
  expect(desired.environment.get('A')).toBeInstanceOf(Secret);
  expect(JSON.stringify([...desired.environment])).not.toContain('s3cret');
});

test.each([
  ['127.0.0.1:12345', '127.0.0.1'],
  ['0.0.0.0:12345', '127.0.0.1'],
  ['"[::]:12345"', '::1'],
  ['"[0:0::0]:12345"', '::1'],
  ['"[::1]:12345"', '::1'],
  ['"[2001:db8::1]:12345"', '2001:db8::1'],
  ['10.0.0.5:12345', '10.0.0.5'],
  ['localhost:12345', 'localhost'],
])('what listens on %s is reached at %s', (listen, address) => {
  expect(made(`hosts: { h: { alloy: { listen: ${listen} } } }`).desired.listen).toEqual({
    address,
    port: 12345,
  });
});

describe('the drop-in', () => {
  test('is not there without limits', () => {
    expect(made('hosts: { h: }').desired.dropIn).toBeNull();
    expect(made('hosts: { h: { alloy: { service: {} } } }').desired.dropIn).toBeNull();
  });

  test("says them by systemd's names, in one order", () => {
    const one =
      'hosts: { h: { alloy: { service: { memoryMax: 1G, restartSec: 5s, startLimitIntervalSec: "0", limitNofile: 65536 } } } }';
    const other =
      'hosts: { h: { alloy: { service: { limitNofile: 65536, startLimitIntervalSec: "0", restartSec: 5s, memoryMax: 1G } } } }';
    expect(
      made(one).desired.dropIn,
    ).toBe(`# Written by alloyup from alloy.service of its inventory; changes made here are overwritten.

[Unit]
StartLimitIntervalSec=0

[Service]
RestartSec=5s
MemoryMax=1G
LimitNOFILE=65536
`);
    expect(made(other).desired.dropIn).toBe(made(one).desired.dropIn);
  });
});

test('files take their content from what was read', () => {
  const { desired, warnings } = made(
    'hosts: { h: { config: { files: { /etc/alloy/a: { source: ./a, mode: "644", user: alloy }, /etc/alloy/b: { secret: env:B }, /etc/alloy/c: { source: ./a, mode: "0600" } } } } }',
    {
      input: {
        secrets: new Map([['env:B', new Secret('x')]]),
        files: new Map([['./a', 'text\n']]),
      },
    },
  );
  expect(desired.files.map(({ content: _, ...file }) => file)).toEqual([
    { path: '/etc/alloy/a', mode: '0644', user: 'alloy', group: 'alloy' },
    { path: '/etc/alloy/b', mode: '0640', user: 'root', group: 'alloy' },
    { path: '/etc/alloy/c', mode: '0600', user: 'root', group: 'alloy' },
  ]);
  expect(
    desired.files.map(({ content }) => (content instanceof Secret ? 'secret' : content)),
  ).toEqual(['text\n', 'secret', 'text\n']);
  expect(warnings.map(withText).map(({ code, message }) => `${code} ${message}`)).toEqual([
    'file.unreadable the service cannot read /etc/alloy/c: 0600 root:alloy',
  ]);
});

test('paths of this machine become absolute, URLs stay', () => {
  const text = 'hosts: { h: { ssh: { identity: k }, repository: { key: ./key.asc } } }';
  expect(made(text).host.identity).toEqual(['/inv/k']);
  expect(made(text).desired.repository.key).toBe('/inv/./key.asc');
  expect(made('hosts: { h: }').desired.repository.key).toBe('https://apt.grafana.com/gpg-full.key');
});

describe('sudo', () => {
  const secrets = new Map([['env:P', new Secret('p')]]);
  const sudo = (written: string, input: Partial<TargetInput> = {}) =>
    made(`hosts: { h: { ${written} } }`, { input: { secrets, ...input } }).host.sudo.kind;

  test.each([
    ['sudo: none', {}, 'none'],
    ['sudo: passwordless', {}, 'passwordless'],
    ['sudo: passwordless', { sudoPassword: new Secret('x') }, 'password'],
    ['sudo: none', { sudoPassword: new Secret('x') }, 'none'],
    ['sudo: ask', { sudoPassword: new Secret('x') }, 'password'],
    ['sudo: ask', { secrets: null }, 'passwordless'],
    ['sudo: { password: { secret: env:P } }', {}, 'password'],
    ['ssh: { transport: local }', { isRoot: true }, 'none'],
    ['ssh: { transport: local }', { isRoot: false }, 'passwordless'],
  ] as const)('%s with %j is %s', (written, input, kind) => {
    expect(sudo(written, input)).toBe(kind);
  });

  test('nobody was asked', () => {
    expect(refused('hosts: { h: { sudo: ask } }')).toEqual([
      'inventory.yaml:1:21 usage a sudo password is needed, and there is none',
    ]);
  });
});

describe('the configuration', () => {
  test('is rendered for its host, and its components are known', () => {
    const template = plain(
      'prometheus.remote_write "{{ name }}" {\n\tendpoint {\n\t\turl = {{ url }}\n\t}\n}\n\nprometheus.scrape "a" {\n\ttargets    = [{__address__ = "127.0.0.1:12345"}]\n\tforward_to = [prometheus.remote_write.{{ name }}.receiver]\n}\n',
    );
    const { desired } = made(
      'hosts: { h: { config: { vars: { name: x, url: "http://y/{a}" } } } }',
      { template },
    );
    expect(desired.config).toContain('url = "http://y/{a}"');
    expect(desired.components).toEqual({
      known: true,
      ids: ['prometheus.remote_write.x', 'prometheus.scrape.a'],
    });
  });

  test('an error of syntax names the line of the template where there is no Liquid', () => {
    expect(refused('hosts: { h: }', { template: plain('logging {\n\tlevel = \n}\n') })[0]).toMatch(
      /^t\.alloy:\d:\d+ config\.syntax /,
    );
  });

  test('an error behind Liquid says for which host it was rendered', () => {
    const found = refused('hosts: { h: { config: { vars: { a: 1 } } } }', {
      template: plain('// {{ a }}\nlogging {\n\tlevel = \n}\n'),
    });
    expect(found[0]).toMatch(/^t\.alloy \(rendered for h\):\d:\d+ config\.syntax /);
  });

  test('what the language forbids is an error', () => {
    const found = refused('hosts: { h: }', {
      template: plain(
        'prometheus.scrape "a" {\n\ttargets    = []\n\tforward_to = [prometheus.remote_write.gone.receiver]\n}\n',
      ),
    });
    expect(found[0]).toMatch(/^t\.alloy:3:\d+ config\.check /);
  });

  test('an unused variable names the line of the inventory', () => {
    expect(refused('hosts:\n  h:\n    config:\n      vars: { typo: 1 }\n')).toEqual([
      'inventory.yaml:4:21 template.variable the template ./t.alloy does not use the variable "typo"',
    ]);
  });

  test('what locks the checks out is an error, unless the weaker check is accepted', () => {
    const template = plain('http {\n\ttls {\n\t\tcert_file = "/a"\n\t\tkey_file  = "/b"\n\t}\n}\n');
    expect(refused('hosts: { h: }', { template }).join()).toContain('config.check');
    expect(refused('hosts: { h: { alloy: { check: service } } }', { template })).toEqual([]);
  });

  test('a tolerated component that is not made is a warning', () => {
    const { warnings } = made('hosts:\n  h: { alloy: { tolerate: [loki.write.gone] } }\n');
    expect(warnings).toMatchObject([{ code: 'inventory.unused', at: { line: 2 } }]);
  });

  test('no secret of a rendered line is shown', () => {
    const template = plain(
      'prometheus.remote_write "a" {\n\tendpoint {\n\t\turl = "x"\n\t\tbasic_auth {\n\t\t\tpassword = "hunter2"\n\t\t\tusername = \n\t\t}\n\t}\n}\n',
    );
    const result = make('hosts: { h: }', { template });
    expect(result.ok).toBe(false);
    expect(JSON.stringify(result)).not.toContain('hunter2');
  });
});

test('ten hosts with one configuration are checked once', () => {
  const text =
    'groups: { g: { hosts: ["h[1:10]"], config: { vars: { metrics_url: "https://m.example.com/w", traces_url: "https://t.example.com" } } } }';
  const template = builtinTemplate('otlp-gateway');
  const checked: CheckedTexts = new Map();
  for (let i = 1; i <= 10; i++) made(text, { host: `h${i}`, template, input: { checked } });
  expect(checked.size).toBe(1);
});

test('the inventory with every key renders for every host', () => {
  const text = readFileSync(new URL('../../docs/inventory.full.yaml', import.meta.url), 'utf8');
  const parsed = parseInventory(text, 'inventory.full.yaml');
  if (!parsed.ok) throw new Error('the example is wrong');
  const files = new Map([['./ca.pem', 'certificate']]);
  for (const host of parsed.value.hosts.keys()) {
    const settings = settingsOf(parsed.value, host);
    const template = templateOf(templateRef(settings), new Map());
    if (!template.ok) throw new Error('no template');
    const own = { file: 'nginx.alloy', text: '// nothing yet\n', declarations: null };
    const fragments = new Map(
      fragmentRefs(settings).map(([name, ref]) => {
        const found = fragmentOf(ref, new Map([['./nginx.alloy', own]]));
        if (!found.ok) throw new Error(`no fragment ${name}`);
        return [name, found.value] as const;
      }),
    );
    const { desired } = made(text, {
      host,
      template: template.value,
      input: { secrets: null, files, fragments },
    });
    expect(desired.components.ids.length).toBeGreaterThan(0);
  }
});

test.each([
  ['that is nowhere', '', ['environment.missing t.alloy:2:10']],
  ['of the inventory', 'alloy: { environment: { LEVEL: warn } }', []],
  ['that is a secret', 'alloy: { environment: { LEVEL: { secret: env:X } } }', []],
])('a configuration that reads a variable %s', (_, settings, warned) => {
  const template = plain('logging {\n\tlevel = sys.env("LEVEL")\n}\n');
  const inventory = `hosts: { h: { ${settings} } }\n`;
  const { warnings } = made(inventory, { template, input: { secrets: null } });
  expect(warnings.map(({ code, at }) => `${code} ${at?.file}:${at?.line}:${at?.column}`)).toEqual(
    warned,
  );
});

test.each(['HOSTNAME', 'HOME', 'CONFIG_FILE'])('%s is set for every service', (name) => {
  const template = plain(`logging {\n\tlevel = sys.env("${name}")\n}\n`);
  expect(made('hosts: { h: }\n', { template }).warnings).toEqual([]);
});

describe('the template that is named', () => {
  const at = { file: 'inventory.yaml', line: 1, column: 1 };

  test('a built-in one is there', () => {
    expect(templateOf({ kind: 'builtin', name: 'minimal', at }, new Map())).toMatchObject({
      ok: true,
      value: { name: 'minimal' },
    });
  });

  test('a misspelled one says which was meant', () => {
    expect(templateOf({ kind: 'builtin', name: 'otlp-gatway', at }, new Map())).toMatchObject({
      ok: false,
      problems: [
        { code: 'template.file', params: { reason: 'unknown-builtin', meant: 'otlp-gateway' }, at },
      ],
    });
  });

  const beside = (yaml: string) =>
    templateOf(
      { kind: 'file', path: './a.alloy', at },
      new Map([
        ['./a.alloy', { file: 'a.alloy', text: '', declarations: { file: 'a.yaml', text: yaml } }],
      ]),
    );

  test.each([
    ['ours', 'defaults: {}\nhosts:\n  a:\n'],
    ["Ansible's", 'all:\n  hosts:\n    a:\n'],
  ])('an inventory of %s of that name declares nothing', (_, yaml) => {
    expect(beside(yaml)).toMatchObject({ ok: true, value: { parameters: null } });
  });

  test('any other file of that name must hold declarations, and the hint says why', () => {
    const read = beside('image: node\n');
    expect(read.ok ? [] : read.problems.map(withText).map(({ hint }) => hint)).toContainEqual(
      expect.stringContaining(
        'or rename the file if it does not declare the parameters of a.alloy',
      ),
    );
  });

  test('a file comes with the parameters declared beside it', () => {
    const files = new Map([
      ['./a.alloy', { file: 'a.alloy', text: '', declarations: null }],
      [
        './b.alloy',
        {
          file: 'b.alloy',
          text: '',
          declarations: {
            file: 'b.yaml',
            text: 'summary: b\nparameters:\n  url: { type: url, meaning: x }\n',
          },
        },
      ],
    ]);
    expect(templateOf({ kind: 'file', path: './a.alloy', at }, files)).toMatchObject({
      ok: true,
      value: { parameters: null },
    });
    expect(templateOf({ kind: 'file', path: './b.alloy', at }, files)).toMatchObject({
      ok: true,
      value: { parameters: [{ name: 'url' }] },
    });
  });
});

test('a configuration is checked for the pinned version, and what was removed by then is an error', () => {
  const template = plain('otelcol.exporter.logging "a" { }\n');
  const pinned = (version: string) =>
    make(`hosts: { h: { alloy: { version: ${version}, stability: experimental } } }\n`, {
      template,
    });
  expect(pinned('1.4.0').ok).toBe(true);
  const result = pinned('1.18.1');
  expect(result.ok ? [] : result.problems).toMatchObject([
    {
      code: 'config.check',
      params: {
        said: 'otelcol.exporter.logging was removed in 1.5; version 1.18.1-1 is pinned',
        advice: 'Use otelcol.exporter.debug',
      },
    },
  ]);
  const codes = (input: Partial<TargetInput>) =>
    made('hosts: { h: { alloy: { stability: experimental } } }\n', {
      template,
      input,
    }).warnings.map(({ code }) => code);
  expect(codes({})).toContain('version.removed');
  // the plan knows the version of each host
  expect(codes({ planned: true })).not.toContain('version.removed');
  expect(codes({ alloyVersion: '1.4.0' })).not.toContain('version.removed');
});
