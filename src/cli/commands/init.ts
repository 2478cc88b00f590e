import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { composeInventory, SCHEMA_LINE } from '../../inventory/compose.ts';
import { isHostList } from '../../inventory/hostlist.ts';
import { parseInventory } from '../../inventory/parse.ts';
import { settingsOf } from '../../inventory/settings.ts';
import type { Target } from '../../model/desired.ts';
import { ToolError, type Warning } from '../../model/problem.ts';
import { paintWith } from '../../report/paint.ts';
import { count } from '../../report/plain.ts';
import { problemsText } from '../../report/problem.ts';
import { agentKeys } from '../../transport/agent.ts';
import { keyFiles, sshConfigHosts } from '../../transport/ssh-config-names.ts';
import { askSecret, askYes, NoAnswer } from '../ask.ts';
import { readAnswers } from '../init/answers-file.ts';
import { endingText } from '../init/ending.ts';
import { type HomeFile, homeSettings, readHome } from '../init/home.ts';
import { type Interview, interview } from '../init/interview.ts';
import type { Answers, Known } from '../init/question.ts';
import { askSecrets, beside, secretPlaces } from '../init/secrets.ts';
import { wishOf } from '../init/wish.ts';
import { type NewFile, writeAll } from '../init/write.ts';
import { DEFAULT_INVENTORY, orThrow } from '../inventory.ts';
import type { Command, Invocation } from '../invocation.ts';
import { makeTargets } from '../targets.ts';
import { usageError } from '../usage.ts';

/** `alloyup init`: 0 when the files are written, 130 when somebody thought better of it; then none is. */
export const init: Command = async (invocation) => {
  const { options, terminal } = invocation;
  const file = options.inventory ?? DEFAULT_INVENTORY;
  const existing = existingText(file, options.edit);
  const given = options.answers === null ? null : await readAnswers(options.answers);
  if (given === null && !terminal.interactive)
    throw usageError(
      'nobody is there to answer the questions of the wizard',
      'write the answers into a file and name it with --answers: hosts, template, and what the template needs, such as "hosts: [web-01]", "template: linux-host", "metrics_url: https://...", "logs_url: https://..."',
    );
  const held = await agentKeys(terminal.env.SSH_AUTH_SOCK || null);
  const known: Known = {
    sshHosts: existing === null ? sshConfigHosts(terminal.home) : [],
    ansible: existing === null ? ANSIBLE_FILES.filter((path) => existsSync(path)) : null,
    namesUser: false,
    keys: keyFiles(
      terminal.home,
      held.map(({ line }) => line),
    ),
    agentKeys: held.map(({ name }) => name),
    root: null,
    from: options.from,
    edit: existing !== null && options.from === null,
  };
  const paint = paintWith(options.color && terminal.errColour);
  try {
    const done = await interview(known, {
      terminal,
      paint,
      given,
      file,
      hostsOf: async ({ answers, imported }) =>
        (
          await targetsOf(draft(existing ?? imported?.text ?? null, answers, known), file)
        ).targets.map(({ host }) => host),
    });
    return await finish(done, { file, existing, asked: given === null }, invocation);
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    terminal.err('Nothing was written.\n');
    return 130;
  }
};

/** Where people keep them; the first that is there is offered. */
const ANSIBLE_FILES = [
  'hosts',
  'hosts.ini',
  'inventory',
  'inventory.ini',
  'hosts.yml',
  'hosts.yaml',
]
  .map((name) => `./${name}`)
  .concat('/etc/ansible/hosts');

/** @throws ToolError `usage` */
function existingText(file: string, edit: boolean): string | null {
  if (file === '-' || isHostList(file))
    throw usageError(`${file} is no file that could be written`, 'name a file: -i inventory.yaml');
  if (!existsSync(file)) {
    if (edit)
      throw usageError(`there is no ${file} to edit`, 'leave --edit out, or name it with -i');
    return null;
  }
  if (!edit)
    throw usageError(
      `${file} is there already`,
      'change it: alloyup init --edit; or name another: -i FILE',
    );
  const text = readFileSync(file, 'utf8');
  // its own faults come first: what cannot be read cannot be kept
  orThrow(parseInventory(text, file));
  return text;
}

/** Only what a login needs: asked about before the rest is known. */
const draft = (existing: string | null, answers: Answers, known: Known): string => {
  const { template: _, ...login } = answers;
  const hosts = known.from === null ? {} : { hosts: [known.from] };
  return composeInventory(existing, wishOf({ ...login, ...hosts, template: 'minimal' }, known));
};

/** What the text comes to: checked as any other inventory. Reads no secret. */
async function targetsOf(
  text: string,
  file: string,
  base = dirname(file),
): Promise<{ readonly targets: readonly Target[]; readonly warnings: readonly Warning[] }> {
  const inventory = orThrow(parseInventory(text, file));
  const settings = [...inventory.hosts.keys()].map((name) => settingsOf(inventory, name));
  const { targets, problems, warnings } = await makeTargets(
    { inventory, base, sha256: '', settings, warnings: inventory.warnings },
    { secrets: null, sudoPassword: null, strict: false },
  );
  if (problems.length > 0) throw new ToolError(problems[0]!, ...problems.slice(1));
  return { targets, warnings: [...inventory.warnings, ...warnings] };
}

interface Plan {
  readonly file: string;
  readonly existing: string | null;
  /** A person answers. */
  readonly asked: boolean;
}

