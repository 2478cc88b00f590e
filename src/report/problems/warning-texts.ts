import type { Denied, WarningProblems } from '../../model/problems/warnings.ts';
import { table } from '../../model/table.ts';
import { undeliveredAdvice, undeliveredText } from '../delivery-text.ts';
import { count, someNames } from '../plain.ts';
import { queueWarningTexts } from './queue-texts.ts';
import { askers, quoted, shellWord, type Texts, text } from './texts.ts';

/** Characters of a list of hosts within a sentence. */
const NAMES = 200;

const LOG_INPUT_OFF = 'Turn it off for the login user in /etc/sudoers.d/: Defaults:USER !log_input';

const LOG_IN_WITH_KEY = 'Log in with a key: set ssh.identity, or add the key to your agent';
const NO_FILES = 'Nothing to do: scripts are sent over stdin';
const LOGIN_SHELL = 'Nothing to do: the login shell only starts a program';
const CONNECT_TIMEOUT = 'Use --connect-timeout';

/** What to do about the variables without a counterpart. */
const COUNTERPARTS = table<string>({
  ansible_password: LOG_IN_WITH_KEY,
  ansible_ssh_pass: LOG_IN_WITH_KEY,
  ansible_ssh_password: LOG_IN_WITH_KEY,
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
});

/** "alloy cannot read /var/log/app/a.log: /var/log/app is 0700 app:app" */
function deniedText({ path, blocker, mode, owner, files, denied, whole }: Denied): string {
  const part = whole ? '' : `${denied} of ${count(files, 'file')} of `;
  const is = mode === '' ? 'is closed' : `is ${mode} ${owner}`;
  return `alloy cannot read ${part}${path}: ${blocker === path ? 'it' : blocker} ${is}`;
}

