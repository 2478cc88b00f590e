import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { execa } from 'execa';
import { controllerEnv, inWorld } from '../../lab/controller.ts';
import type { Ended } from '../../lab/host.ts';
import { REPOSITORY_ROOT } from '../../lab/root.ts';
import type { Lab } from './lab-fixture.ts';

/** Names for hosts of the lab. */
export type Names = Readonly<Record<string, { readonly address: string }>>;

/**
 * A new user: a clone of the committed repository, and a home directory with nothing but the key that the hosts
 * accept.
 */
export class Newcomer {
  readonly #lab: Lab;
  readonly #folder = mkdtempSync(join(tmpdir(), 'alloyup-newcomer-'));
  readonly clone = join(this.#folder, 'alloyup');
  readonly home = join(this.#folder, 'home');

  constructor(lab: Lab, names: Names) {
    this.#lab = lab;
    mkdirSync(join(this.home, '.ssh'), { recursive: true, mode: 0o700 });
    copyFileSync(lab.identity, join(this.home, '.ssh/id_ed25519'));
    const hosts = Object.entries(names).map(([name, { address }]) => `${address} ${name}\n`);
    const of = (path: string): string => join(this.#folder, path);
    writeFileSync(of('hosts'), `${readFileSync(this.#world('hosts'), 'utf8')}${hosts.join('')}`);
    writeFileSync(
      of('passwd'),
      readFileSync('/etc/passwd', 'utf8').replace(
        /^(root:[^:]*:0:0:[^:]*:)[^:]*/m,
        `$1${this.home}`,
      ),
    );
  }

  #world(file: string): string {
    return join(dirname(this.#lab.home), file);
  }

  /** @param fingerprint of the lab's repository key, which replaces Grafana's in the defaults */
  async cloneRepository(fingerprint: string): Promise<void> {
    await execa(
      'git',
      ['clone', '--quiet', '--depth', '1', `file://${REPOSITORY_ROOT}`, this.clone],
      {
        env: { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'safe.directory', GIT_CONFIG_VALUE_0: '*' },
      },
    );
    const file = join(this.clone, 'src/inventory/schema.ts');
    const text = readFileSync(file, 'utf8');
    const changed = text.replace(/(fingerprints: \[')[0-9A-F]{40}/, `$1${fingerprint}`);
    if (changed === text) throw new Error(`${file} names no fingerprint`);
    writeFileSync(file, changed);
  }

  /** A directory in the home directory, created if it is missing. */
  folder(name: string): string {
    const path = join(this.home, name);
    mkdirSync(path, { recursive: true });
    return path;
  }

  get #path(): string {
    return `${join(this.home, '.local/bin')}:${dirname(process.execPath)}:${process.env.PATH}`;
  }

  /**
   * Runs a shell command in the clone, on the machine itself. npm links into the home directory, and takes packages
   * from the machine's cache where possible.
   */
  async onMachine(line: string): Promise<Ended> {
    const own = homedir();
    const inherited = Object.entries(process.env).filter(([name]) => !/^npm_|^CI$/.test(name));
    const done = await execa('bash', ['-c', line], {
      cwd: this.clone,
      reject: false,
      stdin: 'ignore',
      extendEnv: false,
      env: {
        ...Object.fromEntries(inherited),
        HOME: this.home,
        PATH: this.#path,
        npm_config_prefix: join(this.home, '.local'),
        npm_config_cache: process.env.npm_config_cache ?? join(own, '.npm'),
        npm_config_userconfig: process.env.npm_config_userconfig ?? join(own, '.npmrc'),
        npm_config_prefer_offline: 'true',
      },
    });
    return { exitCode: done.exitCode ?? 255, stdout: done.stdout, stderr: done.stderr };
  }

  /**
   * Runs a shell command on a terminal, where the lab's hosts have these names. Each prompt is confirmed;
   * `stdout` has everything that was shown.
   */
  async onTerminal(
    line: string,
    options: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
  ): Promise<Ended> {
    const own = 'mount --bind "$1" /etc/hosts && mount --bind "$2" /etc/passwd && shift 2';
    const [file, ...args] = inWorld(this.#lab.name, [
      ...['sh', '-c', `${own} && exec "$@"`, 'newcomer'],
      ...[join(this.#folder, 'hosts'), join(this.#folder, 'passwd')],
      ...['script', '-qec', `stty cols 80 rows 24; ${line}`, '/dev/null'],
    ]);
    const {
      XDG_CONFIG_HOME: _,
      XDG_STATE_HOME: __,
      XDG_CACHE_HOME: ___,
      ...env
    } = controllerEnv(this.#lab.name);
    const child = execa(file!, args, {
      cwd: options.cwd,
      reject: false,
      stdin: 'pipe',
      extendEnv: false,
      env: { ...env, HOME: this.home, PATH: this.#path, SHELL: '/bin/bash', ...options.env },
    });
    let seen = '';
    child.stdout.on('data', (data: Buffer) => {
      seen += stripVTControlCharacters(data.toString());
      if (child.stdin.writableEnded || !/\((y\/N|Y\/n)\)/.test(seen)) return;
      // one prompt per command: it is drawn again for each key
      child.stdin.end('y\r');
    });
    const done = await child;
    return { exitCode: done.exitCode ?? 255, stdout: done.stdout, stderr: done.stderr };
  }

  leave(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
