// What becomes of a host's facts when a run is carried out there: the part of the host program that counts for the next
// plan, on the project's own types.
import { createHash } from 'node:crypto';
import { upstreamVersion } from '../../src/model/debian-version.ts';
import { CONFIG_PATH, ENVIRONMENT_PATH, KEYRING_PATH } from '../../src/model/desired.ts';
import type { DirectoryFact, Facts, FileFact } from '../../src/model/facts.ts';
import { Secret, sha256 } from '../../src/model/secret.ts';
import { absent } from '../../test/builders.ts';
import type { Launched } from '../../test/host/wire.ts';

type Apply = Pick<Launched, 'run' | 'actions' | 'content' | 'proof' | 'facts'>;
type Action = Apply['actions'][number];

/** A host after a run that ended well. `at`: milliseconds since the epoch. */
export function carriedOut(facts: Facts, request: Apply, at: number): Facts {
  let now = facts;
  for (const action of request.actions) now = after(now, action, request, at);
  if (request.proof.check === 'none') return { ...now, receipt: null };
  const files = request.proof.receipt.flatMap((path) => {
    const hash = now.files[path]?.sha256;
    return typeof hash === 'string' ? [[path, hash] as const] : [];
  });
  return {
    ...now,
    receipt: {
      schema: 1,
      run: request.run,
      invocation: now.unit.invocation,
      files: Object.fromEntries(files),
      groups: now.account.groups,
      unhealthy: {},
      at,
    },
  };
}

/** Why the plan of a run is no longer true; null: it is. */
export function whyStale(facts: Facts, expect: Launched['expect']): { reason: string } | null {
  for (const one of expect) {
    switch (one.of) {
      case 'file': {
        const found = hashesAt(facts, one.path);
        const params = { path: one.path };
        if (one.sha256 === null && found.length > 0) return { reason: 'file-appeared', ...params };
        if (one.sha256 === null) break;
        if (found.length === 0) return { reason: 'file-gone', ...params };
        if (!found.includes(one.sha256)) return { reason: 'file-changed', ...params };
        break;
      }
      case 'package': {
        const { status, version, held } = facts.package;
        const is = [status, status === 'absent' ? null : version, held];
        if (is.join() !== [one.status, one.version, one.held].join())
          return { reason: 'package-changed', ...{ status, version: version ?? '' } };
        break;
      }
      case 'invocation':
        if (facts.unit.invocation !== one.id) return { reason: 'service-restarted' };
    }
  }
  return null;
}

/** A file of apt is known as such, and perhaps also as one that was asked for. */
function hashesAt({ files, apt }: Facts, path: string): readonly string[] {
  const source = apt.sources.find((one) => one.path === path);
  const ring = apt.keyrings.find((one) => one.path === path && one.content !== null);
  const file = files[path]?.sha256;
  return [
    ...(source ? [sha256(source.text)] : []),
    ...(ring ? [ring.sha256] : []),
    ...(typeof file === 'string' ? [file] : []),
  ];
}

function after(facts: Facts, action: Action, request: Apply, at: number): Facts {
  switch (action.do) {
    case 'file':
      return withFile(facts, action, request, at);
    case 'mode': {
      const { mode, user, group } = action;
      const before = facts.files[action.path];
      if (!before) return facts;
      const file = { ...before, mode, user, group, ctimeMs: at };
      return { ...facts, files: { ...facts.files, [action.path]: file } };
    }
    case 'delete':
      return without(facts, action.path);
    case 'delete-tree':
      return Object.keys(facts.files)
        .filter((path) => path.startsWith(`${action.path}/`))
        .reduce(without, facts);
    case 'directory': {
      const { mode, user, group } = action;
      const made: DirectoryFact = { kind: 'directory', mode, user, group, ctimeMs: at };
      return { ...facts, directories: { ...facts.directories, [action.path]: made } };
    }
    case 'refresh':
      return { ...facts, apt: { ...facts.apt, listed: true } };
    case 'install':
      return installed(facts, action.version);
    case 'uninstall':
      return uninstalled(facts, action.purge);
    case 'hold':
      return { ...facts, package: { ...facts.package, held: action.held } };
    case 'join-groups': {
      const groups = [...new Set([...facts.account.groups, ...action.groups])];
      return { ...facts, account: { ...facts.account, groups } };
    }
    case 'delete-account':
      return {
        ...facts,
        account: { ...facts.account, exists: false, uid: null, groupExists: false, groups: [] },
      };
    case 'enable':
    case 'disable':
      return { ...facts, unit: { ...facts.unit, enabled: `${action.do}d` } };
    case 'unmask':
      return { ...facts, unit: { ...facts.unit, load: 'loaded', enabled: 'disabled' } };
    case 'daemon-reload':
      return { ...facts, unit: { ...facts.unit, needsReload: false } };
    case 'reload':
      return loaded(facts, request);
    case 'restart':
      return started(loaded(facts, request), request, at);
    case 'stop':
      return stopped(facts);
    case 'forget-runs':
      return { ...facts, alloyup: { ...facts.alloyup, runs: [] } };
    case 'acl':
    case 'own-tree':
    case 'validate':
    case 'check-environment':
    case 'check-sources':
    case 'configure-dpkg':
      return facts;
  }
}

