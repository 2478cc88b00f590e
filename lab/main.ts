import { execa } from 'execa';
import { readArguments } from './arguments.ts';
import { controllerEnv, inWorld } from './controller.ts';
import { sshArguments } from './host.ts';
import { takeDownOnInterrupt } from './interrupt.ts';
import { Lab } from './lab.ts';
import { leaderOf } from './machine.ts';
import { checkLabName } from './names.ts';
import { installPrerequisites, LAB_PROGRAMS, labObstacle } from './prerequisites.ts';
import { isStopped } from './run.ts';
import { readState, SUITES, type Suite } from './state.ts';
import { allLabs, leftovers, takeDown } from './takedown.ts';

const USAGE = `A disposable fleet of real Debian hosts on this machine (needs root).

npm run lab -- up [N] [--suite bookworm|trixie|bullseye]   boot N hosts (3)
npm run lab -- ssh HOST [COMMAND]     a shell on a host as ops, who can sudo
npm run lab -- run -- COMMAND...      run a command, such as alloyup, with the
                                      lab's host names, repository and keys
npm run lab -- reset [HOST...]        reset hosts to their first boot
npm run lab -- status                 list running labs
npm run lab -- down                   remove everything

--name NAME selects a lab (au); several can run at once.`;

const say = (line: string): void => console.error(line);

/** "3" is short for "h3". */
const hostName = (word: string): string => (/^\d+$/.test(word) ? `h${word}` : word);

async function up(name: string, words: readonly string[], suite: string): Promise<number> {
  const count = Number(words[0] ?? 3);
  if (!Number.isInteger(count) || count < 1) return usage(`"${words[0]}" is not a number of hosts`);
  if (!SUITES.includes(suite as Suite)) return usage(`"${suite}" is none of ${SUITES.join(', ')}`);
  await installPrerequisites(LAB_PROGRAMS, say);
  const obstacle = labObstacle();
  if (obstacle) throw new Error(obstacle);
  const release = takeDownOnInterrupt(name, say);
  const begun = performance.now();
  const lab = await Lab.up({ name, count, suite: suite as Suite, owner: null, say });
  release();
  const inventory = lab.inventory();
  say(`up in ${((performance.now() - begun) / 1000).toFixed(1)} s`);
  say(`inventory: ${inventory}`);
  say('try: npm run lab -- run -- node bin/alloyup.js plan -i ' + inventory);
  return 0;
}

async function status(): Promise<number> {
  const names = allLabs();
  if (names.length === 0) say('no lab is running');
  for (const name of names) {
    const state = readState(name);
    if (!state?.ready) {
      say(`${name}: remains of a lab; remove them with: npm run lab -- down --name ${name}`);
      for (const line of leftovers(name)) say(`  ${line}`);
      continue;
    }
    const requests = await Lab.attach(name)
      .repository.requests()
      .then((served) => `${served.length} requests so far`)
      .catch(() => 'not served');
    console.log(`${name}: ${state.hosts.length} hosts, repository ${requests}`);
    console.log(`  signing key ${state.fingerprint}`);
    for (const { name: host, number, address, suite } of state.hosts) {
      const on = leaderOf(name, number) === undefined ? 'off' : 'on';
      console.log(`  ${host.padEnd(10)} ${address.padEnd(15)} ${suite.padEnd(9)} ${on}`);
    }
  }
  return 0;
}

async function reset(name: string, words: readonly string[]): Promise<number> {
  const lab = Lab.attach(name);
  await lab.reset(words.length > 0 ? words.map(hostName) : undefined);
  return 0;
}

async function login(name: string, words: readonly string[]): Promise<number> {
  const [host, ...command] = words;
  if (host === undefined) return usage('ssh needs a host');
  const lab = Lab.attach(name);
  const args = sshArguments(name, lab.host(hostName(host)).state);
  const done = await execa('ssh', [...args, ...command], { stdio: 'inherit', reject: false });
  return done.exitCode ?? 255;
}

async function runInWorld(name: string, words: readonly string[]): Promise<number> {
  if (words.length === 0) return usage('run needs a command, after --');
  const [file, ...args] = inWorld(Lab.attach(name).name, words);
  const done = await execa(file!, args, {
    stdio: 'inherit',
    reject: false,
    env: controllerEnv(name),
  });
  return done.exitCode ?? 255;
}

function usage(complaint?: string): number {
  if (complaint) say(complaint);
  say(USAGE);
  return 64;
}

function main(argv: readonly string[]): Promise<number> | number {
  const { verb, words, suite, name } = readArguments(argv);
  checkLabName(name);
  switch (verb) {
    case 'up':
      return up(name, words, suite);
    case 'down':
      return takeDown(name).then(() => 0);
    case 'status':
      return status();
    case 'reset':
      return reset(name, words);
    case 'ssh':
      return login(name, words);
    case 'run':
      return runInWorld(name, words);
    default:
      return usage(verb === undefined ? undefined : `there is no "${verb}"`);
  }
}

Promise.resolve()
  .then(() => main(process.argv.slice(2)))
  .then(
    (code) => {
      process.exitCode = code;
    },
    (error: unknown) => {
      if (isStopped()) return; // the interrupt handler reports
      say(error instanceof Error ? error.message : String(error));
      process.exitCode = 1;
    },
  );
