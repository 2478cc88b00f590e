import * as z from 'zod';

// one inventory a run: making code for its schema would take longer than walking it
z.config({ jitless: true });

/**
 * The small formats an inventory is made of. A zod issue has room for one text, so a message and
 * its hint travel as two lines; problems.ts takes them apart.
 */
export const say = (message: string, hint: string): string => `${message}\n${hint}`;

/** A text of a fixed form; `hint` may look at what was written. */
export const word = (
  form: RegExp,
  what: string,
  hint: string | ((written: string) => string),
  quoted = true,
  /** What to write instead of a bare number; without it, the number in quotes. */
  numberHint?: (written: number) => string,
) =>
  z
    .string({
      error: ({ input }) =>
        numberHint && typeof input === 'number'
          ? say(`${input} alone is not ${what}`, numberHint(input))
          : undefined,
    })
    .regex(form, {
      error: ({ input }) =>
        say(
          quoted ? `${JSON.stringify(input)} is not ${what}` : `this is not ${what}`,
          typeof hint === 'string' ? hint : hint(String(input)),
        ),
    });

/** A list of words, or one of them alone. */
export const oneOrMore = (item: ReturnType<typeof word>) =>
  z.union([item, z.array(item)], {
    error: () => say('expected a text or a list of texts', 'write a list: [one, two]'),
  });

export const version = z
  .string({
    error: ({ input }) =>
      typeof input === 'number'
        ? say(
            'a version has three parts, and YAML reads two of them as a number',
            'write all three: 1.18.1',
          )
        : undefined,
  })
  .regex(/^(present|latest|\d+\.\d+\.\d+(-[0-9][0-9A-Za-z.+~]*)?)$/, {
    error: ({ input }) =>
      say(`${JSON.stringify(input)} is not a version of Alloy`, versionHint(String(input))),
  });

function versionHint(written: string): string {
  const bare = /^v(\d+\.\d+\.\d+.*)$/i.exec(written)?.[1];
  if (bare) return `take out the "v": ${bare}`;
  if (/^\d+(\.\d+)?$/.test(written)) return 'write all three parts: 1.18.1';
  if (/rc/i.test(written))
    return 'release candidates are not in the repository: take a release, such as 1.18.1';
  return 'write "present", "latest", or a version as 1.18.1';
}

