import { chmodSync, mkdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { runProgram } from '../../../src/cli/dispatch.ts';
import { useFolder } from '../folder.ts';
import { memoryTerminal } from '../terminal.ts';

const { path, put } = useFolder();

async function run(...args: readonly string[]) {
  const terminal = memoryTerminal({ cwd: path() });
  const code = await runProgram(
    args.map((arg) => arg.replace(/^@/, `${path()}/`)),
    terminal,
  );
  const { out, err } = terminal.printed();
  return { code, out, err: err.replaceAll(`${path()}/`, '') };
}

const GENERATED = 'hosts:\n  web-01: { groups: [web] }\n  web-02: { groups: [web] }\n';
const SETTINGS = `defaults:
  alloy: { version: 1.18.1 }
  config: { varsFile: ./vars.yaml, template: linux-host }
groups:
  web: { config: { fragments: { own: ./parts/own.alloy } } }
`;
const VARS = 'metrics_url: https://m.example/w\nlogs_url: https://l.example/loki/api/v1/push\n';
const OWN = 'loki.write "{{ fragment }}" {\n}\n';

function putAll(): void {
  put('inv/10-generated.yaml', GENERATED);
  put('inv/20-settings.yaml', SETTINGS);
  put('inv/vars.yaml', VARS);
  put('inv/parts/own.alloy', OWN);
  put('inv/.hidden.yaml', 'not: read');
  put('inv/10-generated.yaml~', 'not: read');
  put('inv/README.md', 'not read');
}

test('a directory is one inventory of its files, without its files of variables', async () => {
  putAll();
  put('inv/site.alloy', OWN);
  put('inv/site.yaml', 'summary: The declarations of site.alloy.\n');
  const { out, code } = await run('hosts', '-i', '@inv', '--output', 'json');
  expect(code).toBe(0);
  const { hosts } = JSON.parse(out);
  expect(hosts.map(({ name }: { name: string }) => name)).toEqual(['web-01', 'web-02']);
  const at = (file: string, line: number) => ({ file: path(`inv/${file}`), line });
  expect(hosts[0].origins).toEqual({
    'alloy.version': at('20-settings.yaml', 2),
    'config.template': at('20-settings.yaml', 3),
    'config.vars.metrics_url': at('vars.yaml', 1),
    'config.vars.logs_url': at('vars.yaml', 2),
    'config.fragments.own.template': at('20-settings.yaml', 5),
  });
  expect(await run('validate', '-q', '-i', '@inv')).toMatchObject({ code: 0, err: '' });
});

test('a directory may hold inventories of every kind', async () => {
  put('all/1.yaml', 'hosts: { a: {} }\n');
  put('all/2.json', '{ "hosts": { "b": {} } }\n');
  put('all/3.ini', '[db]\nc\n');
  put('all/4', 'd\n');
  chmodSync(put('all/5.sh', '#!/bin/sh\necho "hosts: { e: {} }"\n'), 0o755);
  put('all/6.txt', 'f\n');
  put('all/.7', 'g\n');
  put('all/8~', 'h\n');
  const { out } = await run('hosts', '-i', '@all');
  expect(out.split('\n').map((line) => line.split(' ')[0])).toEqual(['a', 'b', 'c', 'd', 'e', '']);
});

test('relative paths start beside the file that names them', async () => {
  putAll();
  put('list.yaml', 'hosts: { web-03: { config: { fragments: { here: ./here.alloy } } } }\n');
  put('here.alloy', 'loki.write "here" {\n}\n');
  const { out, code } = await run(
    ...['render', 'web-01', '-i', '@list.yaml', '-i', '@inv', '--root', path()],
  );
  expect(code).toBe(0);
  expect(out).toContain('// alloyup, fragment own: ./inv/parts/own.alloy\nloki.write "own"');
  const own = await run('render', 'web-03', '-i', '@inv', '-i', '@list.yaml', '--root', path());
  expect(own.out).toContain('// alloyup, fragment here: ../here.alloy\nloki.write "here"');
});

test('alloyup and Ansible files, programs and lists of hosts make one inventory', async () => {
  putAll();
  put('hosts.ini', '[db]\ndb-01 ansible_user=root\n');
  const program = put(
    'program',
    `#!/bin/sh\necho '{"_meta": {"hostvars": {}}, "web": ["web-09"]}'\n`,
  );
  chmodSync(program, 0o755);
  const { out } = await run(
    ...['hosts', '-i', '@inv', '-i', '@hosts.ini', '-i', '@program', '-i', 'ops@cache-01,'],
  );
  expect(out.replace(/ +/g, ' ')).toBe(`web-01 web
web-02 web
db-01 root@db-01 db
web-09 web
cache-01 ops@cache-01
`);
});

test('each problem is shown in its own file', async () => {
  putAll();
  put('more.yaml', 'defaults:\n  alloy: { version: 1.17.0 }\n');
  const { err, code } = await run('validate', '-i', '@inv', '-i', '@more.yaml', '--root', path());
  expect(code).toBe(64);
  expect(err.replace(/\s+/g, ' ')).toContain(
    'inv/20-settings.yaml:2 and more.yaml:2 set different',
  );
  expect(err).toContain('--> more.yaml:2:21');
  expect(err).toMatch(/2 \| {3}alloy: \{ version: 1\.17\.0 \}/);

  put('inv/vars.yaml', `${VARS}colect: [metrics]\n`);
  const unknown = await run('validate', '-i', '@inv');
  expect(unknown.err).toContain('--> inv/vars.yaml:3:9');
  expect(unknown.err).toContain('3 | colect: [metrics]');
});

test.each<[string, () => void, readonly string[], RegExp]>([
  [
    'a directory without inventories',
    () => mkdirSync(path('empty')),
    ['-i', '@empty'],
    /the directory .* has no inventory/,
  ],
  [
    'a file that is missing',
    putAll,
    ['-i', '@inv', '-i', '@inv/gone.yaml'],
    /gone\.yaml does not exist/,
  ],
  [
    'variables that are missing',
    () => {
      putAll();
      put('inv/20-settings.yaml', SETTINGS.replace('vars.yaml', 'gone.yaml'));
    },
    ['-i', '@inv'],
    /variables \.\/gone\.yaml does not exist[\s\S]*20-settings\.yaml:3/,
  ],
  [
    'a second file outside of the repository',
    () => {
      putAll();
      mkdirSync(path('inv/.git'));
      put('list.yaml', 'hosts: { a: }\n');
    },
    ['-i', '@inv/10-generated.yaml', '-i', '@list.yaml'],
    /list\.yaml is outside of/,
  ],
  [
    'variables outside of the repository',
    () => {
      putAll();
      mkdirSync(path('inv/.git'));
      put('vars.yaml', 'password: correct-horse\n');
      put('inv/20-settings.yaml', SETTINGS.replace('./vars.yaml', '../vars.yaml'));
    },
    ['-i', '@inv'],
    /variables \.\.\/vars\.yaml is outside of(?![\s\S]*correct-horse)/,
  ],
])('%s is refused', async (_, prepare, args, expected) => {
  prepare();
  const { code, err } = await run('validate', ...args);
  expect(code).toBe(64);
  expect(err.replace(/\n {2}(?=\S)/g, ' ')).toMatch(expected);
});

test('init writes one file', async () => {
  expect((await run('init', '-i', '@a.yaml', '-i', '@b.yaml')).err).toMatch(/init writes one/);
});
