import type {
  Expected,
  RangeMistake,
  SchemaMistake,
  ValueFormat,
  ValueType,
} from '../../model/problems/inventory-problems.ts';
import { didYouMean, quoted, type ReasonTexts, type Text, text, textOfReason } from './texts.ts';

const NAMES: Readonly<Record<Expected, string>> = {
  string: 'a string',
  list: 'a list',
  map: 'a map',
  number: 'a number',
  'whole number': 'a whole number',
  boolean: 'a boolean',
  address: 'a host name or an IP address',
  'alloy-argument': 'an argument of alloy run',
  'alloy-version': 'a version of Alloy',
  'apt-component': 'a repository component',
  'apt-suite': 'a repository suite',
  'cluster-name': 'a name for a cluster',
  'component-id': 'a component ID',
  'cpu-share': 'a share of CPU time',
  duration: 'a duration',
  'environment-value': 'a string or a secret',
  'environment-variable': 'a valid name of an environment variable',
  'file-mode': 'a file mode',
  fingerprint: 'a key fingerprint',
  fragment: 'a fragment',
  'fragment-name': 'a valid name of a fragment',
  'group-name': 'a valid group name',
  'host-key': 'a fingerprint of a host key',
  'host-path': 'a path on the host',
  'ip-address': 'an IP address',
  'jump-host': 'a jump host',
  'host-count': 'a number of hosts',
  'listen-address': 'a listen address',
  'local-file': 'a file',
  memory: 'an amount of memory',
  percentage: 'a percentage',
  'private-key-file': 'a file',
  proxy: 'the URL of a proxy',
  readable: 'a list of paths on the host',
  'repository-key': 'a URL or file',
  'repository-url': 'the URL of a repository',
  'repository-url-without-credentials': 'the URL of a repository',
  secret: 'a reference to a secret',
  'secret-age': 'a reference to a secret',
  'secret-variable': 'a reference to a secret',
  sudo: 'a way to become root',
  'wave-sizes': 'sizes of waves',
  template: 'a template',
  'template-value': 'a value',
  'template-variable': 'a valid name of a template variable',
  'string-or-list': 'a string or a list',
  'unix-name': 'a Unix user or group name',
  'user-name': 'a user name',
};

const NO_DIGIT_FIRST = 'Use letters, digits and _, and do not start with a digit';
const ALL_PARTS = 'Write all three parts: 1.18.1';

