import { readFileSync } from 'node:fs';
import { execa } from 'execa';
import { controllerEnv, inWorld } from './controller.ts';
import { takeDownOnInterrupt } from './interrupt.ts';
import { Lab, productCommand } from './lab.ts';
import { installPrerequisites, LAB_PROGRAMS, labObstacle } from './prerequisites.ts';
import { REPOSITORY_ROOT } from './root.ts';
import { isStopped } from './run.ts';

/** `npm run demo`: boots three bare hosts, converges them, and removes them. Exits with 0 if all went well. */

const NAME = 'audemo';
const HOSTS = 3;
const CONFIG = {
  template: 'linux-host',
  vars: {
    metrics_url: 'https://prometheus.example.com/api/v1/write',
    logs_url: 'https://loki.example.com/loki/api/v1/push',
  },
};

const say = (line: string): void => console.log(`  ${line}`);
const title = (line: string): void => console.log(`\n== ${line}`);

/** Shows a command as a user would type it, with its output. */
async function show(lab: Lab, args: readonly string[]): Promise<void> {
  console.log(`\n$ alloyup ${args.join(' ')}\n`);
  const [file, ...rest] = inWorld(lab.name, productCommand(args));
  const done = await execa(file!, rest, {
    cwd: lab.home,
    stdio: 'inherit',
    reject: false,
    extendEnv: false,
    env: { ...controllerEnv(lab.name), ...colours() },
  });
  if (done.exitCode !== 0)
    throw new Error(`alloyup ${args[0]} exited with ${done.exitCode ?? done.signal}`);
}

const colours = (): Record<string, string> =>
  process.env.NO_COLOR === undefined ? {} : { NO_COLOR: process.env.NO_COLOR };

async function build(): Promise<void> {
  say('building alloyup (dist/)');
  await execa(process.execPath, ['build.mjs'], { cwd: REPOSITORY_ROOT });
}

async function main(): Promise<void> {
  console.log('alloyup demo: real Debian hosts on this machine, removed afterwards.');
  console.log('Alloy on these hosts is a stand-in that behaves like the real one;');
  console.log('nothing outside this machine is contacted, except Debian for packages.');
  await installPrerequisites(LAB_PROGRAMS, say);
  const obstacle = labObstacle();
  if (obstacle) throw new Error(obstacle);
  await build();

  const release = takeDownOnInterrupt(NAME, say);
  title(`Booting ${HOSTS} hosts`);
  const hostName = (number: number) => `web-0${number}`;
  const lab = await Lab.up({ name: NAME, count: HOSTS, hostName, say });
  try {
    const inventory = lab.inventory({ defaults: { alloy: { version: '1.18.1' }, config: CONFIG } });
    title('The inventory: what shall be, and how each host is reached');
    console.log(`\n$ cat inventory.yaml\n\n${readFileSync(inventory, 'utf8').trimEnd()}`);
    title('What would change? Nothing is touched yet');
    await show(lab, ['plan']);
    title('Do it: install, configure, start, prove');
    await show(lab, ['apply', '--yes', '--no-diff']);
    title('Once more: there is nothing left to do');
    await show(lab, ['apply', '--yes']);
    title('What runs where');
    await show(lab, ['status']);
  } finally {
    if (!isStopped()) {
      title('Taking the fleet down');
      await lab.down();
      release();
    }
  }
  console.log('\nDone. Only a Debian base system stays, in /var/cache/alloyup-lab.');
  console.log('To get such hosts to play with: npm run lab -- up 3');
}

main().catch((error: unknown) => {
  if (isStopped()) return; // the interrupt handler reports
  console.error(`\n${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
