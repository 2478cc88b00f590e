import { resolve } from 'node:path';
import process from 'node:process';
import { Forms } from '../../config/forms.ts';
import type { Template } from '../../config/template-model.ts';
import { clusterMaker, namesToResolve } from '../../desired/cluster.ts';
import { configurationOf, type RenderedPart } from '../../desired/configuration.ts';
import type { CheckedTexts } from '../../desired/judge.ts';
import { makeTarget, type TargetInput } from '../../desired/target.ts';
import { fragmentOf, leftoverVars, templateOf } from '../../desired/templates.ts';
import { isLoopback } from '../../inventory/clusters.ts';
import { HOST_LIST } from '../../inventory/host-list.ts';
import {
  fileRefs,
  fragmentRefs,
  type HostSettings,
  secretRefs,
  type TemplateRef,
  templateRef,
} from '../../inventory/settings.ts';
import type { Target } from '../../model/desired.ts';
import type { Verb } from '../../model/event.ts';
import type { Problem, Result, Warning } from '../../model/problem.ts';
import type { Secret } from '../../model/secret.ts';
import type { TemplateText } from '../../model/text-files.ts';
import { say } from '../../report/printable.ts';
import { besideInventory } from '../../sources/directories.ts';
import { readSourceFiles, readTemplateFiles } from '../../sources/files.ts';
import { resolveSecrets } from '../../sources/secret-values.ts';
import type { Invocation } from '../args/option-table.ts';
import { askSecret, orFallback } from '../terminal/ask.ts';
import { orThrow, throwAll, usageError } from '../usage.ts';
import { type ChosenHosts, readHosts } from './chosen-hosts.ts';

/** A password manager may ask for a fingerprint first. */
const SECRET_TIMEOUT_MS = 60_000;

/**
 * Reads what the chosen hosts need from this machine, secrets included, and makes a target of each.
 *
 * @throws ToolError with all problems of all hosts: nothing was touched
 */
export async function readTargets(all: ChosenHosts, invocation: Invocation, verb: Verb) {
  const chosen = verb === 'rollback' || verb === 'remove' ? reachOnly(all) : all;
  const { settings, base } = chosen;
  const { aside, env } = invocation.terminal;
  const sudoPassword = await aside(() => askSudo(settings, invocation));
  const secretOptions = { base, env, timeoutMs: SECRET_TIMEOUT_MS };
  // a password manager may prompt
  const read = await aside(() => resolveSecrets(settings.flatMap(secretRefs), secretOptions));
  const { addresses, problems } = await memberAddresses(chosen);
  if (all === chosen) throwAll(framed(problems, chosen));
  const made = await makeTargets(chosen, {
    addresses,
    secrets: read.ok ? read.value.secrets : null,
    sudoPassword,
    planned: true,
  });
  throwAll([...framed(problemsOf(read), chosen), ...made.problems]);
  const { secrets, warnings } = orThrow(read);
  return {
    targets: made.targets,
    /** What the output must mask. */
    secrets: [...secrets.values(), ...(sudoPassword ? [sudoPassword] : [])],
    warnings: unique([...chosen.warnings, ...warnings, ...made.warnings]),
  };
}

/** As `readTargets`, for whoever makes targets of some of the hosts at a time. @throws ToolError */
export async function prepareTargets(all: ChosenHosts, { terminal }: Invocation, verb: Verb) {
  const chosen = verb === 'rollback' || verb === 'remove' ? reachOnly(all) : all;
  const { settings, base } = chosen;
  const options = { base, env: terminal.env, timeoutMs: SECRET_TIMEOUT_MS };
  const read = await resolveSecrets(settings.flatMap(secretRefs), options);
  const { addresses, problems } = await memberAddresses(chosen);
  throwAll(framed([...problemsOf(read), ...(all === chosen ? problems : [])], chosen));
  const { secrets } = orThrow(read);
  const byName = new Map(settings.map((host) => [host.name, host]));
  return {
    secrets: [...secrets.values()],
    /** Of the hosts with these names. */
    make: (names: readonly string[]) =>
      makeTargets(
        { ...chosen, settings: names.flatMap((name) => byName.get(name) ?? []) },
        { addresses, secrets, sudoPassword: null, planned: true },
      ),
  };
}

