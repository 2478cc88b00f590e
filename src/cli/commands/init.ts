import { existsSync, readFileSync } from 'node:fs';
import { editInventory } from '../../inventory/edit.ts';
import { isHostList } from '../../inventory/host-list.ts';
import { parseInventory } from '../../inventory/parse-inventory.ts';
import { Secret } from '../../model/secret.ts';
import { paintWith } from '../../report/paint.ts';
import { count, foldText } from '../../report/plain.ts';
import { say, toPrintable } from '../../report/printable.ts';
import { agentKeys } from '../../transport/keys.ts';
import { keyFiles, sshConfigHosts } from '../../transport/ssh-config-files.ts';
import { type Command, DEFAULT_INVENTORY, type Invocation } from '../args/option-table.ts';
import { writeAll } from '../files/write-files.ts';
import { readAnswers } from '../init/answers-file.ts';
import { additionsOf, targetsOf } from '../init/draft-inventory.ts';
import { importHost } from '../init/import-host.ts';
import { addressesOf, nextStepsText } from '../init/next-steps.ts';
import type { Known } from '../init/question.ts';
import { askSecrets, besideFile, secretPlaces, shortPath } from '../init/secret-places.ts';
import { anySoftware, softwareWithUsers } from '../init/software-questions.ts';
import { runWizard, type WizardOptions, type WizardState } from '../init/wizard.ts';
import { askYes, confirmed, orFallback } from '../terminal/ask.ts';
import { printProblems, type Terminal } from '../terminal/terminal.ts';
import { orThrow, usageError } from '../usage.ts';

/** Exits 0 when the files are written, 130 after a Ctrl-C or a no, when nothing is. */
export const init: Command = async (invocation) => {
  const { options, terminal } = invocation;
  const [file = DEFAULT_INVENTORY, another] = options.inventory ?? [];
  if (another !== undefined) throw usageError({ reason: 'one-inventory' });
  const existing = existingText(file, options.edit);
  const given = options.answers === null ? null : await readAnswers(options.answers);
  if (given === null && !terminal.interactive)
    throw usageError({ reason: 'wizard-needs-terminal' });
  const held = await agentKeys(terminal.env.SSH_AUTH_SOCK || null);
  const lines = held.map(({ line }) => line);
  const known: Known = {
    sshHosts: existing === null ? sshConfigHosts(terminal.home) : [],
    ansible: existing === null ? ANSIBLE_FILES.filter((path) => existsSync(path)) : null,
    namesUser: false,
    keys: keyFiles(terminal.home, lines),
    agentKeys: held.map(({ name }) => name),
    root: null,
    // an answers file says it by itself: nobody has to look
    software: given && anySoftware(existing),
    from: options.from,
    edit: existing !== null && options.from === null,
  };
  const wizard = { terminal, given, file, existing };
  const work = runWizard(known, wizard).then((state) => finish(state, wizard, invocation));
  const exitCode = await orFallback(work, null);
  if (exitCode === null) terminal.err(say`Nothing was written.\n`);
  return exitCode ?? 130;
};

/** Common places; the first that exists is suggested. */
const ANSIBLE_FILES = [
  './hosts',
  './hosts.ini',
  './inventory',
  './inventory.ini',
  './hosts.yml',
  './hosts.yaml',
  '/etc/ansible/hosts',
];

/** @throws ToolError `usage` */
function existingText(path: string, edit: boolean): string | null {
  if (path === '-' || isHostList(path)) throw usageError({ reason: 'not-an-inventory-path', path });
  if (!existsSync(path)) {
    if (edit) throw usageError({ reason: 'no-inventory-to-edit', path });
    return null;
  }
  if (!edit) throw usageError({ reason: 'inventory-exists', path });
  const text = readFileSync(path, 'utf8');
  // an inventory with errors could not be kept as it is
  orThrow(parseInventory(text, path));
  return text;
}

