import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Happening } from '../../src/model/event.ts';
import { Secret } from '../../src/model/secret.ts';
import {
  cleaned,
  createMask,
  HIDDEN,
  openCleaner,
  SHORTEST,
  tooShort,
  type ValueMask,
} from '../../src/report/redact.ts';
import { change } from './events.ts';

const maskOf = (...texts: readonly string[]) => createMask(texts.map((text) => new Secret(text)));

const cleanWith = (happening: Happening, mask: ValueMask) => openCleaner(mask)(happening);

const SECRET = `p@ss "w'rd"\\ $x&<é>+/`;

/** As strconv.Quote writes text without characters that are not printable beyond ASCII. */
const goQuoted = (s: string): string =>
  `"${s
    .replace(/[\\"]/g, '\\$&')
    .replace(
      /[\u0000-\u001f\u007f]/g,
      (c) => GO_SHORT[c] ?? `\\x${Buffer.from(c).toString('hex')}`,
    )}"`;

const GO_SHORT: Readonly<Record<string, string>> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};

/** Every way of writing that a tool on either side is known to use; the name is the reason. */
const WRITTEN: Readonly<Record<string, (secret: string) => string>> = {
  raw: (s) => s,
  'JSON in a log': (s) => JSON.stringify({ error: s }),
  'JSON inside JSON': (s) => JSON.stringify({ line: JSON.stringify({ error: s }) }),
  'a query': (s) => `https://h/?token=${encodeURIComponent(s)}&x=1`,
  'a form': (s) => new URLSearchParams({ token: s }).toString(),
  'a URL with a password': (s) => {
    const url = new URL('https://h/');
    url.password = s;
    return url.href;
  },
  'lower-case percent': (s) => encodeURIComponent(s).replace(/%../g, (hex) => hex.toLowerCase()),
  'a URL as browsers write it': (s) => new URL(`https://h/?token=${s.replaceAll('#', '%23')}`).href,
  base64: (s) => Buffer.from(s).toString('base64'),
  base64url: (s) => Buffer.from(s).toString('base64url'),
  'basic auth': (s) => `Authorization: Basic ${Buffer.from(`user:${s}`).toString('base64')}`,
  'base64 of a longer text, 1 in': (s) => Buffer.from(`u${s}:tail`).toString('base64'),
  'base64 of a longer text, 2 in': (s) => Buffer.from(`us${s}tail`).toString('base64'),
  'JSON of Go': (s) =>
    JSON.stringify(s).replace(/[<>&]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`),
  'JSON in ASCII': (s) =>
    JSON.stringify(s).replace(
      /[\u007f-\uffff]/g,
      (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
  '%q of Go': (s) => goQuoted(s),
  'printf %q': (s) => s.replace(/[^A-Za-z0-9_.,:/@%+=\n-]/g, '\\$&'),
  'double quotes where $ means nothing': (s) => `"${s.replace(/[\\"]/g, '\\$&')}"`,
  'XML with names': (s) =>
    s.replace(
      /[&<>"']/g,
      (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' })[c]!,
    ),
  'a form without other characters to encode': (s) => s.replaceAll(' ', '+'),
  'wrapped base64': (s) =>
    Buffer.from(`user:${s}${s}`).toString('base64').replace(/.{10}/g, '$&\n'),
  'wrapped base64 in JSON': (s) =>
    JSON.stringify({
      key: Buffer.from(`u:${s} more`).toString('base64').replace(/.{9}/g, '$&\r\n'),
    }),
  'JSON with escaped slashes': (s) => JSON.stringify(s).replaceAll('/', '\\/'),
  'base64 with escaped slashes': (s) => Buffer.from(s).toString('base64').replaceAll('/', '\\/'),
  'percent twice': (s) => encodeURIComponent(encodeURIComponent(s)),
  'all percent, twice': (s) =>
    Buffer.from(s)
      .toString('hex')
      .replace(/../g, (hex) => `%25${hex}`),
  'bytes as \\x': (s) =>
    Buffer.from(s)
      .toString('hex')
      .replace(/../g, (hex) => `\\x${hex}`),
  'some bytes as \\x': (s) => s.replace(/[-a-f\\]/g, (c) => `\\x${Buffer.from(c).toString('hex')}`),
  'bytes in octal': (s) =>
    [...Buffer.from(s)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join(''),
  'UTF-16 as \\u': (s) =>
    s
      .split('')
      .map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0').toUpperCase()}`)
      .join(''),
  'code points as \\u{}': (s) =>
    [...s].map((c) => `\\u{${c.codePointAt(0)!.toString(16)}}`).join(''),
  'code points as \\U': (s) =>
    [...s].map((c) => `\\U${c.codePointAt(0)!.toString(16).padStart(8, '0')}`).join(''),
  'numbers in XML': (s) => [...s].map((c) => `&#${c.codePointAt(0)};`).join(''),
  'hexadecimal numbers in XML': (s) =>
    [...s].map((c) => `&#x${c.codePointAt(0)!.toString(16)};`).join(''),
  hex: (s) => Buffer.from(s).toString('hex'),
  'upper-case hex': (s) => Buffer.from(s).toString('hex').toUpperCase(),
  'single quotes of a shell': (s) => `X='${s.replaceAll("'", `'\\''`)}'`,
  'single quotes as dash -x prints them': (s) => `X='${s.replaceAll("'", `'"'"'`)}'`,
  'double quotes of a shell': (s) => `X="${s.replace(/[\\"$`]/g, '\\$&')}"`,
  XML: (s) =>
    `<m v="${s.replace(/[&<>"']/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#39;' })[c]!)}"/>`,
};

