import { spawnSync } from 'node:child_process';
import { RUN_PROGRAM } from '../../src/host/program.ts';
import type { PrefixHost } from './prefix.ts';

const END = 'exit unit_main(@ARGV);\n';

/** Runs functions of the host program below a prefix: what `code` prints. Dies with what perl says. */
export function perlOn(host: PrefixHost, code: string): string {
  const program = '/run/alloyup/x/program';
  const body = `our ($DIR, %in); prepare_environment();
    ($DIR, %in) = ('/var/lib/alloyup/runs/x', run => 'x', nonce => '', content => { 1 => 'new' });
    mkdir at($_) for '/var/lib/alloyup', '/var/lib/alloyup/runs', $DIR;
    ${code}`;
  host.put(program, RUN_PROGRAM.replace(END, body));
  const { stdout, stderr } = spawnSync('perl', [host.at(program)], { encoding: 'utf8' });
  if (stderr !== '') throw new Error(stderr);
  return stdout;
}
