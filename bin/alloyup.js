#!/usr/bin/env node
'use strict';
// CommonJS (package.json beside it says so): Node makes its module loader ready only when it is
// needed, which is a fifth of a start. The version is asked often, by scripts and by people who wonder
// whether alloyup is there at all: it is told before anything is loaded.
const [first, ...others] = process.argv.slice(2);
if ((first === '--version' || first === '-V') && others.length === 0) {
  process.stdout.write(`${require('../package.json').version}\n`);
} else {
  const { XDG_CACHE_HOME, HOME } = process.env;
  const cache = XDG_CACHE_HOME || (HOME && `${HOME}/.cache`);
  // from Node 22.8 on, what was compiled is kept
  if (cache) require('node:module').enableCompileCache?.(`${cache}/alloyup/compiled`);
  void import('../dist/main.js');
}
