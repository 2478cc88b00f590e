import type { Facts, PackageFact, Receipt } from '../model/facts.ts';
import { ToolError } from '../model/problem.ts';
import { fileFact, folderFact, keyringFile } from './probe-files.ts';
import { components, httpFact, processFact, unitFact } from './probe-service.ts';
import type { Raw } from './probe-values.ts';
import { bytesOf, list, map, number, strings, text, texts, utf8 } from './probe-values.ts';

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
    if (raw.error !== 'not root') throw trouble(raw.error, 'look at the host, then run again');
    throw new ToolError({
      code: 'sudo.refused',
      message: `${host}: the login is not root`,
      hint: 'set sudo: passwordless (or ask) for it in the inventory',
    });
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
        keyringFile(utf8(path), list(value)),
      ),
      preferences: texts(apt.preferences),
      listed: number(apt.listed) > 0,
    },
    files: Object.fromEntries(files),
    folders: Object.fromEntries(
      Object.entries(map(raw.folders)).map(([path, value]) => [
        utf8(path),
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

/** `RUN PID SECONDS WHO` (apply.pl, take_lock). */
function holder(raw: Raw | undefined): Facts['alloyup']['lockedBy'] {
  if (typeof raw !== 'string') return null;
  const [run = '?', , since = '0', ...who] = utf8(raw).trim().split(' ');
  return { run, who: who.join(' ') || '?', since: (Number(since) || 0) * 1000 };
}
