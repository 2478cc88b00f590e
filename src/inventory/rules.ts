import { nearest } from '../model/frame.ts';
import { memo } from '../model/memo.ts';
import { placeholderIn } from '../model/placeholder.ts';
import type { Position, Problem, Warning } from '../model/problem.ts';
import type { FileOwner } from '../model/problems/inventory-problems.ts';
import { refusedReadable } from '../model/readable.ts';
import { clustersAreWhole, clustersHaveNames, unmanagedClusters } from './cluster-rules.ts';
import { conflictsOf, groupLayers, overrides } from './merge.ts';
import type { Checked, Report, Rule } from './rule.ts';
import type { SettingsInput } from './schema.ts';
import { pathText } from './schema-problems.ts';
import { type HostSettings, settingsOf } from './settings.ts';
import type { Path } from './yaml.ts';

/** Every section that holds settings, with its path. */
const sectionsOf = ({
  input,
}: Pick<Checked, 'input'>): readonly (readonly [SettingsInput, Path])[] => [
  ...(input.defaults ? [[input.defaults, ['defaults']] as const] : []),
  ...(['groups', 'hosts'] as const).flatMap((kind) =>
    Object.entries(input[kind] ?? {}).flatMap(([name, section]) =>
      section ? [[section, [kind, name]] as const] : [],
    ),
  ),
];

const hasHosts: Rule = ({ hosts, input }, report) => {
  if (hosts.size === 0)
    report({ reason: 'no-hosts' }, input.hosts === undefined ? [] : ['hosts'], 'key');
};

const groupNamesAreFree: Rule = ({ input }, report) => {
  for (const group of Object.keys(input.groups ?? {}))
    if (group === 'all' || group === 'ungrouped')
      report({ reason: 'reserved-group', group }, ['groups', group], 'key');
};

const groupsExist: Rule = ({ input, groups }, report) => {
  for (const [name, host] of Object.entries(input.hosts ?? {}))
    host?.groups?.forEach((group, i) => {
      if (groups.has(group)) return;
      const near = nearest(group, groups.keys()) ?? null;
      report({ reason: 'unknown-group', group, near }, ['hosts', name, 'groups', i]);
    });
};

const groupsAgree: Rule = (inventory, report) => {
  const conflictsIn = memo((set) => conflictsOf(groupLayers(inventory, set.split('\n'))));
  for (const { name, groups, key } of inventory.hosts.values()) {
    if (groups.length < 2) continue;
    const own = key === null ? undefined : inventory.input.hosts?.[key];
    for (const { key: setting, first, second } of conflictsIn(groups.join('\n'))) {
      if (own && overrides({ value: own, path: [] }, setting)) continue;
      const shown = setting.replace(/\.content$/, '');
      const places = [first, second].map((path) => inventory.place(path));
      const apart = places[0]!.file !== places[1]!.file;
      const groups = [first, second].map((path, i) => ({
        name: String(path[1]),
        line: places[i]!.line,
        ...(apart ? { file: places[i]!.file } : {}),
      }));
      report({ reason: 'groups-disagree', host: name, setting: shown, groups }, second);
    }
  }
};

const addressesDiffer: Rule = (inventory, report) => {
  const shared = sectionsOf(inventory).filter(
    ([{ ssh }, [kind]]) => kind !== 'hosts' && ssh?.address !== undefined,
  );
  for (const [, path] of shared)
    report({ reason: 'shared-address' }, [...path, 'ssh', 'address'], 'key');
  if (shared.length > 0) return;

  const owners = new Map<string | null, string>();
  for (const [name, { key, at }] of inventory.hosts) {
    const { address, port, jump, transport } = settingsOf(inventory, name).ssh;
    const local = transport === 'local';
    const target = `${address.toLowerCase()}${port && port !== 22 ? ` port ${port}` : ''}`;
    const machine = local ? null : [...jump, target].join(' > ');
    const other = owners.get(machine);
    if (other === undefined) {
      owners.set(machine, name);
      continue;
    }
    const own = key !== null && inventory.input.hosts?.[key]?.ssh;
    const part = local ? 'transport' : 'address';
    report(
      { reason: 'same-machine', hosts: [other, name], machine },
      own && own[part] !== undefined ? ['hosts', key!, 'ssh', part] : at,
    );
  }
};