export const warningTexts: Texts<WarningProblems> = {
  ...queueWarningTexts,
  'retry.gone': {
    hosts: ({ hosts }) => text`the inventory no longer contains ${someNames(hosts, NAMES)}
      Ignore this if they were removed on purpose`,
  },
  'retry.nothing': {
    'all-finished': ({ run }) => text`run ${run} finished on every host
      Remove --retry to run on all hosts`,
    'not-chosen': ({ run }) => text`run ${run} finished on all of the chosen hosts
      Remove --retry to run on all of them`,
  },
  'shard.empty': {
    'no-hosts': ({ shard, hosts }) => text`
      shard ${shard} is empty: all shards together have ${count(hosts, 'host')}
      Nothing to do here; use fewer shards if many are empty`,
  },
  'shard.order': {
    'within-shard': ({
      shard,
    }) => text`rollout.order is kept within shard ${shard}, but not between shards
      Apply one order after the other, with --limit, if the others must wait for it`,
  },
  'plan.inventory': {
    changed: text`the inventory has changed since the plan was saved
      Plan again if hosts are refused; the others are not affected`,
  },
  'plan.left': {
    'not-planned': ({ hosts }) => text`
      the saved plan has no plan for ${someNames(hosts, NAMES)}, which will not be changed
      See why: alloyup plan`,
  },
  'plan.others': {
    'not-in-plan': ({ hosts }) => text`
      ${count(hosts, 'host')} of the inventory ${hosts === 1 ? 'is' : 'are'} not in the saved plan and will not be changed
      Plan again without --limit and --shard to include all hosts`,
  },
  'secret.short': {
    'too-short-to-mask': text`a secret of fewer than 4 characters cannot be masked in host output
      Use a longer secret`,
  },
  'fmt.differs': {
    'from-alloy': ({ file, by }) => text`${by} formats ${file} differently from alloyup
      Nothing to do: the text of ${by} was used. Read the change before you keep it`,
  },
  'fmt.template': {
    skipped: ({ files }) => text`
      skipped Liquid templates, which are not Alloy until they are rendered: ${files.join(', ')}
      See the result: alloyup render HOST`,
  },
  'telemetry.off': {
    endpoint: ({
      variable,
    }) => text`the run is not traced: the variable ${variable} is no URL of http or https
      Set it to an OTLP endpoint, such as http://tempo.example.com:4318, or remove it`,
    protocol: ({ variable, value, known }) => text`
      the run is not traced: the variable ${variable} is ${value}, and alloyup sends ${known.join(' or ')}
      Set OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf, with an endpoint that takes it (usually port 4318)`,
  },
  'telemetry.lost': {
    'not-delivered': ({
      endpoint,
      said,
    }) => text`traces and metrics of this run did not all reach ${endpoint}: ${said}
      The run itself is not affected; check OTEL_EXPORTER_OTLP_ENDPOINT and the other OTEL_EXPORTER_OTLP variables`,
  },
  'template.raw': {
    raw: (params) => text`raw writes ${quoted(params.text)} into the configuration without escaping
      Remove "| raw": values are escaped for the place they are written to`,
  },
  'environment.missing': {
    'not-set': ({ variable }) => text`
      the configuration reads the environment variable ${variable}, which the service does not have: it reads as empty
      Add it to alloy.environment: ${variable}: { secret: env:${variable} }, or plain text; or give it a default: coalesce(sys.env("${variable}"), "...")`,
  },
  'file.unreadable': {
    'for-service': ({ path, mode, user, group }) => text`
      the service cannot read ${path}: ${mode} ${user}:${group}
      Write mode: "0640" and group: alloy`,
  },
  'secret.readable': {
    'readable-by-others': ({ path }) => text`
      the secret file ${path} can be read by other users of this machine
      Run chmod 600 ${shellWord(path)}`,
  },
  'inventory.ambiguous': {
    'host-and-group': ({ name }) => text`
      "${name}" is both a host and a group; --limit ${name} means the host
      Rename the group`,
  },
  'inventory.unfilled': {
    placeholder: ({ placeholder, setting }) => text`
      ${setting} holds ${placeholder}, which nothing replaces
      Write the value itself; a secret belongs in alloy.environment: { NAME: { secret: env:NAME } }`,
  },
  'inventory.unused': {
    variable: ({ variable }) => text`no template of these hosts uses the variable "${variable}"
      Fix its name, or remove it from config.vars`,
    'overridden-argument': ({
      argument,
    }) => text`${argument} has no effect: the unit's own ${argument} overrides it
      Remove it from alloy.args`,
    'tolerated-component': ({ component }) => text`
      alloy.tolerate names the component "${component}", which the configuration does not have
      Fix its name, or remove it from alloy.tolerate`,
    'empty-group': ({ group }) => text`the group "${group}" has no hosts
      Add hosts to it, or remove the group`,
  },
  'cluster.unmanaged': {
    arguments: ({ argument }) => text`
      ${argument} makes a cluster that alloyup does not know: apply may restart all of its members at once
      Replace the arguments of --cluster by alloy.cluster: { name: NAME }`,
  },
  'cluster.members': {
    'not-seen': ({ cluster, members }) => text`
      the cluster "${cluster}" has members that this run did not reach: ${members.join(', ')}. They are compared as far as they answer the others
      Afterwards, look at the whole cluster: alloyup status`,
    unchecked: ({ cluster }) => text`
      with "check: service", nobody sees whether the members of the cluster "${cluster}" find each other. They are changed one at a time all the same
      Look at /api/v0/web/peers of each member, or set "check: http"`,
  },
  'cluster.open': {
    'no-tls': ({ listen }) => text`
      Alloy listens on ${listen} for the other members, without TLS: whoever reaches it can read its configuration and reload it
      Let a firewall admit the members alone, or set alloy.listen to an address of their network`,
  },
  'ansible.left': {
    connection: ({ host, connection }) => text`
      ${host} is left out: Ansible connects to it with "${connection}", not SSH
      Use SSH, or "local" for this machine`,
  },
  'ansible.ignored': {
    'group-key': ({
      group,
      key,
    }) => text`"${key}" in the group "${group}" is ignored, by Ansible too
      Use hosts, vars and children`,
    'not-a-group': ({ group }) => text`"${group}" is not a group, and ignored, by Ansible too
      Use hosts, vars and children below it, or remove it`,
    'later-port': ({ host, port }) => text`
      the port ${port} is ignored, by Ansible too, because "${host}" is already named above
      Set ansible_port, or write the port where the host is named first`,
    'ungrouped-host': ({ host }) => text`
      the variables of "${host}", which is in no group, are ignored, by Ansible too
      Add the host to a group`,
    'older-name': ({ current, variable }) => text`
      ${variable} is ignored, by Ansible too, because ${current} is set
      Remove ${variable}`,
    vault: ({ variable }) => text`${variable} is encrypted with Ansible Vault, and ignored
      Write it as { secret: env:NAME } where it is needed`,
    template: ({ variable }) => text`${variable} is an Ansible template, and ignored
      Write the value in the alloyup inventory if you need it`,
    'become-off': ({ variable }) => text`${variable} is off
      Nothing to do if the login is root: set ssh.user to root. Otherwise alloyup uses sudo`,
    'become-user': ({ value, variable }) => text`${variable} is ${quoted(value)}, and ignored
      Nothing to do: alloyup always becomes root`,
    'become-method': ({ value, variable }) => text`${variable} is ${quoted(value)}, and ignored
      Allow sudo, or log in as root: alloyup supports nothing else`,
    'become-password': ({ variable }) => text`${variable} is a secret, and not imported
      Enter it when asked, or set sudo: { password: { secret: env:SUDO_PASSWORD } }`,
    'host-key-checking-off': ({ variable }) => text`${variable} is off
      Nothing to do: alloyup records new host keys, but always refuses a changed one`,
    'ssh-arguments': ({ args, variable }) => text`
      ${variable} has arguments without a counterpart: ${args.join(' ')}
      Put them in ~/.ssh/config, with ssh: { transport: openssh } where the built-in client does not support them`,
    'alloy-version': ({ variable }) => text`${variable} is not a version
      Set alloy.version`,
    'own-variable': ({ variable }) => text`${variable} is a variable of your own, and not imported
      Set the variables of templates in config.vars`,
    'no-counterpart': ({ variable }) => text`${variable} has no counterpart in alloyup
      ${COUNTERPARTS[variable] ?? 'Nothing to do: it only affects Ansible'}`,
  },
  'access.absent': {
    'no-path': ({
      path,
    }) => text`${path} is not there, so alloy was not let read it (config.readable)
      Run alloyup apply again once it is there`,
  },
  'access.docker': {
    'like-root': ({ by }) => text`
      the group docker equals root: its members can do everything on the host
      ${by.length > 0 ? `Do without ${askers(by)}` : 'Remove it from alloy.memberOf'} unless Alloy must read containers`,
  },
  'account.kept': {
    'not-of-package': text`the user alloy was not created by the package, and is kept with its home
      Remove it yourself if nobody needs it: sudo userdel alloy`,
  },
  'alloy.components': {
    unhealthy: ({ components }, host) => text`
      unhealthy: ${components.map(({ id, health }) => `${id} (${health})`).join(', ')}
      Read Alloy's log: ssh ${host} journalctl -u alloy -n 50`,
  },
  'alloy.crashed': {
    validate: ({ version, said }) => text`
      the validate command of Alloy${version === null ? '' : ` ${version}`} crashed: ${said}
      Nothing to fix: this is a bug in Alloy, and such a configuration can run. Only its other checks count`,
  },
  'alloy.delivery': {
    'not-delivered': ({ destinations }) => text`
      data does not arrive: ${undeliveredText(destinations)}
      ${undeliveredAdvice(destinations)}. rollout.delivery: off skips this check`,
    'nothing-to-send': ({ destinations }) => text`
      nothing was there to send yet, so nothing proves that data arrives: ${destinations.join(', ')}
      See it later: alloyup status`,
    unseen: text`whether data arrives could not be read from Alloy's metrics
      See it later: alloyup status. rollout.delivery: off skips this check`,
  },
  'alloy.no-validate': {
    'too-old': text`the installed Alloy cannot validate configurations (validate came with 1.9.0)
      Upgrade Alloy to have configurations validated on the host`,
  },
  'apt.pin': {
    against: ({ path, pin, priority, version }, host) => text`
      a pin in ${path} makes apt choose another version than ${version} (${pin}, priority ${priority})
      Change the pin, or alloy.version: ssh ${host} apt-cache policy alloy shows what apt would install`,
  },
  'data.kept': {
    mounted: ({ path }, host) => text`${path} is a mount, and is kept with all that is on it
      Delete it yourself if nobody needs it: ssh ${host} sudo umount ${path}`,
  },
  'data.lost': {
    purge: text`
      positions, write-ahead logs, the user alloy and what alloyup keeps for rollbacks are removed for good
      Leave out --purge to keep them`,
  },
  'host.adopt': {
    'taken-over': ({ path, loses }) => text`
      ${path} was not written by alloyup and is taken over${loses.length > 0 ? ` (it loses its ${loses.join(', ')})` : ''}
      Restore it with alloyup rollback`,
  },
  'host.clock': {
    off: ({ aheadS }) => text`
      the clock is ${Math.abs(aheadS)} s ${aheadS > 0 ? 'ahead of' : 'behind'} the one of this machine
      Set it: sudo timedatectl set-ntp true`,
    'no-time-server': text`the clock is not synchronized with a time server
      Install one: apt-get install systemd-timesyncd`,
  },
  'host.dpkg-lock': {
    held: ({ command, pid }) => text`${command} (pid ${pid}) holds the dpkg lock
      Nothing to do: apply waits for it, up to five minutes`,
  },
  'read.denied': {
    group: (denied) => text`${deniedText(denied)}
      Add alloy to that group: alloy.memberOf: [${denied.group}]`,
    readable: (denied) => text`${deniedText(denied)}
      Let it read there: config.readable: [${denied.give}]`,
    elsewhere: (denied) => text`${deniedText(denied)}
      Move it to where alloy may read it, or open it to one of the groups that alloy is in`,
  },
  'read.missing': {
    absent: ({ path }) => text`there is no ${path} for Alloy to read
      Nothing to do if it is made later; else create it, or write it with config.files`,
    'no-match': ({ path }) => text`nothing matches ${path} yet
      Nothing to do if the files come later; else correct the pattern`,
  },
  'key.expires': {
    soon: ({ days, date }) => text`
      the repository's signing key ${days < 0 ? `expired ${count(-days, 'day')} ago` : `expires in ${count(days, 'day')}`} (${date})
      Run alloyup again once Grafana has published the renewed key: apt refuses the repository after that day`,
  },
  'key.expired': {
    'on-host': ({ path }) => text`
      the repository's key in ${path} has expired, so apt refuses the repository
      Replace it: alloyup apply`,
  },
  'repository.kept': {
    'in-use': ({ packages }) => text`
      the repository stays, because other packages come from it: ${packages.join(', ')}
      Remove them first to have it removed`,
  },
  'repository.no-route': {
    'no-route': ({ address, said }) => text`
      the host cannot connect to ${address}, where packages come from: ${said}
      Allow it in the firewall, or set a proxy: repository.proxy`,
  },
  'repository.sources': {
    'not-serving': ({ paths }) => text`
      ${paths.join(', ')}: does not serve as the source of the repository, and apply replaces it
      See how: alloyup plan`,
  },
  'run.in-progress': {
    locked: ({ run, who }) => text`run ${run} of ${who} is in progress on the host
      Nothing to do: apply waits for it`,
  },
  'run.replanned': {
    'host-changed': (_, host) => text`the host changed after it was planned, so it was planned again
      See what changed it: ssh ${host} sudo tail /var/lib/alloyup/audit.log`,
  },
  'run.silent': {
    'not-planned': ({ hosts }) => text`
      no plan yet for ${someNames(hosts, NAMES)}: the others are changed in the meantime
      Nothing to do: whoever is planned later is changed then; the errors of the rest follow below`,
  },
  'run.taken-back': {
    'rolled-back': ({ run }) => text`run ${run} is being rolled back
      See what it did: alloyup runs lists the logged runs`,
  },
  'run.unfinished': {
    'cut-off': ({ run }) => text`run ${run} was cut off
      Run alloyup apply: it rolls the run back first, then plans again`,
  },
  'sudo.log-input': {
    'to-file': ({ path }) => text`sudo logs what it is sent, secrets included (log_input, ${path})
      ${LOG_INPUT_OFF}`,
    enabled: text`sudo logs what it is sent, secrets included (log_input)
      ${LOG_INPUT_OFF}`,
  },
  'unit.drop-ins': {
    foreign: ({ paths }, host) => text`the unit has other drop-ins: ${paths.join(', ')}
      Read them: ssh ${host} systemctl cat alloy`,
  },
};