/** Characters that some way of writing treats differently, each about as frequent as a plain one. */
const odd = fc.constantFrom(
  ...`"'\\\`$&<>%+/=:#?{}[] \t\r\n\u0000\u0007\b\f\v\u001b\u007f\u009bé€日😀\u2028\ufeffabcXYZ019`,
);
/** What stands around a secret: text that may continue what was written, or look like it. */
const around = fc.string({ unit: fc.oneof(odd, fc.constantFrom('%', '2', '0', '=', 'A')) });

/** Leaves out what no URL may hold, which makes it another value. */
const LOSSY = 'a URL as browsers write it';

describe.each(Object.entries(WRITTEN))('%s', (name, write) => {
  test('is hidden', () => {
    const masked = maskOf(SECRET)(`before ${write(SECRET)} after`);
    expect(masked).toContain(HIDDEN);
    expect(masked).toMatch(/^before .* after$/s);
    expect(masked).not.toContain(write(SECRET));
    expect(masked).not.toMatch(/w'rd|w%27rd|w'\\''rd/);
  });

  test('hides any secret', () => {
    const secrets =
      name === LOSSY
        ? fc.stringMatching(/^[!-"$-~]{4,40}$/)
        : fc.string({ unit: odd, minLength: SHORTEST, maxLength: 40 });
    fc.assert(
      fc.property(secrets, around, around, (secret, before, after) => {
        // a secret that is a part of the placeholder cannot be told apart from it
        fc.pre(secret.trim().length >= SHORTEST && !HIDDEN.includes(secret.trim()));
        // a "%" that is left as it is reads as another byte before hex digits
        fc.pre(name !== LOSSY || !/%[0-9a-f]?$/i.test(secret));
        // a backslash before an escape makes it another one
        fc.pre(!write('x').startsWith('\\') || !before.endsWith('\\'));
        // a URL keeps the %XX of a password: three bytes are too short to look for
        fc.pre(secret.replace(/%[0-9a-f]{2}/gi, '%').length >= SHORTEST);
        fc.pre(!/%[0-9a-f]?$/i.test(before) || !/^[0-9a-f]/i.test(secret));
        const mask = maskOf(secret);
        const masked = mask(before + write(secret) + after);
        const rest = masked.replaceAll(HIDDEN, '\u0000\u0001\u0000');
        expect(rest).not.toContain(secret);
        expect(rest).not.toContain(write(secret));
        expect(mask(masked)).toBe(masked);
      }),
      { numRuns: 300 },
    );
  });
});

test('a secret of several lines is hidden line by line, indented or not', () => {
  const key = '-----BEGIN KEY-----\nMIIEvQIBADANBg\nkqhkiG9w0BAQEF\n-----END KEY-----\n';
  const mask = maskOf(key);
  for (const line of key.trim().split('\n'))
    expect(mask(`  log: ${line}\r`)).toBe(`  log: ${HIDDEN}\r`);
  expect(mask(`a\n${key}b`)).toBe(`a\n${HIDDEN}b`);
});

test('a base64 word with a secret is hidden whole, but not what surrounds it', () => {
  const word = Buffer.from('user:hunter22 and more').toString('base64');
  const mask = maskOf('hunter22');
  expect(mask(`a ${word}; b=${word}`)).toBe(`a ${HIDDEN}; b=${HIDDEN}`);
  expect(mask(`"${word}"`)).toBe(`"${HIDDEN}"`);
  expect(mask(`${'A'.repeat(5000)}${Buffer.from('hunter22').toString('base64')}`)).toMatch(
    /^A{904}\[secret\]$/,
  );
});

test('several finds keep what stands between them', () => {
  const mask = maskOf('hunter22', 'correct horse');
  expect(mask('1 hunter22 2 correct horse 3')).toBe(`1 ${HIDDEN} 2 ${HIDDEN} 3`);
  expect(mask('hunter22hunter22')).toBe(HIDDEN);
  expect(mask('%68unter22/correct+horse')).toBe(`${HIDDEN}/${HIDDEN}`);
});

test('text that only resembles a secret stays', () => {
  const mask = maskOf('hunter22');
  for (const text of ['hunter2', 'Hunter22', 'hunt er22', '%41%42', 'aHVu', '%zz', '100%', ''])
    expect(mask(text)).toBe(text);
});

test('a secret of exactly four characters is hidden', () => {
  expect(maskOf('k3y!')('a k3y! b')).toBe(`a ${HIDDEN} b`);
  expect(tooShort([new Secret('k3y!'), new Secret(' k3y ')]).map((one) => one.reveal())).toEqual([
    ' k3y ',
  ]);
});

test('overlapping secrets leave nothing of either', () => {
  expect(maskOf('abcdef', 'defghi')('xx abcdefghi yy')).toBe(`xx ${HIDDEN} yy`);
  expect(maskOf('token', 'token-long')('token-long token')).toBe(`${HIDDEN} ${HIDDEN}`);
});

test('a secret with a newline at its end is found without it', () => {
  expect(maskOf('hunter22\n')('password hunter22!')).toBe(`password ${HIDDEN}!`);
});

test('secrets under four characters are not hidden, and are reported', () => {
  expect(maskOf('on', '')('it goes on')).toBe('it goes on');
  const secrets = [new Secret('on'), new Secret('long enough'), new Secret('')];
  expect(tooShort(secrets)).toEqual([secrets[0]]);
});

test('without secrets the text is returned as it is', () => {
  const text = 'plain';
  expect(createMask([])(text)).toBe(text);
});

test('masking twice changes nothing, even where the word secret is the secret', () => {
  const mask = maskOf('secret');
  expect(mask('a secret')).toBe('a [secret]');
  expect(mask(mask('a secret'))).toBe('a [secret]');
});

test('escape sequences inside a secret do not keep it from being hidden', () => {
  const mask = maskOf('hunter22');
  const clean = cleanWith(
    {
      type: 'change.output',
      host: 'hunter22',
      step: null,
      line: 'pw hun\u001b[0mter22\u0007 \u001b]0;x\u0007',
    },
    mask,
  );
  expect(clean).toEqual({
    type: 'change.output',
    host: 'hunter22',
    step: null,
    line: `pw ${HIDDEN} `,
  });
});

test('words of ours and names of hosts stay as they are, everything else is masked', () => {
  const clean = cleanWith(
    {
      type: 'run.started',
      schema: 1,
      run: 'secret',
      verb: 'plan',
      hosts: ['secret'],
      version: 'secret',
    },
    maskOf('secret'),
  );
  expect(clean).toMatchObject({ run: HIDDEN, hosts: ['secret'], version: HIDDEN, schema: 1 });
  const problem = cleanWith(
    {
      type: 'host.finished',
      host: 'secret',
      outcome: 'unreachable',
      problem: {
        code: 'ssh.lost',
        host: 'secret',
        params: { reason: 'dropped', endpoint: 'ops@dropped', said: 'no secret\u001b[0m' },
      },
    },
    maskOf('secret', 'dropped'),
  );
  expect(problem).toMatchObject({
    problem: {
      host: 'secret',
      params: { reason: 'dropped', endpoint: `ops@${HIDDEN}`, said: `no ${HIDDEN}` },
    },
  });
});

test('every text of a happening is cleaned, at any depth', () => {
  const clean = cleanWith(
    {
      type: 'host.planned',
      host: 'a',
      plan: {
        changes: [
          {
            step: 'config',
            title: 'hunter22',
            before: 'hunter22',
            after: 'x=hunter22',
            diffs: [{ path: '/hunter22', kind: 'change', text: '-hunter22\n+x' }],
            warnings: [
              {
                code: 'w',
                params: {
                  reason: 'diagnostic',
                  rule: 'w',
                  said: 'hunter22',
                  advice: 'hunter22',
                },
                detail: 'hunter22',
              },
            ],
            needs: 'reload',
          },
        ],
        warnings: [],
        problems: [
          {
            code: 'host.file',
            params: { reason: 'not-movable', path: '/hunter22', said: 'hunter22' },
          },
        ],
      },
    },
    maskOf('hunter22'),
  );
  expect(JSON.stringify(clean)).not.toContain('hunter22');
  expect(clean).toMatchObject({ plan: { changes: [{ step: 'config' }], warnings: [] } });
});

test('1,000 secrets take about as long as one', () => {
  const many = createMask(
    Array.from({ length: 1000 }, (_, i) => new Secret(`secret-number-${i}-${i * 7919}`)),
  );
  const line =
    'ts=2026-11-23T10:15:00Z level=info msg="now listening for http traffic" addr=127.0.0.1:12345 ';
  const begin = performance.now();
  for (let i = 0; i < 20_000; i += 1) many(line);
  expect(performance.now() - begin).toBeLessThan(5_000);
});

describe('a secret that was cut', () => {
  const long = `${'k3y-'.repeat(30)}it's`;
  const mask = maskOf(long, 'first line of it\nsecond line of it', 'a\rb\u0007c-with-controls');

  test.each([8, 20, 100, long.length - 1])('after %d characters is hidden', (length) => {
    expect(mask(`value="${long.slice(0, length)}`)).toBe(`value="${HIDDEN}`);
    expect(mask(`${long.slice(0, length)}\nnext`)).toBe(`${HIDDEN}\nnext`);
    expect(
      mask(
        Buffer.from(`user:${long}`)
          .toString('base64')
          .slice(0, 10 + length),
      ),
    ).toContain(HIDDEN);
  });

  test('stays where it is too short to be a secret, or continues differently', () => {
    expect(mask('value=k3y-k3')).toBe('value=k3y-k3');
    expect(mask('k3y-k3y-k3y-other words')).toBe('k3y-k3y-k3y-other words');
    expect(mask(mask(`x ${long}`))).toBe(`x ${HIDDEN}`);
  });

  test('and lost its control characters is hidden, too', () => {
    expect(mask('said a bc-with-controls')).toBe(`said ${HIDDEN}`);
  });
});

describe('a secret that a line ends in', () => {
  const secret = fc.stringMatching(/^[A-Za-z0-9/+_.-]{16,60}$/);
  const cuts = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 4 });
  const split = (text: string, at: readonly number[], by: string): string =>
    text
      .split('')
      .map((char, i) => (at.includes(i) ? by + char : char))
      .join('');

  test('is hidden in a text', () => {
    fc.assert(
      fc.property(secret, cuts, fc.constantFrom('\n', '\r\n', '\n    '), (value, at, by) => {
        const masked = maskOf(value)(`before ${split(value, at, by)} after`);
        expect(masked.replaceAll(HIDDEN, '')).toBe('before  after');
      }),
    );
  });

  test('is hidden in what follows, whatever came out before', () => {
    const writings = fc.constantFrom(
      (text: string) => text,
      (text: string) => Buffer.from(text).toString('base64'),
      (text: string) => encodeURIComponent(encodeURIComponent(text)),
      (text: string) => JSON.stringify(text).replaceAll('/', '\\/'),
    );
    fc.assert(
      fc.property(secret, writings, fc.nat(100), (value, write, at) => {
        const written = write(value);
        const cut = Math.min(written.length - 1, Math.max(1, at));
        const mask = maskOf(value).lines();
        const first = mask(`first ${written.slice(0, cut)}`);
        const second = mask(`${written.slice(cut)} second`);
        expect(`${first}${second}`).not.toContain(written);
        expect(second).toMatch(/ second$/);
        // at most the few characters that many words begin with
        const seen = first.replace(HIDDEN, '').length - 'first '.length;
        if (written === value) expect(seen).toBeLessThan(8);
        if (cut < written.length - 4) expect(second).toContain(HIDDEN);
        expect(mask('third')).toBe('third');
      }),
    );
  });

  test('does not hide two lines that make up a short one', () => {
    expect(maskOf('abcd')('ab\ncd')).toBe('ab\ncd');
  });
});

