import { shellWords } from './ini.ts';

/** What arguments of the ssh command set that has a counterpart in alloyup, and the rest of them. */
export interface SshArguments {
  /** Empty: directly. */
  readonly jump?: readonly string[];
  readonly user?: string;
  readonly port?: number;
  readonly identity?: readonly string[];
  /** Keys that are named for the jump hosts; alloyup uses those of the host for all. */
  readonly jumpKeys?: readonly string[];
  readonly acceptNew?: boolean;
  /** As written: without a counterpart, and without a say in where ssh connects to. */
  readonly rest: readonly string[];
  /** As written: they decide where ssh connects to, or as whom, in a way that alloyup cannot follow. */
  readonly decisive: readonly string[];
}

/** One argument of ssh: a setting, a flag, or a word that is neither. */
interface Argument {
  /** The setting of ssh_config in lower case, "-F" for a flag without one, "" for a bare word. */
  readonly name: string;
  readonly value: string;
  readonly written: string;
}

const FLAGS_WITH_VALUE = 'BbcDEeFIiJLlmOoPpQRSWw';

/** The settings of ssh_config that a flag stands for. */
const SETTINGS: Readonly<Record<string, string>> = {
  J: 'proxyjump',
  l: 'user',
  p: 'port',
  i: 'identityfile',
};

/** Whatever of these is not understood could lead to another machine. A bare word is a host. */
const DECISIVE =
  /^(|-[FPW]|canonical.*|host|hostname|include|match|port|proxycommand|proxyjump|tag|user)$/;

/** Reads `ansible_ssh_common_args` and the like; null where a quote is not closed. */
export function readSshArguments(text: string): SshArguments | null {
  const words = shellWords(text, { comments: false })?.map((word) => word.text.trim());
  return words ? interpret(argumentsOf(words.filter((word) => word !== ''))) : null;
}

/** Of a setting, ssh keeps the first value; keys add up. */
function interpret(args: readonly Argument[]): SshArguments {
  const rest: string[] = [];
  const decisive: string[] = [];
  const identity: string[] = [];
  let read: Omit<SshArguments, 'rest' | 'decisive' | 'identity'> = {};
  for (const { name, value, written } of args) {
    const route =
      name === 'proxyjump'
        ? jumpList(value)
        : name === 'proxycommand'
          ? jumpOfCommand(value)
          : undefined;
    if (route) read = read.jump ? read : { ...read, ...route };
    else if (name === 'user' && value !== '') read = { user: value, ...read };
    else if (name === 'port' && /^\d+$/.test(value)) read = { port: Number(value), ...read };
    else if (name === 'identityfile' && !/^(none)?$/i.test(value)) identity.push(value);
    else {
      if (name === 'stricthostkeychecking')
        read = { acceptNew: /^(no|off|accept-new)$/i.test(value), ...read };
      // `no` also accepts a changed key, which alloyup never does
      if (name !== 'stricthostkeychecking' || !/^accept-new$/i.test(value))
        (DECISIVE.test(name) ? decisive : rest).push(written);
    }
  }
  return { ...read, ...(identity.length > 0 ? { identity } : {}), rest, decisive };
}

/** Splits words into arguments as getopt does: `-vp2222`, `-p 2222`, `-oPort=2222`. */
function argumentsOf(words: readonly string[]): readonly Argument[] {
  const found: Argument[] = [];
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i]!;
    if (!/^-[^-]/.test(word)) {
      found.push({ name: '', value: word, written: word });
      continue;
    }
    const at = [...word].findIndex((letter, k) => k > 0 && FLAGS_WITH_VALUE.includes(letter));
    const flags = at < 0 ? word.slice(1) : word.slice(1, at);
    // ssh does not start with a flag that it does not know
    const known = /^[1246AaCfGgKkMNnqsTtVvXxYy]*$/.test(flags);
    if (flags !== '') found.push({ name: known ? '-' : '', value: flags, written: `-${flags}` });
    if (at < 0) continue;
    const joined = word.slice(at + 1);
    const value = joined === '' ? (words[++i] ?? '') : joined;
    const letter = word[at]!;
    const written = `-${letter}${joined === '' ? ' ' : ''}${value}`;
    const [, option, setting = ''] = /^\s*(\w+)(?:\s*=\s*|\s+)(.*)$/s.exec(value) ?? [];
    if (letter !== 'o') found.push({ name: SETTINGS[letter] ?? `-${letter}`, value, written });
    else {
      const name = option?.toLowerCase() ?? '';
      const unquoted = name === 'proxycommand' ? setting : setting.replace(/^"(.*)"$/, '$1');
      found.push({ name, value: unquoted.trim(), written });
    }
  }
  return found;
}

type Route = Pick<SshArguments, 'jumpKeys'> & { readonly jump: readonly string[] };

function jumpList(value: string): Route | undefined {
  if (/^none$/i.test(value)) return { jump: [] };
  const jump = value.split(',').map((one) => one.trim().replace(/^ssh:\/\/|\/$/g, ''));
  return jump.some((host) => /^$|[%$]/.test(host)) ? undefined : { jump };
}

/** What `ssh -q -W %h:%p -p 2222 user@bastion`, the older way, goes through; undefined for anything else. */
export function jumpOfCommand(command: string): Route | undefined {
  if (/^none$/i.test(command)) return { jump: [] };
  const words = shellWords(command)?.map(({ text }) => text) ?? [];
  const [program = '', ...own] = words[0] === 'exec' ? words.slice(1) : words;
  if (!/^(\/\S*\/)?ssh$/.test(program)) return undefined;
  const args = argumentsOf(own);
  const forwards = args.filter(({ name }) => name === '-W');
  const [login, ...more] = args.filter(({ name }) => name === '');
  const forwarded = forwards.length === 1 && /^(%h|\[%h\]):%p$/.test(forwards[0]!.value);
  if (login === undefined || more.length > 0 || !forwarded) return undefined;
  const [, name = '', address] = /^(?:([^@]+)@)?([\w.:-]+)$/.exec(login.value) ?? [];
  const settings = args.flatMap((one) => {
    if (one === login) return name === '' ? [] : [{ ...one, name: 'user', value: name }];
    return one === forwards[0] ? [] : [one];
  });
  const { user, port, jump = [], identity = [], jumpKeys = [], decisive } = interpret(settings);
  if (decisive.length > 0) return undefined;
  if (address === undefined || (user !== undefined && /[^\w.-]/.test(user))) return undefined;
  const host = address.includes(':') ? `[${address}]` : address;
  const last = [user === undefined ? '' : `${user}@`, host, port ? `:${port}` : ''].join('');
  const keys = [...jumpKeys, ...identity];
  return { jump: [...jump, last], ...(keys.length > 0 ? { jumpKeys: keys } : {}) };
}
