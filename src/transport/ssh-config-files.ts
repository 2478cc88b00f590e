import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { ToolError } from '../model/problem.ts';
import type { SshSettings, SshUser } from './ssh-config.ts';
import { defaultSettings, mayConcern, readSshG } from './ssh-config.ts';

/** Finds out what OpenSSH's configuration says of a destination; once a run for each. */
export interface SshConfig {
  /** @throws ToolError `ssh.unsupported` when the files matter and no ssh command is there to read them. */
  settings(address: string, port: number | null, user: string | null): Promise<SshSettings>;
  /** HashKnownHosts: names in known_hosts are kept as hashes. False where nothing can be read. */
  hashesNames(address: string): Promise<boolean>;
}

/** Each `ssh -G` is a process of 13 ms; more at once would only wait for the processor. */
const AT_ONCE = 4;
const DEADLINE_MS = 10_000;

export function sshConfig(
  user: SshUser,
  systemConfig = '/etc/ssh/ssh_config',
  command = 'ssh',
): SshConfig {
  const cache = new Map<string, Promise<SshSettings>>();
  const texts = new Map<string, string | null>();
  let running: Promise<unknown>[] = [];

  const textOf = (path: string): string | null => {
    const cached = texts.get(path);
    if (cached !== undefined) return cached;
    const text = readIfThere(path);
    texts.set(path, text);
    return text;
  };

  /** null: the file matters though we cannot read it. */
  const concerns = (path: string, alias: string, base: string, depth: number): boolean => {
    const text = textOf(path);
    if (text === null) return true;
    const { concerns: said, includes } = mayConcern(text, alias);
    if (said) return true;
    if (includes.length > 0 && depth >= 8) return true;
    return includes.some((pattern) => {
      const paths = expandInclude(pattern, base, user.home);
      return paths === null || paths.some((each) => concerns(each, alias, base, depth + 1));
    });
  };

  const ask = async (
    address: string,
    port: number | null,
    login: string | null,
  ): Promise<string> => {
    while (running.length >= AT_ONCE) await Promise.race(running);
    const args = [
      '-G',
      ...(port === null ? [] : ['-p', String(port)]),
      ...(login === null ? [] : ['-l', login]),
      '--',
      address,
    ];
    const asked = run(command, args, address);
    running.push(asked.catch(() => undefined));
    const mine = running.at(-1);
    try {
      return await asked;
    } finally {
      running = running.filter((each) => each !== mine);
    }
  };

  return {
    settings(address, port, login) {
      const id = `${address}\0${port}\0${login}`;
      const cached = cache.get(id);
      if (cached !== undefined) return cached;
      const matters =
        concerns(`${user.home}/.ssh/config`, address, `${user.home}/.ssh`, 0) ||
        concerns(systemConfig, address, dirname(systemConfig), 0);
      const settings = matters
        ? ask(address, port, login).then((output) => readSshG(output, address, user))
        : Promise.resolve(defaultSettings(address, port, user));
      settings.catch(() => undefined);
      cache.set(id, settings);
      return settings;
    },
    async hashesNames(address) {
      try {
        return /^hashknownhosts yes$/m.test(await ask(address, null, null));
      } catch {
        return false;
      }
    },
  };
}

/** '' when absent; null when it is there and cannot be read. */
function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    return code === 'ENOENT' || code === 'ENOTDIR' ? '' : null;
  }
}

/** Files of an `Include`; null when its pattern is more than `folder/*.conf`. */
function expandInclude(pattern: string, base: string, home: string): readonly string[] | null {
  const path = pattern.replace(/^"(.*)"$/, '$1').replace(/^~(?=\/)/, home);
  const full = path.startsWith('/') ? path : `${base}/${path}`;
  if (/[*?["\\$%]/.test(dirname(full))) return null;
  const name = basename(full);
  if (!/[*?["\\$%]/.test(name)) return [full];
  const [, before, after] = /^([^*?["\\$%]*)\*([^*?["\\$%]*)$/.exec(name) ?? [];
  if (before === undefined || after === undefined) return null;
  try {
    return readdirSync(dirname(full))
      .filter((each) => each.startsWith(before) && each.endsWith(after) && !each.startsWith('.'))
      .map((each) => `${dirname(full)}/${each}`);
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'ENOENT' ? [] : null;
  }
}

function run(command: string, args: readonly string[], address: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(
      command,
      args,
      { timeout: DEADLINE_MS, maxBuffer: 1 << 20 },
      (error, stdout, stderr) => {
        if (!error) resolve(stdout);
        else if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
          reject(
            new ToolError({
              code: 'ssh.unsupported',
              message: `~/.ssh/config may have settings for ${address}, and the ssh command that reads them is not on this machine`,
              hint: 'install it (apt-get install openssh-client)',
            }),
          );
        } else {
          reject(
            new ToolError({
              code: 'ssh.unsupported',
              message: `ssh -G ${address} refused the configuration of OpenSSH`,
              hint: `run it and mend what it names: ssh -G ${address}`,
              detail: stderr.trim() || error.message,
            }),
          );
        }
      },
    );
  });
}