test('a text that is nothing but beginnings of a secret takes no longer than others', () => {
  const mask = maskOf('aaaaaaaaaaab', 'password');
  const begin = performance.now();
  mask('a'.repeat(300_000));
  mask('password '.repeat(32_000));
  mask(Buffer.from('password'.repeat(30_000)).toString('base64'));
  mask('%61'.repeat(100_000));
  expect(performance.now() - begin).toBeLessThan(5_000);
});

test('what a host prints is masked across its lines, and no other host joins in', () => {
  const clean = openCleaner(maskOf('correct-horse-battery'));
  const print = (host: string, line: string) =>
    clean({ type: 'change.output', host, step: null, line });
  expect(print('a', 'x correct-ho')).toMatchObject({ line: `x ${HIDDEN}` });
  expect(print('b', 'rse-battery')).toMatchObject({ line: 'rse-battery' });
  expect(print('a', 'rse-battery y')).toMatchObject({ line: `${HIDDEN} y` });
});

test('what needs no cleaning is not copied, and one part that does is', () => {
  const mask = maskOf('hunter22');
  const clean = { code: 'w', params: { said: 'fine', list: ['a', 'b'] } };
  expect(cleaned(clean)).toBe(clean);
  const mixed = { a: clean, b: { list: ['x', 'x=hunter22'] } };
  const masked = cleanWith(mixed as unknown as Happening, mask) as unknown as typeof mixed;
  expect(masked.a).toBe(clean);
  expect(masked.b.list[1]).not.toContain('hunter22');
  expect(mixed.b.list[1]).toBe('x=hunter22');
});

