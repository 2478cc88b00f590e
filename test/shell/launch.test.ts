import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import follow from '../../src/shell/follow.pl';
import launch from '../../src/shell/launch.pl';

/** Each list of lines that it writes for a shell, by the name of its file. */
const shellTexts = (): Readonly<Record<string, string>> => {
  const spills = launch.slice(
    launch.indexOf('my $start = '),
    launch.indexOf("$SIG{$_} = 'DEFAULT'"),
  );
  const program = `sub spill { my ($path, @lines) = @_; print join("\\n", $path, @lines), "\\0"; 1 } my $d = ''; ${spills}`;
  const { stdout } = spawnSync('perl', ['-e', program], { encoding: 'utf8' });
  const files = stdout.split('\0').filter(Boolean);
  return Object.fromEntries(
    files.map((file) => [file.slice(1, file.indexOf('\n')), file.slice(file.indexOf('\n') + 1)]),
  );
};

test('the launcher and the follower behind it are one program to perl', () => {
  const { status, stderr } = spawnSync('perl', ['-c', '-'], { input: `${launch}${follow}` });
  expect([status, stderr.toString()]).toEqual([0, '- syntax OK\n']);
});

describe.each(Object.entries(shellTexts()))('%s, which it writes for systemd', (_, text) => {
  test.each(['dash', 'bash'])('is understood by %s', (shell) => {
    expect(spawnSync(shell, ['-n'], { input: text }).stderr.toString()).toBe('');
  });
});

test('it writes two of them', () => {
  expect(Object.keys(shellTexts())).toEqual(['job', 'stop']);
});
