import { resolve } from 'node:path';
import process from 'node:process';
import { ADD_TO_VARS } from '../../config/parameters.ts';
import type { Template } from '../../config/template.ts';
import { type CheckedTexts, configurationOf } from '../../desired/config.ts';
import { leftoverVars } from '../../desired/leftover.ts';
import { makeTarget, type TargetInput } from '../../desired/target.ts';
import { templateOf } from '../../desired/template.ts';
import {
  type FileRef,
  fileRefs,
  secretRefs,
  type TemplateRef,
  templateRef,
} from '../../inventory/refs.ts';
import type { HostSettings } from '../../inventory/settings.ts';
import { HOST_LIST } from '../../inventory/written.ts';
import type { Target } from '../../model/desired.ts';
import type { Verb } from '../../model/event.ts';
import type { Problem, Result, Warning } from '../../model/problem.ts';
import type { Secret } from '../../model/secret.ts';
import { readSourceFiles, readTemplateFiles } from '../../sources/files.ts';
import { besideInventory } from '../../sources/folders.ts';
import { resolveSecrets } from '../../sources/secrets.ts';
import { askSecret, NoAnswer } from '../terminal/ask.ts';
import { type ChosenHosts, orThrow } from './chosen-hosts.ts';
import type { Invocation } from '../args/invocation.ts';
import { usageError } from '../usage.ts';

/** What the engine is given, and what its output must hide. */
export interface Targets {
  readonly targets: readonly Target[];
  readonly secrets: readonly Secret[];
  readonly warnings: readonly Warning[];
}

/** A password manager may ask for a fingerprint first. */
const SECRET_TIMEOUT_MS = 60_000;

/**
 * Reads what the chosen hosts need from this machine, and makes each host's wish of it.
 *
 * @param aside gives what may ask somebody (a password manager, too) the terminal to itself
 * @throws ToolError with all problems of all hosts: nothing was touched
 */
export async function readTargets(
  asked: ChosenHosts,
  invocation: Invocation,
  verb: Verb,
  { aside }: { readonly aside: <T>(ask: () => Promise<T>) => Promise<T> } = {
    aside: (ask) => ask(),
  },
): Promise<Targets> {
  const goesBack = verb === 'rollback' || verb === 'remove';
  const chosen = goesBack ? { ...asked, settings: asked.settings.map(reachOnly) } : asked;
  const { settings, base } = chosen;
  const sudoPassword = await aside(() => askSudo(settings, invocation));
  const read = await aside(() =>
    resolveSecrets(settings.flatMap(secretRefs), {
      base,
      env: invocation.terminal.env,
      timeoutMs: SECRET_TIMEOUT_MS,
    }),
  );
  const secrets = read.ok ? read.value.secrets : null;
  const made = await makeTargets(chosen, { secrets, sudoPassword, strict: false });
  const problems = read.ok ? made.problems : [...framed(read.problems, chosen), ...made.problems];
  const all = orThrow<ReadonlyMap<string, Secret>>(
    problems.length > 0 || secrets === null
      ? { ok: false, problems }
      : { ok: true, value: secrets },
  );
  return {
    targets: made.targets,
    secrets: [...all.values(), ...(sudoPassword ? [sudoPassword] : [])],
    warnings: unique([
      ...chosen.warnings,
      ...(read.ok ? read.value.warnings : []),
      ...made.warnings,
    ]),
  };
}

/**
 * What is left of a host's settings when Alloy goes, or goes back: how it is reached and where packages
 * come from. A template that is broken today, or a secret that is not at hand, must not stand in the way.
 */
const reachOnly = (host: HostSettings): HostSettings => ({
  ...host,
  alloy: { ...host.alloy, environment: new Map(), memberOf: [] },
  config: { template: 'minimal', vars: {}, inherited: [], files: [] },
});

export interface MadeTargets {
  readonly targets: readonly Target[];
  readonly problems: readonly Problem[];
  readonly warnings: readonly Warning[];
}