/** `host:port`, `[::]:port`. */
export const listen = word(
  /^(\[[0-9A-Fa-f:.]+(%\w+)?\]|[A-Za-z0-9]([A-Za-z0-9_.-]*)?):([1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d{2}|655[0-2]\d|6553[0-5])$/,
  'an address to listen on',
  (written) => {
    if (/^:\d+$/.test(written))
      return `say where: 127.0.0.1${written}, or 0.0.0.0${written} for every interface`;
    if (/^https?:\/\//.test(written)) return `take out "${written.replace(/\/\/.*/, '//')}"`;
    if (/^\d+$/.test(written)) return `write address and port: 127.0.0.1:${written}`;
    if (written.split(':').length > 2 && !written.startsWith('['))
      return 'put an IPv6 address in brackets: [::1]:12345';
    if (/:\d+$/.test(written)) return 'a port is a number from 1 to 65535';
    return 'write address and port: 127.0.0.1:12345';
  },
  true,
  (written) => `write address and port: 127.0.0.1:${written}`,
);

export const fingerprint = word(/^\s*(?:[0-9A-Fa-f]\s*){40}$/, 'a fingerprint', (written) =>
  /^(0x)?[0-9A-Fa-f]{8}([0-9A-Fa-f]{8})?$/.test(written)
    ? 'a key id can be forged: write the whole fingerprint, 40 hex digits, as gpg --show-keys prints it'
    : 'write 40 hex digits, as gpg --show-keys prints them',
);

const TIME_UNIT = '(us|ms|s|sec|min|m|h|d)';
/** A time span as systemd reads it. */
export const timeSpan = word(
  new RegExp(`^\\d+(\\.\\d+)?${TIME_UNIT}?( ?\\d+(\\.\\d+)?${TIME_UNIT})*$`),
  'a duration',
  'write a number with its unit: 500ms, 5s, 2min, 1h',
  true,
  (written) => `write its unit: ${written}s`,
);

/** Bytes as systemd reads them. */
export const bytes = word(
  /^(\d+(\.\d+)?[KMGT]?|\d{1,3}%|infinity)$/,
  'an amount of memory',
  (written) =>
    /^[\d.]+ ?[kmgt]?i?b?$/i.test(written)
      ? `systemd writes it as ${written.replace(/[^\d.]/g, '')}${/[kmgt]/i.exec(written)?.[0].toUpperCase() ?? 'M'}: K, M, G, T stand for powers of 1024`
      : 'write 512M, 1G, a percentage of the memory as 20%, or infinity',
);

export const percent = word(
  /^[1-9]\d*%$/,
  'a share of CPU time',
  'write a percentage: 50% is half a core, 200% two cores',
  true,
  (written) => `write a percentage of one core: ${Math.max(1, Math.round(written * 100))}%`,
);

export const unixName = word(
  /^[a-z_][a-z0-9_-]{0,30}\$?$/,
  'a name of a Unix user or group',
  'write it as in /etc/passwd or /etc/group: small letters, digits, - and _',
);

export const mode = z
  .string({
    error: ({ input }) =>
      typeof input === 'number'
        ? say('a mode without quotes is a decimal number to YAML', 'put it in quotes: "0640"')
        : undefined,
  })
  .regex(/^0?[0-7]{3}$/, {
    error: ({ input }) =>
      say(`${JSON.stringify(input)} is not a file mode`, modeHint(String(input))),
  });

const modeHint = (written: string): string =>
  /^[1-7][0-7]{3}$/.test(written)
    ? 'setuid, setgid and sticky bits are not set by alloyup: write three digits after a 0, such as "0640"'
    : 'write it in octal: "0640"';

/** A path on a host, written out in full. */
export const hostPath = word(
  /^(\/(?!\.{1,2}(\/|$))[^/\u0000-\u001f\u007f]+)+$/,
  'a path on the host',
  (written) => {
    if (written.startsWith('~')) return 'write it from the root: the host has no "~" of yours';
    if (!written.startsWith('/'))
      return `write it from the root, such as ${/^etc\//.test(written) ? '' : '/etc/alloy'}/${written.replace(/^\.?\//, '')}`;
    if (written.endsWith('/')) return 'name a file, not a folder: take out the "/" at the end';
    return 'write it plainly, without "//", "." or ".."';
  },
);

export const url = word(
  /^https?:\/\/(?![^/]*@)[^\s/"'\\\][]+(\/[^\s"'\\\][]*)?$/,
  'a URL of a repository',
  (written) =>
    /^https?:\/\/[^/]*@/.test(written)
      ? 'take user and password out: every user of the host may read them there. Put them in /etc/apt/auth.conf.d on the host'
      : 'write http:// or https:// and a host name',
  false,
);

export const proxyUrl = word(
  /^https?:\/\/(?![^/]*@)[^\s/"';]+\/?$/,
  'a URL of a proxy',
  'write http://proxy.example.com:3128, without user and password',
  false,
);

export const keyPlace = word(
  /^(https?:\/\/\S+|\.{0,2}\/.+|~\/.+|[^\s:]+)$/,
  'a place of a key',
  'write a URL, or a file such as ./grafana.asc',
);

export const suite = word(
  /^[A-Za-z0-9][A-Za-z0-9_.+~/-]*$/,
  'a suite of a repository',
  'write one word, such as stable',
);
export const component = word(
  /^[A-Za-z0-9][A-Za-z0-9_.+~/-]*$/,
  'a component of a repository',
  'write one word, such as main',
);

export const userName = word(
  /^[A-Za-z0-9_][\w.@$\\-]*$/,
  'a user name',
  'write the name alone, such as ops',
);

export const address = word(/^[A-Za-z0-9_:][\w.:%-]*$/, 'a host name or an address', (written) =>
  /^\[.*\]$/.test(written)
    ? 'write an IPv6 address without brackets'
    : written.includes('@')
      ? 'put the user under ssh.user'
      : 'write a name or an address alone: the port is ssh.port, the user ssh.user',
);

/** `[user@]host[:port]` */
export const jump = word(
  /^([\w.$-]+@)?(\[[0-9A-Fa-f:.%]+\]|[A-Za-z0-9_][\w.-]*)(:\d{1,5})?$/,
  'a jump host',
  'write it as [user@]host[:port]',
);

export const hostKey = word(
  /^SHA256:[A-Za-z0-9+/]{43}=?$/,
  'a fingerprint of a host key',
  'write it as ssh-keygen -lf prints it: SHA256: and 43 characters',
);

export const argument = word(
  /^--[A-Za-z][A-Za-z0-9.-]*(=[^\s"'\\$`]*)?$/,
  'an argument of alloy run',
  (written) => {
    if (/^--\S+ +\S/.test(written))
      return written.includes('=')
        ? 'make each argument an item of the list'
        : `write it as one word: ${written.replace(/ +/, '=')}`;
    if (/^-[^-]/.test(written)) return 'write the long form: --name or --name=value';
    if (!written.startsWith('-')) return 'write it as --name or --name=value';
    return 'quotes, blanks, $ and \\ cannot stand there: the unit splits the arguments at blanks';
  },
);

export const componentId = word(
  /^[A-Za-z_][\w./-]*$/,
  'a component id',
  'write it as the configuration names it: prometheus.remote_write.default',
);

export const variableName = word(
  /^[A-Za-z_][A-Za-z0-9_]*$/,
  'a name of an environment variable',
  'use letters, digits and _; a digit cannot come first',
);

export const templateVariable = word(
  /^[A-Za-z_][\w-]*$/,
  'a name of a template variable',
  'use letters, digits and _; a digit cannot come first',
);

export const groupName = word(
  /^[A-Za-z0-9_][\w.-]*$/,
  'a name of a group',
  'use letters, digits, ".", "-" and "_": other signs have a meaning in --limit',
);

/** Checked once ranges are spelled out, by `nameProblem`: a list may hold many, and all are told. */
export const hostName = z
  .string()
  .min(1, { error: () => say('a host has no name', 'write one, such as web-01.example.com') });
