import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import type { Action, Plan } from '../../src/model/plan.ts';
import { Secret } from '../../src/model/secret.ts';
import { planHost } from '../../src/plan/planner.ts';
import verbs from '../../src/shell/apply.pl';
import { applyScript, rollbackScript, settleScript } from '../../src/shell/apply.ts';
import host from '../../src/shell/host.pl';
import packages from '../../src/shell/packages.sh';
import seldom from '../../src/shell/seldom.pl';
import wait from '../../src/shell/wait.pl';
import { bareFactsOf, optionsOf, stocked, targetOf } from '../builders.ts';

/** Each kind of action once; the compiler holds it to the type. */
const VERBS = Object.keys({
  folder: 1,
  file: 1,
  mode: 1,
  delete: 1,
  'try-environment': 1,
  'mend-dpkg': 1,
  refresh: 1,
  install: 1,
  hold: 1,
  'join-groups': 1,
  'own-tree': 1,
  'daemon-reload': 1,
  validate: 1,
  enable: 1,
  unmask: 1,
  reload: 1,
  restart: 1,
  stop: 1,
  disable: 1,
  uninstall: 1,
  'delete-account': 1,
  'delete-tree': 1,
} satisfies Record<Action['do'], 1>);

/** Of perl itself, as far as they are called with brackets. */
const BUILT_IN = new Set(
  'chmod chomp chown close defined evaluate eval exists fileno fork getgrgid getgrnam getpwnam getpwuid grep hex if index int join keys kill lc length link local lstat map mkdir my open or our pack printf push qw rand readdir readlink ref rename reverse rindex rmdir scalar shift sort splice split sprintf stat substr symlink syscall sysopen system sysread syswrite unlink unpack until values vec waitpid while'.split(
    ' ',
  ),
);

const folder = mkdtempSync(join(tmpdir(), 'alloyup-apply-'));
afterAll(() => rmSync(folder, { recursive: true }));

const run = {
  run: '20261123T101500Z-3f9a',
  nonce: '@@0123456789abcdef',
  who: "o'brien@laptop $(reboot)",
  lockWaitS: 60,
  probe: 'print "x\\n";\n',
  listen: { address: '127.0.0.1', port: 12345 },
};
const target = targetOf({
  memberOf: ['adm'],
  dropIn: '[Service]\nMemoryMax=1G\n',
  files: [
    {
      path: "/etc/alloy/it's here",
      content: new Secret("EOF\n$(x)\n'@x \\\\ \\' ü\n"),
      mode: '0640',
      user: 'root',
      group: 'alloy',
    },
  ],
});
const planned: Plan = planHost(target, bareFactsOf(target), stocked(), optionsOf());
const text = applyScript({ ...run, plan: planned, rollback: true }).reveal();

const SCRIPTS: readonly (readonly [string, string])[] = [
  ['apply', text],
  ['settle', settleScript(run).reveal()],
  ['rollback', rollbackScript({ ...run, toRun: null }).reveal()],
];
const END = `main();\n#end ${run.run}\n`;

/** What a script holds, told by perl itself: `expression` is evaluated where `main` would be called. */
const tell = (script: string, expression: string): string =>
  execFileSync('perl', ['-'], {
    input: `${script.slice(0, -END.length)}${expression};\n`,
  }).toString();

describe.each(SCRIPTS)('the %s script', (name, script) => {
  test('is understood by perl', () => {
    const { status, stderr } = spawnSync('perl', ['-c', '-'], { input: script });
    expect([status, stderr.toString()]).toEqual([0, '- syntax OK\n']);
  });

  test('ends with the mark that the launcher waits for', () => {
    expect(script.endsWith(`\n${END}`)).toBe(true);
  });

  test('does nothing when it is cut short, wherever that is', () => {
    // no program would be found, and what perl itself would write is looked for
    const lines = script.split('\n');
    const before = existsSync('/var/lib/alloyup');
    for (let cut = 1; cut < lines.length - 3; cut += Math.ceil(lines.length / 60)) {
      const file = join(folder, `${name}-${cut}.pl`);
      writeFileSync(file, lines.slice(0, cut).join('\n'));
      const done = spawnSync('/usr/bin/perl', [file], { env: { PATH: '/nowhere' } });
      expect(done.stdout.toString()).toBe('');
      expect(existsSync(file)).toBe(true);
    }
    expect(existsSync('/var/lib/alloyup')).toBe(before);
  });
});