function withFile(
  facts: Facts,
  { n, path, mode, user, group }: Extract<Action, { do: 'file' }>,
  { content, facts: asked }: Apply,
  at: number,
): Facts {
  const text = content[n]!;
  const file: FileFact = {
    kind: 'file',
    sha256: sha256(text),
    md5: createHash('md5').update(text).digest('hex'),
    mode,
    user,
    group,
    ctimeMs: at,
    content: asked.secret.includes(path) ? new Secret(text) : text,
    size: Buffer.byteLength(text),
  };
  const others = <T extends { readonly path: string }>(all: readonly T[]): readonly T[] =>
    all.filter((one) => one.path !== path);
  const { apt } = facts;
  const ring = {
    path,
    sha256: sha256(text),
    mode,
    content: Buffer.from(text),
    kind: 'file',
  } as const;
  return {
    ...facts,
    files: { ...facts.files, [path]: file },
    apt: {
      ...apt,
      ...(/^\/etc\/apt\/sources\.list\.d\//.test(path)
        ? { sources: [...others(apt.sources), { path, text }] }
        : {}),
      ...(path === KEYRING_PATH ? { keyrings: [...others(apt.keyrings), ring] } : {}),
    },
  };
}

const without = (facts: Facts, path: string): Facts => ({
  ...facts,
  files: path in facts.files ? { ...facts.files, [path]: absent } : facts.files,
  apt: {
    ...facts.apt,
    sources: facts.apt.sources.filter((one) => one.path !== path),
    keyrings: facts.apt.keyrings.filter((one) => one.path !== path),
  },
});

const installed = (facts: Facts, version: string): Facts => ({
  ...facts,
  package: { ...facts.package, status: 'installed', reinstRequired: false, version },
  account: {
    ...facts.account,
    exists: true,
    uid: facts.account.uid ?? 996,
    home: '/var/lib/alloy',
    groupExists: true,
    groups: [...new Set([...facts.account.groups, 'alloy', 'adm', 'systemd-journal'])],
  },
  unit: {
    ...facts.unit,
    load: 'loaded',
    enabled: facts.unit.enabled || 'disabled',
    fragment: '/usr/lib/systemd/system/alloy.service',
    command: ['/usr/bin/alloy', 'run', '$CUSTOM_ARGS', '$CONFIG_FILE'],
    environmentFiles: [{ path: ENVIRONMENT_PATH, sets: ['CONFIG_FILE', 'CUSTOM_ARGS'] }],
  },
});

function uninstalled(facts: Facts, purge: boolean): Facts {
  const gone = stopped(facts);
  const { unit } = gone;
  return {
    ...gone,
    package: {
      ...facts.package,
      status: purge ? 'absent' : 'config-files',
      version: purge ? null : facts.package.version,
      held: false,
    },
    unit: { ...unit, load: 'not-found', enabled: '', fragment: '', command: [] },
  };
}

const loaded = (facts: Facts, { proof: { components } }: Apply): Facts => ({
  ...facts,
  components: components.ids.map((id) => ({ id, health: 'healthy', message: '' })),
  process: facts.process && {
    ...facts.process,
    configHash: facts.files[CONFIG_PATH]?.sha256 ?? null,
  },
  http: { ready: 200, healthy: 200, healthyBody: '', error: '', portOwner: null },
});

function started(facts: Facts, { run }: Apply, at: number): Facts {
  const environment = facts.files[ENVIRONMENT_PATH]?.content ?? '';
  const text = environment instanceof Secret ? environment.reveal() : environment;
  const args = /^CUSTOM_ARGS=(["']?)(.*)\1$/m.exec(text)?.[2] ?? '';
  const { version } = facts.package;
  return {
    ...facts,
    unit: {
      ...facts.unit,
      active: 'active',
      sub: 'running',
      mainPid: 812,
      invocation: sha256(`${facts.host} ${run} ${at}`).slice(0, 32),
    },
    process: {
      pid: 812,
      // the kernel stamps what was written just before in steps of 10
      startedAtMs: at + 100,
      exeDeleted: false,
      version: version === null ? null : upstreamVersion(version),
      configHash: facts.files[CONFIG_PATH]?.sha256 ?? null,
      argv: ['/usr/bin/alloy', 'run', ...args.split(' ').filter(Boolean), CONFIG_PATH],
      rssBytes: 80 << 20,
    },
  };
}

const stopped = (facts: Facts): Facts => ({
  ...facts,
  unit: { ...facts.unit, active: 'inactive', sub: 'dead', mainPid: 0 },
  process: null,
  components: null,
  http: { ...facts.http, ready: 0, healthy: 0, error: 'Connection refused' },
});
