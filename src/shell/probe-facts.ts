import { createHash } from 'node:crypto';
import type {
  ComponentFact,
  Facts,
  FileFact,
  FileKind,
  FolderFact,
  HttpFact,
  KeyringFile,
  PackageFact,
  ProcessFact,
  Receipt,
  UnitFact,
} from '../model/facts.ts';
import { ToolError } from '../model/problem.ts';
import { Secret, sha256 } from '../model/secret.ts';

/** JSON as the probe prints it: every value a string, a list, a map or null. */
type Raw = string | null | readonly Raw[] | { readonly [key: string]: Raw };

/**
 * Reads the line that the probe printed, with or without its nonce. The probe sends what it found;
 * all that can be computed from it (hashes, dates, words) is computed here. Contents of the files
 * that were asked for as secret become Secrets.
 *
 * @throws ToolError `host.probe` for any line that does not tell all of a host.
 */
export function readFacts(host: string, line: string): Facts {
  const raw = parse(line);
  const secret = new Set(strings(raw.secret));
  if (typeof raw.error === 'string') {
    throw trouble(
      raw.error === 'not root' ? 'the probe did not run as root' : raw.error,
      'Let the login user run commands by sudo, or set sudo: none for a login as root',
    );
  }
  for (const part of ['dpkg', 'account', 'apt', 'own', 'unit']) {
    const why = text(map(raw[part]).error);
    if (why !== '') {
      throw trouble(
        `${WORDS[part] ?? part}: ${why}`,
        why === 'deadline'
          ? 'The host is too busy or stuck there; look at it, then run again'
          : 'Look at the host, then run again',
        why === 'deadline',
      );
    }
  }
  const dpkg = map(raw.dpkg);
  const apt = map(raw.apt);
  const account = map(raw.account);
  const own = map(raw.own);
  const release = shellVariables(bytesOf(raw.os).toString());
  const files = Object.entries(map(raw.files)).map(
    ([path, value]) =>
      [unescapeKey(path), fileFact(list(value), secret.has(unescapeKey(path)))] as const,
  );
  const lock = list(raw.lock);

  return {
    host,
    takenAt: number(raw.now),
    os: {
      id: release.get('ID') ?? '',
      version: release.get('VERSION_ID') ?? '',
      codename: release.get('VERSION_CODENAME') ?? '',
      name: release.get('PRETTY_NAME') ?? '',
      arch: text(dpkg.arch),
      systemd: text(raw.systemd) === '1',
      hostname: text(raw.host),
      uptimeS: number(raw.uptime),
      bootId: text(raw.boot),
    },
    missingTools: strings(raw.missing),
    package: packageFact(dpkg.alloy === null ? null : text(dpkg.alloy)),
    dpkg: {
      broken: list(dpkg.broken)
        .map((entry) => list(entry))
        .filter(([name]) => name !== 'alloy')
        .map(([name, state]) => ({ name: text(name), status: text(state).replace(/^ok /, '') })),
      lockedBy: lock.length === 2 ? { pid: number(lock[0]), command: utf8(text(lock[1])) } : null,
      journal: number(dpkg.journal) > 0,
    },
    apt: {
      sources: texts(apt.sources),
      keyrings: Object.entries(map(apt.rings)).map(([path, value]) =>
        keyringFile(unescapeKey(path), list(value)),
      ),
      preferences: texts(apt.preferences),
      listed: number(apt.listed) > 0,
    },
    files: Object.fromEntries(files),
    folders: Object.fromEntries(
      Object.entries(map(raw.folders)).map(([path, value]) => [
        unescapeKey(path),
        folderFact(list(value)),
      ]),
    ),
    unit: unitFact(map(raw.unit)),
    process: processFact(raw.process, raw.http),
    receipt: receipt(own.receipt),
    http: httpFact(raw.http),
    components: components(raw.http),
    account: {
      exists: text(account.user) === '1',
      groupExists: text(account.group) === '1',
      groups: strings(account.of),
      known: strings(account.known),
    },
    freeBytes: Object.fromEntries(
      Object.entries(map(raw.free))
        .filter(([path]) => path.startsWith('/'))
        .map(([path, bytes]) => [path, number(bytes)]),
    ),
    alloyup: {
      lockedBy: holder(own.holder),
      unfinished: text(own.armed).trim() || null,
      runs: list(own.runs).map((entry) => {
        const [run, verdict] = list(entry);
        return { run: text(run), verdict: text(verdict).trim() };
      }),
    },
  };
}

