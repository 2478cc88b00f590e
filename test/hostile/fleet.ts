import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunEvent } from '../../src/model/event.ts';
import type { Problem } from '../../src/model/problem.ts';
import { sha256 } from '../../src/model/secret.ts';
import { factsOf, NOW, targetOf } from '../builders.ts';
import { rawFacts } from '../host/raw-facts.ts';
import { makeKey } from '../sources/fake-repository.ts';
import { keyIn, type TestKey } from '../transport/ssh2-server.ts';
import { type Ended, startAlloyup } from './child.ts';
import type { Verb } from './rows.ts';

const PROGRAM = fileURLToPath(new URL('fake-host.mjs', import.meta.url));

/** How one host of a run ended. */
export interface HostEnd {
  readonly outcome: string;
  readonly problem?: Problem & { readonly message: string; readonly hint: string };
  /** Milliseconds from the start of the run. */
  readonly ms: number;
  /** Milliseconds from the start of the part that --timeout limits: planning, or changing the host. */
  readonly partMs: number;
}

export interface FleetEnd {
  readonly ended: Ended;
  readonly hosts: Readonly<Record<string, HostEnd>>;
}

interface Served {
  readonly ports: readonly number[];
  stop(): void;
}

/** What `--timeout` allows in these runs. */
export const TIMEOUT_S = 4;

const OLD = '// old\n';
/** What every host reports: alloyup manages it, with another configuration than the inventory's. */
const managed = (keyring: string) => {
  const facts = factsOf(targetOf({ config: OLD }), {
    receipt: {
      schema: 1,
      unhealthy: {},
      run: 'r0',
      invocation: 'a'.repeat(32),
      files: { '/etc/alloy/config.alloy': sha256(OLD) },
      groups: [],
      at: NOW,
    },
  });
  const [ring] = facts.apt.keyrings;
  const keyrings = [{ ...ring!, content: Buffer.from(keyring), sha256: sha256(keyring) }];
  return { ...facts, apt: { ...facts.apt, keyrings } };
};

/** Two good hosts, and fake ones. */
export class FakeFleet {
  readonly #directory: string;
  readonly #bin: string;
  readonly #hostKey: TestKey;
  readonly #key: TestKey;
  #repository: { readonly fingerprint: string; readonly armored: string } | null = null;
  #good: Served = { ports: [], stop: () => undefined };

  constructor(directory: string, bin: string) {
    this.#directory = directory;
    this.#bin = bin;
    this.#hostKey = keyIn(directory);
    this.#key = keyIn(directory);
  }

  async start(): Promise<void> {
    this.#repository = await makeKey();
    this.#good = await this.#serve(['good', 'good']);
  }

  stop(): void {
    this.#good.stop();
  }

  /** Runs a command over the good hosts and a fake one, or over the good ones alone. */
  async run(
    behavior: string | null,
    {
      verb = 'status',
      timeoutS = TIMEOUT_S,
      termAfterMs,
    }: {
      readonly verb?: Verb;
      readonly timeoutS?: number;
      /** Sends SIGTERM so long after the run's first event. */
      readonly termAfterMs?: number;
    } = {},
  ): Promise<FleetEnd & { readonly termMs: number | null }> {
    const fake = behavior === null ? undefined : await this.#serve([behavior]);
    const [a, b] = this.#good.ports;
    const home = this.#home({ a, b, fake: fake?.ports[0] });
    const events: RunEvent[] = [];
    let termed: number | null = null;
    const flags = ['--timeout', `${timeoutS}`, '--connect-timeout', `${Math.min(3, timeoutS)}`];
    const child = startAlloyup(
      this.#bin,
      [verb, ...(verb === 'status' ? [] : ['-y']), '--output', 'ndjson', ...flags],
      {
        home,
        onLine: (line) => {
          events.push(JSON.parse(line));
          if (events.length > 1 || termAfterMs === undefined) return;
          setTimeout(() => {
            termed = performance.now();
            child.kill('SIGTERM');
          }, termAfterMs);
        },
      },
    );
    const ended = await child.ended;
    fake?.stop();
    const termMs = termed === null ? null : performance.now() - termed;
    if (events[0]?.type !== 'run.started') throw new Error(`no run: ${ended.err}${ended.out}`);
    const began = events[0].at;
    const hosts: Record<string, HostEnd> = {};
    const resumed = new Map<string, number>();
    for (const event of events) {
      if (event.type === 'host.resumed') resumed.set(event.host, event.at);
      if (event.type === 'host.finished') {
        const { outcome, problem, at } = event;
        const told = problem && { problem: problem as NonNullable<HostEnd['problem']> };
        const partMs = at - (resumed.get(event.host) ?? began);
        hosts[event.host] = { outcome, ...told, ms: at - began, partMs };
      }
    }
    return { ended, hosts, termMs };
  }

  #home(ports: Readonly<Record<string, number | undefined>>): string {
    const home = mkdtempSync(join(this.#directory, 'home-'));
    mkdirSync(join(home, '.ssh'), { mode: 0o700 });
    const given = Object.entries(ports).filter((entry) => entry[1] !== undefined);
    const known = given.map(([, port]) => `[127.0.0.1]:${port} ${this.#hostKey.line}\n`);
    writeFileSync(join(home, '.ssh/known_hosts'), known.join(''));
    writeFileSync(join(home, 'config.alloy'), '// new\n');
    const hosts = given.map(
      ([name, port]) => `  ${name}: {ssh: {address: 127.0.0.1, port: ${port}}}\n`,
    );
    writeFileSync(
      join(home, 'inventory.yaml'),
      [
        'defaults:',
        `  ssh: {user: root, identity: ${this.#key.path}}`,
        `  repository: {fingerprints: [${this.#repository!.fingerprint}]}`,
        '  alloy: {version: present}',
        '  config: {template: config.alloy}',
        `hosts:\n${hosts.join('')}`,
      ].join('\n'),
    );
    return home;
  }

  /** Starts hosts that behave so, in one process. */
  async #serve(hosts: readonly string[]): Promise<Served> {
    const servers = spawn(process.execPath, [PROGRAM], { stdio: 'pipe' });
    servers.stderr.pipe(process.stderr);
    const facts = rawFacts(managed(this.#repository!.armored));
    const setup = {
      hostKey: this.#hostKey.pem,
      accepts: this.#key.blob.toString('base64'),
      facts,
      hosts,
    };
    servers.stdin.write(`${JSON.stringify(setup)}\n`);
    const [line] = await Promise.race([
      once(servers.stdout, 'data'),
      once(servers, 'exit').then(() => Promise.reject(new Error('the fake hosts ended'))),
    ]);
    return { ports: JSON.parse(`${line}`), stop: () => servers.stdin.end() };
  }
}
