import type {
  FileOwner,
  InventoryProblems,
  InventoryWarnings,
  RangeMistake,
  SchemaMistake,
  ValueFormat,
} from '../../model/problems/inventory-problems.ts';
import { unusedSettings } from './config-texts.ts';
import { inventoryFileTexts } from './file-texts.ts';
import { environmentValue } from './secret-texts.ts';
import type { HostParams, Text, Texts } from './texts.ts';

const text = (message: string, hint: string): Text => ({ message, hint });

const quoted = (value: string): string => JSON.stringify(value);

const SEE_HOSTS = 'List the hosts: alloyup hosts';
const named = (file: string): string => (file === 'stdin' ? 'INVENTORY' : file);

const gather = (file: string): string =>
  `ansible-inventory -i ${named(file)} --list | alloyup inventory import -`;

/** What prints a variable with templates filled and vaults opened; `--list` leaves both as they are. */
const debug = (file: string, variable: string, host: string): string =>
  `ansible -i ${named(file)} ${host} -m ansible.builtin.debug -a var=${variable}`;

type ReasonTexts<P extends { readonly reason: string }> = Texts<{ code: P }>['code'];

const didYouMean = (near: string): string => `Did you mean "${near}"?`;

const rangeTexts: ReasonTexts<RangeMistake> = {
  'unclosed-bracket': ({ pattern }) =>
    text(`a bracket in ${quoted(pattern)} is not closed`, 'Write a range as [01:20]'),
  'not-a-range': ({ pattern, range }) =>
    text(
      `"[${range}]" in ${quoted(pattern)} is not a range`,
      'Write it as [01:20], [a:f] or [1:20:2]',
    ),
  'mixed-range': ({ pattern, range }) =>
    text(
      `"[${range}]" in ${quoted(pattern)} has ends of different kinds`,
      'Use two numbers or two single letters: [01:20], [a:f]',
    ),
  'backward-range': ({ begin, end, pattern }) =>
    text(
      `the range in ${quoted(pattern)} runs backward`,
      `Write the smaller end first: [${end}:${begin}]`,
    ),
  'uneven-range': ({ begin, end, pattern }) =>
    text(
      `the ends of "[${begin}:${end}]" in ${quoted(pattern)} have different numbers of digits: ${begin.length} and ${end.length}`,
      `Give both the same number of digits: [${begin.padStart(end.length, '0')}:${end.padStart(begin.length, '0')}]`,
    ),
  'too-many-names': ({ count, limit, pattern }) =>
    text(
      `${quoted(pattern)} stands for ${count} hosts; the limit is ${limit}`,
      'Check the ends of the range, or split it',
    ),
};

/** What to do about each kind of YAML error. */
const YAML_HINTS: Readonly<Record<string, string>> = {
  BAD_ALIAS: 'Quote a value that starts with "*"',
  ALIAS_PROPS: 'Remove the tag or anchor: an alias has none',
  BAD_DQ_ESCAPE: 'Double the backslash, or use single quotes',
  BAD_INDENT: 'Indent the line like its neighbors',
  BAD_SCALAR_START: 'Put the value in quotes',
  BLOCK_AS_IMPLICIT_KEY:
    'Start the nested part on its own line, or quote a value that contains ": "',
  BLOCK_IN_FLOW: 'Inside { } and [ ], write everything in that style',
  MISSING_CHAR: 'Close the quote or bracket, or add the ":" after the key',
  MULTILINE_IMPLICIT_KEY: 'Put the key on one line, followed by ":"',
  MULTIPLE_DOCS: 'Remove "---": an inventory is a single document',
  TAB_AS_INDENT: 'Indent with spaces',
  UNEXPECTED_TOKEN: 'Look at the end of the previous line for a missing quote or bracket',
};

