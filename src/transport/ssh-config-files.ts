import { type ExecFileException, execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import pLimit from 'p-limit';
import { globOf } from '../model/glob.ts';
import { memo } from '../model/memo.ts';
import { ToolError } from '../model/problem.ts';
import type { SshUser } from './options.ts';
import { unsupported } from './problems.ts';
import type { NamedHost, SshSettings } from './ssh-config.ts';
import {
  type ConfigLine,
  configLines,
  defaultSettings,
  isCommon,
  linesFor,
  namedHosts,
  readSshG,
} from './ssh-config.ts';

export type SshConfig = ReturnType<typeof sshConfig>;

/** Each `ssh -G` is a process of 13 ms; more at once would only wait for the processor. */
const AT_ONCE = 4;
const DEADLINE_MS = 10_000;
const MAX_NESTED_INCLUDES = 8;

type Lines = readonly ConfigLine[] | null;

const joined = (all: readonly Lines[]): Lines =>
  all.includes(null) ? null : all.flatMap((lines) => lines!);

/** What OpenSSH's configuration says about a destination. `ssh -G` is asked once about each, and once about equal ones. */
export function sshConfig(user: SshUser, systemConfig = '/etc/ssh/ssh_config', command = 'ssh') {
  const limit = pLimit(AT_ONCE);
  const fileAt = memo((path) => {
    const text = readIfThere(path);
    return text === null ? null : configLines(text);
  });
  const included = memo((base) => memo((pattern) => includedFiles(pattern, base, user.home)));

  /** The lines of a file that a login to `alias` may depend on, with those of the files it includes; null: only OpenSSH can tell. */
  const linesOf = (path: string, alias: string, base: string, depth = 0): Lines => {
    const file = fileAt(path);
    const own = file && linesFor(file, alias);
    return joined(
      own?.map((line) => {
        if (line.keyword !== 'include') return [line];
        if (depth >= MAX_NESTED_INCLUDES) return null;
        const paths = line.value.split(/\s+/).map(included(base));
        if (paths.includes(null)) return null;
        return joined(
          paths.flatMap((some) => some!.map((each) => linesOf(each, alias, base, depth + 1))),
        );
      }) ?? [null],
    );
  };

  const ask = (address: string, port: number | null, login: string | null): Promise<string> => {
    const given = [...(port === null ? [] : ['-p', `${port}`]), ...(login ? ['-l', login] : [])];
    return limit(() => run(command, ['-G', ...given, '--', address], address));
  };

  const askedOnce = memo((id: string) => ask(...(JSON.parse(id) as Parameters<typeof ask>)));
  /** What ssh said of the first of the hosts for which it says the same, by what that depends on. */
  const said = new Map<string, Promise<string>>();
  const usual = defaultSettings('', null, user);

  return {
    /** @throws ToolError `ssh.unsupported` when the files matter and ssh cannot read them. */
    async settings(
      address: string,
      port: number | null,
      login: string | null,
    ): Promise<SshSettings> {
      const lines = joined([
        linesOf(`${user.home}/.ssh/config`, address, `${user.home}/.ssh`),
        linesOf(systemConfig, address, dirname(systemConfig)),
      ]);
      // made again for each login: of ten thousand hosts, settings that are kept would fill memory
      if (lines?.length === 0) return { ...usual, hostname: address, port: port ?? usual.port };
      if (!lines || !isCommon(lines, address)) {
        const output = await askedOnce(JSON.stringify([address, port, login]));
        return readSshG(output, address, user);
      }
      const key = JSON.stringify([lines, port, login]);
      const known = said.get(key) ?? ask(address, port, login);
      said.set(key, known);
      // a refusal names the host that it is about
      const output = await known.catch(() => ask(address, port, login));
      return readSshG(output.replace(/^hostname .*\n?/m, ''), address, user);
    },
    /** Whether HashKnownHosts is on. False where nothing can be read. */
    async hashesNames(address: string): Promise<boolean> {
      try {
        return /^hashknownhosts yes$/m.test(await ask(address, null, null));
      } catch {
        return false;
      }
    },
  };
}

/** The hosts that a person's ~/.ssh/config names; none where it cannot be read. */
export function sshConfigHosts(home: string): readonly NamedHost[] {
  const text = readIfThere(`${home}/.ssh/config`) ?? '';
  return namedHosts(text, (pattern) =>
    (includedFiles(pattern, `${home}/.ssh`, home) ?? []).map((path) => readIfThere(path) ?? ''),
  );
}

/**
 * The files that a pattern of `Include` stands for, as glob(7): `*` and `?` within a name, none that
 * begins with a dot. null: the pattern uses more than that, or a directory cannot be read.
 */
function includedFiles(pattern: string, base: string, home: string): readonly string[] | null {
  const path = pattern.replace(/^"(.*)"$/, '$1').replace(/^~(?=\/)/, home);
  if (/["'[\\$%]/.test(path)) return null;
  const parts = (path.startsWith('/') ? path : `${base}/${path}`).split('/').slice(1);
  let found: readonly string[] = [''];
  for (const part of parts) {
    const names = found.map((directory) => matchingNames(directory || '/', part));
    if (names.includes(null)) return null;
    found = found.flatMap((directory, i) => names[i]!.map((name) => `${directory}/${name}`));
  }
  return found;
}

function matchingNames(directory: string, part: string): readonly string[] | null {
  if (!/[*?]/.test(part)) return [part];
  const glob = globOf(part);
  try {
    return readdirSync(directory)
      .filter((name) => glob.test(name) && (!name.startsWith('.') || part.startsWith('.')))
      .sort();
  } catch (cause) {
    return isAbsent(cause) ? [] : null;
  }
}

const isAbsent = (cause: unknown): boolean =>
  ['ENOENT', 'ENOTDIR'].includes((cause as NodeJS.ErrnoException).code ?? '');

/** '' when absent; null when it is there and cannot be read. */
function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    return isAbsent(cause) ? '' : null;
  }
}

async function run(command: string, args: readonly string[], address: string): Promise<string> {
  try {
    const limits = { timeout: DEADLINE_MS, maxBuffer: 1 << 20 };
    return (await promisify(execFile)(command, args, limits)).stdout;
  } catch (error) {
    const { code, stderr = '', message } = error as ExecFileException;
    if (code === 'ENOENT')
      throw new ToolError(unsupported({ reason: 'unread-configuration', address }));
    const said = stderr.trim() || message;
    throw new ToolError(unsupported({ reason: 'bad-configuration', address }, said));
  }
}

/** A key in ~/.ssh that a login may use. */
export interface KeyFile {
  /** `~/.ssh/id_ed25519`; `~/.ssh/work.pub` where only the agent has the private half. */
  readonly path: string;
  /** The agent has it. */
  readonly held: boolean;
}

/**
 * The keys of a person that have a public half in ~/.ssh, and a private one there or in the agent,
 * whose public keys are `inAgent`: `ssh-ed25519 AAAA...`.
 */
export function keyFiles(home: string, inAgent: readonly string[]): readonly KeyFile[] {
  const names = matchingNames(`${home}/.ssh`, '*') ?? [];
  return names
    .filter((name) => name.endsWith('.pub') && !name.endsWith('-cert.pub'))
    .flatMap((name) => {
      const text = readIfThere(`${home}/.ssh/${name}`) ?? '';
      const held = inAgent.includes(text.split(/\s+/).slice(0, 2).join(' '));
      const privateName = name.slice(0, -'.pub'.length);
      if (names.includes(privateName)) return [{ path: `~/.ssh/${privateName}`, held }];
      return held ? [{ path: `~/.ssh/${name}`, held }] : [];
    });
}
