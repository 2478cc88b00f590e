import { createHash } from 'node:crypto';
import type { ClusterFact } from '../model/cluster.ts';
import type {
  Barrier,
  ComponentFact,
  Configuration,
  DirectoryFact,
  Facts,
  FileFact,
  FileKind,
  HttpFact,
  KeyringFile,
  PackageFact,
  ProcessFact,
  ReadFact,
  Receipt,
  TreeFact,
  UnitFact,
} from '../model/facts.ts';
import { type ProblemParams, ToolError } from '../model/problem.ts';
import { Secret, sha256 } from '../model/secret.ts';
import {
  bytesOf,
  content,
  list,
  map,
  number,
  type Raw,
  strings,
  text,
  texts,
  utf8,
} from './raw.ts';
import { deliveryFact } from './samples.ts';

/**
 * Makes facts of what a host reported (record `facts`). The host sends what it found; hashes, dates and words are
 * worked out here. Contents of the files that were asked for as secret become Secrets.
 *
 * @throws ToolError `host.probe` when something could not be read, `sudo.refused` when the login is not root.
 */
export function readFacts(host: string, reported: unknown): Facts {
  const raw = map(reported as Raw);
  if (raw.v !== '1') throw unreadable(host, { reason: 'nonsense' });
  const secret = new Set(strings(raw.secret));
  if (raw.error === 'not root')
    throw new ToolError({ code: 'sudo.refused', host, params: { reason: 'not-root' } });
  for (const part of PARTS) {
    const why = utf8(text(map(raw[part]).error));
    if (why !== '') throw unreadable(host, { reason: 'unreadable', part, why }, why === 'deadline');
  }
  const dpkg = map(raw.dpkg);
  const apt = map(raw.apt);
  const account = map(raw.account);
  const own = map(raw.own);
  const release = shellVariables(bytesOf(raw.os).toString());
  const files = Object.entries(map(raw.files)).map(
    ([path, value]) => [utf8(path), fileFact(list(value), secret.has(utf8(path)))] as const,
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
    sudoLog: raw.sudoLog == null ? null : utf8(text(raw.sudoLog)),
    missingTools: strings(raw.missing),
    package: packageFact(text(dpkg.alloy)),
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
        keyringFile(utf8(path), list(value)),
      ),
      preferences: texts(apt.preferences),
      listed: number(apt.listed) > 0,
    },
    files: Object.fromEntries(files),
    directories: Object.fromEntries(
      Object.entries(map(raw.directories)).map(([path, value]) => [
        utf8(path),
        directoryFact(list(value)),
      ]),
    ),
    unit: unitFact(map(raw.unit)),
    process: processFact(raw.process, raw.http),
    receipt: receipt(own.receipt),
    http: httpFact(raw.http),
    components: componentFacts(raw.http),
    delivery: deliveryFact(raw.delivery),
    cluster: clusterFact(raw.cluster),
    account: {
      exists: text(account.user) === '1',
      uid: text(account.uid) === '' ? null : number(account.uid),
      home: utf8(text(account.home)),
      groupExists: text(account.group) === '1',
      groups: strings(account.of),
      known: strings(account.known),
    },
    reads: Object.fromEntries(
      Object.entries(map(raw.reads))
        .filter(([, value]) => Array.isArray(value))
        .map(([path, value]) => [utf8(path), readFact(list(value))]),
    ),
    readable: readableFact(raw.readable),
    given: givenFact(own.readable),
    freeBytes: Object.fromEntries(
      Object.entries(map(raw.free))
        .filter(([path]) => path.startsWith('/'))
        .map(([path, free]) => [path, number(list(free)[0])]),
    ),
    freeInodes: Object.fromEntries(
      Object.entries(map(raw.free)).flatMap(([path, free]) => {
        const inodes = text(list(free)[1]);
        return inodes === '' ? [] : [[path, number(inodes)]];
      }),
    ),
    fixed: strings(raw.fixed),
    mounted: strings(raw.mounted),
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

/** Without any of these there is no plan. */
const PARTS = ['dpkg', 'account', 'apt', 'own', 'unit'] as const;

const unreadable = (
  host: string,
  params: ProblemParams['host.probe'],
  transient = false,
): ToolError =>
  new ToolError({ code: 'host.probe', host, params, ...(transient ? { transient } : {}) });

