import { trimEndOf } from './trim-end.ts';

/** One enabled repository of an apt source file. */
export interface SourceEntry {
  readonly path: string;
  /** Without a slash at the end. */
  readonly url: string;
  readonly suite: string;
  readonly components: readonly string[];
  readonly arches: readonly string[];
  /** A path, or '' (no Signed-By, or a key written into the file itself). */
  readonly signedBy: string;
}

/** What apt keeps apart: it refuses two entries of one repository that are signed by different keys. */
export type AptRepository = Pick<SourceEntry, 'url' | 'suite'>;

const trimUrl = (url: string): string => trimEndOf(url, '/');

const words = (text: string | undefined): readonly string[] =>
  (text ?? '').split(/\s+/).filter(Boolean);

const isDeb822 = (path: string): boolean => path.endsWith('.sources');

/**
 * Entries of a repository in a `.list` (sources.list(5), one line each) or `.sources` (deb822) file. A
 * stanza stands for every pair of its URIs and suites, which may be millions: only what is asked for is made.
 */
export const entriesOf = (
  path: string,
  text: string,
  repository: AptRepository,
): readonly SourceEntry[] =>
  isDeb822(path)
    ? stanzasOf(text).flatMap((stanza) => stanzaEntries(path, stanza, repository))
    : text
        .split('\n')
        .flatMap((line) => lineEntries(path, line))
        .filter(({ url, suite }) => url === repository.url && suite === repository.suite);

/** The keyrings that sign the enabled entries of a file. */
export const keyringsOf = (path: string, text: string): readonly string[] =>
  isDeb822(path)
    ? stanzasOf(text).filter(isDeb).map(keyringOf)
    : text.split('\n').flatMap((line) => lineEntries(path, line).map(({ signedBy }) => signedBy));

/**
 * The file's text without a repository, its sources (deb-src) included; '' when nothing but comments
 * and blank lines would stay. Everything else stays byte for byte: other repositories of a stanza,
 * other suites, comments (but those of a stanza that goes), embedded keys.
 */
export function without(path: string, text: string, gone: AptRepository): string {
  const rest = isDeb822(path)
    ? stanzasOf(text)
        .flatMap((stanza) => stanzaWithout(stanza, gone))
        .join('')
    : text
        .split('\n')
        .filter((line) => !isOf(gone, lineOf(line)))
        .join('\n');
  return rest.split('\n').every((line) => line.trim() === '' || line.trim().startsWith('#'))
    ? ''
    : rest;
}

// --- .list ----------------------------------------------------------------------------------------

interface Line {
  readonly type: string;
  readonly options: string;
  readonly url: string;
  readonly suite: string;
  readonly components: string;
}