const WORDS: Readonly<Record<string, string>> = {
  dpkg: "dpkg's state could not be read",
  account: 'users and groups could not be read',
  apt: "apt's sources could not be read",
  own: "alloyup's own state could not be read",
  unit: 'systemd could not be asked about alloy.service',
};

const trouble = (why: string, hint: string, transient = false): ToolError =>
  new ToolError({ code: 'host.probe', message: why, hint, ...(transient ? { transient } : {}) });

function parse(line: string): { readonly [key: string]: Raw } {
  const start = line.indexOf('{');
  let raw: unknown;
  try {
    raw = start < 0 ? undefined : JSON.parse(line.slice(start));
  } catch {
    raw = undefined;
  }
  if (typeof raw !== 'object' || raw === null || !('v' in raw) || raw.v !== '1') {
    throw trouble(
      `the probe's answer makes no sense: ${JSON.stringify(line.slice(0, 120))}`,
      'Run again with -v; if it stays so, report it as a bug',
    );
  }
  return raw as { readonly [key: string]: Raw };
}

// --- values -------------------------------------------------------------------------------------

const text = (raw: Raw | undefined): string => (typeof raw === 'string' ? raw : '');
const number = (raw: Raw | undefined): number => {
  const value = Number(text(raw));
  return Number.isFinite(value) ? value : 0;
};
const list = (raw: Raw | undefined): readonly Raw[] => (Array.isArray(raw) ? raw : []);
const map = (raw: Raw | undefined): { readonly [key: string]: Raw } =>
  typeof raw === 'object' && raw !== null && !Array.isArray(raw)
    ? (raw as { readonly [key: string]: Raw })
    : {};
const strings = (raw: Raw | undefined): readonly string[] => list(raw).map(text).map(utf8);

/** The probe prints bytes as characters up to U+00FF. */
const bytesOf = (raw: Raw | undefined): Buffer => Buffer.from(text(raw), 'latin1');
const utf8 = (latin1: string): string => Buffer.from(latin1, 'latin1').toString();
const unescapeKey = utf8;

/** `t` and the text, or `b` and base64. */
function content(raw: Raw | undefined): Buffer | null {
  if (typeof raw !== 'string') return null;
  return raw.startsWith('b')
    ? Buffer.from(raw.slice(1), 'base64')
    : Buffer.from(raw.slice(1), 'latin1');
}

const texts = (raw: Raw | undefined): readonly { path: string; text: string }[] =>
  list(raw).map((entry) => {
    const [path, body] = list(entry);
    return { path: utf8(text(path)), text: bytesOf(body).toString() };
  });

