#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import module from 'node:module';
import { homedir } from 'node:os';
import { isAbsolute } from 'node:path';

const [first, ...rest] = process.argv.slice(2);
if ((first === '--version' || first === '-V') && rest.length === 0) {
  // answered before anything is loaded: scripts ask for it often
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  process.stdout.write(`${JSON.parse(manifest).version}\n`);
} else {
  const { NODE_COMPILE_CACHE, XDG_CACHE_HOME = '' } = process.env;
  const cache = isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : `${homedir()}/.cache`;
  // Node's default is a directory in /tmp, where another user could plant code
  module.enableCompileCache?.(NODE_COMPILE_CACHE ?? `${cache}/alloyup/compiled`);
  await import('../dist/main.js');
}
