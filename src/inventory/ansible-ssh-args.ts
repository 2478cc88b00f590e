import { shellWords } from './ansible-ini.ts';

/** What arguments of the ssh command say that we have a word for, and what is left of them. */
export interface SshArguments {
  readonly jump?: readonly string[];
  readonly user?: string;
  readonly port?: number;
  readonly identity?: readonly string[];
  readonly acceptNew?: boolean;
  /** As written: without a counterpart. */
  readonly rest: readonly string[];
}

/** Options of ssh that take a value in the next word. */
const WITH_VALUE = /^-[BbcDEeFIiJLlmOopQRSWw]$/;

/** Reads `ansible_ssh_common_args` and its like; null: a quote is not closed. */
export function readSshArguments(text: string): SshArguments | null {
  const words = shellWords(text)?.map((word) => word.text);
  if (!words) return null;
  const rest: string[] = [];
  let jump: readonly string[] | undefined;
  let user: string | undefined;
  let port: number | undefined;
  let acceptNew: boolean | undefined;
  const identity: string[] = [];

  for (let i = 0; i < words.length; i += 1) {
    const word = words[i]!;
    const joined = /^-[BbcDEeFIiJLlmOopQRSWw]./.test(word);
    const flag = word.slice(0, 2);
    const value = WITH_VALUE.test(word) ? (words[++i] ?? '') : joined ? word.slice(2) : undefined;
    const written = value !== undefined && !joined ? `${word} ${value}` : word;
    const [, key, setting] =
      flag === '-o' && value !== undefined ? (/^\s*(\w+)\s*[=\s]\s*(.*)$/s.exec(value) ?? []) : [];
    const name = (
      key ??
      { '-J': 'proxyjump', '-l': 'user', '-p': 'port', '-i': 'identityfile' }[flag] ??
      ''
    ).toLowerCase();
    const said = setting ?? value ?? '';
    if (name === 'proxyjump' && said !== '') jump = jumpList(said);
    else if (name === 'proxycommand' && throughSsh(said)) jump = [throughSsh(said)!];
    else if (name === 'user' && said !== '') user = said;
    else if (name === 'port' && /^\d+$/.test(said)) port = Number(said);
    else if (name === 'identityfile' && said !== '') identity.push(said);
    else if (name === 'stricthostkeychecking' && /^(no|off|accept-new)$/i.test(said)) {
      acceptNew = true;
      // `no` accepts a changed key, too: that is never done here
      if (!/^accept-new$/i.test(said)) rest.push(written);
    } else rest.push(written);
  }
  return {
    ...(jump ? { jump } : {}),
    ...(user === undefined ? {} : { user }),
    ...(port === undefined ? {} : { port }),
    ...(identity.length > 0 ? { identity } : {}),
    ...(acceptNew ? { acceptNew } : {}),
    rest,
  };
}

const jumpList = (written: string): readonly string[] =>
  written === 'none'
    ? []
    : written.split(',').map((one) =>
        one
          .trim()
          .replace(/^ssh:\/\//, '')
          .replace(/\/$/, ''),
      );

/** `ssh -q -W %h:%p -p 2222 user@bastion`, the jump host of older days; undefined: something else. */
function throughSsh(command: string): string | undefined {
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