/** Shows what would be written, writes it after a yes, and says what comes next. */
async function finish(
  interview: Interview,
  { file, existing, asked }: Plan,
  invocation: Invocation,
): Promise<number> {
  const { answers, known, imported, typed } = interview;
  const { options, terminal } = invocation;
  const home =
    known.from === null ? null : await homeFiles(known.from, interview, file, invocation);
  const wish = home ? home.wish : wishOf(answers, known);
  const text = composeInventory(existing ?? (imported ? SCHEMA_LINE + imported.text : null), wish);
  const { targets, warnings } = home
    ? await inScratch(home.files, (base) => targetsOf(text, file, base))
    : await targetsOf(text, file);
  const paint = paintWith(options.color && terminal.outColour);
  const places = secretPlaces(answers);
  const [first] = targets;
  if (asked) {
    terminal.out(`\n${paint.bold(`==> ${file} <==`)}\n${text}\n`);
    if (first)
      terminal.out(
        `${paint.bold(`==> the configuration of ${first.host.name} <==`)}\n${first.desired.config}\n`,
      );
  }
  const style = { paint: paintWith(options.color && terminal.errColour), width: terminal.width };
  terminal.err(problemsText([], warnings, style));
  const secrets = [
    ...(home?.files ?? []).map(({ path, ...one }) => ({
      ...one,
      path: beside(path, file),
      replaces: false,
    })),
    ...(asked ? await askSecrets(places, file, typed, terminal) : []),
  ];
  if (
    asked &&
    !(await askYes(`Write ${[file, ...secrets.map(({ path }) => path)].join(', ')}?`, true))
  )
    throw new NoAnswer();
  const files: readonly NewFile[] = [
    ...secrets,
    { path: file, content: text, mode: 0o644, replaces: existing !== null },
  ];
  writeAll(files);
  terminal.out(`Wrote ${file}: ${count(targets.length, 'host')}.\n`);
  for (const { path, mode } of secrets)
    terminal.out(
      mode === 0o600
        ? `Wrote ${path}, which you alone can read; keep it out of git.
`
        : `Wrote ${path}.
`,
    );

  const variables = places.flatMap((place) => (place.startsWith('env:') ? [place.slice(4)] : []));
  const unset = variables.filter((name) => !terminal.env[name]);
  const missing = places.flatMap((place) =>
    place.startsWith('file:') && !existsSync(beside(place.slice(5), file)) ? [place.slice(5)] : [],
  );
  terminal.out(`\n${endingText({ file, targets, variables, paint })}`);
  for (const name of unset)
    terminal.out(`\nFirst set ${name}: read -rs ${name} && export ${name}\n`);
  for (const path of missing) terminal.out(`\nFirst write the secret into ${path} (chmod 600)\n`);
  const flag = file === DEFAULT_INVENTORY ? '' : ` -i ${file}`;
  const ready = asked && unset.length + missing.length === 0;
  if (!ready || !(await wantsPlan())) {
    terminal.out(`\nNext: alloyup plan${flag}, then alloyup apply${flag}\n`);
    return 0;
  }
  const { verbCommand } = await import('../fleet.ts');
  const code = await verbCommand('plan')({
    ...invocation,
    options: { ...options, inventory: file },
  });
  terminal.out(`\nNext: alloyup apply${flag}\n`);
  return code;
}

/** The files are written: a Ctrl-C here is a no. */
async function wantsPlan(): Promise<boolean> {
  try {
    return await askYes('Plan now? It changes nothing.', true);
  } catch (error) {
    if (error instanceof NoAnswer) return false;
    throw error;
  }
}

/** What the host runs, as settings and files; its configuration is told where it holds secrets itself. */
async function homeFiles(
  from: string,
  { answers, known, typed }: Interview,
  file: string,
  { terminal }: Invocation,
) {
  const wish = wishOf({ ...answers, hosts: [from] }, known);
  const { targets } = await targetsOf(draft(null, answers, known), file);
  const [target] = targets;
  if (!target || targets.length > 1)
    throw usageError(`--from names ${count(targets.length, 'host')}`, 'name one host');
  const password =
    answers.sudo === 'ask' || answers.sudo === 'secret'
      ? (typed.get(answers.sudo === 'ask' ? 'ask' : String(answers.sudoPassword)) ??
        (await askSecret(
          'sudo password:',
          terminal,
          'set up sudo without a password for this, or run it on a terminal',
        )))
      : null;
  const sudo = password ? ({ kind: 'password', password } as const) : target.host.sudo;
  const home = await readHome({ ...target, host: { ...target.host, sudo } }, terminal);
  if (home.secretLines.length > 0)
    terminal.err(
      `warning: the configuration of ${target.host.name} may hold secrets itself, in line ${home.secretLines.join(', ')}:\n  its copy here is for you alone (0600); move them to alloy.environment later\n`,
    );
  const { settings, files } = homeSettings(target.host.name, home);
  const [own] = wish.hosts;
  return {
    files,
    wish: { ...wish, hosts: [{ name: own!.name, settings: [...own!.settings, ...settings] }] },
  };
}

/** Checks with templates that are not written yet. */
async function inScratch<T>(
  files: readonly HomeFile[],
  check: (base: string) => Promise<T>,
): Promise<T> {
  const base = mkdtempSync(join(tmpdir(), 'alloyup-init-'));
  try {
    for (const { path, content } of files)
      if (typeof content === 'string') writeFileSync(join(base, path), content, { mode: 0o600 });
    return await check(base);
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
}