/** IP addresses of the members of clusters, and what has none that the other members could use. */
async function memberAddresses({ inventory, settings }: ChosenHosts): Promise<{
  readonly addresses: ReadonlyMap<string, string>;
  readonly problems: readonly Problem[];
}> {
  const names = namesToResolve(inventory, settings);
  if (names.size === 0) return { addresses: new Map(), problems: [] };
  const { resolveNames } = await import('../../sources/addresses.ts');
  const addresses = await resolveNames(names.keys());
  const problems = [...names].flatMap(([name, { name: host, origins, at }]): Problem[] => {
    const found = addresses.get(name);
    if (found !== undefined && !isLoopback(found)) return [];
    const fault = found === undefined ? 'unresolved' : 'loopback';
    const params = { reason: 'cluster-address', host, address: name, fault } as const;
    return [{ code: 'inventory.rule', params, at: origins.get('ssh.address') ?? at }];
  });
  return { addresses, problems };
}

/** Hosts with what it takes to reach them only: a broken template must not stop a rollback. */
export const reachOnly = (chosen: ChosenHosts): ChosenHosts => ({
  ...chosen,
  settings: chosen.settings.map((host) => ({
    ...host,
    alloy: { ...host.alloy, environment: new Map(), memberOf: [] },
    config: {
      template: 'minimal',
      vars: {},
      inherited: [],
      fragments: [],
      files: [],
      readable: [],
    },
  })),
});

/** By default without any secret. */
interface MakeOptions
  extends Partial<
    Pick<TargetInput, 'secrets' | 'sudoPassword' | 'strict' | 'alloyVersion' | 'planned' | 'onText'>
  > {
  /** The targets themselves are wanted, not only what is wrong with them: those of a large fleet fill the memory. */
  readonly keep?: boolean;
  /** Templates that are not written yet, by path as written. */
  readonly drafts?: ReadonlyMap<string, TemplateText>;
  /** IP addresses of members of clusters whose addresses are names. */
  readonly addresses?: ReadonlyMap<string, string>;
}

/** The inventory and everything it renders, offline: reads no secret, runs nothing. */
export async function validateInventory(
  invocation: Invocation,
  onText: (rendered: {
    readonly host: HostSettings;
    readonly chosen: ChosenHosts;
    readonly parts: readonly RenderedPart[];
  }) => void = () => {},
) {
  const chosen = await readHosts(invocation, { mayRun: false, confined: true });
  const { strict, alloyVersion } = invocation.options;
  const { problems, warnings } = await makeTargets(chosen, {
    keep: false,
    strict,
    alloyVersion,
    onText: (host, parts) => onText({ host, chosen, parts }),
  });
  const hosts = chosen.settings.length;
  return { hosts, problems, warnings: [...chosen.warnings, ...warnings] };
}

