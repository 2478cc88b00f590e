import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { stripVTControlCharacters } from 'node:util';
import { controllerEnv, inWorld } from '../lab/controller.ts';
import { takeDownOnInterrupt } from '../lab/interrupt.ts';
import { Lab } from '../lab/lab.ts';
import { REPOSITORY_ROOT } from '../lab/root.ts';
import { type FirstHour, firstHourPage, type Question } from './first-hour-page.ts';
import { RecordedTerminal } from './terminal.ts';

/**
 * `node build.mjs run scripts/first-hour.ts`: boots three bare hosts, types the commands of the first hour
 * into a real terminal of 80 columns, and writes docs/first-hour.md. Fails if a line is wider than the terminal.
 */

const NAME = 'auhour';
const HOSTS = ['web-01', 'web-02', 'db-01'] as const;

const inventoryFor = (fingerprint: string): string => `defaults:
  ssh: { user: ops }
  repository: { fingerprints: [${fingerprint}] }
  alloy: { version: 1.18.1 }
  config:
    template: linux-host
    vars:
      metrics_url: https://prometheus.example.com/api/v1/write
      logs_url: https://loki.example.com/loki/api/v1/push
hosts:
  web-[01:02]:
`;

/** A key that does not exist, and a value of the wrong kind. */
const WRONG_INVENTORY = `defaults:
  ssh: { user: ops }
  alloy: { verison: 1.18.1 }
  config: { template: linux-host }
hosts:
  web-[01:02]: { ssh: { port: ssh } }
`;

/** A template with a missing brace, and one that Alloy would refuse. */
const WRONG_TEMPLATE = `prometheus.exporter.unix "host" { }

prometheus.scrape "host" {
	targets    = prometheus.exporter.unix.hots.targets
	forward_to = [prometheus.remote_write.default.receiver]
}

prometheus.remote_write "default" {
	endpoint {
		url = {{ metrics_ulr }}
	}
}
`;

const WRONG_TEMPLATE_INVENTORY = `defaults:
  ssh: { user: ops }
  config:
    template: ./metrics.alloy
    vars: { metrics_url: "https://prometheus.example.com/api/v1/write" }
hosts:
  web-[01:02]:
`;

/** Takes captures of the terminal. */
class Camera {
  readonly #terminal: RecordedTerminal;

  constructor(terminal: RecordedTerminal) {
    this.#terminal = terminal;
  }

  /** The command and its output. */
  async shot(command: string, seconds = 60): Promise<string> {
    await this.#terminal.clear();
    await this.#terminal.run(command, seconds);
    return this.taken();
  }

  /** Everything on the screen and above it. */
  async taken(): Promise<string> {
    const broken = await this.#terminal.broken();
    if (broken.length > 0) throw new Error(`wider than the terminal:\n${broken.join('\n')}`);
    const lines = (await this.#terminal.screen(true)).map((line) =>
      stripVTControlCharacters(line).trimEnd(),
    );
    while (lines.length > 0 && /^\$?$/.test(lines.at(-1)!)) lines.pop();
    return lines.join('\n');
  }

  /** Waits for a question of the wizard, captures its part of the screen, and answers it. */
  async question(seen: RegExp, keys: readonly string[]): Promise<Question> {
    const deadline = Date.now() + 60_000;
    for (;;) {
      await this.#settled();
      const lines = (await this.taken()).split('\n');
      // answered questions have another mark
      const open = lines.findLastIndex((line) => line.startsWith('? '));
      if (open >= 0 && seen.test(lines.slice(open).join('\n'))) {
        await this.answer(...keys);
        // with the previous answer and its result
        const from = lines.slice(0, open).findLastIndex((line) => /^[✔$] /.test(line));
        return { screen: lines.slice(Math.max(0, from)).join('\n') };
      }
      if (Date.now() > deadline)
        throw new Error(`${seen} was not asked, but:\n${lines.join('\n')}`);
    }
  }

  async answer(...keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      if (/^(?:Enter|Down|Up|Space|C-c)$/.test(key)) await this.#terminal.press(key);
      else await this.#terminal.type(key);
    }
  }

  /** Waits until two captures are equal: nothing is being drawn. */
  async #settled(): Promise<void> {
    for (let before = ''; ; ) {
      const now = (await this.#terminal.screen()).join('\n');
      if (now === before) return;
      before = now;
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  }
}

async function live(camera: Camera, terminal: RecordedTerminal): Promise<FirstHour['apply']> {
  await terminal.clear();
  await terminal.type('alloyup apply --no-diff\n');
  await terminal.shows('Apply to', 60);
  const asked = await camera.taken();
  await camera.answer('y', 'Enter');
  await terminal.shows('web-01  package', 120);
  const going = await camera.taken();
  await terminal.ended(180);
  return { asked, going, done: await camera.taken() };
}

