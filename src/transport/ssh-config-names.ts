import { readdirSync, readFileSync } from 'node:fs';
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
  return namedHosts(textOf(`${folder}/config`), (pattern) => {
    const path = pattern.replace(/^~(?=\/)/, home);
    return matching(path.startsWith('/') ? path : `${folder}/${path}`).map(textOf);
  });
}

/** Files that an absolute pattern means, `*` and `?` within a name; as glob(7), none that begins with a dot. */
function matching(pattern: string): readonly string[] {
  return pattern
    .split('/')
    .slice(1)
    .reduce<readonly string[]>(
      (folders, part) => folders.flatMap((folder) => entries(folder, part)),
      [''],
    );
}

function entries(folder: string, part: string): readonly string[] {
  if (!/[*?]/.test(part)) return [`${folder}/${part}`];
  const source = part
    .replace(/[\\^$.+()[\]{}|]/g, '\\$&')
    .replace(/[*?]/g, (c) => (c === '*' ? '.*' : '.'));
  const fits = new RegExp(`^${source}$`);
  try {
    return readdirSync(folder === '' ? '/' : folder)
      .filter((name) => fits.test(name) && (!name.startsWith('.') || part.startsWith('.')))
      .sort()
      .map((name) => `${folder}/${name}`);
  } catch {
    return [];
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** A key in ~/.ssh that a login may be told to use. */
export interface KeyFile {
  /** `~/.ssh/id_ed25519`; `~/.ssh/work.pub` where only the agent has the private half. */
  readonly path: string;
  /** The agent has it. */
  readonly held: boolean;
}

/**
 * The keys of a person that have a public half in ~/.ssh, and a private one there or in the agent.
 *
 * @param inAgent public keys, as files have them: `ssh-ed25519 AAAA...`
 */
export function keyFiles(home: string, inAgent: readonly string[]): readonly KeyFile[] {
  try {
    const names = readdirSync(`${home}/.ssh`).sort();
    return names
      .filter((name) => name.endsWith('.pub') && !name.endsWith('-cert.pub'))
      .flatMap((name) => {
        const line = textOf(`${home}/.ssh/${name}`).split(/\s+/).slice(0, 2).join(' ');
        const held = inAgent.includes(line);
        const own = name.slice(0, -'.pub'.length);
        if (names.includes(own)) return [{ path: `~/.ssh/${own}`, held }];
        return held ? [{ path: `~/.ssh/${name}`, held }] : [];
      });
  } catch {
    return [];
  }
}