const syntaxTexts: ReasonTexts<InventoryProblems['inventory.syntax']> = {
  ...rangeTexts,
  yaml: ({ error, said }) =>
    text(
      error === 'MULTIPLE_DOCS'
        ? 'a second YAML document starts here'
        : said.charAt(0).toLowerCase() + said.slice(1),
      YAML_HINTS[error] ??
        'Look for a missing quote, colon or bracket on this line and the previous one',
    ),
  'unclosed-quote': () =>
    text('this quote is never closed', 'Add the closing quote on the same line'),
  'unknown-tag': ({ tag }) =>
    text(
      `unknown tag "${tag}"`,
      /vault/.test(tag)
        ? 'Ansible Vault is not supported: write { secret: env:NAME } or { secret: file:PATH }'
        : 'Remove it, or quote a value that starts with "!"',
    ),
  'nested-too-deeply': () =>
    text('the file is nested too deeply', 'Look for a long row of opening brackets'),
  'recursive-alias': ({ anchor }) =>
    text(`the alias "*${anchor}" contains itself`, 'Write out the inner value'),
  'unknown-anchor': ({ anchor }) =>
    text(
      `no anchor "&${anchor}" is defined before this alias`,
      `Define "&${anchor}" where the value first appears`,
    ),
  'alias-bomb': () =>
    text(
      'the aliases expand to too many values (an "alias bomb")',
      'Write the values out instead of nesting aliases',
    ),
  'complex-key': () => text('a key must be a plain string', 'Write a name before the colon'),
  'reserved-key': ({ key }) =>
    text(
      `${quoted(key)} cannot be used as a key`,
      key === '<<'
        ? 'YAML 1.2 has no merge keys: put shared settings in "groups" or "defaults"'
        : 'Choose another name',
    ),
  'duplicate-key': ({ key, line }) =>
    text(
      `the key ${quoted(key)} is already defined on line ${line}`,
      'Merge the two, or remove one',
    ),
  'ini-section': ({ written }) =>
    text(`Ansible has no section ${written}`, 'Write [group], [group:vars] or [group:children]'),
  'ini-header': ({ written }) =>
    text(
      `${quoted(written)} is not a valid section header`,
      'Write [group], without spaces inside the brackets',
    ),
  'ini-child': ({ written }) =>
    text(`${quoted(written)} is not a valid group name`, 'Write one group name per line'),
  'ini-variable': ({ written }) => text(`${quoted(written)} is not a variable`, 'Write name=value'),
  'ini-host-variable': ({ written }) =>
    text(
      `${quoted(written)} is not a variable`,
      'Write name=value, with quotes around a value that contains spaces: name="a b"',
    ),
  'ini-quote': () => text('a quote on this line is not closed', 'Close it on the same line'),
  'undeclared-group': ({ group }) =>
    text(`there is no group ${quoted(group)}`, `Declare it: [${group}]`),
  'vars-of-undeclared-group': ({ group }) =>
    text(`[${group}:vars] is for a group that does not exist`, `Declare it: [${group}]`),
  'group-cycle': ({ group }) =>
    text(
      `the group ${quoted(group)} is a descendant of itself`,
      'Remove it from the children of one of its descendants',
    ),
  'group-form': ({ group }) =>
    text(
      `the group ${quoted(group)} is not a map`,
      'Write "hosts:", "vars:" or "children:" below it',
    ),
  'group-section-form': ({ group, section }) =>
    text(
      `"${section}" of the group ${quoted(group)} is not a map`,
      section === 'vars'
        ? 'Write one "name: value" per line, without dashes'
        : 'Write one name per line, each followed by ":", without dashes',
    ),
  'group-list-form': ({ group, section }) =>
    text(
      `"${section}" of the group ${quoted(group)} is not a list of names`,
      'Write ["web-01", "web-02"]',
    ),
  'host-form': ({ host }) =>
    text(
      `the variables of the host ${quoted(host)} are not a map`,
      'Write one "name: value" per line below it, without dashes',
    ),
  'ungrouped-child': ({ group }) =>
    text(
      `"ungrouped" cannot be a child of the group ${quoted(group)}: Ansible then drops its hosts`,
      'Put the hosts into a group of their own, and make that a child',
    ),
  'reserved-host': ({ name }) =>
    text(
      `a host cannot be named "${name}": Ansible and --limit use the name for groups`,
      'Rename the host, and set ansible_host to its address',
    ),
  'host-with-user': ({ host, user }) =>
    text(
      `"${user}@${host}" is a host with a user, which alloyup reads from variables alone`,
      `Write "${host}", and set ansible_user to ${user}`,
    ),
  'not-groups': () =>
    text('the inventory is not a map of groups', 'Write "all:" with "hosts:" below it'),
  'meta-form': () =>
    text('"_meta" has no map "hostvars"', 'Write {"_meta": {"hostvars": {}}} beside the groups'),
  'plugin-config': ({ file, plugin }) =>
    text(
      `this is a configuration of the inventory plugin ${quoted(plugin)}, not a list of hosts`,
      `Let Ansible run the plugin: ${gather(file)} -o inventory.yaml`,
    ),
  'group-priority': () =>
    text('ansible_group_priority must be a whole number', 'Write a number, such as 10'),
  'variables-form': ({ file }) =>
    text(`${file} is not a map of variables`, 'Write one "name: value" per line'),
};

function hostNameHint(name: string): string {
  const [, host, port] = /^([\w.-]+):(\d+)$/.exec(name) ?? [];
  if (port) return `Write "${host}" and set the port in ssh.port: ${port}`;
  if (name.includes('@')) {
    const [user, rest] = name.split('@');
    return `Write "${rest}" and set the user in ssh.user: ${user}`;
  }
  return name.includes('*')
    ? 'List the hosts, or use a range: web-[01:20]'
    : 'Use letters, digits, ".", "-" and "_"';
}

