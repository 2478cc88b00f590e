import { nearest } from '../model/frame.ts';
import type { Problem, Warning } from '../model/problem.ts';
import { filesAreOurs, filesAreWhole } from './file-rules.ts';
import { type Conflict, conflictsOf, says } from './merge.ts';
import { pathText } from './problems.ts';
import { type Report, type Rule, sectionsOf } from './rule.ts';
import type { WrittenSettings } from './schema.ts';
import { type HostSettings, settingsOf } from './settings.ts';
import type { Path } from './tree.ts';
import { groupLayers, type WrittenHost, type WrittenInventory } from './written.ts';

const someHosts: Rule = ({ hosts, written }, report) => {
  if (hosts.size > 0) return;
  report(
    'the inventory names no host',
    'name one under "hosts:", such as "web-01.example.com: {}"',
    written.hosts === undefined ? [] : ['hosts'],
    'key',
  );
};

const groupsHaveFreeNames: Rule = ({ written }, report) => {
  for (const name of Object.keys(written.groups ?? {})) {
    if (name !== 'all' && name !== 'ungrouped') continue;
    report(
      `no group can be named "${name}": it has a meaning in --limit`,
      name === 'all' ? 'put what holds for every host under "defaults"' : 'choose another name',
      ['groups', name],
      'key',
    );
  }
};

const groupsExist: Rule = ({ written, groups }, report) => {
  for (const [name, host] of Object.entries(written.hosts ?? {})) {
    host?.groups?.forEach((group, i) => {
      if (groups.has(group)) return;
      const near = nearest(group, groups.keys());
      report(
        `there is no group "${group}"`,
        near
          ? `did you mean "${near}"?`
          : `write it under "groups:", even if it is empty: ${group}: {}`,
        ['hosts', name, 'groups', i],
      );
    });
  }
};

const groupsAgree: Rule = (inventory, report) => {
  const known = new Map<string, readonly Conflict[]>();
  for (const host of inventory.hosts.values()) {
    if (host.groups.length < 2) continue;
    const set = host.groups.join('\n');
    let conflicts = known.get(set);
    if (!conflicts) {
      conflicts = conflictsOf(groupLayers(inventory, host.groups));
      known.set(set, conflicts);
    }
    for (const conflict of conflicts) {
      if (!hostSays(inventory, host, conflict.key))
        reportConflict(inventory, host, conflict, report);
    }
  }
};

function hostSays({ written }: WrittenInventory, { key }: WrittenHost, setting: string): boolean {
  const value = key === null ? undefined : written.hosts?.[key];
  return value ? says({ value, path: [] }, setting) : false;
}

function reportConflict(
  { place }: WrittenInventory,
  host: WrittenHost,
  conflict: Conflict,
  report: Report,
): void {
  const { key, first, second } = conflict;
  report(
    `the groups "${first[1]}" (line ${place(first).line}) and "${second[1]}" (line ${place(second).line}) give "${host.name}" different values of ${key.replace(/\.content$/, '')}`,
    `say it for the host, under hosts.${/^[\w-]+$/.test(host.name) ? host.name : `"${host.name}"`}, or take it out of one group`,
    second,
  );
}

const addressesDiffer: Rule = (inventory, report) => {
  const { defaults, groups } = inventory.written;
  const shared: (readonly [WrittenSettings | null | undefined, Path])[] = [
    [defaults, ['defaults', 'ssh', 'address']],
    ...Object.entries(groups ?? {}).map(
      ([name, group]) => [group, ['groups', name, 'ssh', 'address']] as const,
    ),
  ];
  const common = shared.filter(([section]) => section?.ssh?.address !== undefined);
  for (const [, path] of common) {
    report(
      'many hosts cannot have one address',
      'give each host its own, under hosts.NAME.ssh.address',
      path,
      'key',
    );
  }
  if (common.length > 0) return;

  const owners = new Map<string, string>();
  for (const [name, host] of inventory.hosts) {
    const { ssh } = settingsOf(inventory, name);
    const machine =
      ssh.transport === 'local'
        ? 'this machine'
        : [
            ...ssh.jump,
            `${ssh.address.toLowerCase()}${ssh.port && ssh.port !== 22 ? ` port ${ssh.port}` : ''}`,
          ].join(' > ');
    const other = owners.get(machine);
    if (other === undefined) {
      owners.set(machine, name);
      continue;
    }
    const own = host.key !== null && inventory.written.hosts?.[host.key]?.ssh;
    const part = ssh.transport === 'local' ? 'transport' : 'address';
    report(
      `the hosts "${other}" and "${name}" are one machine: ${machine}`,
      'take one of them out: two plans for one machine undo each other',
      own && own[part] !== undefined ? ['hosts', host.key!, 'ssh', part] : host.at,
    );
  }
};

/** Variables that are not the user's to set, and why. */
const TAKEN: Readonly<Record<string, string>> = {
  CONFIG_FILE: 'alloyup writes it: the configuration is always /etc/alloy/config.alloy',
  CUSTOM_ARGS: 'write arguments of alloy run under alloy.args',
  RESTART_ON_UPGRADE: 'alloyup restarts the service itself, once, and watches it',
  ALLOY_USER: "take it out: only the package's scripts would follow it, the service would not",
  ALLOY_GROUP: "take it out: only the package's scripts would follow it, the service would not",
  PATH: "choose another name: the package's scripts read this file as shell",
  IFS: "choose another name: the package's scripts read this file as shell",
};

