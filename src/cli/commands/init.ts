import { existsSync, readFileSync } from 'node:fs';
import { composeInventory, SCHEMA_LINE } from '../../inventory/compose.ts';
import { parseInventory } from '../../inventory/parse.ts';
import { isHostList } from '../../inventory/written.ts';
import { Secret } from '../../model/secret.ts';
import { foldText } from '../../report/long-line.ts';
import { paintWith } from '../../report/paint.ts';
import { count } from '../../report/plain.ts';
import { problemsText } from '../../report/problem.ts';
import { agentKeys } from '../../transport/agent.ts';
import { keyFiles, sshConfigHosts } from '../../transport/ssh-config-names.ts';
import { askYes, NoAnswer } from '../terminal/ask.ts';
import { addressesOf } from '../init/addresses.ts';
import { readAnswers } from '../init/answers-file.ts';
import { draft, targetsOf } from '../init/draft-inventory.ts';
import { endingText, MOST } from '../init/next-steps.ts';
import { homeFiles, targetsWith } from '../init/import-host.ts';
import { type Interview, interview } from '../init/wizard.ts';
import type { Known } from '../init/question.ts';
import { askSecrets, beside, nearby, secretPlaces } from '../init/secret-places.ts';
import { wishOf } from '../init/wish.ts';
import { type NewFile, writeAll } from '../files/write-files.ts';
import { DEFAULT_INVENTORY, orThrow } from '../hosts/chosen-hosts.ts';
import type { Command, Invocation } from '../args/invocation.ts';
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
    ? await targetsWith(home.files, text, file)
    : await targetsOf(text, file);
  const paint = paintWith(options.color && terminal.outColour);
  const places = secretPlaces(answers);
  const [first] = targets;
  if (asked) {
    const { width } = terminal;
    terminal.out(`\n${paint.bold(`==> ${file} <==`)}\n${foldText(text, width)}\n`);
    if (first)
      terminal.out(
        `${paint.bold(`==> the configuration of ${first.host.name} <==`)}\n${foldText(first.desired.config, width)}\n`,
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
    !(await askYes(writeQuestion([file, ...secrets.map(({ path }) => nearby(path))]), true))
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
      `Wrote ${nearby(path)}${mode === 0o600 ? ', which you alone can read; keep it out of git' : ''}.\n`,
    );

  const variables = places.flatMap((place) => (place.startsWith('env:') ? [place.slice(4)] : []));
  const unset = variables.filter((name) => !terminal.env[name]);
  const missing = places.flatMap((place) =>
    place.startsWith('file:') && !existsSync(beside(place.slice(5), file)) ? [place.slice(5)] : [],
  );
  terminal.out(
    `\n${endingText({
      file,
      targets,
      places: [
        ...places,
        ...(home?.files ?? []).flatMap(({ path, content }) =>
          content instanceof Secret ? [`file:${path}`] : [],
        ),
      ],
      asksSudo: answers.sudo === 'ask',
      addresses: await addressesOf(targets.slice(0, MOST), terminal),
      paint,
    })}`,
  );
  for (const name of unset)
    terminal.out(`\nFirst set ${name}:\n  read -rs ${name} && export ${name}\n`);
  for (const path of missing) terminal.out(`\nFirst write the secret into ${path} (chmod 600)\n`);
  const flag = file === DEFAULT_INVENTORY ? '' : ` -i ${file}`;
  const ready = asked && unset.length + missing.length === 0;
  if (!ready || !(await wantsPlan())) {
    terminal.out(`\nNext: alloyup plan${flag}, then alloyup apply${flag}\n`);
    return 0;
  }
  const { verbCommand } = await import('../runs/run-hosts.ts');
  const code = await verbCommand('plan')({
    ...invocation,
    options: { ...options, inventory: file },
  });
  terminal.out(`\nNext: alloyup apply${flag}\n`);
  return code;
}

/** One line, however many files there are. */
function writeQuestion(paths: readonly string[]): string {
  const all = `Write ${paths.join(', ')}?`;
  return all.length <= 68 ? all : `Write ${paths[0]} and ${count(paths.length - 1, 'more file')}?`;
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
