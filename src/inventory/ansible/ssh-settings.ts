import type { Position } from '../../model/problem.ts';
import type { SshArguments } from './ssh-arguments.ts';

/** An alloyup setting that a variable stands for. */
export interface Setting {
  readonly path: readonly [string, ...string[]];
  readonly value: unknown;
  readonly at: Position;
}

/** Where an inventory's paths start. */
export interface Paths {
  /** The directory of the inventory, for `{{ inventory_dir }}`. */
  readonly directory: string;
  /** Turns a path that is relative to the caller, as Ansible's are, into one relative to the inventory. */
  readonly fromInventory: (path: string) => string;
}

/** What one variable tells ssh. */
export interface Told extends Partial<Omit<SshArguments, 'port'>> {
  readonly at: Position;
  /** As written where it is no number. */
  readonly port?: unknown;
}

/** The variables in the order in which Ansible passes them to ssh. */
const ORDER = [
  'ansible_paramiko_proxy_command',
  'ansible_ssh_args',
  'ansible_ssh_host_key_checking',
  'ansible_port',
  'ansible_ssh_private_key_file',
  'ansible_user',
  'ansible_ssh_common_args',
  'ansible_ssh_extra_args',
];

const inOrder = (toldBy: ReadonlyMap<string, Told>): readonly (readonly [string, Told])[] =>
  ORDER.flatMap((name) => {
    const told = toldBy.get(name);
    return told ? [[name, told] as const] : [];
  });

/** A key that is for the jump hosts alone, for which an inventory has no place. */
export function foreignKey(
  toldBy: ReadonlyMap<string, Told>,
): { readonly variable: string; readonly key: string; readonly at: Position } | null {
  const all = inOrder(toldBy);
  const own = new Set(all.flatMap(([, { identity = [] }]) => identity));
  const [variable, told] = all.find(([, { jump }]) => jump !== undefined) ?? [];
  const key = told?.jumpKeys?.find((one) => !own.has(one));
  return variable === undefined || !told || key === undefined
    ? null
    : { variable, key, at: told.at };
}

/** ssh keeps what it is told first, except for keys, which add up. */
export function sshSettings(
  toldBy: ReadonlyMap<string, Told>,
  { fromInventory }: Paths,
): readonly Setting[] {
  const told = inOrder(toldBy).map(([, one]) => one);
  const first = (
    from: 'jump' | 'user' | 'port' | 'acceptNew',
    key: string,
    setting: (value: unknown) => unknown = (value) => value,
  ): readonly Setting[] => {
    const one = told.find((read) => read[from] !== undefined);
    const value = one && setting(one[from]);
    return one && value !== undefined ? [{ path: ['ssh', key], value, at: one.at }] : [];
  };
  const keys = told.flatMap(({ identity = [], at }) => identity.map((path) => ({ path, at })));
  const files = [...new Set(keys.map(({ path }) => fromInventory(path)))];
  return [
    ...first('port', 'port'),
    ...first('user', 'user'),
    ...(keys[0]
      ? [
          {
            path: ['ssh', 'identity'] as const,
            value: files.length === 1 ? files[0] : files,
            at: keys[0].at,
          },
        ]
      : []),
    ...first('jump', 'jump', (hosts) =>
      (hosts as readonly string[]).length > 0 ? hosts : undefined,
    ),
    ...first('acceptNew', 'hostKeys', (accept) => (accept === true ? 'accept-new' : undefined)),
  ];
}
