#!/usr/bin/env node
'use strict';
// The version is asked often, by scripts and by people who wonder whether alloyup is there at all: it is
// told before anything is loaded.
const [first, ...others] = process.argv.slice(2);
if ((first === '--version' || first === '-V') && others.length === 0) {
  process.stdout.write(`${require('../package.json').version}\n`);
} else {
  const { XDG_CACHE_HOME, HOME } = process.env;
  const cache = XDG_CACHE_HOME?.startsWith('/') ? XDG_CACHE_HOME : HOME && `${HOME}/.cache`;
  require('./load.js').load(cache && `${cache}/alloyup`);
}
