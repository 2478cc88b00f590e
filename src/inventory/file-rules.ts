import { type Rule, sectionsOf } from './rule.ts';
import { type HostSettings, settingsOf } from './settings.ts';

/** Whose files these are, longest prefix first where it matters. */
const FOREIGN: readonly (readonly [RegExp, string])[] = [
  [/^\/etc\/alloy\/config\.alloy$/, 'write it as the template under config.template'],
  [
    /^\/etc\/alloy\/[^/]*\.alloy$/,
    'put modules into a folder, such as /etc/alloy/modules/: pointed at /etc/alloy, Alloy would load them all',
  ],
  [
    /^\/etc\/default\/alloy$/,
    'write variables under alloy.environment and arguments under alloy.args',
  ],
  [
    /^\/etc\/systemd\/system\/alloy\.service(\.d\/|$)/,
    'write limits of the service under alloy.service',
  ],
  [/^\/(usr\/)?lib\/systemd\//, 'write limits of the service under alloy.service'],
  [/^\/etc\/apt\//, 'write the repository under "repository"'],
  [/^\/var\/lib\/alloyup\//, 'choose another folder: this one is the memory of alloyup'],
  [/^\/var\/lib\/alloy\/data\//, "choose another folder: this one is Alloy's own"],
  [/^\/var\/lib\/(dpkg|apt)\//, 'choose another folder, such as /etc/alloy'],
  [
    /^\/(proc|sys|dev|run|boot|tmp|var\/tmp|var\/run)\//,
    'choose a folder that stays, such as /etc/alloy',
  ],
  [
    /^\/(bin|sbin|lib\w*|usr\/(?!local\/).*)\//,
    'choose another folder, such as /etc/alloy: this one belongs to packages',
  ],
  [
    /^\/etc\/(passwd|shadow|group|gshadow|sudoers|fstab|hosts|hostname|ssh|sudoers\.d|pam\.d)(\/|$)/,
    'choose another place, such as /etc/alloy: this one belongs to the system',
  ],
  [/^\/[^/]+$/, 'choose a folder, such as /etc/alloy'],
];

export const filesAreOurs: Rule = ({ written }, report) => {
  for (const [settings, path] of sectionsOf(written)) {
    for (const [target, file] of Object.entries(settings.config?.files ?? {})) {
      const at = [...path, 'config', 'files', target];
      const foreign = FOREIGN.find(([form]) => form.test(target));
      if (foreign) report(`${target} cannot be written by config.files`, foreign[1], at, 'key');
      if (file.source !== undefined && file.secret !== undefined) {
        report(
          `${target} has two contents, "source" and "secret"`,
          'take one of them out',
          [...at, 'secret'],
          'key',
        );
      }
    }
  }
};

/** What can be said only of the settings as they meet on a host. */
export const filesAreWhole: Rule = (inventory, report) => {
  const seen = new Set<HostSettings['config']>();
  for (const name of inventory.hosts.keys()) {
    const { config } = settingsOf(inventory, name);
    if (seen.has(config)) continue;
    seen.add(config);
    for (const { path, from, mode, at } of config.files) {
      if ('source' in from && from.source === '') {
        report(
          `${path} has no content on "${name}"`,
          'add "source: ./FILE" or "secret: env:NAME"',
          at,
        );
      }
      if ('secret' in from && /[1-7]$/.test(mode)) {
        report(
          `${path} holds a secret, and its mode ${mode} lets everyone on the host read it`,
          'end the mode with 0: "0640"',
          at,
        );
      }
    }
  }
};