/** Variables that alloyup, the package or its scripts already use. */
const RESERVED_VARIABLES: readonly string[] = [
  ...['CONFIG_FILE', 'CUSTOM_ARGS', 'RESTART_ON_UPGRADE'],
  ...['ALLOY_USER', 'ALLOY_GROUP', 'PATH', 'IFS'],
];

const variablesAreFree: Rule = (inventory, report) => {
  for (const [settings, path] of sectionsOf(inventory))
    for (const [variable, value] of Object.entries(settings.alloy?.environment ?? {})) {
      const at = [...path, 'alloy', 'environment', variable];
      if (RESERVED_VARIABLES.includes(variable))
        report({ reason: 'reserved-variable', variable }, at, 'key');
      if (typeof value === 'string' && value.includes('\0'))
        report({ reason: 'zero-byte', variable }, at);
    }
};

/** Arguments that other settings, or the unit, decide. */
const RESERVED_ARGUMENTS: readonly string[] = [
  '--server.http.listen-addr',
  '--stability.level',
  '--config.format',
];

const argumentsAreFree: Rule = (inventory, report) => {
  for (const [settings, path] of sectionsOf(inventory)) {
    const seen = new Set<string>();
    settings.alloy?.args?.forEach((written, i) => {
      const argument = written.split('=')[0]!;
      const at = [...path, 'alloy', 'args', i];
      if (RESERVED_ARGUMENTS.includes(argument))
        report({ reason: 'reserved-argument', argument }, at);
      else if (seen.has(argument)) report({ reason: 'duplicate-argument', argument }, at);
      seen.add(argument);
    });
  }
};

/** A reference to a secret in a template variable would end up in the configuration as text. */
const varsHoldNoSecrets: Rule = (inventory, report) => {
  // aliases of aliases make a value of any size
  const seen = new Set<object>();
  const search = (value: unknown, path: Path): void => {
    if (typeof value !== 'object' || value === null || seen.has(value)) return;
    seen.add(value);
    const { secret } = value as { readonly secret?: unknown };
    const isReference = typeof secret === 'string' && /^(env|file|age):/.test(secret);
    if (!Array.isArray(value) && (typeof secret === 'object' || isReference)) {
      const name = String(path.findLast((step) => typeof step === 'string') ?? 'NAME');
      const variable = name.toUpperCase().replace(/\W/g, '_');
      report({ reason: 'secret-in-vars', setting: pathText(path), variable }, path);
      return;
    }
    for (const [key, inner] of Object.entries(value))
      search(inner, [...path, Array.isArray(value) ? Number(key) : key]);
  };
  for (const [settings, path] of sectionsOf(inventory)) {
    search(settings.config?.vars, [...path, 'config', 'vars']);
    for (const [name, fragment] of Object.entries(settings.config?.fragments ?? {}))
      if (typeof fragment === 'object' && fragment !== null)
        search(fragment.vars, [...path, 'config', 'fragments', name, 'vars']);
  }
};

/** A null that removes nothing is a mistyped name, or was left behind. */
const fragmentsAreThere: Rule = (inventory, report) => {
  const { defaults, groups, hosts } = inventory.input;
  const fragmentsOf = (section: SettingsInput | null | undefined) =>
    Object.entries(section?.config?.fragments ?? {});
  const check = (
    section: SettingsInput | null | undefined,
    path: Path,
    above: readonly (SettingsInput | null | undefined)[],
  ): void => {
    for (const [fragment, value] of fragmentsOf(section)) {
      if (value !== null) continue;
      const known = above
        .flatMap(fragmentsOf)
        .flatMap(([name, inherited]) => (inherited === null ? [] : [name]));
      if (known.includes(fragment)) continue;
      const near = nearest(fragment, known) ?? null;
      report({ reason: 'no-fragment', fragment, near }, [...path, 'config', 'fragments', fragment]);
    }
  };
  check(defaults, ['defaults'], []);
  for (const [name, group] of Object.entries(groups ?? {}))
    check(group, ['groups', name], [defaults]);
  for (const { key, groups: own } of inventory.hosts.values()) {
    if (key === null) continue;
    check(hosts?.[key], ['hosts', key], [defaults, ...own.map((group) => groups?.[group])]);
  }
};

