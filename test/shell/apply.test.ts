import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Plan } from '../../src/model/plan.ts';
import { Secret } from '../../src/model/secret.ts';
import { planHost } from '../../src/plan/planner.ts';
import { applyScript, rollbackScript, settleScript } from '../../src/shell/apply.ts';
import { bareFactsOf, optionsOf, stocked, targetOf } from '../builders.ts';

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
      content: new Secret('EOF\n$(x)\n'),
      mode: '0640',
      user: 'root',
      group: 'alloy',
    },
  ],
});
const planned: Plan = planHost(target, bareFactsOf(target), stocked(), optionsOf());
const text = applyScript({ ...run, plan: planned, rollback: true }).reveal();

/** Everything in a script that a shell would do while reading it, before `main` is called. */
const SCRIPTS: readonly (readonly [string, string])[] = [
  ['apply', text],
  ['settle', settleScript(run).reveal()],
  ['rollback', rollbackScript({ ...run, toRun: null }).reveal()],
];

describe.each(SCRIPTS)('the %s script', (name, script) => {
  test.each(['dash', 'bash'])('is understood by %s', (shell) => {
    expect(spawnSync(shell, ['-n'], { input: script }).stderr.toString()).toBe('');
  });

  test('ends with the mark that the launcher waits for', () => {
    expect(script.trimEnd().split('\n').slice(-2)).toEqual(['main', `#end ${run.run}`]);
  });

  test('does nothing when it is cut short, wherever that is', () => {
    // `touch` and every other program would have to be found first: none is
    const lines = script.split('\n');
    const before = existsSync('/var/lib/alloyup');
    for (let cut = 1; cut < lines.length - 3; cut += Math.ceil(lines.length / 60)) {
      const file = join(folder, `${name}-${cut}.sh`);
      writeFileSync(file, lines.slice(0, cut).join('\n'));
      const done = spawnSync('/bin/dash', [file], { env: { PATH: '/nowhere' } });
      expect(done.stdout.toString()).toBe('');
      // an unfinished function or here-document is all that a shell may complain about
      expect(done.stderr.toString()).not.toMatch(/not found/);
    }
    expect(existsSync('/var/lib/alloyup')).toBe(before);
  });
});

test('the undo script that it lays out is understood, and holds no content of a file', () => {
  const [, encoded] =
    /base64 -d >"\$D\/undo\.sh" <<'EOF' \|\| return 1\n([A-Za-z0-9+/=\n]+?)\nEOF/.exec(text)!;
  const undo = Buffer.from(encoded!, 'base64').toString();
  for (const shell of ['dash', 'bash'])
    expect(spawnSync(shell, ['-n'], { input: undo }).stderr.toString()).toBe('');
  expect(undo).toContain("undo_file 11 '/etc/alloy/it'\\''s here'");
  expect(undo).not.toContain('EOF\n$(x)');
  expect(undo).not.toContain(Buffer.from('EOF\n$(x)\n').toString('base64'));
});

test('contents arrive byte for byte, whatever they are', () => {
  const body = /write_content\(\) \{[\s\S]*?\n\}\n/.exec(text)![0];
  const there = join(folder, 'content');
  execFileSync('dash', ['-c', `mkdir -p "$1/content"; C=$1\n${body}\nwrite_content`, 'x', there]);
  expect(readFileSync(join(there, 'content/11'), 'utf8')).toBe('EOF\n$(x)\n');
});

test('who started it is a word, not shell', () => {
  const [line] = /^WHO=.*$/m.exec(text)!;
  expect(execFileSync('dash', ['-c', `${line}\nprintf %s "$WHO"`]).toString()).toBe(run.who);
});

test('the way back stands in the journal before anything is done', () => {
  const steps = [...text.matchAll(/^step (\S+) ([\d ]+) &&$/gm)].map(([, step]) => step);
  expect(steps).toEqual(planned.changes.map(({ step }) => step));
  const actions = planned.changes.flatMap(({ actions: all }) => all).length;
  for (let n = 1; n <= actions; n += 1) {
    expect(text).toContain(`\ndo_${n}() {`);
  }
});
