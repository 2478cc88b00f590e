import type { Facts, FileFact } from '../../src/model/facts.ts';
import { Secret } from '../../src/model/secret.ts';

type Json = string | null | readonly Json[] | { readonly [key: string]: Json };

/** What the host program adds to the facts when it is asked to. */
export interface Asked {
  readonly extras?: { readonly [key: string]: Json };
  readonly packages?: readonly string[];
}

/** Facts as a host reports them: the reverse of `readFacts`. */
export const rawFacts = (facts: Facts, { extras, packages }: Asked = {}): Json =>
  bytewise({
    v: '1',
    now: `${facts.takenAt}`,
    os: [
      `ID=${facts.os.id}`,
      `VERSION_ID="${facts.os.version}"`,
      `VERSION_CODENAME=${facts.os.codename}`,
      `PRETTY_NAME="${facts.os.name}"`,
    ].join('\n'),
    systemd: facts.os.systemd ? '1' : '',
    host: facts.os.hostname,
    uptime: `${facts.os.uptimeS}`,
    boot: facts.os.bootId,
    sudoLog: facts.sudoLog,
    missing: facts.missingTools,
    lock: facts.dpkg.lockedBy ? [`${facts.dpkg.lockedBy.pid}`, facts.dpkg.lockedBy.command] : [],
    dpkg: {
      arch: facts.os.arch,
      alloy: paragraphOf(facts.package),
      broken: facts.dpkg.broken.map(({ name, status }) => [name, `ok ${status}`]),
      journal: facts.dpkg.journal ? '1' : '0',
    },
    apt: {
      sources: facts.apt.sources.map(({ path, text }) => [path, text]),
      rings: byPath(facts.apt.keyrings, ({ kind, mode, content, sha256 }) => [
        kind,
        mode,
        'root',
        'root',
        '0',
        '0',
        content && `b${Buffer.from(content).toString('base64')}`,
        sha256,
      ]),
      preferences: facts.apt.preferences.map(({ path, text }) => [path, text]),
      listed: facts.apt.listed ? '1' : '0',
    },
    files: Object.fromEntries(
      Object.entries(facts.files).map(([path, file]) => [
        path,
        [
          file.kind,
          file.mode,
          file.user,
          file.group,
          `${file.ctimeMs}`,
          `${file.size}`,
          textOf(file),
          file.sha256,
        ],
      ]),
    ),
    secret: Object.entries(facts.files).flatMap(([path, { content }]) =>
      content instanceof Secret ? [path] : [],
    ),
    directories: Object.fromEntries(
      Object.entries(facts.directories).map(([path, { kind, mode, user, group, ctimeMs }]) => [
        path,
        [kind, mode, user, group, `${ctimeMs}`],
      ]),
    ),
    unit: {
      LoadState: facts.unit.load,
      ActiveState: facts.unit.active,
      SubState: facts.unit.sub,
      UnitFileState: facts.unit.enabled,
      FragmentPath: facts.unit.fragment,
      DropInPaths: facts.unit.dropIns.join(' '),
      NRestarts: `${facts.unit.restarts}`,
      InvocationID: facts.unit.invocation,
      Result: facts.unit.result,
      MainPID: `${facts.unit.mainPid}`,
      ExecStart: `{ path=/usr/bin/alloy ; argv[]=${facts.unit.command.join(' ')} ; ignore_errors=no ; pid=0 }`,
      EnvironmentFiles: facts.unit.environmentFiles.map(({ path, sets }) => [path, ...sets]),
      NeedDaemonReload: facts.unit.needsReload ? 'yes' : 'no',
      ...facts.unit.settings,
    },
    process: facts.process && {
      pid: `${facts.process.pid}`,
      started: `${facts.process.startedAtMs}`,
      exe: `/usr/bin/alloy${facts.process.exeDeleted ? ' (deleted)' : ''}`,
      argv: facts.process.argv,
      rss: `${facts.process.rssBytes / 1024}`,
    },
    http:
      facts.http.ready === null
        ? null
        : {
            ready: `${facts.http.ready}`,
            healthy: `${facts.http.healthy}`,
            body: facts.http.healthyBody,
            error: facts.http.error,
            owner: facts.http.portOwner,
            version: facts.process?.version ?? null,
            hash: facts.process?.configHash ?? null,
            components:
              facts.components?.map(({ id, health, message }) => [id, health, message]) ?? null,
          },
    cluster: facts.cluster && {
      name: facts.cluster.name,
      ready: facts.cluster.ready ? '1' : '',
      peers: facts.cluster.peers.map(({ name, address, isSelf, state }) => [
        name,
        address,
        isSelf ? '1' : '',
        state,
      ]),
    },
    account: {
      user: facts.account.exists ? '1' : '',
      uid: facts.account.uid === null ? null : `${facts.account.uid}`,
      home: facts.account.home,
      group: facts.account.groupExists ? '1' : '',
      of: facts.account.groups,
      known: facts.account.known,
    },
    free: Object.fromEntries(
      Object.entries(facts.freeBytes).map(([path, bytes]) => {
        const inodes = facts.freeInodes[path];
        return [path, [`${bytes}`, inodes === undefined ? null : `${inodes}`]];
      }),
    ),
    fixed: facts.fixed,
    mounted: facts.mounted,
    reads: Object.fromEntries(
      Object.entries(facts.reads).map(([path, { state, files, denied, barriers }]) => [
        path,
        [
          state,
          `${files}`,
          `${denied}`,
          barriers.map((one) => [one.path, one.kind, one.mode, one.user, one.group, one.refused]),
        ],
      ]),
    ),
    ...(facts.readable
      ? {
          readable: {
            tool: facts.readable.tools ? '1' : '',
            trees: Object.fromEntries(
              Object.entries(facts.readable.trees).map(([path, tree]) => [
                path,
                tree.error === null
                  ? [tree.kind, '1', `${tree.lacking}`, tree.closed]
                  : { error: tree.error },
              ]),
            ),
          },
        }
      : {}),
    own: {
      readable: JSON.stringify(
        Object.fromEntries(
          Object.entries(facts.given).map(([path, search]) => [path, { uid: '998', search }]),
        ),
      ),
      receipt: facts.receipt && JSON.stringify(facts.receipt),
      armed: facts.alloyup.unfinished ?? '',
      holder: holderOf(facts.alloyup.lockedBy),
      runs: facts.alloyup.runs.map(({ run, verdict }) => [run, verdict]),
    },
    ...(extras ? { extras } : {}),
    ...(packages ? { packages } : {}),
  });

/** The program prints each byte as one character. */
const bytewise = (value: Json): Json => {
  if (typeof value === 'string') return Buffer.from(value).toString('latin1');
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(bytewise);
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [bytewise(key), bytewise(each)]),
  );
};

const byPath = <T extends { readonly path: string }>(all: readonly T[], of: (one: T) => Json) =>
  Object.fromEntries(all.map((one) => [one.path, of(one)]));

const textOf = ({ content }: FileFact): string | null =>
  content === null ? null : `t${content instanceof Secret ? content.reveal() : content}`;

const paragraphOf = (of: Facts['package']): string | null =>
  of.status === 'absent'
    ? null
    : [
        'Package: alloy',
        `Status: ${of.held ? 'hold' : 'install'} ${of.reinstRequired ? 'reinstreq' : 'ok'} ${of.status}`,
        `Version: ${of.version}`,
        'Conffiles:',
        ...Object.entries(of.conffiles).map(([path, md5]) => ` ${path} ${md5}`),
        '',
      ].join('\n');

const holderOf = (by: Facts['alloyup']['lockedBy']): string | null =>
  by && `${by.run} 812 ${by.since / 1000} ${by.who}`;