/** Reads templates and files, and makes a target of each host that has no problem. */
export async function makeTargets(
  chosen: ChosenHosts,
  { keep = true, drafts = new Map(), addresses = new Map(), ...options }: MakeOptions = {},
) {
  const { base, inventory, mayRead } = chosen;
  const clustered = new Map(
    chosen.settings.map(clusterMaker(inventory, addresses)).map((one) => [one.settings, one]),
  );
  const settings = [...clustered.keys()];
  const refs = settings.map((host) => [host, templateRef(host)] as const);
  const fragments = new Map(settings.map((host) => [host, fragmentRefs(host)]));
  const all = [
    ...refs.map(([, ref]) => ref),
    ...[...fragments.values()].flatMap((own) => own.map(([, ref]) => ref)),
  ];
  const templates = await readTemplateFiles(
    all.flatMap((ref) => (ref.kind === 'file' && !drafts.has(ref.path) ? [ref] : [])),
    base,
    mayRead,
  );
  const files = await readSourceFiles(settings.flatMap(fileRefs), base, mayRead);
  const problems = [...problemsOf(templates), ...problemsOf(files)];
  if (!templates.ok || !files.ok)
    return { targets: [], problems: framed(problems, chosen), warnings: [] };

  const texts = new Map([...files.value].map(([path, { text }]) => [path, text]));
  const templateFiles = new Map([...templates.value, ...drafts]);
  const checked: CheckedTexts = new Map();
  const forms = new Forms();
  const parsed = new Map<string, Result<Template>>();
  const templateFor = (ref: TemplateRef, find = templateOf): Result<Template> => {
    const key = JSON.stringify([ref.kind, 'path' in ref ? ref.path : [find.name, ref.name]]);
    const template = parsed.get(key) ?? find(ref, templateFiles);
    parsed.set(key, template);
    return template;
  };

  const targets: Target[] = [];
  const warnings: Warning[] = [];
  const rendered: (readonly [HostSettings, Template])[] = [];
  for (const [host, ref] of refs) {
    const template = templateFor(ref);
    const pieces = fragments
      .get(host)!
      .map(([name, own]) => [name, templateFor(own, fragmentOf)] as const);
    const broken = pieces.flatMap(([, piece]) => problemsOf(piece));
    if (broken.length > 0) {
      problems.push(...problemsOf(template), ...broken);
      continue;
    }
    if (template.ok) rendered.push([host, template.value]);
    const made = template.ok
      ? makeTarget({
          secrets: null,
          sudoPassword: null,
          strict: false,
          alloyVersion: null,
          planned: false,
          ...options,
          ...clustered.get(host)!,
          template: template.value,
          fragments: new Map(
            pieces.flatMap(([name, piece]) => (piece.ok ? [[name, piece.value] as const] : [])),
          ),
          files: texts,
          isRoot: process.getuid?.() === 0,
          absolute: (path) => resolve(besideInventory(path, base)),
          frame: inventory.frame,
          checked,
          forms,
          configure: configurationOf,
        })
      : template;
    if (made.ok) {
      if (keep) targets.push(made.value.target);
      for (const one of made.value.warnings) warnings.push(one);
    } else {
      for (const one of made.problems) problems.push(one);
    }
  }
  // with --limit, a variable that no chosen host uses may be another host's
  if (settings.length === inventory.hosts.size)
    for (const one of leftoverVars(rendered)) warnings.push(one);
  return { targets, problems: framed(unique(problems), chosen), warnings: unique(warnings) };
}

/** Asks once for all hosts, and only if one of them needs it. */
async function askSudo(
  settings: readonly HostSettings[],
  { options, terminal }: Invocation,
): Promise<Secret | null> {
  if (!options.askSudoPassword && !settings.some(({ sudo }) => sudo.kind === 'ask')) return null;
  if (!terminal.interactive) throw usageError({ reason: 'sudo-password-needed' });
  const password = await orFallback(askSecret(say`sudo password:`), null);
  if (password === null) throw usageError({ reason: 'no-sudo-password' });
  return password;
}

const problemsOf = (result: Result<unknown>): readonly Problem[] =>
  result.ok ? [] : result.problems;

/** Adds what only the inventory knows: the lines around a place. */
const framed = (problems: readonly Problem[], { inventory }: ChosenHosts): readonly Problem[] =>
  problems.map((problem) => {
    const { at, detail } = problem;
    // whoever has no inventory file is shown the flag
    if (
      problem.code === 'template.variable' &&
      problem.params.reason === 'required' &&
      inventory.file === HOST_LIST
    )
      return { ...problem, params: { ...problem.params, flag: true } };
    if (!at || detail !== undefined || !inventory.files.includes(at.file)) return problem;
    const frame = inventory.frame(at);
    return frame === '' ? problem : { ...problem, detail: frame };
  });

/** A template's error is one error, however many hosts use it. */
const unique = <T>(items: readonly T[]): readonly T[] => [
  ...new Map(items.map((item) => [JSON.stringify(item), item])).values(),
];
