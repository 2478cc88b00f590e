import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MISSING, testUnless } from '../missing.ts';
import { perlOn } from './perl.ts';
import { PrefixHost } from './prefix.ts';

const NOBODY = 65_534;
/** So long each race is tried, from a few hundred times (where programs are started) to tens of thousands. */
const SECONDS = 4;

/**
 * What somebody does who may write in /etc/alloy or /var/lib/alloy: exchanges a file or a directory for a link, and
 * back, as fast as it goes. Names of the working directory.
 */
const ATTACK = `
  my ($name, $target) = @ARGV;
  $| = 1; print "ready\\n";
  while (1) {
    mkdir $1 if $name =~ m{(.*)/};
    mkdir $name; for (1 .. 9) { open my $h, '>', "$name/it$_" }
    for (1 .. 20) {
      rename $name, "$name.aside"; symlink $target, $name;
      unlink $name; rename "$name.aside", $name;
    }
  }`;

const NAMES = ['it', ...Array.from({ length: 9 }, (_, n) => `it${n + 1}`)];

let host: PrefixHost;
let attacker: ChildProcess | undefined;
beforeEach(async () => {
  host = await PrefixHost.create();
  // everybody may pass, as on a host
  chmodSync(host.root, 0o711);
  for (const name of NAMES) host.put(`/victims/${name}`, 'of root\n', 0o600);
  for (const path of ['/etc', '/var', '/var/lib', '/victims']) chmodSync(host.at(path), 0o755);
  host.put('/etc/passwd', `${host.read('/etc/passwd')}alloy:x:${NOBODY}:${NOBODY}::/:/bin/sh\n`);
  host.put('/etc/group', `${host.read('/etc/group')}alloy:x:${NOBODY}:\n`);
});
afterEach(async () => {
  if (attacker?.exitCode === null) {
    attacker.kill('SIGKILL');
    await once(attacker, 'exit');
  }
  host.remove();
});

/** A directory with something in it, all of the attacker's. */
function theirs(path: string): void {
  host.put(path, 'theirs\n', 0o644);
  const directory = dirname(host.at(path));
  chmodSync(directory, 0o770);
  for (const one of [directory, host.at(path)]) chownSync(one, NOBODY, NOBODY);
}

async function attack(directory: string, name: string, target: string): Promise<void> {
  const as = [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];
  attacker = spawn('setpriv', [...as, 'perl', '-e', ATTACK, name, target], {
    cwd: host.at(directory),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(attacker.stdout!, 'data');
}

/** How often the code came to its end; what it dies of is its own way to refuse. */
const trying = (code: string): number =>
  Number(
    perlOn(
      host,
      `my ($tries, $done, $until) = (0, 0, time + ${SECONDS});
       open my $out, '>&', \\*STDOUT; open STDOUT, '>', '/dev/null'; open STDERR, '>', '/dev/null';
       while (time < $until) { $tries++; eval { ${code}; $done++ } }
       print $out $done;`,
    ),
  );

/** All that could happen to root's files. */
const victims = () => {
  const of = (path: string) => {
    const { mode, uid, gid, mtimeMs } = statSync(host.at(path));
    return [path, mode, uid, gid, mtimeMs];
  };
  return ['/victims', ...readdirSync(host.at('/victims')).map((name) => `/victims/${name}`)].map(
    of,
  );
};

describe('who may write in a directory cannot lead root astray', () => {
  const race = (title: string, work: () => Promise<void>): void =>
    testUnless(MISSING.root)(title, work, 60_000);

  test('the number of O_NOFOLLOW is that of this machine', () => {
    host.link('/link', '/etc/passwd');
    const said = perlOn(host, `print sysopen(my $h, at('/link'), no_follow()) ? 'followed' : "$!"`);
    expect(said).toMatch(/^Too many levels of symbolic links/);
  });

  for (const [what, code] of [
    [
      'mode and owner',
      `do_mode(1, { path => '/etc/alloy/it', mode => $tries % 2 ? '0666' : '0640', user => 'alloy', group => 'alloy' })`,
    ],
    ['their restoration', `restore_mode('/etc/alloy/it', '0666', ${NOBODY}, ${NOBODY})`],
  ] as const)
    race(`a file is exchanged for a link: ${what}`, async () => {
      theirs('/etc/alloy/it');
      const before = victims();
      await attack('/etc/alloy', 'it', host.at('/victims/it'));
      expect(trying(code)).toBeGreaterThan(0);
      expect(victims()).toEqual(before);
    });

  const CERTS = '/etc/alloy/certs';
  for (const [what, code] of [
    [
      'mode',
      `do_mode(1, { path => '${CERTS}/it', mode => '0666', user => 'alloy', group => 'alloy' })`,
    ],
    [
      'deletion',
      `do_delete(1, { path => '${CERTS}/it' }); my ($way, $held) = way_to('${CERTS}/it'); sysopen my $h, $way, 65, 0600`,
    ],
    [
      'a new file',
      `do_file(1, { path => '${CERTS}/new', mode => '0644', user => 'alloy', group => 'alloy' })`,
    ],
    [
      'an original put back',
      `put_back('/etc/passwd', '${CERTS}/new'); delete_file('${CERTS}/new')`,
    ],
    [
      'a directory',
      `make_directories('${CERTS}/new', 1); remove_made({ made => ['${CERTS}/new'] })`,
    ],
  ] as const)
    race(`a directory is exchanged for a link: ${what}`, async () => {
      theirs(`${CERTS}/it`);
      chmodSync(host.at('/etc/alloy'), 0o770);
      chownSync(host.at('/etc/alloy'), 0, NOBODY);
      const before = victims();
      await attack('/etc/alloy', 'certs', host.at('/victims'));
      trying(code);
      expect(victims()).toEqual(before);
    });

  const TREE = '/var/lib/alloy/tree';
  for (const [what, code] of [
    ['its deletion', `remove_tree('${TREE}/top/deep')`],
    [
      'its owner',
      `do_own_tree(1, { path => '${TREE}', user => 'alloy', group => 'alloy' }); chown 0, 0, at('${TREE}')`,
    ],
    [
      'its owner restored',
      `write_file("$DIR/owners.1", "${NOBODY}:${NOBODY} " . at('${TREE}/top/deep/it') . "\\0"); undo_own_tree(1, { path => '${TREE}' }, { owners => "$DIR/owners.1" })`,
    ],
  ] as const)
    race(`a tree is walked: ${what}`, async () => {
      mkdirSync(host.at(TREE), { recursive: true });
      theirs(`${TREE}/top/deep/it`);
      theirs(`${TREE}/top/it`);
      chownSync(host.at(TREE), NOBODY, NOBODY);
      const before = victims();
      await attack(TREE, 'top/deep', host.at('/victims'));
      trying(code);
      expect(victims()).toEqual(before);
    });
});
