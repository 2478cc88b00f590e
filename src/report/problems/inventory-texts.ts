import type {
  FileOwner,
  InventoryProblems,
  SchemaMistake,
} from '../../model/problems/inventory-problems.ts';
import type { UnreadableBecause } from '../../model/readable.ts';
import { table } from '../../model/table.ts';
import { count } from '../plain.ts';
import { rangeTexts, schemaText } from './schema-texts.ts';
import {
  environmentValue,
  fileFailure,
  fileHint,
  gather,
  inventoryFileTexts,
  named,
} from './source-texts.ts';
import { didYouMean, quoted, shellWord, type Text, type Texts, text } from './texts.ts';

const SEE_HOSTS = 'List the hosts: alloyup hosts';
const OTHER_NAME = 'Choose another name';
const NAME_VALUE = 'Write name=value';

/** What prints a variable with templates filled and vaults opened; `--list` leaves both as they are. */
const debug = (file: string, variable: string, host: string): string =>
  `Write the value instead. Ansible prints it: ansible -i ${named(file)} ${shellWord(host)} -m ansible.builtin.debug -a ${shellWord(`var=${variable}`)}`;

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

const ofSetting = (params: SchemaMistake & { readonly setting: string }): Text =>
  schemaText(params.setting, params);

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

const UNREADABLE: Readonly<Record<UnreadableBecause, string>> = {
  system: 'Name the directory in it that Alloy reads: this one belongs to the system',
  secrets: 'Remove it: nobody but its owner is meant to read what is there',
  volatile:
    'Remove it: an ACL does not last there. Add alloy to a group that may read it: alloy.memberOf',
  alloyup: 'Remove it: alloyup keeps its state there',
};

const SCRIPTS_ONLY = "Remove it: it would affect the package's scripts, but not the service";
const READ_BY_SHELL = `${OTHER_NAME}: the package's scripts read this file as shell code`;

const VARIABLES = table<string>({
  CONFIG_FILE: 'Remove it: the configuration is always /etc/alloy/config.alloy',
  CUSTOM_ARGS: 'Set arguments of alloy run in alloy.args',
  RESTART_ON_UPGRADE: 'Remove it: alloyup restarts the service itself, and checks it',
  ALLOY_USER: SCRIPTS_ONLY,
  ALLOY_GROUP: SCRIPTS_ONLY,
  PATH: READ_BY_SHELL,
  IFS: READ_BY_SHELL,
});

const ARGUMENTS = table<string>({
  '--server.http.listen-addr': 'Set the address in alloy.listen',
  '--stability.level': 'Set the level in alloy.stability',
  '--config.format': "Remove it: alloyup only supports Alloy's own configuration language",
});