const variablesAreFree: Rule = ({ written }, report) => {
  for (const [settings, path] of sectionsOf(written)) {
    for (const [name, value] of Object.entries(settings.alloy?.environment ?? {})) {
      const at = [...path, 'alloy', 'environment', name];
      if (Object.hasOwn(TAKEN, name))
        report(`the variable ${name} cannot be set here`, TAKEN[name]!, at, 'key');
      if (typeof value === 'string' && value.includes('\0')) {
        report(
          `the variable ${name} holds a zero byte`,
          'take it out: no environment can hold one',
          at,
        );
      }
    }
  }
};

/** Arguments that another key decides, and what to do instead. */
const DECIDED: Readonly<Record<string, string>> = {
  '--server.http.listen-addr': 'write the address under alloy.listen',
  '--stability.level': 'write the level under alloy.stability',
  '--storage.path': "take it out: the unit's own --storage.path comes later and wins",
  '--config.format':
    'take it out: alloyup checks and writes configurations in the language of Alloy alone',
};

const argumentsAgree: Rule = ({ written }, report) => {
  for (const [settings, path] of sectionsOf(written)) {
    const seen = new Set<string>();
    settings.alloy?.args?.forEach((argument, i) => {
      const name = argument.split('=')[0]!;
      const at = [...path, 'alloy', 'args', i];
      if (Object.hasOwn(DECIDED, name))
        report(`${name} cannot stand in alloy.args`, DECIDED[name]!, at);
      else if (seen.has(name))
        report(`${name} stands twice in alloy.args`, 'keep one: only the last counts', at);
      seen.add(name);
    });
  }
};

/** Values that look like the place of a secret would be written into the configuration as they stand. */
const varsHoldNoSecrets: Rule = ({ written }, report) => {
  const search = (value: unknown, path: Path): void => {
    if (typeof value !== 'object' || value === null) return;
    const { secret } = value as { readonly secret?: unknown };
    if (
      !Array.isArray(value) &&
      (typeof secret === 'object' ||
        (typeof secret === 'string' && /^(env|file|age):/.test(secret)))
    ) {
      const name = String(path.findLast((step) => typeof step === 'string') ?? 'NAME')
        .toUpperCase()
        .replace(/\W/g, '_');
      report(
        `${pathText(path)}: a template variable cannot be a secret: it would be readable in the configuration`,
        `write it under alloy.environment as ${name}, and use sys.env("${name}") in the template`,
        path,
      );
      return;
    }
    for (const [key, inner] of Object.entries(value))
      search(inner, [...path, Array.isArray(value) ? Number(key) : key]);
  };
  for (const [settings, path] of sectionsOf(written))
    search(settings.config?.vars, [...path, 'config', 'vars']);
};

/** The web interface may move, but its API moves along, and the checks would not find it. */
const checksGetThrough: Rule = (inventory, report) => {
  const seen = new Set<HostSettings['alloy']>();
  for (const name of inventory.hosts.keys()) {
    const { alloy, origins, at } = settingsOf(inventory, name);
    if (seen.has(alloy) || alloy.check === 'service') continue;
    seen.add(alloy);
    if (!alloy.args.some((argument) => /^--server\.http\.ui-path-prefix=\/?./.test(argument)))
      continue;
    report(
      `--server.http.ui-path-prefix moves what the checks of "${name}" ask for`,
      'take it out, or write "check: service" and do with the weaker check',
      origins.get('alloy.args') ?? at,
    );
  }
};

const RULES: readonly Rule[] = [
  groupsHaveFreeNames,
  groupsAgree,
  addressesDiffer,
  variablesAreFree,
  argumentsAgree,
  varsHoldNoSecrets,
  filesAreOurs,
  filesAreWhole,
  checksGetThrough,
];

/** These would blame what is missing only because it could not be read. */
const RULES_OF_WHOLE: readonly Rule[] = [someHosts, groupsExist];

/** `partial`: values that broke the schema were left out. */
export function breachesOf(inventory: WrittenInventory, partial: boolean): readonly Problem[] {
  const problems: Problem[] = [];
  const report: Report = (message, hint, where, part) => {
    const at = 'line' in where ? where : inventory.place(where, part);
    problems.push({ code: 'inventory.rule', message, hint, at });
  };
  for (const rule of partial ? RULES : [...RULES_OF_WHOLE, ...RULES]) rule(inventory, report);
  return problems;
}

/** What may be meant, and may not. */
export function warningsOf({
  groups,
  hosts,
  written,
  place,
}: WrittenInventory): readonly Warning[] {
  const warnings: Warning[] = [];
  for (const [name, members] of groups) {
    const path = ['groups', name];
    if (hosts.has(name)) {
      warnings.push({
        code: 'inventory.ambiguous',
        message: `"${name}" is a host and a group; --limit ${name} means the group`,
        hint: 'rename the group',
        at: place(path, 'key'),
      });
    }
    if (members.length === 0 && written.groups?.[name]) {
      warnings.push({
        code: 'inventory.unused',
        message: `the group "${name}" has no hosts`,
        hint: 'name them under its "hosts", or take the group out',
        at: place(path, 'key'),
      });
    }
  }
  return warnings;
}
