import { execFileSync, spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import apply from '../../src/shell/apply.pl';
import { bare } from '../../src/shell/bare.ts';
import follow from '../../src/shell/follow.pl';
import host from '../../src/shell/host.pl';
import launch from '../../src/shell/launch.pl';
import packages from '../../src/shell/packages.sh';
import probe from '../../src/shell/probe.pl';
import seldom from '../../src/shell/seldom.pl';
import undo from '../../src/shell/undo.sh';
import wait from '../../src/shell/wait.pl';

test('comments, indentation and what finds mistakes stay at home', () => {
  const source = '#!/bin/sh\n# why\nuse strict;\n\n  # more\n  f() { # beside\n\tx "a#b"\n  }\n';
  expect(bare(source)).toBe('#!/bin/sh\nf() { # beside\nx "a#b"\n}\n');
});

/** A program with all of its functions, as perl tells it again after it has read it. */
const meant = (program: string): string =>
  execFileSync('perl', ['-MO=Deparse', '-'], {
    input: program,
    stdio: ['pipe', 'pipe', 'ignore'],
    // functions are told in the order of a hash, and long texts of zeros in full
    env: { ...process.env, PERL_HASH_SEED: '0' },
    maxBuffer: 8 << 20,
  }).toString();

test.each([
  ['probe', probe],
  ['launch', launch],
  ['follow', follow],
  ['host', host],
  ['wait', wait],
  ['seldom', seldom],
  ['apply', apply],
])('%s means the same to perl', (_, source) => {
  const strict = (text: string) => `no strict;\n${text.replaceAll('use strict;\n', '')}`;
  expect(meant(strict(bare(source)))).toBe(meant(strict(source)));
  expect(meant(source).length).toBeGreaterThan(source.length / 3);
});

test.each([
  ['undo', undo],
  ['packages', packages],
])('%s means the same to a shell', (_, source) => {
  // bash tells what it has read, in its own way
  const functions = (text: string) =>
    spawnSync('bash', [
      '-c',
      `verb() { :; }\n${text.replace('verb "$@"', '')}\ndeclare -f`,
    ]).stdout.toString();
  expect(functions(bare(source))).toBe(functions(source));
  expect(functions(source).length).toBeGreaterThan(2000);
});
