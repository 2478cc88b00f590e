import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { limitFiles, limitHosts } from '../../../src/inventory/limit.ts';
import { openInventory } from '../../../src/inventory/open-inventory.ts';
import { settingsOf } from '../../../src/inventory/settings.ts';
import type { Problem } from '../../../src/model/problem.ts';
import { readVariableDirectories } from '../../../src/sources/group-vars.ts';
import { readInventoryFile } from '../../../src/sources/inventory-file.ts';

/** A bundled script has no place of its own. */
const ROOT = process.env.BUILD_ROOT ?? process.cwd();

export const ANSWERS = join(ROOT, 'test/inventory/ansible/answers/');

/** A host as an inventory says that it is reached. */
export interface Reached {
  readonly name: string;
  /** In alphabetical order. */
  readonly groups: readonly string[];
  readonly connection: 'ssh' | 'local';
  readonly address?: string;
  readonly port?: number | null;
  readonly user?: string | null;
  readonly jump?: readonly string[];
  readonly identity?: readonly string[];
}

export type Answer =
  | { readonly hosts: readonly Reached[] }
  | { readonly refused: string; readonly problems?: readonly Problem[] };

export interface Question {
  /** Its path. */
  readonly file: string;
  readonly limit: string | null;
}

/** The lines of a table, without its heading. */
export const rowsOf = (path: string): readonly (readonly string[])[] =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t'));

/** The project's own questions, each with what alloyup shall make of it. */
export const CASES: readonly (Question & { readonly alloyup: string })[] = rowsOf(
  `${ANSWERS}cases.tsv`,
).map(([file = '', limit = '', alloyup = '']) => ({
  file: join(ANSWERS, file),
  limit: limit === '' ? null : limit,
  alloyup,
}));

/** What `alloyup hosts` makes of an inventory, called from the inventory's directory. */
export async function answerOf({ file, limit }: Question): Promise<Answer> {
  const refused = (problems: readonly Problem[]): Answer => ({
    refused: problems.map(({ params }) => (params as { reason?: string }).reason).join(),
    problems,
  });
  const source = await readInventoryFile(file, {
    stdin: () => process.stdin,
    mayRun: true,
    timeoutMs: 10_000,
  });
  if (!source.ok) return refused(source.problems);
  const { text, ran, base } = source.value;
  const opened = openInventory(text, file, ran);
  const read = opened.read({
    beside: opened.kind === 'alloyup' ? [] : await readVariableDirectories(base),
    directory: '.',
    fromInventory: (path) => path,
  });
  if (!read.ok) return refused(read.problems);
  const { hosts, groups, mentioned } = read.value;
  let names: readonly string[] = [...hosts.keys()];
  if (limit !== null) {
    const texts = limitFiles(limit).map(
      (name) => [name, readFileSync(join(dirname(file), name), 'utf8')] as const,
    );
    const limited = limitHosts({ hosts: names, groups, mentioned }, limit, new Map(texts));
    if (!limited.ok) return refused(limited.problems);
    names = limited.value;
  }
  return {
    hosts: names.map((name) => {
      const { groups: inGroups, ssh } = settingsOf(read.value, name);
      const common = { name, groups: [...inGroups].sort() };
      if (ssh.transport === 'local') return { ...common, connection: 'local' };
      const { address, port, user, jump, identity } = ssh;
      return {
        ...common,
        connection: 'ssh',
        address: address.toLowerCase(),
        port: port === 22 ? null : port,
        user,
        jump: jump.map((one) => one.replace(/:22$/, '')),
        identity,
      };
    }),
  };
}

/** How Ansible's answer is recorded: without what alloyup leaves out, and without this machine's paths. */
export function comparable(answer: Answer, { file }: Question): Answer {
  if (!('hosts' in answer)) return { refused: 'yes' };
  const directory = `${dirname(file)}/`;
  const hosts = answer.hosts
    .filter(({ connection }) => /^(ssh|local|paramiko(_ssh)?)$/.test(connection))
    .map((host) =>
      host.connection === 'local'
        ? { name: host.name, groups: host.groups, connection: host.connection }
        : {
            ...host,
            connection: 'ssh' as const,
            identity: host.identity?.map((path) => path.replace(directory, './')) ?? [],
          },
    );
  return { hosts };
}

/** Asks ansible-core. Throws where it is not installed. */
export function askAnsible(
  questions: readonly Question[],
  python: string,
): { readonly version: string; readonly answers: readonly Answer[] } {
  const script = join(ROOT, 'scripts/ansible-answers.py');
  const directories = [...new Set(questions.map(({ file }) => dirname(file)))];
  const found = new Map<Question, Answer>();
  let version = '';
  for (const directory of directories) {
    const here = questions.filter(({ file }) => dirname(file) === directory);
    const input = here.map(({ file, limit }) => ({ file: basename(file), limit }));
    const { stdout, stderr, status } = spawnSync(python, [script], {
      cwd: directory,
      input: JSON.stringify(input),
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
    });
    const [first = '', ...lines] = stdout.trim().split('\n');
    if (status !== 0 || lines.length !== here.length) throw new Error(stderr);
    version = JSON.parse(first).version;
    here.forEach((question, i) => {
      found.set(question, JSON.parse(lines[i]!));
    });
  }
  return { version, answers: questions.map((question) => found.get(question)!) };
}