/** NAME=value lines, quoted as a shell would take them (os-release(5)). */
function shellVariables(source: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const [, name, value] of source.matchAll(/^[ \t]*([A-Z_]+)=(.*)$/gm)) {
    const written = value!.trimEnd();
    const unquoted = /^(["'])(.*)\1$/.exec(written)?.[2] ?? written;
    values.set(name!, unquoted.replace(/\\([\\"'$`])/g, '$1'));
  }
  return values;
}

const STATES: readonly string[] = [
  'config-files',
  'half-installed',
  'unpacked',
  'half-configured',
  'triggers-awaited',
  'triggers-pending',
  'installed',
];

/** A paragraph of dpkg's status file (deb-control(5)); '': dpkg does not know the package. */
function packageFact(paragraph: string): PackageFact {
  const absent: PackageFact = {
    status: 'absent',
    reinstRequired: false,
    version: null,
    held: false,
    conffiles: {},
  };
  const field = (name: string): string | undefined =>
    new RegExp(`^${name}: *(.*)$`, 'm').exec(paragraph)?.[1];
  const [want = '', flag = '', state = ''] = (field('Status') ?? '').split(' ');
  if (!STATES.includes(state)) return { ...absent, held: want === 'hold' };
  const [, block = ''] = paragraph.split(/^Conffiles:\n/m, 2);
  const [files = ''] = block.split(/^(?! )/m, 1);
  const conffiles = Object.fromEntries(
    [...files.matchAll(/^ (\S+) ([0-9a-f]{32})/gm)].map(([, path, md5]) => [path!, md5!]),
  );
  return {
    status: state as PackageFact['status'],
    reinstRequired: flag === 'reinstreq',
    version: field('Version') ?? field('Config-Version') ?? null,
    held: want === 'hold',
    conffiles,
  };
}

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
    found?.schema !== 1 ||
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
    unhealthy: (found.unhealthy ?? {}) as Receipt['unhealthy'],
    files: Object.fromEntries(
      Object.entries(found.files).filter(
        (entry): entry is [string, string] => typeof entry[1] === 'string',
      ),
    ),
    groups: found.groups.filter((group): group is string => typeof group === 'string'),
    at: typeof found.at === 'number' ? found.at : 0,
  };
}

/** `RUN PID SECONDS WHO` (take_lock in src/host/program/lock.pl). */
function holder(raw: Raw | undefined): Facts['alloyup']['lockedBy'] {
  if (typeof raw !== 'string') return null;
  const [run = '?', , since = '0', ...who] = utf8(raw).trim().split(' ');
  return { run, who: who.join(' ') || '?', since: (Number(since) || 0) * 1000 };
}

const KINDS: readonly string[] = ['absent', 'file', 'symlink', 'directory', 'other'];
const kindOf = (raw: Raw | undefined): FileKind =>
  KINDS.includes(text(raw)) ? (text(raw) as FileKind) : 'other';

function fileFact(raw: readonly Raw[], secret: boolean): FileFact {
  const [size, body, hash] = raw.slice(5);
  const bytes = content(body);
  const plain = bytes === null ? null : asText(bytes);
  return {
    ...directoryFact(raw),
    sha256: bytes ? sha256(bytes) : text(hash) || null,
    md5: bytes ? createHash('md5').update(bytes).digest('hex') : null,
    content: plain !== null && secret ? new Secret(plain) : plain,
    size: number(size),
  };
}

/** null: no text that could be shown or written again as it was. */
function asText(bytes: Buffer): string | null {
  const decoded = bytes.toString();
  return decoded.includes('\0') || !Buffer.from(decoded).equals(bytes) ? null : decoded;
}

const directoryFact = ([kind, mode, user, group, ctime]: readonly Raw[]): DirectoryFact => ({
  kind: kindOf(kind),
  mode: text(mode),
  user: text(user),
  group: text(group),
  ctimeMs: number(ctime),
});

const oneOf = <T extends string>(words: readonly T[], raw: Raw | undefined, otherwise: T): T =>
  words.find((word) => word === text(raw)) ?? otherwise;

const readFact = ([state, files, denied, barriers]: readonly Raw[]): ReadFact => ({
  state: oneOf(['ok', 'absent', 'denied', 'none'], state, 'unknown' as ReadFact['state']),
  files: number(files),
  denied: number(denied),
  barriers: list(barriers).map((entry) => {
    const [path, kind, mode, user, group, refused] = list(entry);
    return {
      path: utf8(text(path)),
      kind: oneOf(['directory', 'socket'], kind, 'file' as Barrier['kind']),
      mode: text(mode),
      user: utf8(text(user)),
      group: utf8(text(group)),
      refused: oneOf(['write', 'search'], refused, 'read' as Barrier['refused']),
    };
  }),
});

function readableFact(raw: Raw | undefined): Facts['readable'] {
  if (raw === undefined || raw === null) return null;
  const { tool, trees } = map(raw);
  return {
    tools: text(tool) === '1',
    trees: Object.fromEntries(
      Object.entries(map(trees)).map(([path, value]) => {
        const [kind, , lacking, closed] = list(value);
        const error = utf8(text(map(value).error)) || null;
        const fact: TreeFact =
          error === null
            ? { kind: kindOf(kind), lacking: number(lacking), closed: strings(closed), error }
            : { kind: 'other', lacking: 0, closed: [], error };
        return [utf8(path), fact];
      }),
    ),
  };
}

/** What it says is only acted on: a file that cannot be read says that nothing was given. */
function givenFact(raw: Raw | undefined): Facts['given'] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(bytesOf(raw).toString());
  } catch {
    return {};
  }
  return Object.fromEntries(
    Object.entries(map(parsed as Raw)).map(([path, value]) => [
      path,
      list(map(value).search).map(text),
    ]),
  );
}

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

/** Properties of the unit that an inventory can set; `@SETTINGS` in src/host/program/unit.pl. */
const SETTINGS = [
  'StartLimitIntervalUSec',
  'StartLimitBurst',
  'RestartUSec',
  'TimeoutStopUSec',
  'MemoryHigh',
  'MemoryMax',
  'CPUQuotaPerSecUSec',
  'TasksMax',
  'LimitNOFILE',
  'Nice',
] as const;

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
    invocation: word('InvocationID'),
    result: word('Result') || 'success',
    mainPid: number(raw.MainPID),
    command: commandOf(word('ExecStart')),
    environmentFiles: list(raw.EnvironmentFiles).map((entry) => {
      const [path = '', ...sets] = strings(entry);
      return { path, sets };
    }),
    needsReload: word('NeedDaemonReload') === 'yes',
    settings: Object.fromEntries(
      SETTINGS.flatMap((name) => (word(name) === '' ? [] : [[name, word(name)]])),
    ),
  };
}