/** The wizard's questions for a host with an unknown key, and the answers. */
const answersFor = (fingerprint: string): readonly (readonly [RegExp, readonly string[]])[] => [
  [/Where are your hosts listed/, ['Enter']],
  [/one per line/, ['db-01', 'Enter', 'Enter']],
  [/SSH user/, ['ops', 'Enter']],
  [/SSH key/, ['Enter']],
  [/Record (it|them)\?/, ['y', 'Enter']],
  [/What do you want to collect/, ['Enter']],
  [/Which data/, ['Enter']],
  [/Where do you want to send it/, ['Enter']],
  [/Where Prometheus/, ['https://prometheus.example.com/api/v1/write', 'Enter']],
  [/Use it anyway/, ['Enter']],
  [/Authentication for/, ['Down', 'Enter']],
  [/User for/, ['fleet', 'Enter']],
  [/Where is the password stored/, ['file:./secrets/metrics', 'Enter']],
  [/Where Loki/, ['https://loki.example.com/loki/api/v1/push', 'Enter']],
  [/Use it anyway/, ['Enter']],
  [/Authentication for/, ['Enter']],
  [/Where do packages come from/, ['Down', 'Enter']],
  [/Repository URL/, ['Enter']],
  [/URL or path of the signing key/, ['Enter']],
  [/Fingerprint of the signing key/, [fingerprint, 'Enter']],
  [/Which Alloy version/, ['Enter']],
  [/Secret for/, ['correct horse battery staple', 'Enter']],
  [/Write inventory\.yaml/, ['Enter']],
  [/Plan now/, ['Enter']],
];

async function wizard(camera: Camera, terminal: RecordedTerminal, fingerprint: string) {
  await terminal.run('mkdir -p fleet && cd fleet');
  await terminal.clear();
  await terminal.type('alloyup init\n');
  const init: Question[] = [];
  for (const [seen, keys] of answersFor(fingerprint)) init.push(await camera.question(seen, keys));
  await terminal.ended(60);
  const lines = (await camera.taken()).split('\n');
  const ending = lines.slice(lines.findLastIndex((line) => line.includes('Write inventory.yaml')));
  return { init, ending: ending.join('\n') };
}

async function photograph(lab: Lab, terminal: RecordedTerminal): Promise<FirstHour> {
  const camera = new Camera(terminal);
  const put = (name: string, text: string): void => writeFileSync(join(lab.home, name), text);
  await terminal.run('alloyup() { node "$ALLOYUP" "$@"; }');
  const help = await camera.shot('alloyup --help');
  const helpOfCommand = await camera.shot('alloyup apply --help');

  const unmet = await camera.shot('alloyup plan -i web-01,web-02, --user ops');
  await terminal.clear();
  await terminal.type('alloyup trust -i web-01,web-02,\n');
  await terminal.shows('? ', 30);
  await camera.answer('y', 'Enter');
  await terminal.ended(30);
  const trust = await camera.taken();
  const login = await camera.shot('alloyup plan -i web-01, --user deploy');

  put('inventory.yaml', WRONG_INVENTORY);
  const wrongInventory = await camera.shot('alloyup validate');
  put('metrics.alloy', WRONG_TEMPLATE);
  put('inventory.yaml', WRONG_TEMPLATE_INVENTORY);
  const wrongTemplate = await camera.shot('alloyup validate');

  put('inventory.yaml', inventoryFor(lab.fingerprint));
  const plan = await camera.shot('alloyup plan');
  const apply = await live(camera, terminal);
  const again = await camera.shot('alloyup apply');
  const status = await camera.shot('alloyup status');
  return {
    ...{ help, helpOfCommand, unmet, trust, login, wrongInventory, wrongTemplate },
    ...{ plan, apply, again, status },
    ...(await wizard(camera, terminal, lab.fingerprint)),
  };
}

async function main(): Promise<void> {
  const say = (line: string): void => console.error(line);
  const release = takeDownOnInterrupt(NAME, say);
  const lab = await Lab.up({
    ...{ name: NAME, count: HOSTS.length, say },
    hostName: (n) => HOSTS[n - 1]!,
  });
  let terminal: RecordedTerminal | undefined;
  try {
    // host keys are unknown at first
    writeFileSync(join(lab.home, '.ssh/known_hosts'), '');
    terminal = await RecordedTerminal.open({
      columns: 80,
      rows: 40,
      cwd: lab.home,
      prefix: (argv) => inWorld(lab.name, argv),
      env: {
        ...controllerEnv(lab.name),
        ALLOYUP: process.env.ALLOYUP_BIN ?? join(REPOSITORY_ROOT, 'bin/alloyup.js'),
      },
    });
    const file = join(REPOSITORY_ROOT, 'docs/first-hour.md');
    writeFileSync(file, firstHourPage(await photograph(lab, terminal)));
    say(`${file} is written`);
  } finally {
    await terminal?.close();
    await lab.down();
    release();
  }
}

await main();