/** Shows what would be written, writes it after a yes, and says what comes next. null: after a no. */
async function finish(
  state: WizardState,
  { terminal, given, file, existing }: WizardOptions,
  invocation: Invocation,
): Promise<number | null> {
  const { answers, known, imported, typed } = state;
  const asked = given === null;
  const { files, additions } =
    known.from === null
      ? { files: [], additions: additionsOf(answers, known) }
      : await importHost(known.from, state, file, terminal);
  const text = editInventory(existing ?? imported, additions);
  const drafts = files.flatMap(({ path, content }) =>
    content instanceof Secret
      ? []
      : [[path, { file: path.slice('./'.length), text: content, declarations: null }] as const],
  );
  const { targets, warnings } = await targetsOf(text, file, new Map(drafts));
  const paint = paintWith(terminal.outColour);
  const flag = file === DEFAULT_INVENTORY ? '' : ` -i ${file}`;
  const show = (title: string, shown: string): void =>
    terminal.out(
      toPrintable(`${paint.bold(`==> ${title} <==`)}\n${foldText(shown, terminal.width)}\n`),
    );
  const [first] = targets;
  if (asked) {
    terminal.out(say`\n`);
    show(file, text);
    if (first)
      show(
        `Alloy configuration for ${first.host.name}`,
        firstLines(first.desired.config, `alloyup render ${first.host.name}${flag}`),
      );
  }
  printProblems(terminal, [], warnings);

  const places = secretPlaces(answers);
  const beside = [
    ...files.map((one) => ({ ...one, path: besideFile(one.path, file) })),
    ...(asked ? await askSecrets(places, file, typed) : []),
  ];
  const paths = [file, ...beside.map(({ path }) => shortPath(path))];
  if (asked && !(await askYes(say`${writeQuestion(paths)}`, true))) return null;
  writeAll([...beside, { path: file, content: text, mode: 0o644, replaces: existing !== null }]);
  terminal.out(say`Wrote ${file}: ${count(targets.length, 'host')}.\n`);
  for (const { path, mode } of beside)
    terminal.out(
      say`Wrote ${shortPath(path)}${mode === 0o600 ? ' (only you can read it; keep it out of git)' : ''}.\n`,
    );

  const imports = files.flatMap(({ path, content }) =>
    content instanceof Secret ? [`file:${path}`] : [],
  );
  const nextSteps = nextStepsText({
    flag,
    targets,
    places: [...places, ...imports],
    asksSudo: answers.sudo === 'ask',
    users: softwareWithUsers(answers),
    addresses: await addressesOf(targets, terminal),
    paint,
  });
  const todo = secretsToSet(places, file, terminal);
  terminal.out(toPrintable(`\n${nextSteps}${todo}`));
  // the files are written: a Ctrl-C from here on is a no
  if (!asked || todo !== '' || !(await confirmed(say`Plan now? This changes nothing.`, true))) {
    terminal.out(say`\nNext: alloyup plan${flag}, then alloyup apply${flag}\n`);
    return 0;
  }
  const { runHosts } = await import('../runs/run-hosts.ts');
  const code = await runHosts('plan', {
    ...invocation,
    options: { ...invocation.options, inventory: [file] },
  });
  terminal.out(
    code === 0
      ? say`\nNext: alloyup apply${flag}\n`
      : say`\nNext: correct what the plan names, then alloyup plan${flag}\n`,
  );
  return code;
}

/** Lines of a configuration that the preview shows; nobody reads 500 before a yes. */
const PREVIEW_LINES = 15;

/** The beginning of a text, and what shows the rest. */
function firstLines(text: string, command: string): string {
  const lines = text.replace(/\n$/, '').split('\n');
  const more = lines.length - PREVIEW_LINES;
  if (more <= 3) return text;
  return `${lines.slice(0, PREVIEW_LINES).join('\n')}\n... ${more} more lines, once it is written: ${command}\n`;
}

/** How to provide the secrets that are not there yet. */
function secretsToSet(places: readonly string[], file: string, { env }: Terminal): string {
  const steps = places.map((place) => {
    const name = place.replace(/^(env|file):/, '');
    const isVariable = place.startsWith('env:');
    if (isVariable ? env[name] : existsSync(besideFile(name, file))) return '';
    return isVariable
      ? `\nSet ${name} first:\n  read -rs ${name} && export ${name}\n`
      : `\nWrite the secret to ${name} first (chmod 600)\n`;
  });
  return steps.join('');
}

/** One line, however many files there are. */
function writeQuestion(paths: readonly string[]): string {
  const all = `Write ${paths.join(', ')}?`;
  return all.length <= 68 ? all : `Write ${paths[0]} and ${count(paths.length - 1, 'more file')}?`;
}