test('a diff that hosts share is cleaned once, and for each run anew', () => {
  let reads = 0;
  const diff = {
    path: '/a',
    kind: 'change',
    get text() {
      reads += 1;
      return '+x=hunter22 y=hunter33';
    },
  } as const;
  const planned = (host: string): Happening => {
    const plan = { changes: [{ ...change(), diffs: [diff] }], warnings: [], problems: [] };
    return { type: 'host.planned', host, plan };
  };
  const textOf = (event: Happening) =>
    event.type === 'host.planned' ? event.plan.changes[0]!.diffs[0]!.text : '';
  const clean = openCleaner(maskOf('hunter22'));
  const [a, b] = ['a', 'b'].map((host) => textOf(clean(planned(host))));
  expect({ a, b, reads }).toEqual({ a: `+x=${HIDDEN} y=hunter33`, b: a, reads: 1 });
  expect(textOf(openCleaner(maskOf('hunter33'))(planned('a')))).toBe(`+x=hunter22 y=${HIDDEN}`);
});

test('no field may hold control characters, whoever names it', () => {
  const bad = 'a\u001b[31m\u202e\u0007b';
  const happening = { type: 'host.connected', host: bad, via: 'ssh', how: bad, [bad]: bad };
  expect(cleanWith(happening as unknown as Happening, maskOf('x'))).toEqual({
    type: 'host.connected',
    host: 'ab',
    via: 'ssh',
    how: 'ab',
    ab: 'ab',
  });
});