/** NAME=value lines, quoted as a shell would take them (os-release(5)). */
function shellVariables(source: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const line of source.split('\n')) {
    const [, name, value] = /^([A-Z_]+)=(.*)$/.exec(line.trim()) ?? [];
    if (name === undefined || value === undefined) continue;
    const quoted = /^"(.*)"$|^'(.*)'$/.exec(value);
    values.set(name, (quoted?.[1] ?? quoted?.[2] ?? value).replace(/\\([\\"'$`])/g, '$1'));
  }
  return values;
}

// --- files --------------------------------------------------------------------------------------

const KINDS: readonly string[] = ['absent', 'file', 'symlink', 'directory', 'other'];
const kindOf = (raw: Raw | undefined): FileKind =>
  KINDS.includes(text(raw)) ? (text(raw) as FileKind) : 'other';

function fileFact(raw: readonly Raw[], secret: boolean): FileFact {
  const [kind, mode, user, group, ctime, size, body, hash] = raw;
  const bytes = content(body);
  const plain = bytes === null ? null : asText(bytes);
  return {
    kind: kindOf(kind),
    sha256: bytes ? sha256(bytes) : text(hash) || null,
    md5: bytes ? createHash('md5').update(bytes).digest('hex') : null,
    mode: text(mode),
    user: text(user),
    group: text(group),
    ctimeMs: number(ctime),
    content: plain !== null && secret ? new Secret(plain) : plain,
    size: number(size),
  };
}

/** null: no text that could be shown or written again as it was. */
function asText(bytes: Buffer): string | null {
  const decoded = bytes.toString();
  return decoded.includes('\0') || !Buffer.from(decoded).equals(bytes) ? null : decoded;
}

const folderFact = ([kind, mode, user, group, ctime]: readonly Raw[]): FolderFact => ({
  kind: kindOf(kind),
  mode: text(mode),
  user: text(user),
  group: text(group),
  ctimeMs: number(ctime),
});

function keyringFile(path: string, raw: readonly Raw[]): KeyringFile {
  const bytes = content(raw[6]);
  return {
    path,
    kind: kindOf(raw[0]),
    mode: text(raw[1]),
    sha256: bytes ? sha256(bytes) : text(raw[7]),
    content: bytes,
  };
}

// --- package ------------------------------------------------------------------------------------

const STATES: readonly string[] = [
  'config-files',
  'half-installed',
  'unpacked',
  'half-configured',
  'triggers-awaited',
  'triggers-pending',
  'installed',
];

/** A paragraph of dpkg's status file (deb-control(5)); null: dpkg does not know the package. */
function packageFact(paragraph: string | null): PackageFact {
  const absent: PackageFact = {
    status: 'absent',
    reinstRequired: false,
    version: null,
    held: false,
    conffiles: {},
  };
  if (paragraph === null) return absent;
  const field = (name: string): string | undefined =>
    new RegExp(`^${name}: *(.*)$`, 'm').exec(paragraph)?.[1];
  const [want = '', flag = '', state = ''] = (field('Status') ?? '').split(' ');
  if (!STATES.includes(state)) return { ...absent, held: want === 'hold' };
  const conffiles: Record<string, string> = {};
  const block = /^Conffiles:\n((?: .*\n?)*)/m.exec(paragraph)?.[1] ?? '';
  for (const [, path, md5] of block.matchAll(/^ (\S+) ([0-9a-f]{32})/gm)) conffiles[path!] = md5!;
  return {
    status: state as PackageFact['status'],
    reinstRequired: flag === 'reinstreq',
    version: field('Version') ?? field('Config-Version') ?? null,
    held: want === 'hold',
    conffiles,
  };
}

// --- service ------------------------------------------------------------------------------------

function unitFact(raw: { readonly [key: string]: Raw }): UnitFact {
  const word = (key: string): string => utf8(text(raw[key]));
  return {
    load: word('LoadState') || 'not-found',
    active: word('ActiveState') || 'inactive',
    sub: word('SubState') || 'dead',
    enabled: word('UnitFileState'),
    fragment: word('FragmentPath'),
    dropIns: word('DropInPaths').split(' ').filter(Boolean),
    restarts: number(raw.NRestarts),
    // systemctl writes what D-Bus says as bytes in hex, too
    invocation: word('InvocationID'),
    result: word('Result') || 'success',
    mainPid: number(raw.MainPID),
    needsReload: ['yes', '1'].includes(word('NeedDaemonReload')),
  };
}

function processFact(raw: Raw | undefined, http: Raw | undefined): ProcessFact | null {
  const process = map(raw);
  const pid = number(process.pid);
  if (pid === 0) return null;
  return {
    pid,
    startedAtMs: number(process.started),
    exeDeleted: text(process.exe).endsWith(' (deleted)'),
    version: text(map(http).version) || null,
    argv: strings(process.argv),
    rssBytes: number(process.rss) * 1024,
  };
}

function httpFact(raw: Raw | undefined): HttpFact {
  const http = map(raw);
  const asked = raw !== undefined && raw !== null;
  return {
    ready: asked ? number(http.ready) : null,
    healthy: asked ? number(http.healthy) : null,
    healthyBody: utf8(text(http.body)),
    error: utf8(text(http.error)),
    portOwner: utf8(text(http.owner)) || null,
  };
}

const HEALTHS: readonly string[] = ['healthy', 'unhealthy', 'exited'];
const healthOf = (word: string): ComponentFact['health'] =>
  HEALTHS.includes(word) ? (word as ComponentFact['health']) : 'unknown';

function components(http: Raw | undefined): readonly ComponentFact[] | null {
  const found = map(map(http).components);
  if (typeof found.raw === 'string') return rawComponents(bytesOf(found.raw).toString());
  if (!Array.isArray(found.well)) return null;
  return [
    ...list(found.well).map((id) => ({
      id: jsonString(text(id)),
      health: 'healthy' as const,
      message: '',
    })),
    ...list(found.ill).map((entry) => {
      const [id, state, message] = list(entry).map(text);
      return {
        id: jsonString(id ?? ''),
        health: healthOf(state ?? ''),
        message: jsonString(message ?? ''),
      };
    }),
  ];
}

/** The inside of a JSON string as Alloy wrote it; a cut escape at its end is left out. */
function jsonString(inside: string): string {
  try {
    return JSON.parse(`"${utf8(inside.replace(/\\(u[0-9a-fA-F]{0,3})?$/, ''))}"`) as string;
  } catch {
    return utf8(inside);
  }
}

/** An answer that the probe did not know how to read: other spacing or order of keys. */
function rawComponents(body: string): readonly ComponentFact[] | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return null;
  }
  if (!Array.isArray(parsed)) return null;
  return parsed.map((each: unknown) => {
    const component = map(each as Raw);
    const health = map(component.health);
    return {
      id: text(component.localID),
      health: healthOf(text(health.state)),
      message: text(health.state) === 'healthy' ? '' : text(health.message),
    };
  });
}

// --- our own ------------------------------------------------------------------------------------

/** A receipt that cannot be read is none: what it would prove is looked at again. */
function receipt(raw: Raw | undefined): Receipt | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(bytesOf(raw).toString());
  } catch {
    return null;
  }
  const found = parsed as Partial<Record<keyof Receipt, unknown>> | null;
  if (
    typeof found !== 'object' ||
    found === null ||
    found.schema !== 1 ||
    typeof found.run !== 'string' ||
    typeof found.invocation !== 'string' ||
    typeof found.files !== 'object' ||
    found.files === null ||
    !Array.isArray(found.groups)
  ) {
    return null;
  }
  return {
    schema: 1,
    run: found.run,
    invocation: found.invocation,
    files: Object.fromEntries(
      Object.entries(found.files).filter(
        (entry): entry is [string, string] => typeof entry[1] === 'string',
      ),
    ),
    groups: found.groups.filter((group): group is string => typeof group === 'string'),
    at: typeof found.at === 'number' ? found.at : 0,
  };
}

/** `RUN PID SECONDS WHO` (apply.sh, take_lock). */
function holder(raw: Raw | undefined): Facts['alloyup']['lockedBy'] {
  if (typeof raw !== 'string') return null;
  const [run = '?', , since = '0', ...who] = utf8(raw).trim().split(' ');
  return { run, who: who.join(' ') || '?', since: (Number(since) || 0) * 1000 };
}