/** All zeros: it could not read a configuration. */
const hashOf = (hex: string): string | null => (/[1-9a-f]/.test(hex) ? hex : null);

/** "{ path=/usr/bin/alloy ; argv[]=/usr/bin/alloy run $CONFIG_FILE ; ignore_errors=no ; ... }" */
function commandOf(execStart: string): readonly string[] {
  const [, ...behind] = execStart.split(' argv[]=');
  const [argv = '', ...end] = behind.join(' argv[]=').split(' ; ignore_errors=');
  return end.length === 0 ? [] : argv.split(/\s+/).filter(Boolean);
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
    configHash: hashOf(text(map(http).hash)),
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

function componentFacts(http: Raw | undefined): readonly ComponentFact[] | null {
  const found = map(http).components;
  if (!Array.isArray(found)) return null;
  return found.map((entry) => {
    const [id = '', health = '', message = ''] = strings(entry);
    return { id, health: healthOf(health), message: health === 'healthy' ? '' : message };
  });
}

function clusterFact(raw: Raw | undefined): ClusterFact | null {
  if (raw === undefined || raw === null) return null;
  const { name, ready, peers } = map(raw);
  return {
    name: name == null ? null : utf8(text(name)),
    ready: text(ready) === '1',
    peers: list(peers).map((entry) => {
      const [peer = '', address = '', isSelf = '', state = ''] = strings(entry);
      return { name: peer, address, isSelf: isSelf === '1', state };
    }),
  };
}

/** What `doctor` asks beyond the facts of a run. */
export interface Extras {
  /** The clock is kept by a time server; null: nobody knows. */
  readonly ntp: boolean | null;
  /** sudo logs what commands are given on stdin, secrets included. */
  readonly logInput: boolean;
  /** Why the host cannot connect to the repository; null: it can, or nobody knows. */
  readonly unreachable: string | null;
}

/** From the same record, where `extras` were asked for. */
export function readExtras(reported: unknown): Extras {
  const extras = map(map(reported as Raw).extras);
  const ntp = text(extras.ntp);
  return {
    ntp: ntp === 'yes' ? true : ntp === 'no' ? false : null,
    logInput: text(extras.logInput) === '1',
    unreachable: utf8(text(extras.unreachable)) || null,
  };
}

/** From the same record, where `packages` were asked for. @throws ToolError `host.probe` */
export function readOtherPackages(host: string, reported: unknown): readonly string[] {
  const { packages } = map(reported as Raw);
  if (Array.isArray(packages)) return strings(packages);
  const why = utf8(text(map(packages).error));
  throw unreadable(host, { reason: 'unreadable', part: 'packages', why }, true);
}

/** From the same record, where `configurations` were asked for, by name. `content` null: no text, or too big. */
export const readConfigurations = (reported: unknown): readonly Configuration[] =>
  list(map(reported as Raw).configurations)
    .map((entry) => {
      const [path, file] = list(entry);
      const { content: found } = fileFact(list(file), false);
      return { path: utf8(text(path)), content: typeof found === 'string' ? found : null };
    })
    .toSorted((a, b) => (a.path < b.path ? -1 : 1));
