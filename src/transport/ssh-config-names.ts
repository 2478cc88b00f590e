import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { parseHop } from './ssh-config.ts';

/** A host that ~/.ssh/config names. */
export interface NamedHost {
  readonly name: string;
  /** Others are reached through it. */
  readonly jump: boolean;
}

/** Services that take a key and give no shell. */
const NO_SHELL =
  /^(git|gist|ssh|aur|hg|bitbucket|altssh)\.|github\.com$|gitlab\.com$|bitbucket\.org$/i;

/**
 * The names of a `Host` line that stand for one machine each: no patterns, nothing that was taken out
 * with `!`, no Git server. In the order of the file, those of included files where they are included.
 *
 * @param include gives the texts of the files that a pattern of `Include` means
 */
export function namedHosts(
  text: string,
  include: (pattern: string) => readonly string[],
): readonly NamedHost[] {
  const names: string[] = [];
  const jumps = new Set<string>();
  const noShell = new Set<string>();
  read(text, 0);
  return names
    .filter((name) => !noShell.has(name) && !NO_SHELL.test(name))
    .map((name) => ({ name, jump: jumps.has(name) }));

  function read(config: string, depth: number): void {
    let current: readonly string[] = [];
    for (const row of config.split('\n')) {
      const [, keyword, rest] = /^\s*([A-Za-z0-9]+)(?:\s*=\s*|\s+)(.*?)\s*$/.exec(row) ?? [];
      if (keyword === undefined || rest === undefined) continue;
      const words = rest.split(/\s+/).map((word) => word.replace(/^"(.*)"$/, '$1'));
      switch (keyword.toLowerCase()) {
        case 'host':
          current = words.filter((word) => /^[A-Za-z0-9_](?:[\w.-]*[A-Za-z0-9_])?$/.test(word));
          for (const name of current) if (!names.includes(name)) names.push(name);
          break;
        case 'match':
          current = [];
          break;
        case 'user':
          if (words[0] === 'git') for (const name of current) noShell.add(name);
          break;
        case 'proxyjump':
          for (const hop of rest.split(',')) {
            const host = parseHop(hop)?.host;
            if (host !== undefined) jumps.add(host);
          }
          break;
        case 'include':
          if (depth < 8)
            for (const pattern of words) for (const one of include(pattern)) read(one, depth + 1);
          break;
      }
    }
  }
}

/** The hosts of a person's ~/.ssh/config; none where there is no such file, or it cannot be read. */
export function sshConfigHosts(home: string): readonly NamedHost[] {
  const folder = `${home}/.ssh`;
  const text = textOf(`${folder}/config`);
  return namedHosts(text, (pattern) => {
    const path = pattern.replace(/^~(?=\/)/, home);
    const full = path.startsWith('/') ? path : `${folder}/${path}`;
    if (!full.includes('*')) return [textOf(full)];
    const [before = '', after = ''] = basename(full).split('*');
    try {
      return readdirSync(dirname(full))
        .filter((name) => name.startsWith(before) && name.endsWith(after) && !name.startsWith('.'))
        .sort()
        .map((name) => textOf(`${dirname(full)}/${name}`));
    } catch {
      return [];
    }
  });
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Private keys of a person, as `~/.ssh/id_ed25519`: files with a public half beside them. */
export function keyFiles(home: string): readonly string[] {
  try {
    const names = new Set(readdirSync(`${home}/.ssh`));
    return [...names]
      .filter((name) => names.has(`${name}.pub`) && !name.endsWith('.pub'))
      .sort()
      .map((name) => `~/.ssh/${name}`);
  } catch {
    return [];
  }
}