/** How to write a value of each form; a function is given what was written. */
const HINTS: Readonly<Record<ValueFormat, string | ((written: string) => string)>> = {
  address: (written) => {
    if (/^\[.*\]$/.test(written)) return 'Write an IPv6 address without brackets';
    return written.includes('@')
      ? 'Set the user in ssh.user'
      : 'Write only the name or address, and set the port in ssh.port and the user in ssh.user';
  },
  'alloy-argument': (written) => {
    if (/^--\S+ +\S/.test(written))
      return written.includes('=')
        ? 'Make each argument its own list item'
        : `Write it as one word: ${written.replace(/ +/, '=')}`;
    if (/^-[^-]/.test(written)) return 'Use the long form: --name or --name=value';
    return written.startsWith('-')
      ? 'Remove quotes, spaces, $ and \\: the unit splits the arguments at spaces'
      : 'Write it as --name or --name=value';
  },
  'alloy-version': (written) => {
    const number = /^v(\d+\.\d+\.\d.*)$/i.exec(written)?.[1];
    if (number) return `Remove the "v": ${number}`;
    if (/^\d+(\.\d+)?$/.test(written)) return ALL_PARTS;
    return /rc/i.test(written)
      ? 'Use a release, such as 1.18.1: the repository has no release candidates'
      : 'Write "present", "latest", or a version such as 1.18.1';
  },
  'apt-component': 'Write one word, such as main',
  'apt-suite': 'Write one word, such as stable',
  'cluster-name': 'Use letters, digits and . - _, and begin and end with a letter or digit',
  'component-id': 'Write it as in the configuration: prometheus.remote_write.default',
  'cpu-share': 'Write a percentage: 50% is half a core, 200% two cores',
  duration: 'Write a number with its unit: 500ms, 5s, 2min, 1h',
  'environment-value': 'Write "string" or { secret: env:NAME }',
  'environment-variable': NO_DIGIT_FIRST,
  'file-mode': (written) =>
    /^[1-7][0-7]{3}$/.test(written)
      ? 'Write three digits after a 0, such as "0640": alloyup sets no setuid, setgid or sticky bits'
      : 'Write it in octal: "0640"',
  fingerprint: (written) =>
    /^(0x)?[0-9A-Fa-f]{8}([0-9A-Fa-f]{8})?$/.test(written)
      ? 'Write the whole fingerprint, 40 hex digits, as gpg --show-keys prints it: a key ID can be forged'
      : 'Write 40 hex digits, as gpg --show-keys prints them',
  fragment:
    'Write a path or { template: NAME, vars: { ... } }, or leave it empty to remove an inherited one',
  'fragment-name': 'Use letters, digits, _ and -, and start with a letter',
  'group-name':
    'Use letters, digits and . - _ + = / @ % ~: other characters have a meaning in --limit',
  'host-key': 'Write it as ssh-keygen -lf prints it: SHA256: and 43 characters',
  'host-path': (written) => {
    if (written.startsWith('~')) return 'Write an absolute path: "~" is not expanded on the host';
    if (!written.startsWith('/'))
      return `Write an absolute path, such as ${/^etc\//.test(written) ? '' : '/etc/alloy'}/${written.replace(/^\.?\//, '')}`;
    return written.endsWith('/')
      ? 'Remove the "/" at the end'
      : 'Write the path without "//", "." and ".."';
  },
  'ip-address': 'Write an IP address without a port, such as 10.0.0.5: Alloy resolves no name here',
  'jump-host': 'Write it as [user@]host[:port]',
  'listen-address': (written) => {
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
  'host-count': 'Write a number of hosts, or a percentage such as 10%',
  'local-file': 'Name a file, such as ./ca.pem',
  memory: (written) => {
    if (!/^[\d.]+ ?[kmgt]?i?b?$/i.test(written))
      return 'Write 512M, 1G, a percentage of the memory such as 20%, or infinity';
    const unit = /[kmgt]/i.exec(written)?.[0].toUpperCase() ?? 'M';
    return `Write ${written.replace(/[^\d.]/g, '')}${unit}: K, M, G and T are powers of 1024`;
  },
  percentage: 'Write a whole percentage from 1% to 100%',
  'private-key-file': 'Name a private key file',
  readable: 'Write a list of paths: [/var/log/app], or a map: { /var/log/app: true }',
  proxy: 'Write http://proxy.example.com:3128, without user name and password',
  'repository-key': 'Write a URL, or a file such as ./grafana.asc',
  'repository-url': 'Write http:// or https:// and a host name',
  'repository-url-without-credentials':
    'Remove user name and password, which every user on the host could read, and put them in /etc/apt/auth.conf.d on the host',
  secret:
    'Write { secret: env:NAME }, { secret: file:PATH } or { secret: { exec: [command, argument] } }. Never write the secret itself',
  'secret-age':
    'Decrypt it with { secret: { exec: [age, --decrypt, -i, KEY, FILE] } }: "age:" is not implemented yet',
  'secret-variable': 'Write the name of a variable after env:, such as env:GCLOUD_TOKEN',
  sudo: 'Write passwordless, none (the login is root), ask, or { password: { secret: env:SUDO_PASSWORD } }',
  'wave-sizes': 'Write a number of hosts, a percentage, or a list of them: [1, 10%, 50%]',
  template: 'Name a built-in template, or a file such as ./gateway.alloy',
  'template-value': 'Write a value, "" for an empty string, or remove the line',
  'template-variable': NO_DIGIT_FIRST,
  'string-or-list': 'Write a list: [one, two]',
  'unix-name': 'Write it as in /etc/passwd or /etc/group: lower-case letters, digits, - and _',
  'user-name': 'Write only the name, such as ops',
};

/** Forms that not only text has: whatever else is found, the hint of the form says more. */
const ANY_TYPE = new Set<Expected>([
  'environment-value',
  'fragment',
  'readable',
  'host-count',
  'secret',
  'sudo',
  'string-or-list',
  'wave-sizes',
]);

/** What to write instead of a bare number or boolean; otherwise it belongs in quotes. */
const INSTEAD_OF_SCALAR: Readonly<Partial<Record<Expected, (written: string) => string>>> = {
  'alloy-version': () => ALL_PARTS,
  'cpu-share': (written) =>
    `Write a percentage of one core: ${Math.max(1, Math.round(Number(written) * 100))}%`,
  duration: (written) => `Add the unit: ${written}s`,
  'environment-value': () => 'Put the value in quotes',
  'file-mode': () => 'Put it in quotes, such as "0640": YAML reads 0640 as a decimal number',
  'listen-address': (written) => `Write address and port: 127.0.0.1:${written}`,
};

type ValueMistake = Extract<SchemaMistake, { reason: 'value' }>;

const isFormat = (expected: Expected): expected is ValueFormat => expected in HINTS;

function formatHint(format: ValueFormat, written: string | null): string {
  const hint = HINTS[format];
  return typeof hint === 'string' ? hint : hint(written ?? '');
}

function valueText({ expected, found, written }: ValueMistake): Text {
  if (found === 'nothing')
    return text`
      there is no value${expected === 'template-value' ? '' : `; expected ${NAMES[expected]}`}
      Write a value${expected.endsWith('-value') ? ' ("" for an empty string)' : ''}, or remove the line`;
  if (isFormat(expected) && found === 'string')
    return text`${written === null ? 'this' : quoted(written)} is not ${NAMES[expected]}
      ${formatHint(expected, written)}`;
  const scalar = found === 'number' || found === 'boolean';
  const value = scalar && written !== null ? `the ${found} ${written}` : NAMES[found];
  const instead = scalar ? INSTEAD_OF_SCALAR[expected] : undefined;
  if (isFormat(expected) && (instead || ANY_TYPE.has(expected)))
    return text`expected ${NAMES[expected]}, found ${value}
      ${instead ? instead(written ?? '') : formatHint(expected, written)}`;
  const type = isFormat(expected) ? 'string' : expected;
  return text`expected ${NAMES[type]}, found ${value}
    ${typeHint(type, found, written)}`;
}

function typeHint(type: ValueType, found: ValueType, written: string | null): string {
  if (type === 'string' && (found === 'number' || found === 'boolean'))
    return written === null ? 'Put it in quotes' : `Put it in quotes: "${written}"`;
  const [, number] = /^["']?(-?\d+)["']?$/.exec(written ?? '') ?? [];
  if (type.endsWith('number') && number) return `Remove the quotes: ${number}`;
  if (type === 'list' && found === 'string') return 'Write a list in brackets: [one, two]';
  if (type !== 'map') return `Write ${NAMES[type]}`;
  return found === 'list'
    ? 'Write "key: value" lines without the dashes'
    : 'Write indented "key: value" lines below it';
}

const outOfRange =
  (bound: string, size: string) =>
  ({ of, limit }: { readonly of: ValueType; readonly limit: number }): Text => {
    if (of === 'list')
      return text`the list is empty
        Add an item, or remove the line`;
    if (of === 'string')
      return text`the string is empty
        Write a value, or remove the line`;
    return text`the number must be at ${bound} ${limit}
      Write ${limit} or a ${size} number`;
  };

const mistakeTexts: ReasonTexts<SchemaMistake> = {
  'unknown-key': ({ key, known, near }) => text`unknown key ${quoted(key)}
    ${didYouMean(near && quoted(near), `Use one of ${known.join(', ')}`)}`,
  'not-allowed': ({ written, allowed, near }) => text`
    ${quoted(written)} is not one of ${allowed.join(', ')}
    ${didYouMean(near && quoted(near), `Use one of ${allowed.join(', ')}`)}`,
  'too-small': outOfRange('least', 'larger'),
  'too-large': outOfRange('most', 'smaller'),
  value: valueText,
};

/** `where`: the name of the setting or flag; empty: the whole file. */
export function schemaText(where: string, mistake: SchemaMistake): Text {
  const { message, hint } = textOfReason(mistakeTexts, mistake);
  return { message: where === '' ? message : `${where}: ${message}`, hint };
}

export const rangeTexts: ReasonTexts<RangeMistake> = {
  'unclosed-bracket': ({ pattern }) => text`a bracket in ${quoted(pattern)} is not closed
    Write a range as [01:20]`,
  'not-a-range': ({ pattern, range }) => text`"[${range}]" in ${quoted(pattern)} is not a range
    Write it as [01:20], [a:f] or [1:20:2]`,
  'mixed-range': ({ pattern, range }) => text`
    "[${range}]" in ${quoted(pattern)} has ends of different kinds
    Use two numbers or two single letters: [01:20], [a:f]`,
  'backward-range': ({ begin, end, pattern }) => text`the range in ${quoted(pattern)} runs backward
    Write the smaller end first: [${end}:${begin}]`,
  'uneven-range': ({ begin, end, pattern }) => text`
    the ends of "[${begin}:${end}]" in ${quoted(pattern)} have different numbers of digits: ${begin.length} and ${end.length}
    Give both the same number of digits: [${begin.padStart(end.length, '0')}:${end.padStart(begin.length, '0')}]`,
  'too-many-names': ({ count, limit, pattern }) => text`
    ${quoted(pattern)} stands for ${count} hosts; the limit is ${limit}
    Check the ends of the range, or split it`,
};