/** Reads templates and files, and makes a target of each host that has no problem. Reads no secret. */
export async function makeTargets(
  chosen: ChosenHosts,
  options: Pick<TargetInput, 'secrets' | 'sudoPassword' | 'strict'>,
): Promise<MadeTargets> {
  const { settings, base, inventory } = chosen;
  const refs = settings.map((host) => [host, templateRef(host)] as const);
  const templates = await readTemplateFiles(
    refs.flatMap(([, ref]) => (ref.kind === 'file' ? [ref] : [])),
    base,
  );
  const files = await readSourceFiles(
    settings.flatMap((host): readonly FileRef[] => fileRefs(host)),
    base,
  );
  const problems = [...problemsOf(templates), ...problemsOf(files)];
  if (!templates.ok || !files.ok)
    return { targets: [], problems: framed(problems, chosen), warnings: [] };

  const texts = new Map([...files.value].map(([path, { text }]) => [path, text]));
  const checked: CheckedTexts = new Map();
  const absolute = (path: string): string => resolve(besideInventory(path, base));
  const isRoot = process.getuid?.() === 0;
  const templateFor = memo((ref: TemplateRef) => templateOf(ref, templates.value));

  const targets: Target[] = [];
  const warnings: Warning[] = [];
  const rendered: (readonly [HostSettings, Template])[] = [];
  for (const [host, ref] of refs) {
    const template: Result<Template> = templateFor(
      `${ref.kind} ${'path' in ref ? ref.path : ref.name}`,
      ref,
    );
    if (template.ok) rendered.push([host, template.value]);
    const made = template.ok
      ? makeTarget({
          ...options,
          settings: host,
          template: template.value,
          files: texts,
          isRoot,
          absolute,
          frame: inventory.frame,
          checked,
          configure: configurationOf,
        })
      : template;
    if (made.ok) {
      targets.push(made.value.target);
      warnings.push(...made.value.warnings);
    } else {
      problems.push(...made.problems);
    }
  }
  // a host that was left out by --limit may be the one that takes it
  if (settings.length === inventory.hosts.size) warnings.push(...leftoverVars(rendered));
  return { targets, problems: framed(unique(problems), chosen), warnings: unique(warnings) };
}

/** Asked once for all hosts, and only where one of them needs it. */
async function askSudo(
  settings: readonly HostSettings[],
  { options, terminal }: Invocation,
): Promise<Secret | null> {
  if (!options.askSudoPassword && !settings.some(({ sudo }) => sudo.kind === 'ask')) return null;
  try {
    return await askSecret(
      'sudo password:',
      terminal,
      'write sudo: { password: { secret: env:SUDO_PASSWORD } } into the inventory',
    );
  } catch (error) {
    if (error instanceof NoAnswer)
      throw usageError('no sudo password was given', 'run the command again');
    throw error;
  }
}

const problemsOf = (result: Result<unknown>): readonly Problem[] =>
  result.ok ? [] : result.problems;

/** The lines of the inventory, for problems that only know where they are. */
const framed = (problems: readonly Problem[], { inventory }: ChosenHosts): readonly Problem[] =>
  problems.map((problem) => {
    const { at, detail } = problem;
    if (problem.hint.startsWith(ADD_TO_VARS) && inventory.file === HOST_LIST)
      return { ...problem, hint: asFlag(problem.hint) };
    if (!at || detail !== undefined || at.file !== inventory.file) return problem;
    const frame = inventory.frame(at);
    return frame === '' ? problem : { ...problem, detail: frame };
  });

/** Who wrote no file is told the flag. */
const asFlag = (hint: string): string =>
  `add --var ${hint.slice(ADD_TO_VARS.length).replace(/^(\w+): /, '$1=')}`;

/** A template's fault is one, however many hosts take it. */
const unique = <T>(items: readonly T[]): readonly T[] => [
  ...new Map(items.map((item) => [JSON.stringify(item), item])).values(),
];

const memo = <In, Out>(make: (input: In) => Out): ((key: string, input: In) => Out) => {
  const made = new Map<string, Out>();
  return (key, input) => {
    const known = made.get(key);
    if (known !== undefined) return known;
    const value = make(input);
    made.set(key, value);
    return value;
  };
};
