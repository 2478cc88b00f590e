/** What the signed Release file says. */
export interface Release {
  /** Milliseconds since the epoch; null: it does not say. */
  readonly validUntil: number | null;
  /** Files of the suite, by path. */
  readonly files: ReadonlyMap<string, { readonly size: number; readonly sha256: string }>;
  /** Each file is also there under its hash, where an update cannot change it under us. */
  readonly byHash: boolean;
}

/** Reads the text of a Release file. Of its hashes only SHA-256 counts. */
export function readRelease(text: string): Release {
  const fields = readStanza(text);
  const files: Map<string, { size: number; sha256: string }> = new Map();
  for (const line of (fields.get('sha256') ?? '').split('\n')) {
    const [sha256, size, path] = line.trim().split(/\s+/);
    if (path && /^[0-9a-f]{64}$/.test(sha256 ?? '') && /^\d+$/.test(size ?? '')) {
      files.set(path, { sha256: sha256!, size: Number(size) });
    }
  }
  const validUntil = Date.parse(fields.get('valid-until') ?? '');
  return {
    validUntil: Number.isNaN(validUntil) ? null : validUntil,
    files,
    byHash: fields.get('acquire-by-hash') === 'yes',
  };
}

/** Fields of one stanza, by lower-case name; lines of a long field with newlines between. */
function readStanza(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  let name = '';
  for (const line of text.split(/\r?\n/)) {
    const [, key, value] = /^([^\s:]+):[ \t]*(.*)$/.exec(line) ?? [];
    if (key !== undefined) {
      name = key.toLowerCase();
      fields.set(name, (value ?? '').trimEnd());
    } else if (/^[ \t]/.test(line) && name) {
      fields.set(name, `${fields.get(name)}\n${line.trim()}`);
    }
  }
  return fields;
}

/** Versions of a package in a Packages file that fit an architecture, in the order of the file. */
export function versionsIn(packages: string, name: string, arch: string): readonly string[] {
  const versions: string[] = [];
  // the index of a large repository has tens of megabytes: only the package's own stanzas are read
  for (const stanza of packages.split(/\n[ \t]*\n/)) {
    if (!stanza.includes(name)) continue;
    const fields = readStanza(stanza);
    const version = fields.get('version');
    const architecture = fields.get('architecture');
    if (fields.get('package') !== name || version === undefined) continue;
    if (architecture === arch || architecture === 'all') versions.push(version);
  }
  return versions;
}