test.each(['undo', 'packages'])(
  'the %s script that it lays out is understood, and holds no content of a file',
  (which) => {
    const laid = tell(text, `print $text{${which}}`);
    for (const shell of ['dash', 'bash'])
      expect(spawnSync(shell, ['-n'], { input: laid }).stderr.toString()).toBe('');
    expect(laid).toContain('undo_main() {');
    expect(laid).not.toContain('EOF\n$(x)');
    if (which === 'undo') expect(laid).toContain("undo_file 11 '/etc/alloy/it'\\''s here'");
  },
);

test.each(['dash', 'bash'])('who started it is a word in what %s reads', (shell) => {
  const [line] = /^WHO=.*$/m.exec(tell(text, 'print $text{undo}'))!;
  expect(execFileSync(shell, ['-c', `${line}\nprintf %s "$WHO"`]).toString()).toBe(run.who);
  expect(tell(text, 'print $in{who}')).toBe(run.who);
});

test('contents arrive byte for byte, whatever they are', () => {
  expect(tell(text, 'print $content{11}')).toBe("EOF\n$(x)\n'@x \\\\ \\' ü\n");
});

test('any text arrives as it was', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (content) => {
      const script = rollbackScript({ ...run, who: content, toRun: null }).reveal();
      expect(tell(script, 'print $in{who}')).toBe(Buffer.from(content).toString());
    }),
    { numRuns: 40 },
  );
});

test('every action has its number, its verb, and what it needs', () => {
  const told = tell(
    text,
    'print map { my ($step, @all) = @$_; map { my ($verb, $n, $other) = @$_; $verb = $other if $verb eq "packages"; "$step $verb $n\\n" } @all } @steps',
  );
  const want = planned.changes
    .flatMap(({ step, actions }) => actions.map((action) => `${step} ${action.do}`))
    .map((words, at) => `${words} ${at + 1}\n`);
  expect(told).toBe(want.join(''));
});

test('every verb is one of perl or one of the shell', () => {
  const shell = [...packages.matchAll(/^ {4}([a-z-]+)\) /gm)].map(([, verb]) => verb!);
  const perl = [...`${verbs}${seldom}`.matchAll(/^sub verb_(\w+)/gm)].map(([, verb]) =>
    verb!.replaceAll('_', '-'),
  );
  const packaged = 'packages';
  expect(perl).toContain(packaged);
  expect([...perl.filter((verb) => verb !== packaged), ...shell].sort()).toEqual([...VERBS].sort());
});

test('every function that is called is somewhere, also where it is read only when it is called for', () => {
  const sources = [host, wait, verbs, seldom].map((source) =>
    source
      .replace(/<<"END".*?^END$/ms, '')
      .replace(/^\s*#.*$/gm, '')
      .replace(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|\bm?\/(?:[^/\\\n]|\\.)+\//g, "''"),
  );
  const there = new Set(
    sources.flatMap((source) => [...source.matchAll(/^sub (\w+)/gm)].map(([, name]) => name!)),
  );
  const called = new Set(
    sources.flatMap((source) =>
      [...source.matchAll(/(?<![$@%&\w:>-])([a-z]\w*)\(/g)].map(([, name]) => name!),
    ),
  );
  const missing = [...called].filter((name) => !there.has(name) && !BUILT_IN.has(name));
  expect(missing).toEqual([]);
  expect(there.size).toBeGreaterThan(90);
});
