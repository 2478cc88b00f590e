import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { makeCertificates } from './certificates.ts';
import { controllerEnv, controllerOf, dressController, inWorld } from './controller.ts';
import { startDetached } from './detached.ts';
import { inGroup } from './group.ts';
import { type Ended, LabHost } from './host.ts';
import { type InventoryOptions, inventoryText } from './inventory.ts';
import { ensureLayers } from './layer.ts';
import { raiseLimits } from './limits.ts';
import { knownHostLines, type Machine, makeHostKeys } from './machine.ts';
import { checkLabName, DEFAULT_LAB, hostAddress, MOST_HOSTS } from './names.ts';
import { makeBridge, makeCable } from './network.ts';
import { buildRepository } from './repository/build.ts';
import { makeKeys } from './repository/keys.ts';
import { LabRepository } from './repository.ts';
import { REPOSITORY_ROOT } from './root.ts';
import { run, until } from './run.ts';
import { buildPackages } from './stand-in/package.ts';
import {
  claimNetwork,
  type HostState,
  identify,
  isAlive,
  type LabState,
  labFolder,
  readState,
  type Suite,
  writeState,
} from './state.ts';
import { leftovers, takeDown } from './takedown.ts';

export interface UpOptions {
  /** Up to 8 lower-case letters and digits; part of every name the lab uses on the machine. */
  readonly name?: string;
  readonly count: number;
  readonly suite?: Suite;
  /** Debian packages that hosts have from the start, such as python3. */
  readonly include?: readonly string[];
  /** The lab is taken down when the process with this pid ends; null: it stays until `down`. Default: this process. */
  readonly owner?: number | null;
  /** Builds the repository's .deb files into a directory; default: the stand-ins. */
  readonly packages?: (folder: string) => Promise<readonly string[]>;
  /** Name of the n-th host, counted from 1; default: h1, h2, ... */
  readonly hostName?: (number: number) => string;
  readonly say?: (line: string) => void;
}

export interface CommandOptions {
  readonly input?: string;
  /** Added to the lab's environment; undefined removes a variable. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Default: the controller's home, where `inventory()` writes. */
  readonly cwd?: string;
  /** Runs it in a terminal of 80 columns; `input` is typed there, and stderr is part of stdout. */
  readonly tty?: boolean;
  readonly timeoutS?: number;
}

export interface CommandEnded extends Ended {
  /** Milliseconds. */
  readonly durationMs: number;
  /** The signal that ended it; then `exitCode` is 255. */
  readonly signal: string | null;
}

/** A disposable fleet: hosts, the repository they install from, and the controller's view of both. */
export class Lab {
  readonly name: string;
  readonly repository: LabRepository;

  private constructor(name: string) {
    this.name = name;
    this.repository = new LabRepository(name);
  }

  /**
   * Creates a lab. Remains of an earlier lab with this name are removed first.
   *
   * @throws Error when a lab with this name is in use, or when something fails; nothing is left then.
   */
  static async up(options: UpOptions): Promise<Lab> {
    const name = checkLabName(options.name ?? DEFAULT_LAB);
    const say = options.say ?? (() => undefined);
    const earlier = readState(name);
    if (earlier?.ready && inUse(earlier))
      throw new Error(
        `the lab ${name} is up with ${earlier.hosts.length} hosts: ` +
          `take it down first (npm run lab -- down --name ${name}), or use another --name`,
      );
    if (leftovers(name).length > 0) await takeDown(name);
    mkdirSync(labFolder(name), { recursive: true, mode: 0o700 });
    try {
      const state = newState(name, options.owner);
      writeState(state);
      raiseLimits();
      const lab = new Lab(name);
      await lab.#found(state, options, say);
      await lab.grow(options.count, options.suite, options);
      return lab;
    } catch (error) {
      await takeDown(name);
      throw error;
    }
  }

  /** A running lab. @throws Error when it is not running. */
  static attach(name: string = DEFAULT_LAB): Lab {
    if (!readState(checkLabName(name))?.ready)
      throw new Error(`there is no lab ${name}: npm run lab -- up --name ${name}`);
    return new Lab(name);
  }