/** The first pattern that matches a path names its owner. */
const OWNERS: readonly (readonly [RegExp, FileOwner])[] = [
  [/^\/etc\/alloy\/config\.alloy$/, 'configuration'],
  [/^\/etc\/alloy\/[^/]*\.alloy$/, 'alloy-directory'],
  [/^\/etc\/default\/alloy$/, 'environment'],
  [/^\/etc\/systemd\/system\/alloy\.service(\.d\/|$)/, 'unit'],
  [/^\/(usr\/)?lib\/systemd\//, 'unit'],
  [/^\/etc\/apt\//, 'apt-sources'],
  [/^\/var\/lib\/alloyup\//, 'alloyup'],
  [/^\/var\/lib\/alloy\/data\//, 'alloy-data'],
  [/^\/var\/lib\/(dpkg|apt)\//, 'package-manager'],
  [/^\/(proc|sys|dev|run|boot|tmp|var\/tmp|var\/run)\//, 'volatile'],
  [/^\/(bin|sbin|lib\w*|usr\/(?!local\/).*)\//, 'package'],
  [
    /^\/etc\/(passwd|shadow|group|gshadow|sudoers|fstab|hosts|hostname|ssh|sudoers\.d|pam\.d)(\/|$)/,
    'system',
  ],
  [/^\/[^/]+$/, 'root-directory'],
];

/** Where files for Alloy belong; anywhere else, one could take over a host. */
const PLACES = [
  '/etc/alloy',
  '/etc/ssl',
  '/usr/local/share/ca-certificates',
  '/var/lib/alloy',
  '/opt',
  '/srv',
] as const;

const filesAreOurs: Rule = (inventory, report) => {
  for (const [settings, section] of sectionsOf(inventory))
    for (const [path, file] of Object.entries(settings.config?.files ?? {})) {
      const at = [...section, 'config', 'files', path];
      const owner = OWNERS.find(([pattern]) => pattern.test(path))?.[1];
      if (owner) report({ reason: 'foreign-file', path, owner }, at, 'key');
      else if (!PLACES.some((place) => path.startsWith(`${place}/`)))
        report({ reason: 'file-place', path, places: PLACES }, at, 'key');
      if (file.source !== undefined && file.secret !== undefined)
        report({ reason: 'two-contents', path }, [...at, 'secret'], 'key');
    }
};

const readablePathsAreHarmless: Rule = (inventory, report) => {
  for (const [settings, section] of sectionsOf(inventory)) {
    const { readable = [] } = settings.config ?? {};
    const keys = Array.isArray(readable)
      ? readable.map((path, i) => [path, i] as const)
      : Object.keys(readable).map((path) => [path, path] as const);
    for (const [path, key] of keys) {
      const because = refusedReadable(path);
      if (because)
        report({ reason: 'not-readable', path, because }, [...section, 'config', 'readable', key]);
    }
  }
};

/** What can only be judged once the settings of a host are merged. */
const filesAreComplete: Rule = (inventory, report) => {
  const seen = new Set<HostSettings['config']>();
  for (const host of inventory.hosts.keys()) {
    const { config } = settingsOf(inventory, host);
    if (seen.has(config)) continue;
    seen.add(config);
    for (const { path, from, mode, at } of config.files) {
      if ('source' in from && from.source === '') report({ reason: 'no-content', path, host }, at);
      if ('secret' in from && /[1-7]$/.test(mode))
        report({ reason: 'readable-secret', path, mode }, at);
    }
  }
};

const fragmentsHaveTemplates: Rule = (inventory, report) => {
  const seen = new Set<HostSettings['config']>();
  for (const host of inventory.hosts.keys()) {
    const { config } = settingsOf(inventory, host);
    if (seen.has(config)) continue;
    seen.add(config);
    for (const { name: fragment, template, at } of config.fragments)
      if (template === null) report({ reason: 'no-template', fragment, host }, at);
  }
};

/** Moving the web interface also moves its API, where the checks would not find it. */
const checksReachTheApi: Rule = (inventory, report) => {
  const seen = new Set<HostSettings['alloy']>();
  for (const host of inventory.hosts.keys()) {
    const { alloy, origins, at } = settingsOf(inventory, host);
    if (seen.has(alloy) || alloy.check === 'service') continue;
    seen.add(alloy);
    if (alloy.args.some((argument) => /^--server\.http\.ui-path-prefix=\/?./.test(argument)))
      report({ reason: 'moved-api', host }, origins.get('alloy.args') ?? at);
  }
};

/** The weaker check asks Alloy nothing, and so reads no metrics either. */
const deliveryCanBeSeen: Rule = (inventory, report) => {
  const seen = new Set<Position>();
  for (const host of inventory.hosts.keys()) {
    const { alloy, rollout, origins, at } = settingsOf(inventory, host);
    if (rollout.delivery !== 'require' || alloy.check !== 'service') continue;
    const where = origins.get('rollout.delivery') ?? at;
    if (seen.has(where)) continue;
    seen.add(where);
    report({ reason: 'unseen-delivery', host }, where);
  }
};

const RULES: readonly Rule[] = [
  groupNamesAreFree,
  groupsAgree,
  addressesDiffer,
  variablesAreFree,
  argumentsAreFree,
  varsHoldNoSecrets,
  filesAreOurs,
  readablePathsAreHarmless,
  fragmentsAreThere,
  filesAreComplete,
  checksReachTheApi,
  deliveryCanBeSeen,
  clustersAreWhole,
];

/** These would complain about what is missing only because it could not be read. */
const RULES_FOR_WHOLE_INVENTORIES: readonly Rule[] = [
  hasHosts,
  groupsExist,
  fragmentsHaveTemplates,
  clustersHaveNames,
];

/** @param partial values that do not match the schema were left out */
export function violationsOf(inventory: Checked, partial: boolean): readonly Problem[] {
  const problems: Problem[] = [];
  const report: Report = (params, where, part) => {
    const at = 'line' in where ? where : inventory.place(where, part);
    problems.push({ code: 'inventory.rule', params, at });
  };
  for (const rule of partial ? RULES : [...RULES_FOR_WHOLE_INVENTORIES, ...RULES])
    rule(inventory, report);
  return problems;
}

/** Values of templates, fragments, arguments and of the environment, and URLs, that nobody has filled in yet. */
function placeholders(inventory: Checked): readonly Warning[] {
  const seen = new Set<object>();
  const search = (value: unknown, path: Path): readonly Warning[] => {
    if (typeof value === 'object' && value !== null) {
      if (seen.has(value)) return [];
      seen.add(value);
      return Object.entries(value).flatMap(([key, inner]) =>
        search(inner, [...path, Array.isArray(value) ? Number(key) : key]),
      );
    }
    const placeholder = typeof value === 'string' ? placeholderIn(value) : undefined;
    if (placeholder === undefined) return [];
    const params = { reason: 'placeholder', placeholder, setting: pathText(path) } as const;
    return [{ code: 'inventory.unfilled', params, at: inventory.place(path) }];
  };
  return sectionsOf(inventory).flatMap(([{ alloy, config, repository }, path]) => [
    ...search(alloy?.args, [...path, 'alloy', 'args']),
    ...search(alloy?.cluster, [...path, 'alloy', 'cluster']),
    ...search(alloy?.environment, [...path, 'alloy', 'environment']),
    ...search(repository, [...path, 'repository']),
    ...search(config?.fragments, [...path, 'config', 'fragments']),
    ...search(config?.vars, [...path, 'config', 'vars']),
  ]);
}

/** What is allowed but probably a mistake. */
export function warningsOf(inventory: Checked): readonly Warning[] {
  const { groups, hosts, input, place } = inventory;
  const warnings: Warning[] = [...placeholders(inventory), ...unmanagedClusters(inventory)];
  for (const [settings, path] of sectionsOf(inventory))
    settings.alloy?.args?.forEach((argument, i) => {
      // an imported installation may have it, and is left as it is
      if (argument.split('=')[0] !== '--storage.path') return;
      const params = { reason: 'overridden-argument', argument: '--storage.path' } as const;
      const at = place([...path, 'alloy', 'args', i]);
      warnings.push({ code: 'inventory.unused', params, at });
    });
  for (const [name, members] of groups) {
    const at = place(['groups', name], 'key');
    const ambiguous = { reason: 'host-and-group', name } as const;
    if (hosts.has(name)) warnings.push({ code: 'inventory.ambiguous', params: ambiguous, at });
    const empty = { reason: 'empty-group', group: name } as const;
    if (members.length === 0 && input.groups?.[name])
      warnings.push({ code: 'inventory.unused', params: empty, at });
  }
  return warnings;
}
