import { shellWords } from './ini.ts';

/** What arguments of the ssh command set that has a counterpart in alloyup, and the rest of them. */
export interface SshArguments {
  readonly jump?: readonly string[];
  readonly user?: string;
  readonly port?: number;
  readonly identity?: readonly string[];
  readonly acceptNew?: boolean;
  /** As written: without a counterpart. */
  readonly rest: readonly string[];
}

/** An option of ssh that takes a value, in the same word or in the next one. */
const WITH_VALUE = /^(-[BbcDEeFIiJLlmOopQRSWw])(.*)$/s;

/** The settings of ssh_config that a flag stands for. */
const FLAGS: Readonly<Record<string, string>> = {
  '-J': 'proxyjump',
  '-l': 'user',
  '-p': 'port',
  '-i': 'identityfile',
};

/** Reads `ansible_ssh_common_args` and the like; null where a quote is not closed. */
export function readSshArguments(text: string): SshArguments | null {
  const words = shellWords(text)?.map((word) => word.text);
  if (!words) return null;
  const rest: string[] = [];
  const identity: string[] = [];
  let read: Omit<SshArguments, 'rest' | 'identity'> = {};
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i]!;
    const [, flag = '', joined] = WITH_VALUE.exec(word) ?? [];
    const next = joined === '' ? words[++i] : undefined;
    const argument = joined || (next ?? '');
    const [, option, setting = ''] =
      flag === '-o' ? (/^\s*(\w+)\s*[=\s]\s*(.*)$/s.exec(argument) ?? []) : [];
    const name = option?.toLowerCase() ?? FLAGS[flag];
    const value = option === undefined ? argument : setting;
    const through = name === 'proxycommand' ? jumpOfCommand(value) : undefined;
    const keepsKeys = /^accept-new$/i.test(value);

    if (name === 'proxyjump' && value !== '') read = { ...read, jump: jumpList(value) };
    else if (through !== undefined) read = { ...read, jump: [through] };
    else if (name === 'user' && value !== '') read = { ...read, user: value };
    else if (name === 'port' && /^\d+$/.test(value)) read = { ...read, port: Number(value) };
    else if (name === 'identityfile' && value !== '') identity.push(value);
    else {
      const checking = name === 'stricthostkeychecking';
      if (checking && /^(no|off|accept-new)$/i.test(value)) read = { ...read, acceptNew: true };
      // `no` also accepts a changed key, which alloyup never does
      if (!(checking && keepsKeys)) rest.push(joined === '' ? `${word} ${next ?? ''}` : word);
    }
  }
  return { ...read, ...(identity.length > 0 ? { identity } : {}), rest };
}

const jumpList = (value: string): readonly string[] =>
  value === 'none' ? [] : value.split(',').map((one) => one.trim().replace(/^ssh:\/\/|\/$/g, ''));

/** The jump host in `ssh -q -W %h:%p -p 2222 user@bastion`, the older way; undefined for anything else. */
function jumpOfCommand(command: string): string | undefined {
  const words = shellWords(command)?.map(({ text }) => text) ?? [];
  if (words[0] !== 'ssh') return undefined;
  let host: string | undefined;
  let user: string | undefined;
  let port: string | undefined;
  let forwards = false;
  for (let i = 1; i < words.length; i += 1) {
    const word = words[i]!;
    if (word === '-q' || word === '-A') continue;
    if (word === '-W' && words[i + 1] === '%h:%p') {
      forwards = true;
      i += 1;
    } else if (word === '-p') port = words[++i];
    else if (word === '-l') user = words[++i];
    else if (!word.startsWith('-') && host === undefined) host = word;
    else return undefined;
  }
  if (!forwards || host === undefined) return undefined;
  const login = user === undefined || host.includes('@') ? host : `${user}@${host}`;
  return port === undefined ? login : `${login}:${port}`;
}