function lineOf(line: string): Line | undefined {
  const found = /^\s*(deb|deb-src)\s+(?:\[([^\]]*)\]\s*)?(\S+)\s+(\S+)\s*([^#]*)/.exec(line);
  if (!found) return undefined;
  const [, type = '', options = '', url = '', suite = '', components = ''] = found;
  return { type, options, url: trimUrl(url), suite, components };
}

const isOf = (repository: AptRepository, line: Line | undefined): boolean =>
  line?.url === repository.url && line.suite === repository.suite;

function lineEntries(path: string, text: string): readonly SourceEntry[] {
  const line = lineOf(text);
  if (line?.type !== 'deb') return [];
  const options = new Map(
    words(line.options).map((option) => {
      const at = option.indexOf('=');
      return [option.slice(0, at).toLowerCase(), option.slice(at + 1)] as const;
    }),
  );
  return [
    {
      path,
      url: line.url,
      suite: line.suite,
      components: words(line.components),
      arches: (options.get('arch') ?? '').split(',').filter(Boolean),
      signedBy: options.get('signed-by') ?? '',
    },
  ];
}

// --- deb822 ---------------------------------------------------------------------------------------

/** A field of a stanza: its lines as they are, with the comments within. */
interface Field {
  /** Lower case; '' for comments in front of the first field, and for empty lines. */
  readonly name: string;
  readonly lines: readonly string[];
}

type Stanza = readonly Field[];

const isDeb = (stanza: Stanza): boolean =>
  isEnabled(stanza) && words(fieldOf(stanza, 'types')).includes('deb');

/** '' for a key written into the file itself, or none. */
function keyringOf(stanza: Stanza): string {
  const signedBy = fieldOf(stanza, 'signed-by');
  return signedBy.startsWith('/') ? signedBy : '';
}

/**
 * A stanza ends at an empty line. A line of blanks continues a field, as apt reads it: in an embedded
 * key it stands for an empty one.
 */
function stanzasOf(text: string): readonly Stanza[] {
  const stanzas: { readonly name: string; readonly lines: string[] }[][] = [[]];
  let isOver = false;
  for (const line of text.match(/[^\n]*\n|[^\n]+$/g) ?? []) {
    const [, name] = /^([^\s#:][^\s:]*)[ \t]*:/.exec(line) ?? [];
    const isEmpty = /^\r?\n$/.test(line);
    if (isOver && !isEmpty) stanzas.push([]);
    isOver = isEmpty;
    const stanza = stanzas.at(-1)!;
    const last = stanza.at(-1);
    if (name !== undefined) stanza.push({ name: name.toLowerCase(), lines: [line] });
    else if (isEmpty || !last) stanza.push({ name: '', lines: [line] });
    else last.lines.push(line);
  }
  return stanzas;
}

/** Its words; comments within it are none. */
const fieldOf = (stanza: Stanza, name: string): string => {
  const lines = stanza.findLast((field) => field.name === name)?.lines ?? [];
  const [first = '', ...more] = lines.filter((line) => !line.startsWith('#'));
  return [first.slice(first.indexOf(':') + 1), ...more].join(' ').trim();
};

const textOf = (stanza: Stanza): string => stanza.flatMap(({ lines }) => lines).join('');

const isEnabled = (stanza: Stanza): boolean =>
  !/^(no|false|without|off|disable|0)$/i.test(fieldOf(stanza, 'enabled'));

function stanzaEntries(
  path: string,
  stanza: Stanza,
  { url, suite }: AptRepository,
): readonly SourceEntry[] {
  if (!isDeb(stanza)) return [];
  const of = (name: string) => words(fieldOf(stanza, name));
  const times =
    of('uris').filter((one) => trimUrl(one) === url).length *
    of('suites').filter((one) => one === suite).length;
  if (times === 0) return [];
  const entry = {
    path,
    url,
    suite,
    components: of('components'),
    arches: of('architectures'),
    signedBy: keyringOf(stanza),
  };
  // written more than once, it is more than one to whoever mends it
  return times === 1 ? [entry] : [entry, entry];
}

/** The stanza's text without the repository; two stanzas where it has other URLs and other suites, too. */
function stanzaWithout(stanza: Stanza, gone: AptRepository): readonly string[] {
  const urls = words(fieldOf(stanza, 'uris'));
  const suites = words(fieldOf(stanza, 'suites'));
  const otherUrls = urls.filter((url) => trimUrl(url) !== gone.url);
  const otherSuites = suites.filter((suite) => suite !== gone.suite);
  if (
    !isEnabled(stanza) ||
    otherUrls.length === urls.length ||
    otherSuites.length === suites.length
  )
    return [textOf(stanza)];
  const ours = urls.filter((url) => trimUrl(url) === gone.url);
  const rest = [
    ...(otherUrls.length > 0 ? [withField(stanza, 'uris', otherUrls)] : []),
    ...(otherSuites.length > 0
      ? [withField(withField(stanza, 'uris', ours), 'suites', otherSuites)]
      : []),
  ];
  return rest.map((one, index) => {
    const text = textOf(one);
    return index < rest.length - 1 && !/\n\r?\n$/.test(text) ? `${text.trimEnd()}\n\n` : text;
  });
}

/** The stanza with other words in a field; comments stay. */
const withField = (stanza: Stanza, name: string, to: readonly string[]): Stanza =>
  stanza.map((field) =>
    field.name !== name
      ? field
      : {
          name,
          lines: [
            `${field.lines[0]!.slice(0, field.lines[0]!.indexOf(':'))}: ${to.join(' ')}\n`,
            ...field.lines.filter((line) => line.startsWith('#')),
          ],
        },
  );