/** The caller adds the name of the setting or flag. */
export function schemaText(mistake: SchemaMistake): Text {
  switch (mistake.reason) {
    case 'unknown-key': {
      const { key, known, near } = mistake;
      return text(
        `unknown key ${quoted(key)}`,
        near === null ? `Use one of ${known.join(', ')}` : didYouMean(near),
      );
    }
    case 'planned-key':
      return text(
        `${quoted(mistake.key)} is not implemented yet`,
        'Remove it: it has no effect in this version',
      );
    case 'not-allowed': {
      const { written, allowed, near } = mistake;
      const list = allowed.join(', ');
      return text(
        `${quoted(written)} is not one of ${list}`,
        near === null ? `Use one of ${list}` : didYouMean(near),
      );
    }
    case 'too-small':
    case 'too-large': {
      const { of, limit } = mistake;
      if (of === 'list' || of === 'string')
        return text(
          `the ${of} is empty`,
          of === 'list' ? 'Add an item, or remove the line' : 'Write a value, or remove the line',
        );
      const [bound, size] =
        mistake.reason === 'too-small' ? ['least', 'larger'] : ['most', 'smaller'];
      return text(`the number must be at ${bound} ${limit}`, `Write ${limit} or a ${size} number`);
    }
    case 'value':
      return valueText(mistake);
  }
}

interface FormatText {
  /** With its article. */
  readonly name: string;
  readonly hint: string | ((written: string) => string);
  /** What to write instead of a bare number; without it, the number in quotes. */
  readonly number?: (written: string) => string;
  /** Not only text has this form. */
  readonly anyType?: true;
}

const SECRET_HINT =
  'Write { secret: env:NAME }, { secret: file:PATH } or { secret: { exec: [command, argument] } }';

