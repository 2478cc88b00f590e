// Preloaded into the command under test: records every connection, name lookup and process that it
// starts, so that a test can show that there was none.
import childProcess from 'node:child_process';
import dns from 'node:dns';
import { appendFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';

const seen = (what) => appendFileSync(process.env.ALLOYUP_TEST_WORLD, `${what}\n`);
const watch = (holder, name, label) => {
  const real = holder[name];
  holder[name] = function watched(...args) {
    seen(`${label} ${String(args[0]?.host ?? args[0]?.path ?? args[0])}`);
    return real.apply(this, args);
  };
};
watch(net.Socket.prototype, 'connect', 'connect');
watch(dns, 'lookup', 'lookup');
for (const name of ['spawn', 'spawnSync', 'execFile', 'execFileSync'])
  watch(childProcess, name, name);
syncBuiltinESMExports();