export const inventoryTexts: Texts<InventoryProblems> = {
  'inventory.syntax': {
    ...rangeTexts,
    yaml: ({ error, said }) => text`
      ${error === 'MULTIPLE_DOCS' ? 'a second YAML document starts here' : said.charAt(0).toLowerCase() + said.slice(1)}
      ${YAML_HINTS[error] ?? 'Look for a missing quote, colon or bracket on this line and the previous one'}`,
    'unclosed-quote': text`this quote is never closed
      Add the closing quote on the same line`,
    'unknown-tag': ({ tag }) => text`unknown tag "${tag}"
      ${tag.includes('vault') ? 'Ansible Vault is not supported: write { secret: env:NAME } or { secret: file:PATH }' : 'Remove it, or quote a value that starts with "!"'}`,
    'nested-too-deeply': text`the file is nested too deeply
      Look for a long row of opening brackets`,
    'recursive-alias': ({ anchor }) => text`the alias "*${anchor}" contains itself
      Write out the inner value`,
    'unknown-anchor': ({ anchor }) => text`no anchor "&${anchor}" is defined before this alias
      Define "&${anchor}" where the value first appears`,
    'alias-bomb': text`the aliases expand to too many values (an "alias bomb")
      Write the values out instead of nesting aliases`,
    'complex-key': text`a key must be a plain string
      Write a name before the colon`,
    'reserved-key': ({ key }) => text`${quoted(key)} cannot be used as a key
      ${key === '<<' ? 'YAML 1.2 has no merge keys: put shared settings in "groups" or "defaults"' : OTHER_NAME}`,
    'duplicate-key': ({ key, line }) => text`
      the key ${quoted(key)} is already defined on line ${line}
      Merge the two, or remove one`,
    'ini-section': ({ written }) => text`Ansible has no section ${written}
      Write [group], [group:vars] or [group:children]`,
    'ini-header': ({ written }) => text`${quoted(written)} is not a valid section header
      Write [group], without spaces inside the brackets`,
    'ini-child': ({ written }) => text`${quoted(written)} is not a valid group name
      Write one group name per line`,
    'ini-variable': ({ written }) => text`${quoted(written)} is not a variable
      ${NAME_VALUE}`,
    'ini-host-variable': ({ written }) => text`${quoted(written)} is not a variable
      ${NAME_VALUE}, with quotes around a value that contains spaces: name="a b"`,
    'ini-quote': text`a quote on this line is not closed
      Close it on the same line`,
    'undeclared-group': ({ group }) => text`there is no group ${quoted(group)}
      Declare it: [${group}]`,
    'vars-of-undeclared-group': ({ group }) => text`
      [${group}:vars] is for a group that does not exist
      Declare it: [${group}]`,
    'group-cycle': ({ group }) => text`the group ${quoted(group)} is a descendant of itself
      Remove it from the children of one of its descendants`,
    'group-form': ({ group }) => text`the group ${quoted(group)} is not a map
      Write "hosts:", "vars:" or "children:" below it`,
    'group-section-form': ({ group, section }) => text`
      "${section}" of the group ${quoted(group)} is not a map
      ${section === 'vars' ? 'Write one "name: value" per line' : 'Write one name per line, each followed by ":"'}, without dashes`,
    'group-list-form': ({ group, section }) => text`
      "${section}" of the group ${quoted(group)} is not a list of names
      Write ["web-01", "web-02"]`,
    'host-form': ({ host }) => text`the variables of the host ${quoted(host)} are not a map
      Write one "name: value" per line below it, without dashes`,
    'ungrouped-child': ({ group }) => text`
      "ungrouped" cannot be a child of the group ${quoted(group)}: Ansible then drops its hosts
      Put the hosts into a group of their own, and make that a child`,
    'reserved-host': ({ name }) => text`
      a host cannot be named "${name}": Ansible and --limit use the name for groups
      Rename the host, and set ansible_host to its address`,
    'host-with-user': ({ host, user }) => text`
      "${user}@${host}" is a host with a user, which alloyup reads from variables alone
      Write "${host}", and set ansible_user to ${user}`,
    'not-groups': text`the inventory is not a map of groups
      Write "all:" with "hosts:" below it`,
    'meta-form': text`"_meta" has no map "hostvars"
      Write {"_meta": {"hostvars": {}}} beside the groups`,
    'plugin-config': ({ file, plugin }) => text`
      this is a configuration of the inventory plugin ${quoted(plugin)}, not a list of hosts
      Let Ansible run the plugin: ${gather(file)} -o inventory.yaml`,
    'group-priority': text`ansible_group_priority must be a whole number
      Write a number, such as 10`,
    'variables-form': ({ file }) => text`${file} is not a map of variables
      Write one "name: value" per line`,
  },
  'inventory.schema': {
    ...rangeTexts,
    empty: text`the inventory is empty
      Write "hosts:" with a host below it, or create an inventory: alloyup init`,
    'host-name': ({ name }) => text`${quoted(name)} is not a valid host name
      ${hostNameHint(name)}`,
    'bracketed-address': ({ address }) => text`"[${address}]" is not a valid host name
      Write an IPv6 address without brackets: "${address}"`,
    'list-item': ({ item }) => text`${quoted(item)} is not a host
      Write it as [user@]host[:port]`,
    'duplicate-list-item': ({ item }) => text`the list names the host ${quoted(item)} twice
      Remove one of them`,
    'unknown-key': ofSetting,
    'not-allowed': ofSetting,
    'too-small': ofSetting,
    'too-large': ofSetting,
    value: ofSetting,
  },
  'inventory.rule': {
    'environment-value': environmentValue,
    'no-hosts': text`the inventory has no hosts
      Add one below "hosts:", such as "web-01.example.com: {}"`,
    'shared-address': text`several hosts cannot share one address
      Set the address of each host in hosts.NAME.ssh.address`,
    'duplicate-host': ({ host, line, file }) => text`
      the host ${quoted(host)} is already defined ${file === undefined ? `on line ${line}` : `at ${file}:${line}`}
      Remove it from one of the two, or move the settings of the range to a group`,
    'too-many-hosts': ({ count, limit }) => text`
      the inventory has ${count} hosts; the limit is ${limit}
      Split it into several inventories`,
    'reserved-group': ({ group }) => text`
      a group cannot be named "${group}": the name has a meaning in --limit
      ${group === 'all' ? 'Put settings for every host in "defaults"' : OTHER_NAME}`,
    'unknown-group': ({ group, near }) => text`there is no group ${quoted(group)}
      ${didYouMean(near && quoted(near), `Add it below "groups:", even without settings: ${group}: {}`)}`,
    'files-disagree': ({ setting, places }) => text`
      ${places.map(({ file, line }) => `${file}:${line}`).join(' and ')} set different values of ${setting}
      Remove one of the two`,
    'groups-disagree': ({ groups, host, setting }) => {
      const names = groups
        .map(
          ({ name, line, file }) =>
            `"${name}" (${file === undefined ? `line ${line}` : `${file}:${line}`})`,
        )
        .join(' and ');
      const key = /^[\w-]+$/.test(host) ? host : `"${host}"`;
      return text`the groups ${names} set different values of ${setting} for "${host}"
        Set the value for the host, in hosts.${key}, or remove the host from one of the groups`;
    },
    'same-machine': ({ hosts: [first, second], machine }) => text`
      the hosts "${first}" and "${second}" are the same machine: ${machine ?? 'this one'}
      Remove one of them: each would undo the changes of the other`,
    'reserved-variable': ({ variable }) => text`the variable ${variable} cannot be set here
      ${VARIABLES[variable] ?? OTHER_NAME}`,
    'zero-byte': ({ variable }) => text`the variable ${variable} contains a null byte
      Remove it: environment variables cannot contain null bytes`,
    'reserved-argument': ({ argument }) => text`${argument} cannot be set in alloy.args
      ${ARGUMENTS[argument] ?? 'Remove it'}`,
    'duplicate-argument': ({ argument }) => text`${argument} is set twice in alloy.args
      Remove one of them: only the last takes effect`,
    'secret-in-vars': ({ setting, variable }) => text`
      ${setting}: a template variable cannot be a secret: it would be readable in the configuration
      Set it in alloy.environment as ${variable}, and use sys.env("${variable}") in the template`,
    'file-place': ({ path, places }) => text`config.files cannot write ${path}
      Write it below one of ${places.join(', ')}`,
    'foreign-file': ({ owner, path }) => text`config.files cannot write ${path}
      ${OWNERS[owner]}`,
    'not-readable': ({ path, because }) => text`config.readable cannot have ${path}
      ${UNREADABLE[because]}`,
    'two-contents': ({ path }) => text`${path} has both "source" and "secret"
      Remove one of them`,
    'no-template': ({ fragment, host }) => text`
      the fragment "${fragment}" has no template on "${host}"
      Add one: ${fragment}: ./${fragment}.alloy, or remove the fragment`,
    'no-fragment': ({ fragment, near }) => text`
      there is no fragment "${fragment}" to remove here
      ${didYouMean(near && quoted(near), 'Remove this line: neither defaults nor the groups set such a fragment')}`,
    'no-content': ({ host, path }) => text`${path} has no content on "${host}"
      Add "source: ./FILE" or "secret: env:NAME"`,
    'readable-secret': ({ mode, path }) => text`
      ${path} holds a secret, but its mode ${mode} lets every user on the host read it
      Use a mode that ends in 0, such as "0640"`,
    'moved-api': ({ host }) => text`
      --server.http.ui-path-prefix moves the API that alloyup checks on "${host}"
      Remove it, or set "check: service" for a weaker check`,
    'unseen-delivery': ({ host }) => text`
      delivery is required of "${host}", but "check: service" does not ask Alloy whether its data arrives
      Remove "check: service", or set "delivery: report"`,
    'cluster-without-name': ({ host }) => text`alloy.cluster has no name on "${host}"
      Add one: cluster: { name: NAME }, the same for all members`,
    'cluster-listen': ({ host, listen }) => text`
      ${host} is a member of a cluster, but listens on ${listen}, where no other member reaches it
      Remove alloy.listen, then it listens where the others reach it, or set an address of the host`,
    'cluster-address': ({ host, address, fault }) => text`
      ${address} ${fault === 'loopback' ? 'is an address that only the host itself reaches' : 'does not resolve on this machine'}, so the other members would not find "${host}"
      Set alloy.cluster.advertise of the host to the IP address at which they reach it`,
    'cluster-same-address': ({ hosts, address }) => text`
      ${hosts.map(quoted).join(' and ')} are members of one cluster with the same address, ${address}
      Set alloy.cluster.advertise of each to its own IP address`,
    'cluster-argument': ({ argument }) => text`${argument} is computed from alloy.cluster
      Remove it from alloy.args`,
    'cluster-too-small': ({ cluster, size, members }) => text`
      the cluster "${cluster}" has ${count(members, 'member')}, and waits for ${size}: it would never start working
      Lower alloy.cluster.waitForSize, or add members`,
    'cluster-version': ({ version, since }) => text`
      Alloy ${version} does not know --cluster.wait-for-size
      Remove alloy.cluster.waitForSize, or set alloy.version to ${since} or newer`,
    'ansible-template': ({ file, host, variable }) => text`
      ${variable} is an Ansible template, which alloyup cannot evaluate
      ${debug(file, variable, host)}`,
    'ansible-vault': ({ file, host, variable }) => text`
      ${variable} is encrypted with Ansible Vault, which alloyup does not open
      ${debug(file, variable, host)} --ask-vault-pass`,
    'ansible-value': ({ found, variable }) => text`${variable} cannot be ${found || 'empty'}
      Write text or a number, with every quote closed, or remove the line`,
    'ssh-argument': ({ argument, variable }) => text`
      ${variable} changes where ssh connects to in a way that alloyup cannot follow: ${argument}
      Move the setting to ~/.ssh/config, which alloyup and Ansible both read, and remove it here`,
    'jump-key': ({ key, variable }) => text`${variable} has a key for the jump host alone: ${key}
      Move the jump host and its key to ~/.ssh/config, or set ansible_ssh_private_key_file to ${key}: alloyup uses it for both`,
    'all-left-out': ({ connection, host, more }) => text`
      no host is left: Ansible connects to ${quoted(host)}${more === 0 ? '' : ` and ${more} more`} with ${quoted(connection)}, not SSH
      Add hosts that Ansible reaches with SSH, or set ansible_connection to ssh`,
  },
  'inventory.file': {
    ...inventoryFileTexts,
    'program-not-json': ({ path }) => text`
      ${path} printed an inventory for Ansible that is not JSON
      Make it print JSON for --list, or save what it prints to a file and use that`,
    'program-without-meta': ({ path }) => text`
      ${path} prints no "_meta": Ansible runs it again for the variables of each host, alloyup does not
      Add {"_meta": {"hostvars": {}}} to its output, or let Ansible run it: ${gather(path)} -o inventory.yaml`,
    toml: ({ path }) => text`${path} is an inventory in TOML, which alloyup does not read
      Let Ansible read it: ${gather(path)} -o inventory.yaml`,
    'variables-encrypted': ({ file }) => text`${file} is encrypted with Ansible Vault
      Let Ansible decrypt it: ${gather('INVENTORY').replace('--list', '--list --ask-vault-pass')}. Write secrets as { secret: env:NAME }`,
    'unreadable-vars-file': ({ path, failure }) => text`
      the file of variables ${path} ${fileFailure(failure)}
      ${fileHint(failure)}`,
    'vars-file-form': ({ path }) => text`${path} is not a map of variables
      Write NAME: VALUE on each line`,
    'no-inventories': ({ path }) => text`the directory ${path} has no inventory in it
      Put files that end in .yaml, .yml, .json or .ini there, or name a file`,
  },
  'inventory.limit': {
    empty: ({ limit }) => text`--limit ${quoted(limit)} names no host
      Name hosts or groups, or omit --limit`,
    'no-hosts-left': ({ limit }) => text`--limit ${quoted(limit)} matches no host
      ${SEE_HOSTS}`,
    'empty-part': text`a part of --limit is empty
      Write a name after "!" and "&"`,
    'index-out-of-range': (params) => text`
      the index in ${quoted(params.part)} is out of range: ${quoted(params.name)} has ${count(params.count, 'host')}
      Use a smaller index: the first host has index 0`,
    'open-range': ({ name, part }) => text`the range in ${quoted(part)} has no start
      Write the first index, 0, too: ${name}[0:2], or ${name} for all of its hosts`,
    'unknown-name': ({ groups, name, near }) => text`there is no host or group named ${quoted(name)}
      ${didYouMean(near && quoted(near), groups.length > 0 ? `${SEE_HOSTS}. The groups are ${groups.join(', ')}` : SEE_HOSTS)}`,
    'regular-expression': ({ part, said }) => text`
      ${quoted(part)} is not a valid regular expression: ${said}
      Write a regular expression after "~", such as ~web-\\d+`,
    'no-match': ({ part }) => text`no host or group matches ${quoted(part)}
      ${SEE_HOSTS}`,
  },
};