  /** Creates what all hosts share: network, keys, certificates, the repository and its server. */
  async #found(begun: LabState, options: UpOptions, say: (line: string) => void): Promise<void> {
    const folder = labFolder(this.name);
    const network = claimNetwork(this.name);
    const state = { ...begun, network };
    writeState(state);
    await makeBridge(this.name, network);
    const { identity, home } = controllerOf(this.name);
    mkdirSync(join(home, '.ssh'), { recursive: true, mode: 0o700 });
    say('creating keys, certificates and a signed repository');
    const [keys, debs] = await Promise.all([
      makeKeys(join(folder, 'gpg')),
      (options.packages ?? buildPackages)(join(folder, 'debs')),
      makeCertificates(join(folder, 'tls')),
      run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'lab', '-f', identity]),
    ]);
    await buildRepository(this.repository.folder, debs, keys);
    writeState({ ...state, fingerprint: keys.fingerprint });
    await this.#startHelper();
  }

  /** Starts the process that serves the repository; it outlives this one if it has to. */
  async #startHelper(): Promise<void> {
    const folder = labFolder(this.name);
    const program = join(folder, 'helper.mjs');
    const { build } = await import('esbuild');
    await build({
      absWorkingDir: REPOSITORY_ROOT,
      entryPoints: ['lab/helper/main.ts'],
      outfile: program,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      banner: {
        js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);",
      },
      logLevel: 'error',
    });
    const argv = inGroup(this.name, 'helper', [process.execPath, program, this.name]);
    startDetached(argv, {
      log: join(folder, 'helper.log'),
      env: pick(['ALLOYUP_LAB_DIR', 'ALLOYUP_LAB_CACHE']),
    });
    const serving = join(folder, 'repository/serving');
    await until(
      () => `the repository does not start: ${readFileSync(join(folder, 'helper.log'), 'utf8')}`,
      20,
      () => (existsSync(serving) ? true : undefined),
    );
  }

  get state(): LabState {
    const state = readState(this.name);
    if (!state) throw new Error(`the lab ${this.name} is gone`);
    return state;
  }

  /** The fingerprint of the repository's key, for `repository.fingerprints` in an inventory. */
  get fingerprint(): string {
    return this.state.fingerprint;
  }

  get hosts(): LabHost[] {
    const { hosts } = this.state;
    return hosts.map((host) => new LabHost(this.#machine(host)));
  }

  /** @throws Error when the lab has no such host. */
  host(name: string): LabHost {
    const found = this.hosts.find((host) => host.name === name);
    if (!found) throw new Error(`the lab ${this.name} has no host ${name}`);
    return found;
  }

  #machine(host: HostState): Machine {
    const { network, hosts } = this.state;
    const layers = readFileSync(this.#layersFile(host.suite), 'utf8').split('\n');
    return { lab: this.name, network, host, others: hosts, layers };
  }

  #layersFile(suite: Suite): string {
    return join(labFolder(this.name), `layers-${suite}`);
  }

  /** Adds hosts in parallel and waits until each has booted. */
  async grow(
    count: number,
    suite: Suite = 'bookworm',
    options: Pick<UpOptions, 'hostName' | 'say' | 'include'> = {},
  ): Promise<LabHost[]> {
    const { hosts, network } = this.state;
    if (hosts.length + count > MOST_HOSTS)
      throw new Error(`a lab can have at most ${MOST_HOSTS} hosts`);
    const say = options.say ?? (() => undefined);
    const layers = await ensureLayers(this.name, suite, say, options.include);
    writeFileSync(this.#layersFile(suite), layers.join('\n'));
    const added: HostState[] = await Promise.all(
      Array.from({ length: count }, async (_, index) => {
        const number = hosts.length + index + 1;
        const name = options.hostName?.(number) ?? `h${number}`;
        const hostKey = await makeHostKeys(this.name, number, name);
        return { number, name, suite, address: hostAddress(network, number), hostKey };
      }),
    );
    writeState({ ...this.state, hosts: [...hosts, ...added] });
    dressController(this.state);
    this.#writeKnownHosts();
    say(`booting ${count} ${count === 1 ? 'host' : 'hosts'} (Debian ${suite})`);
    const born = added.map((host) => new LabHost(this.#machine(host)));
    // the kernel makes network changes one at a time anyway
    for (const { number } of added) await makeCable(this.name, network, number);
    await Promise.all(born.map((host) => host.boot()));
    writeState({ ...this.state, ready: true });
    return born;
  }

  #writeKnownHosts(): void {
    const lines = this.state.hosts.flatMap((host) => knownHostLines(this.name, host));
    writeFileSync(controllerOf(this.name).knownHosts, `${lines.join('\n')}\n`);
  }

  /** Resets hosts to their first boot: those named, or all. */
  async reset(names?: readonly string[]): Promise<void> {
    const chosen = names ? names.map((name) => this.host(name)) : this.hosts;
    await Promise.all(chosen.map((host) => host.reset()));
  }

  /** Resets the controller: no cache, no state, the original known_hosts. */
  resetController(): void {
    const { home } = controllerOf(this.name);
    for (const folder of ['.cache', '.local', '.config'])
      rmSync(join(home, folder), { recursive: true, force: true });
    this.#writeKnownHosts();
  }

  /** Removes everything. Safe to call twice. */
  async down(): Promise<void> {
    await takeDown(this.name);
  }

  /** The controller's home directory, for inventories and templates. */
  get home(): string {
    return controllerOf(this.name).home;
  }

  get identity(): string {
    return controllerOf(this.name).identity;
  }

  /** Writes an inventory (see `inventoryText`) and returns its path. */
  inventory(options: InventoryOptions & { readonly file?: string } = {}): string {
    const path = join(this.home, options.file ?? 'inventory.yaml');
    const { hosts, fingerprint } = this.state;
    writeFileSync(path, inventoryText({ hosts, fingerprint, identity: this.identity }, options));
    return path;
  }

  /** Starts a command in the lab and returns its process. */
  start(argv: readonly string[], options: CommandOptions = {}) {
    const words = options.tty ? onTerminal(argv) : argv;
    const [file, ...args] = inWorld(this.name, words);
    return execa(file!, args, {
      cwd: options.cwd ?? this.home,
      extendEnv: false,
      env: { ...controllerEnv(this.name), ...options.env },
      input: options.input ?? '',
      reject: false,
      timeout: (options.timeoutS ?? 600) * 1000,
      maxBuffer: 64_000_000,
    });
  }

  /** Runs a command in the lab. Never throws because of its exit code. */
  async run(argv: readonly string[], options: CommandOptions = {}): Promise<CommandEnded> {
    const done = await this.start(argv, options);
    return {
      exitCode: done.exitCode ?? 255,
      signal: done.signal ?? null,
      stdout: done.stdout,
      stderr: done.stderr,
      durationMs: done.durationMs,
    };
  }

  /** Runs the product: `node bin/alloyup.js ARGS`. */
  alloyup(args: readonly string[], options: CommandOptions = {}): Promise<CommandEnded> {
    return this.run(productCommand(args), options);
  }

  /** The same, without waiting for its end. */
  startAlloyup(args: readonly string[], options: CommandOptions = {}) {
    return this.start(productCommand(args), options);
  }
}

/** `owner` as in UpOptions. */
const newState = (name: string, owner: number | null = process.pid): LabState => ({
  name,
  network: '',
  owner: owner === null ? null : identify(owner),
  ready: false,
  fingerprint: '',
  hosts: [],
});

/** Whether the lab's owner is alive, or it was created to stay. */
const inUse = (state: LabState): boolean => state.owner === null || isAlive(state.owner);

export const productCommand = (args: readonly string[]): string[] => [
  process.execPath,
  join(REPOSITORY_ROOT, 'bin/alloyup.js'),
  ...args,
];

/** `script` gives its command a terminal and passes on its exit code. */
const onTerminal = (argv: readonly string[]): string[] => {
  const quoted = argv.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  return ['script', '-qec', `stty cols 80 rows 24; exec ${quoted}`, '/dev/null'];
};

const pick = (names: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])),
  );