const FORMATS: Readonly<Record<ValueFormat, FormatText>> = {
  address: {
    name: 'a host name or an IP address',
    hint: (written) =>
      /^\[.*\]$/.test(written)
        ? 'Write an IPv6 address without brackets'
        : written.includes('@')
          ? 'Set the user in ssh.user'
          : 'Write only the name or address, and set the port in ssh.port and the user in ssh.user',
  },
  'alloy-argument': {
    name: 'an argument of alloy run',
    hint: (written) => {
      if (/^--\S+ +\S/.test(written))
        return written.includes('=')
          ? 'Make each argument its own list item'
          : `Write it as one word: ${written.replace(/ +/, '=')}`;
      if (/^-[^-]/.test(written)) return 'Use the long form: --name or --name=value';
      return written.startsWith('-')
        ? 'Remove quotes, spaces, $ and \\: the unit splits the arguments at spaces'
        : 'Write it as --name or --name=value';
    },
  },
  'alloy-version': {
    name: 'a version of Alloy',
    hint: (written) => {
      const number = /^v(\d+\.\d+\.\d+.*)$/i.exec(written)?.[1];
      if (number) return `Remove the "v": ${number}`;
      if (/^\d+(\.\d+)?$/.test(written)) return 'Write all three parts: 1.18.1';
      return /rc/i.test(written)
        ? 'Use a release, such as 1.18.1: the repository has no release candidates'
        : 'Write "present", "latest", or a version such as 1.18.1';
    },
    number: () => 'Write all three parts: 1.18.1',
  },
  'apt-component': { name: 'a repository component', hint: 'Write one word, such as main' },
  'apt-suite': { name: 'a repository suite', hint: 'Write one word, such as stable' },
  'component-id': {
    name: 'a component ID',
    hint: 'Write it as in the configuration: prometheus.remote_write.default',
  },
  'cpu-share': {
    name: 'a share of CPU time',
    hint: 'Write a percentage: 50% is half a core, 200% two cores',
    number: (written) =>
      `Write a percentage of one core: ${Math.max(1, Math.round(Number(written) * 100))}%`,
  },
  duration: {
    name: 'a duration',
    hint: 'Write a number with its unit: 500ms, 5s, 2min, 1h',
    number: (written) => `Add the unit: ${written}s`,
  },
  'environment-value': {
    name: 'a string or a secret',
    hint: 'Write "string" or { secret: env:NAME }',
    number: () => 'Put the value in quotes',
    anyType: true,
  },
  'environment-variable': {
    name: 'a valid name of an environment variable',
    hint: 'Use letters, digits and _, and do not start with a digit',
  },
  'file-mode': {
    name: 'a file mode',
    hint: (written) =>
      /^[1-7][0-7]{3}$/.test(written)
        ? 'Write three digits after a 0, such as "0640": alloyup sets no setuid, setgid or sticky bits'
        : 'Write it in octal: "0640"',
    number: () => 'Put it in quotes, such as "0640": YAML reads 0640 as a decimal number',
  },
  fingerprint: {
    name: 'a key fingerprint',
    hint: (written) =>
      /^(0x)?[0-9A-Fa-f]{8}([0-9A-Fa-f]{8})?$/.test(written)
        ? 'Write the whole fingerprint, 40 hex digits, as gpg --show-keys prints it: a key ID can be forged'
        : 'Write 40 hex digits, as gpg --show-keys prints them',
  },
  'group-name': {
    name: 'a valid group name',
    hint: 'Use letters, digits and . - _ + = / @ % ~: other characters have a meaning in --limit',
  },
  'host-key': {
    name: 'a fingerprint of a host key',
    hint: 'Write it as ssh-keygen -lf prints it: SHA256: and 43 characters',
  },
  'host-path': {
    name: 'a path on the host',
    hint: (written) => {
      if (written.startsWith('~')) return 'Write an absolute path: "~" is not expanded on the host';
      if (!written.startsWith('/'))
        return `Write an absolute path, such as ${/^etc\//.test(written) ? '' : '/etc/alloy'}/${written.replace(/^\.?\//, '')}`;
      return written.endsWith('/')
        ? 'Remove the "/" at the end: name a file, not a directory'
        : 'Write the path without "//", "." and ".."';
    },
  },
  'jump-host': { name: 'a jump host', hint: 'Write it as [user@]host[:port]' },
  'listen-address': {
    name: 'a listen address',
    hint: (written) => {
      if (/^:\d+$/.test(written))
        return `Add the address: 127.0.0.1${written}, or 0.0.0.0${written} for every interface`;
      if (/^https?:\/\//.test(written)) return `Remove "${written.replace(/\/\/.*/, '//')}"`;
      if (/^\d+$/.test(written)) return `Write address and port: 127.0.0.1:${written}`;
      if (written.split(':').length > 2 && !written.startsWith('['))
        return 'Put an IPv6 address in brackets: [::1]:12345';
      return /:\d+$/.test(written)
        ? 'Use a port from 1 to 65535'
        : 'Write address and port: 127.0.0.1:12345';
    },
    number: (written) => `Write address and port: 127.0.0.1:${written}`,
  },
  'local-file': { name: 'a file', hint: 'Name a file, such as ./ca.pem' },
  memory: {
    name: 'an amount of memory',
    hint: (written) => {
      if (!/^[\d.]+ ?[kmgt]?i?b?$/i.test(written))
        return 'Write 512M, 1G, a percentage of the memory such as 20%, or infinity';
      const unit = /[kmgt]/i.exec(written)?.[0].toUpperCase() ?? 'M';
      return `Write ${written.replace(/[^\d.]/g, '')}${unit}: K, M, G and T are powers of 1024`;
    },
  },
  'private-key-file': { name: 'a file', hint: 'Name a private key file' },
  proxy: {
    name: 'the URL of a proxy',
    hint: 'Write http://proxy.example.com:3128, without user name and password',
  },
  'repository-key': {
    name: 'a URL or file',
    hint: 'Write a URL, or a file such as ./grafana.asc',
  },
  'repository-url': {
    name: 'the URL of a repository',
    hint: 'Write http:// or https:// and a host name',
  },
  'repository-url-without-credentials': {
    name: 'the URL of a repository',
    hint: 'Remove user name and password, which every user on the host could read, and put them in /etc/apt/auth.conf.d on the host',
  },
  secret: {
    name: 'a reference to a secret',
    hint: `${SECRET_HINT}. Never write the secret itself`,
    anyType: true,
  },
  'secret-age': {
    name: 'a reference to a secret',
    hint: 'Decrypt it with { secret: { exec: [age, --decrypt, -i, KEY, FILE] } }: "age:" is not implemented yet',
  },
  'secret-variable': {
    name: 'a reference to a secret',
    hint: 'Write the name of a variable after env:, such as env:GCLOUD_TOKEN',
  },
  sudo: {
    name: 'a way to become root',
    hint: 'Write passwordless, none (the login is root), ask, or { password: { secret: env:SUDO_PASSWORD } }',
    anyType: true,
  },
  template: {
    name: 'a template',
    hint: 'Name a built-in template, or a file such as ./gateway.alloy',
  },
  'template-value': {
    name: 'a value',
    hint: 'Write a value, "" for an empty string, or remove the line',
  },
  'template-variable': {
    name: 'a valid name of a template variable',
    hint: 'Use letters, digits and _, and do not start with a digit',
  },
  'string-or-list': { name: 'a string or a list', hint: 'Write a list: [one, two]', anyType: true },
  'unix-name': {
    name: 'a Unix user or group name',
    hint: 'Write it as in /etc/passwd or /etc/group: lower-case letters, digits, - and _',
  },
  'user-name': { name: 'a user name', hint: 'Write only the name, such as ops' },
};

const TYPES: Readonly<Record<string, string>> = {
  string: 'a string',
  list: 'a list',
  map: 'a map',
  number: 'a number',
  'whole number': 'a whole number',
  boolean: 'a boolean',
};

function valueText(mistake: Extract<SchemaMistake, { reason: 'value' }>): Text {
  const { expected, found, written } = mistake;
  const format = expected in FORMATS ? FORMATS[expected as ValueFormat] : undefined;
  if (found === 'nothing')
    return text(
      expected === 'template-value'
        ? 'there is no value'
        : `there is no value; expected ${format?.name ?? TYPES[expected]}`,
      /-value$/.test(expected)
        ? 'Write a value ("" for an empty string), or remove the line'
        : 'Write a value, or remove the line',
    );
  if (format && found === 'string')
    return text(
      `${written === null ? 'this' : quoted(written)} is not ${format.name}`,
      typeof format.hint === 'string' ? format.hint : format.hint(written ?? ''),
    );
  const scalar = found === 'number' || found === 'boolean';
  const specific = format?.anyType || (format?.number && scalar) ? format : undefined;
  const wanted = specific?.name ?? TYPES[expected] ?? 'a string';
  const value = scalar && written !== null ? `the ${found} ${written}` : TYPES[found];
  return text(`expected ${wanted}, found ${value}`, typeHint(mistake, wanted, specific));
}

function typeHint(
  { found, written }: Extract<SchemaMistake, { reason: 'value' }>,
  wanted: string,
  format: FormatText | undefined,
): string {
  const scalar = found === 'number' || found === 'boolean';
  if (format?.number && scalar) return format.number(written ?? '');
  if (typeof format?.hint === 'string') return format.hint;
  if (wanted === 'a string' && scalar)
    return written === null ? 'Put it in quotes' : `Put it in quotes: "${written}"`;
  const [, number] = /^["']?(-?\d+)["']?$/.exec(written ?? '') ?? [];
  if (/number/.test(wanted) && number) return `Remove the quotes: ${number}`;
  if (wanted === 'a list' && found === 'string') return 'Write a list in brackets: [one, two]';
  if (wanted !== 'a map') return `Write ${wanted}`;
  return found === 'list'
    ? 'Write "key: value" lines without the dashes'
    : 'Write indented "key: value" lines below it';
}

const settingText = ({
  setting,
  ...mistake
}: SchemaMistake & { readonly setting: string }): Text => {
  const { message, hint } = schemaText(mistake as SchemaMistake);
  return text(setting === '' ? message : `${setting}: ${message}`, hint);
};

const schemaTexts: ReasonTexts<InventoryProblems['inventory.schema']> = {
  ...rangeTexts,
  empty: () =>
    text(
      'the inventory is empty',
      'Write "hosts:" with a host below it, or create an inventory: alloyup init',
    ),
  'host-name': ({ name }) => text(`${quoted(name)} is not a valid host name`, hostNameHint(name)),
  'bracketed-address': ({ address }) =>
    text(
      `"[${address}]" is not a valid host name`,
      `Write an IPv6 address without brackets: "${address}"`,
    ),
  'list-item': ({ item }) =>
    text(`${quoted(item)} is not a host`, 'Write it as [user@]host[:port]'),
  'duplicate-list-item': ({ item }) =>
    text(`the list names the host ${quoted(item)} twice`, 'Remove one of them'),
  'unknown-key': settingText,
  'planned-key': settingText,
  'not-allowed': settingText,
  'too-small': settingText,
  'too-large': settingText,
  value: settingText,
};

const OTHER_DIRECTORY = 'Choose another directory, such as /etc/alloy';

const OWNERS: Readonly<Record<FileOwner, string>> = {
  configuration: 'Set config.template: it becomes this file',
  'alloy-directory':
    'Put modules in a subdirectory, such as /etc/alloy/modules/: Alloy may load every .alloy file in /etc/alloy itself',
  environment: 'Set variables in alloy.environment and arguments in alloy.args',
  unit: 'Set limits of the service in alloy.service',
  'apt-sources': 'Set the package repository in "repository"',
  alloyup: `${OTHER_DIRECTORY}: alloyup keeps its state here`,
  'alloy-data': `${OTHER_DIRECTORY}: Alloy keeps its data here`,
  'package-manager': OTHER_DIRECTORY,
  volatile: `${OTHER_DIRECTORY}: files here do not last`,
  package: `${OTHER_DIRECTORY}: this one belongs to packages`,
  system: `${OTHER_DIRECTORY}: this one belongs to the system`,
  'root-directory': 'Choose a directory, such as /etc/alloy',
};

const SCRIPTS_ONLY = "Remove it: it would affect the package's scripts, but not the service";
const READ_BY_SHELL = "Choose another name: the package's scripts read this file as shell code";

const VARIABLES: Readonly<Record<string, string>> = {
  CONFIG_FILE: 'Remove it: the configuration is always /etc/alloy/config.alloy',
  CUSTOM_ARGS: 'Set arguments of alloy run in alloy.args',
  RESTART_ON_UPGRADE: 'Remove it: alloyup restarts the service itself, and checks it',
  ALLOY_USER: SCRIPTS_ONLY,
  ALLOY_GROUP: SCRIPTS_ONLY,
  PATH: READ_BY_SHELL,
  IFS: READ_BY_SHELL,
};

const ARGUMENTS: Readonly<Record<string, string>> = {
  '--server.http.listen-addr': 'Set the address in alloy.listen',
  '--stability.level': 'Set the level in alloy.stability',
  '--storage.path': "Remove it: the unit's own --storage.path overrides it",
  '--config.format': "Remove it: alloyup only supports Alloy's own configuration language",
};

const ruleTexts: Omit<ReasonTexts<InventoryProblems['inventory.rule']>, 'environment-value'> = {
  'no-hosts': () =>
    text('the inventory has no hosts', 'Add one below "hosts:", such as "web-01.example.com: {}"'),
  'shared-address': () =>
    text(
      'several hosts cannot share one address',
      'Set the address of each host in hosts.NAME.ssh.address',
    ),
  'duplicate-host': ({ host, line }) =>
    text(
      `the host ${quoted(host)} is already defined on line ${line}`,
      'Remove it from one of the two, or move the settings of the range to a group',
    ),
  'too-many-hosts': ({ count, limit }) =>
    text(
      `the inventory has ${count} hosts; the limit is ${limit}`,
      'Split it into several inventories',
    ),
  'reserved-group': ({ group }) =>
    text(
      `a group cannot be named "${group}": the name has a meaning in --limit`,
      group === 'all' ? 'Put settings for every host in "defaults"' : 'Choose another name',
    ),
  'unknown-group': ({ group, near }) =>
    text(
      `there is no group ${quoted(group)}`,
      near === null
        ? `Add it below "groups:", even without settings: ${group}: {}`
        : didYouMean(near),
    ),
  'groups-disagree': ({ groups, host, setting }) => {
    const names = groups.map(({ name, line }) => `"${name}" (line ${line})`).join(' and ');
    const key = /^[\w-]+$/.test(host) ? host : `"${host}"`;
    return text(
      `the groups ${names} set different values of ${setting} for "${host}"`,
      `Set the value for the host, in hosts.${key}, or remove the host from one of the groups`,
    );
  },
  'same-machine': ({ hosts, machine }) => {
    const [first, second] = hosts;
    return text(
      `the hosts "${first}" and "${second}" are the same machine: ${machine ?? 'this one'}`,
      'Remove one of them: each would undo the changes of the other',
    );
  },
  'reserved-variable': ({ variable }) =>
    text(
      `the variable ${variable} cannot be set here`,
      VARIABLES[variable] ?? 'Choose another name',
    ),
  'zero-byte': ({ variable }) =>
    text(
      `the variable ${variable} contains a null byte`,
      'Remove it: environment variables cannot contain null bytes',
    ),
  'reserved-argument': ({ argument }) =>
    text(`${argument} cannot be set in alloy.args`, ARGUMENTS[argument] ?? 'Remove it'),
  'duplicate-argument': ({ argument }) =>
    text(
      `${argument} is set twice in alloy.args`,
      'Remove one of them: only the last takes effect',
    ),
  'secret-in-vars': ({ setting, variable }) =>
    text(
      `${setting}: a template variable cannot be a secret: it would be readable in the configuration`,
      `Set it in alloy.environment as ${variable}, and use sys.env("${variable}") in the template`,
    ),
  'foreign-file': ({ owner, path }) => text(`config.files cannot write ${path}`, OWNERS[owner]),
  'two-contents': ({ path }) =>
    text(`${path} has both "source" and "secret"`, 'Remove one of them'),
  'no-content': ({ host, path }) =>
    text(`${path} has no content on "${host}"`, 'Add "source: ./FILE" or "secret: env:NAME"'),
  'readable-secret': ({ mode, path }) =>
    text(
      `${path} holds a secret, but its mode ${mode} lets every user on the host read it`,
      'Use a mode that ends in 0, such as "0640"',
    ),
  'moved-api': ({ host }) =>
    text(
      `--server.http.ui-path-prefix moves the API that alloyup checks on "${host}"`,
      'Remove it, or set "check: service" for a weaker check',
    ),
  'ansible-template': ({ file, host, variable }) =>
    text(
      `${variable} is an Ansible template, which alloyup cannot evaluate`,
      `Write the value instead. Ansible prints it: ${debug(file, variable, host)}`,
    ),
  'ansible-vault': ({ file, host, variable }) =>
    text(
      `${variable} is encrypted with Ansible Vault, which alloyup does not open`,
      `Write the value instead. Ansible prints it: ${debug(file, variable, host)} --ask-vault-pass`,
    ),
  'ansible-value': ({ found, variable }) =>
    text(
      `${variable} cannot be ${found === '' ? 'empty' : found}`,
      'Write text or a number, with every quote closed, or remove the line',
    ),
  'ssh-argument': ({ argument, variable }) =>
    text(
      `${variable} changes where ssh connects to in a way that alloyup cannot follow: ${argument}`,
      'Move the setting to ~/.ssh/config, which alloyup and Ansible both read, and remove it here',
    ),
  'jump-key': ({ key, variable }) =>
    text(
      `${variable} has a key for the jump host alone: ${key}`,
      `Move the jump host and its key to ~/.ssh/config, or set ansible_ssh_private_key_file to ${key}: alloyup uses it for both`,
    ),
  'all-left-out': ({ connection, host, more }) =>
    text(
      `no host is left: Ansible connects to ${quoted(host)}${more === 0 ? '' : ` and ${more} more`} with ${quoted(connection)}, not SSH`,
      'Add hosts that Ansible reaches with SSH, or set ansible_connection to ssh',
    ),
};

const limitTexts: ReasonTexts<InventoryProblems['inventory.limit']> = {
  empty: ({ limit }) =>
    text(`--limit ${quoted(limit)} names no host`, 'Name hosts or groups, or omit --limit'),
  'no-hosts-left': ({ limit }) => text(`--limit ${quoted(limit)} matches no host`, SEE_HOSTS),
  'empty-part': () => text('a part of --limit is empty', 'Write a name after "!" and "&"'),
  'index-out-of-range': ({ count, name, part }) =>
    text(
      `the index in ${quoted(part)} is out of range: ${quoted(name)} has ${count} ${count === 1 ? 'host' : 'hosts'}`,
      'Use a smaller index: the first host has index 0',
    ),
  'open-range': ({ name, part }) =>
    text(
      `the range in ${quoted(part)} has no start`,
      `Write the first index, 0, too: ${name}[0:2], or ${name} for all of its hosts`,
    ),
  'unknown-name': ({ groups, name, near }) => {
    const known = groups.length > 0 ? `. The groups are ${groups.join(', ')}` : '';
    return text(
      `there is no host or group named ${quoted(name)}`,
      near === null ? `${SEE_HOSTS}${known}` : didYouMean(near),
    );
  },
  'regular-expression': ({ part, said }) =>
    text(
      `${quoted(part)} is not a valid regular expression: ${said}`,
      'Write a regular expression after "~", such as ~web-\\d+',
    ),
  'no-match': ({ part }) => text(`no host or group matches ${quoted(part)}`, SEE_HOSTS),
};

export const inventoryTexts: Texts<InventoryProblems> = {
  'inventory.syntax': syntaxTexts,
  'inventory.schema': schemaTexts,
  'inventory.rule': { ...ruleTexts, 'environment-value': environmentValue },
  'inventory.file': {
    ...inventoryFileTexts,
    'program-not-json': ({ path }) =>
      text(
        `${path} printed an inventory for Ansible that is not JSON`,
        'Make it print JSON for --list, or save what it prints to a file and use that',
      ),
    'program-without-meta': ({ path }) =>
      text(
        `${path} prints no "_meta": Ansible runs it again for the variables of each host, alloyup does not`,
        `Add {"_meta": {"hostvars": {}}} to its output, or let Ansible run it: ${gather(path)} -o inventory.yaml`,
      ),
    toml: ({ path }) =>
      text(
        `${path} is an inventory in TOML, which alloyup does not read`,
        `Let Ansible read it: ${gather(path)} -o inventory.yaml`,
      ),
    'variables-encrypted': ({ file }) =>
      text(
        `${file} is encrypted with Ansible Vault`,
        `Let Ansible decrypt it: ${gather('INVENTORY').replace('--list', '--list --ask-vault-pass')}. Write secrets as { secret: env:NAME }`,
      ),
  },
  'inventory.limit': limitTexts,
};

const NO_FILES = 'Nothing to do: scripts are sent over stdin';
const LOGIN_SHELL = 'Nothing to do: the login shell only starts a program';
const CONNECT_TIMEOUT = 'Use --connect-timeout';

/** What to do about the variables without a counterpart. */
const COUNTERPARTS: Readonly<Record<string, string>> = {
  ansible_password: 'Log in with a key: set ssh.identity, or add the key to your agent',
  ansible_ssh_pass: 'Log in with a key: set ssh.identity, or add the key to your agent',
  ansible_ssh_password: 'Log in with a key: set ssh.identity, or add the key to your agent',
  ansible_become_flags: 'Nothing to do: alloyup calls sudo without extra flags',
  ansible_become_exe: "Make sure that sudo is in the login user's PATH",
  ansible_python_interpreter: 'Nothing to do: hosts need no Python',
  ansible_shell_type: LOGIN_SHELL,
  ansible_shell_executable: LOGIN_SHELL,
  ansible_remote_tmp: 'Nothing to do: alloyup has its own directory',
  ansible_pipelining: NO_FILES,
  ansible_ssh_pipelining: NO_FILES,
  ansible_ssh_executable: 'Set ssh: { transport: openssh } to use the ssh program on this system',
  ansible_ssh_timeout: CONNECT_TIMEOUT,
  ansible_timeout: CONNECT_TIMEOUT,
  ansible_ssh_transfer_method: 'Nothing to do: no files are copied',
};

const ignoredTexts: ReasonTexts<InventoryWarnings['ansible.ignored']> = {
  'group-key': ({ group, key }) =>
    text(
      `"${key}" in the group "${group}" is ignored, by Ansible too`,
      'Use hosts, vars and children',
    ),
  'not-a-group': ({ group }) =>
    text(
      `"${group}" is not a group, and ignored, by Ansible too`,
      'Use hosts, vars and children below it, or remove it',
    ),
  'later-port': ({ host, port }) =>
    text(
      `the port ${port} is ignored, by Ansible too, because "${host}" is already named above`,
      'Set ansible_port, or write the port where the host is named first',
    ),
  'ungrouped-host': ({ host }) =>
    text(
      `the variables of "${host}", which is in no group, are ignored, by Ansible too`,
      'Add the host to a group',
    ),
  'older-name': ({ current, variable }) =>
    text(`${variable} is ignored, by Ansible too, because ${current} is set`, `Remove ${variable}`),
  vault: ({ variable }) =>
    text(
      `${variable} is encrypted with Ansible Vault, and ignored`,
      'Write it as { secret: env:NAME } where it is needed',
    ),
  template: ({ variable }) =>
    text(
      `${variable} is an Ansible template, and ignored`,
      'Write the value in the alloyup inventory if you need it',
    ),
  'become-off': ({ variable }) =>
    text(
      `${variable} is off`,
      'Nothing to do if the login is root: set ssh.user to root. Otherwise alloyup uses sudo',
    ),
  'become-user': ({ value, variable }) =>
    text(
      `${variable} is ${quoted(value)}, and ignored`,
      'Nothing to do: alloyup always becomes root',
    ),
  'become-method': ({ value, variable }) =>
    text(
      `${variable} is ${quoted(value)}, and ignored`,
      'Allow sudo, or log in as root: alloyup supports nothing else',
    ),
  'become-password': ({ variable }) =>
    text(
      `${variable} is a secret, and not imported`,
      'Enter it when asked, or set sudo: { password: { secret: env:SUDO_PASSWORD } }',
    ),
  'host-key-checking-off': ({ variable }) =>
    text(
      `${variable} is off`,
      'Nothing to do: alloyup records new host keys, but always refuses a changed one',
    ),
  'ssh-arguments': ({ args, variable }) =>
    text(
      `${variable} has arguments without a counterpart: ${args.join(' ')}`,
      'Put them in ~/.ssh/config, with ssh: { transport: openssh } where the built-in client does not support them',
    ),
  'alloy-version': ({ variable }) => text(`${variable} is not a version`, 'Set alloy.version'),
  'own-variable': ({ variable }) =>
    text(
      `${variable} is a variable of your own, and not imported`,
      'Set the variables of templates in config.vars',
    ),
  'no-counterpart': ({ variable }) =>
    text(
      `${variable} has no counterpart in alloyup`,
      COUNTERPARTS[variable] ?? 'Nothing to do: it only affects Ansible',
    ),
};

/** One warning may stand for a variable of a thousand hosts: it names some of the other lines. */
const withLines = (texts: typeof ignoredTexts): typeof ignoredTexts =>
  Object.fromEntries(
    Object.entries(texts).map(([reason, textOf]) => [
      reason,
      (params: { readonly moreLines?: readonly number[] }, host: string) => {
        const { message, hint } = textOf(params as never, host);
        const lines = params.moreLines ?? [];
        if (lines.length === 0) return { message, hint };
        const shown = `${lines.length === 1 ? 'line' : 'lines'} ${lines.slice(0, 5).join(', ')}`;
        const more = lines.length > 5 ? ` and ${lines.length - 5} more` : '';
        return text(`${message} (also on ${shown}${more})`, hint);
      },
    ]),
  ) as unknown as typeof ignoredTexts;

export const inventoryWarnings: Texts<InventoryWarnings> = {
  'inventory.ambiguous': {
    'host-and-group': ({ name }) =>
      text(
        `"${name}" is both a host and a group; --limit ${name} means the host`,
        'Rename the group',
      ),
  },
  'inventory.unused': {
    ...unusedSettings,
    'empty-group': ({ group }) =>
      text(`the group "${group}" has no hosts`, 'Add hosts to it, or remove the group'),
  },
  'ansible.left': {
    connection: ({ host, connection }) =>
      text(
        `${host} is left out: Ansible connects to it with "${connection}", not SSH`,
        'Use SSH, or "local" for this machine',
      ),
  },
  'ansible.ignored': withLines(ignoredTexts),
};

export const inventoryHostParams: HostParams<InventoryProblems> = {};
