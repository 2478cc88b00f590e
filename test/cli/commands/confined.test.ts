import { mkdirSync, symlinkSync } from 'node:fs';
import { beforeEach, expect, test } from 'vitest';
import { runProgram } from '../../../src/cli/dispatch.ts';
import { useFolder } from '../folder.ts';
import { memoryTerminal } from '../terminal.ts';

const SECRET = 'correct-horse-battery';
/** No Alloy, no YAML, no template: whoever reads it quotes it. */
const FOREIGN = `root:${SECRET}:19000:0:99999:7::: {{ nothing }} = {\n`;

const { path, put } = useFolder();
const link = (to: string, name: string): string => {
  put(`repo/${name}.tmp`, '');
  symlinkSync(to, path(`repo/${name}`));
  return path(`repo/${name}`);
};

beforeEach(() => {
  mkdirSync(path('repo/.git'), { recursive: true });
  put('home/x.alloy', FOREIGN);
  put('home/x', FOREIGN);
  put('home/vars/all.yaml', FOREIGN);
});

async function run(...args: readonly string[]) {
  const terminal = memoryTerminal({ cwd: path('repo') });
  const code = await runProgram(args, terminal);
  const { out, err } = terminal.printed();
  return { code, shown: out + err };
}

const inventoryOf = (config: string): string =>
  put('repo/fleet/inventory.yaml', `hosts:\n  web-01:\n    config: ${config}\n`);
const template = (name: string): string => inventoryOf(`{ template: ${JSON.stringify(name)} }`);
const source = (name: string): string =>
  inventoryOf(`{ files: { /etc/alloy/ca.pem: { source: ${JSON.stringify(name)} } } }`);

const WAYS: readonly (readonly [string, () => string])[] = [
  ['a template above the repository', () => template('../../home/x')],
  ['a template by its full path', () => template('/etc/shadow')],
  ['a template through ~', () => template('~/x.alloy')],
  [
    'a template that is a committed link',
    () => {
      link(path('home/x.alloy'), 'web.alloy');
      return template('../web.alloy');
    },
  ],
  [
    'a template below a committed link to a directory',
    () => {
      link(path('home'), 'shared');
      return template('../shared/x.alloy');
    },
  ],
  [
    'declarations that are a committed link',
    () => {
      put('repo/web.alloy', 'logging { }\n');
      link(path('home/x'), 'web.yaml');
      return template('../web.alloy');
    },
  ],
  ['a source above the repository', () => source('../../home/x')],
  ['a source by its full path', () => source('/etc/shadow')],
  [
    'a source that is a committed link',
    () => {
      link(path('home/x'), 'ca.pem');
      return source('../ca.pem');
    },
  ],
  [
    'group_vars that is a committed link',
    () => {
      link(path('home/vars'), 'group_vars');
      return put('repo/hosts.ini', '[web]\nweb-01\n');
    },
  ],
  [
    'the inventory itself as a committed link',
    () => {
      link(path('home/x'), 'inventory.yaml');
      return path('repo/inventory.yaml');
    },
  ],
];

test.each(WAYS)('%s is refused, and nothing of it is shown', async (_, prepare) => {
  const inventory = prepare();
  for (const command of [['validate'], ['render', 'web-01']]) {
    const { code, shown } = await run(...command, '-i', inventory);
    expect(code).toBe(64);
    expect(shown.replace(/\s+/g, ' ')).toMatch(/is outside of \S+repo /);
    expect(shown).toContain('--root DIR');
    expect(shown).not.toMatch(/correct-horse|root:/);
  }
});

test('whether a file outside exists does not show', async () => {
  const existing = await run('validate', '-i', template('../../home/x'));
  const missing = await run('validate', '-i', template('../../home/y'));
  expect(missing.shown.replaceAll('home/y', 'home/x')).toBe(existing.shown);
});

test('links within the repository are followed, and --root widens it', async () => {
  put('repo/shared/web.alloy', 'logging {\n\tlevel = "info"\n}\n');
  link(path('repo/shared/web.alloy'), 'web.alloy');
  expect(await run('validate', '-i', template('../web.alloy'))).toMatchObject({ code: 0 });

  put('common/web.alloy', 'logging {\n\tlevel = "info"\n}\n');
  const above = template('../../common/web.alloy');
  expect(await run('validate', '-i', above)).toMatchObject({ code: 64 });
  expect(await run('validate', '--root', path(), '-i', above)).toMatchObject({ code: 0 });
  expect(await run('render', 'web-01', '--root', path(), '-i', above)).toMatchObject({ code: 0 });
});

test('without a repository, the directory of the inventory is the limit', async () => {
  put('fleet/own.alloy', 'logging {\n\tlevel = "info"\n}\n');
  put('beside.alloy', 'logging {\n\tlevel = "info"\n}\n');
  const inventory = (name: string): string =>
    put('fleet/inventory.yaml', `hosts: { web-01: { config: { template: ${name} } } }\n`);
  expect(await run('validate', '-i', inventory('./own.alloy'))).toMatchObject({ code: 0 });
  expect(await run('validate', '-i', inventory('../beside.alloy'))).toMatchObject({ code: 64 });
});

test('an Alloy file that is a link out of its repository is refused, also in a directory', async () => {
  const file = link(path('home/x.alloy'), 'web.alloy');
  for (const named of [file, path('repo')])
    for (const command of ['validate', 'fmt']) {
      const { code, shown } = await run(command, named);
      expect(code).toBe(64);
      expect(shown.replace(/\s+/g, ' ')).toContain('is a link out of');
      expect(shown).not.toContain('correct-horse');
    }
  const { shown } = await run('validate', '--root', path(), file);
  expect(shown).not.toContain('is a link out of');
});

test('an Alloy file in no repository is read wherever it leads', async () => {
  put('real/a.alloy', 'logging {\n\tlevel = "info"\n}\n');
  mkdirSync(path('etc'));
  symlinkSync(path('real/a.alloy'), path('etc/config.alloy'));
  expect(await run('validate', path('etc/config.alloy'))).toMatchObject({ code: 0 });
});

test.each([
  ['/home/ops/.ssh/authorized_keys', 1],
  ['/root/.bashrc', 1],
  ['/usr/local/bin/ls', 1],
  ['/etc/cron.d/alloy', 1],
  ['/opt', 1],
  ['/etc/alloyx/ca.pem', 1],
  ['/etc/alloy/certs/ca.pem', 0],
  ['/etc/ssl/certs/ca.pem', 0],
  ['/usr/local/share/ca-certificates/ca.crt', 0],
  ['/var/lib/alloy/ca.pem', 0],
  ['/opt/app/ca.pem', 0],
  ['/srv/ca.pem', 0],
])('config.files may write %s: %i problems', async (target, problems) => {
  put('repo/ca.pem', 'x\n');
  const inventory = put(
    'repo/inventory.yaml',
    `hosts: { web-01: { config: { files: { ${target}: { source: ./ca.pem } } } } }\n`,
  );
  const { shown } = await run('validate', '-i', inventory);
  expect(shown.match(/error\[inventory\.rule\]/g) ?? []).toHaveLength(problems);
});
