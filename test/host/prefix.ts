import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { readFacts } from '../../src/host/facts.ts';
import { type FactsRequest, factsScript } from '../../src/host/facts-request.ts';
import { RUN_PROGRAM } from '../../src/host/program.ts';
import { type HostRecord, readRecord } from '../../src/host/records.ts';
import {
  applyRequest,
  launchInput,
  type RunRequest,
  rollbackRequest,
  settleRequest,
} from '../../src/host/run.ts';
import type { Facts } from '../../src/model/facts.ts';
import type { Action, Change, Plan, StepId } from '../../src/model/plan.ts';
import type { Secret } from '../../src/model/secret.ts';
import stubs from './stubs/host.pl';

/** Who runs the tests: files below a prefix belong to them. */
export const ME = userInfo().username;
export const MY_GROUP = (() => {
  const gid = String(userInfo().gid);
  const line = readFileSync('/etc/group', 'utf8')
    .split('\n')
    .find((one) => one.split(':')[2] === gid);
  return line?.split(':')[0] ?? gid;
})();

const PROGRAMS = [
  'systemctl',
  'systemd-run',
  'dpkg',
  'dpkg-query',
  'apt-get',
  'apt-config',
  'usermod',
  'userdel',
  'groupdel',
  'getent',
  'id',
  'alloy',
  'journalctl',
];

export const RUN = '20261130T101500Z-3f9a';
export const NONCE = '@@0123456789abcdef';

/** What a host below a prefix looks like before a test puts more there. */
const FILES: Readonly<Record<string, string>> = {
  '/etc/passwd': `root:x:0:0::/root:/bin/sh\n${ME}:x:${userInfo().uid}:${userInfo().gid}::/:/bin/sh\n`,
  '/etc/group': `root:x:0:\n${MY_GROUP}:x:${userInfo().gid}:\nadm:x:4:syslog\n`,
  '/etc/shadow': 'root:*:1::::::\n',
  '/etc/gshadow': 'root:*::\nadm:*::syslog\n',
  '/etc/default/keyboard': 'XKBLAYOUT=us\n',
  '/usr/bin/true': '',
  '/lib/systemd/system/cron.service': '[Service]\n',
  '/var/lib/dpkg/status': '',
  '/var/lib/dpkg/available': '',
  '/var/lib/dpkg/lock': '',
  '/var/lib/dpkg/lock-frontend': '',
  '/var/lib/apt/lists/lock': '',
  '/var/lib/apt/lists/deb.debian.org_dists_bookworm_InRelease': 'Debian\n',
};

const DIRECTORIES = [
  '/etc/apt/sources.list.d',
  '/etc/default',
  '/etc/systemd/system/multi-user.target.wants',
  '/run/systemd/system',
  '/usr/bin',
  '/opt',
  '/proc',
  '/test/state',
  '/var/lib/dpkg/updates',
  '/var/lib/dpkg/info',
  '/var/cache/apt/archives',
];

interface RunOptions {
  /** It is killed at its so many-th moment. */
  readonly killAt?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly run?: string;
  /** False: nobody waits for the end of a run that has none. */
  readonly follow?: boolean;
}

/** A host below a directory, without root, systemd or a lab. */
export class PrefixHost {
  readonly root = mkdtempSync(join(tmpdir(), 'alloyup-host-'));
  readonly #bin = join(this.root, 'test/bin');
  readonly #alloy: Server;

  /** With something that answers as Alloy does while the service is active. */
  static async create(): Promise<PrefixHost> {
    const host = new PrefixHost();
    host.#alloy.listen(0, '127.0.0.1');
    await once(host.#alloy, 'listening');
    host.listensAs(0);
    return host;
  }

  private constructor() {
    this.#alloy = createServer((request, response) => {
      this.requests.push(`${request.method} ${request.url}`);
      const { status = 200, body = '' } = this.answer(request.url ?? '');
      response.writeHead(status).end(body);
    });
    for (const path of DIRECTORIES) mkdirSync(this.at(path), { recursive: true });
    for (const [path, content] of Object.entries(FILES)) this.put(path, content);
    mkdirSync(this.#bin, { recursive: true });
    writeFileSync(join(this.#bin, 'stub.pl'), stubs);
    for (const name of PROGRAMS) {
      writeFileSync(join(this.#bin, name), `#!/usr/bin/perl\n${stubs}`);
      chmodSync(join(this.#bin, name), 0o755);
    }
  }

  at(path: string): string {
    return this.root + path;
  }

  put(path: string, content: string, mode = 0o644): void {
    mkdirSync(dirname(this.at(path)), { recursive: true });
    writeFileSync(this.at(path), content);
    chmodSync(this.at(path), mode);
  }

  link(path: string, target: string): void {
    mkdirSync(dirname(this.at(path)), { recursive: true });
    symlinkSync(target, this.at(path));
  }

  read(path: string): string | null {
    return existsSync(this.at(path)) ? readFileSync(this.at(path), 'utf8') : null;
  }

  mode(path: string): string {
    return (lstatSync(this.at(path)).mode & 0o7777).toString(8);
  }

  linked(path: string): boolean {
    return lstatSync(this.at(path), { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
  }

  state(name: string): string {
    return this.read(`/test/state/${name}`) ?? '';
  }

  /** How the newest run ended, in its own word; '' when it has not. */
  verdict(run = RUN): string {
    return this.read(`/var/lib/alloyup/runs/${run}/verdict`)?.trim() ?? '';
  }

  /** How a stub was called, each time. */
  calls(program: string): readonly string[] {
    return (this.read('/test/calls') ?? '')
      .split('\n')
      .filter((line) => line.split(' ')[0] === program);
  }

  #dpkg = (program: string, ...args: readonly string[]): string =>
    execFileSync(join(this.#bin, program), args, {
      env: { ...process.env, TEST_ROOT: this.root },
      stdio: ['ignore', 'pipe', 'ignore'],
      encoding: 'utf8',
    });

  dpkg(...args: readonly string[]): void {
    this.#dpkg('dpkg', ...args);
  }

  /** dpkg's books say that this version is installed; there are no files of it. */
  installed(version: string, want = 'install'): void {
    this.put(
      '/var/lib/dpkg/status',
      `Package: alloy\nStatus: ${want} ok installed\nMaintainer: nobody <nobody@example.com>\nArchitecture: all\nVersion: ${version}\nDescription: a test\n\n`,
    );
    this.put('/var/lib/dpkg/info/alloy.list', '/.\n');
  }

  /** What systemd starts again, by the program in memory. */
  start(verb: string) {
    return this.#perl(`/run/alloyup/${RUN}/program`, verb);
  }

  /** The undo of a run, by the program in its own directory. */
  undo(mode: string) {
    return this.#perl(`/var/lib/alloyup/runs/${RUN}/program`, 'undo', mode);
  }

  #perl(program: string, ...args: readonly string[]) {
    return spawnSync('perl', [this.at(program), ...args], { env: this.env(), encoding: 'utf8' });
  }

  env() {
    return { PATH: `${this.#bin}:${process.env.PATH}`, TEST_ROOT: this.root };
  }

  /** dpkg's status, version and selection of alloy. */
  package(): string {
    try {
      const format = '${db:Status-Status} ${Version} ${db:Status-Want}';
      const said = this.#dpkg('dpkg-query', '-W', '-f', format, 'alloy');
      return said.startsWith('not-installed') ? 'absent' : said;
    } catch {
      return 'absent';
    }
  }

  /** A word that a stub reads: `active`, `invocation`, `broken`, ... */
  set(name: string, value: string): void {
    this.put(`/test/state/${name}`, value);
    if (name === 'pid') this.listensAs(Number(value));
  }

  /** Alloy's port belongs to this process; the stub of systemctl calls that of the service 0 unless told. */
  listensAs(pid: number): void {
    const port = this.listen.port.toString(16).toUpperCase().padStart(4, '0');
    this.put('/proc/net/tcp', `  sl\n   0: 0100007F:${port} 00000000:0000 0A 0 0 0 0 0 4711 1\n`);
    rmSync(this.at(`/proc/${pid}/fd/3`), { force: true });
    this.link(`/proc/${pid}/fd/3`, 'socket:[4711]');
  }

  /** Components, and the version that runs; a test may set other ones. */
  components: readonly { readonly id: string; readonly health: string }[] = [];
  version = '1.18.1';
  /** What Alloy was asked, in order. */
  readonly requests: string[] = [];
  /** What a test has Alloy answer before anything else. */
  answers: Readonly<Record<string, { readonly status?: number; readonly body?: string }>> = {};

  answer(path: string): { readonly status?: number; readonly body?: string } {
    const own = this.answers[path];
    if (own) return own;
    if (this.state('active') !== 'active') return { status: 503 };
    switch (path) {
      case '/api/v0/web/components':
        return {
          body: JSON.stringify(
            this.components.map(({ id, health }) => ({
              localID: id,
              health: { state: health, message: `${id} is ${health}` },
            })),
          ),
        };
      case '/metrics':
        return { body: `alloy_build_info{branch="x",version="v${this.version}"} 1\n` };
      default:
        return {};
    }
  }

  /** Runs are told that Alloy is to listen there. */
  listenOn(elsewhere: { readonly address: string; readonly port: number }): void {
    this.#elsewhere = elsewhere;
  }
  #elsewhere: { readonly address: string; readonly port: number } | undefined;

  get listen(): { readonly address: string; readonly port: number } {
    if (this.#elsewhere) return this.#elsewhere;
    return { address: '127.0.0.1', port: (this.#alloy.address() as AddressInfo).port };
  }

  remove(): void {
    this.#alloy.close();
    this.#alloy.closeAllConnections();
    rmSync(this.root, { recursive: true, force: true });
  }

  /** Starts a run as the controller does and waits for its end. `killAt`: it is killed at its so many-th moment. */
  async run(request: Secret, options: RunOptions = {}): Promise<Ran> {
    const { killAt, env = {}, run = RUN, follow = true } = options;
    const program = killAt === undefined ? RUN_PROGRAM : withMoments(RUN_PROGRAM);
    const whole = launchInput(run, request, { root: this.root, program }).reveal();
    const input = follow ? whole : whole.replace('return follow(', 'return 0; follow(');
    const child = spawn('perl', ['-'], {
      env: {
        ...this.env(),
        ...(killAt === undefined ? {} : { TEST_KILL_AT: String(killAt) }),
        ...env,
      },
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
    return readRun(out, err);
  }

  /** What the host reports of itself. */
  async facts(more: Partial<FactsRequest> = {}): Promise<Facts> {
    return readFacts('web-01', await this.reported(more));
  }

  /** The same, as it came. */
  async reported(more: Partial<FactsRequest> = {}): Promise<unknown> {
    const { facts } = this.#request();
    const input = factsScript({
      ...facts,
      sealed: false,
      http: true,
      ...more,
      nonce: NONCE,
      root: this.root,
    });
    const child = spawn('perl', ['-'], { env: this.env() });
    child.stdin.end(input);
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
    const record = readRecord(out.trimEnd(), NONCE);
    if (record?.type !== 'facts') throw new Error(`no facts: ${out}${err}`);
    return record.facts;
  }

  apply(plan: Plan, options: RunOptions & { rollback?: boolean } = {}): Promise<Ran> {
    return this.run(this.applyRequest(plan, options), options);
  }

  applyRequest(plan: Plan, options: Pick<RunOptions, 'run'> & { rollback?: boolean } = {}): Secret {
    const { rollback = true, run } = options;
    return applyRequest({ ...this.#request(run), plan, rollback });
  }

  settle(options: RunOptions = {}): Promise<Ran> {
    return this.run(settleRequest(this.#request(options.run)), options);
  }

  rollback(toRun: string | null, options: RunOptions = {}): Promise<Ran> {
    return this.run(rollbackRequest({ ...this.#request(options.run), toRun }), options);
  }

  #request(run = RUN): RunRequest {
    return {
      run,
      nonce: NONCE,
      who: 'tests@prefix',
      lockWaitS: 5,
      facts: {
        repository: { url: 'https://apt.grafana.com', proxy: null },
        files: [],
        listen: this.listen,
        http: false,
        groups: [],
        reads: [],
        readable: [],
        sealed: true,
      },
    };
  }

  /** Everything below the prefix that a run could leave behind or change, but what is kept of runs on purpose. */
  snapshot(): Readonly<Record<string, string>> {
    const found: Record<string, string> = {};
    const walk = (path: string): void => {
      for (const name of readdirSync(this.at(path)).sort()) {
        const child = `${path}/${name}`;
        if (LEFT_OUT.test(child)) continue;
        const s = lstatSync(this.at(child));
        const head = `${(s.mode & 0o7777).toString(8)} ${s.uid}:${s.gid}`;
        if (s.isSymbolicLink()) found[child] = `link ${readlinkSync(this.at(child))}`;
        else if (s.isDirectory()) {
          found[child] = `directory ${head}`;
          walk(child);
        } else
          found[child] =
            `file ${head} ${child.startsWith('/var/lib/dpkg/') ? '' : s.mtime.toISOString()} ${readFileSync(this.at(child), 'latin1')}`;
      }
    };
    walk('');
    found.acls = this.acls();
    found.package = this.package();
    found.service = this.state('active') || 'inactive';
    return found;
  }

  /** Every ACL below the prefix that is more than a mode, as getfacl writes it; '' where there is none. */
  acls(path = ''): string {
    const args = ['-R', '-P', '-n', '-s', '-E', '-p', '--', this.at(path)];
    const { stdout } = spawnSync('getfacl', args, { encoding: 'utf8' });
    return (stdout ?? '').replaceAll(this.root, '');
  }

  /** Names in alloyup's own directories that nobody needs once a run is over. */
  strays(): readonly string[] {
    return ['/var/lib/alloyup', '/var/lib/alloyup/runs/*', '/run/alloyup/*'].flatMap((pattern) =>
      this.#matching(pattern).flatMap((path) =>
        readdirSync(this.at(path))
          .filter((name) => !KEPT.includes(name))
          .map((name) => `${path}/${name}`),
      ),
    );
  }

  #matching(pattern: string): readonly string[] {
    const path = pattern.replace(/\/\*$/, '');
    if (!existsSync(this.at(path))) return [];
    return path === pattern ? [path] : readdirSync(this.at(path)).map((name) => `${path}/${name}`);
  }
}

/** dpkg's own books (what dpkg-query says of them is compared instead), alloyup's, and the test's. */
const LEFT_OUT =
  /^\/(?:test|proc|run|var\/lib\/alloyup|var\/lib\/dpkg\/(?:status-old|lock|triggers|available|info\/format|updates)|var\/log)(?:\/|$)|\/dpkg\/(?:status|diversions|statoverride)$|\/dpkg\/alternatives$/;

/** What alloyup keeps of a run: to undo it later, and for a controller that comes back for the end of its log. */
const KEPT: readonly string[] = [
  ...['audit.log', 'lock', 'receipt.json', 'runs'],
  ...['journal', 'kept', 'plan.json', 'program', 'verdict', 'receipt.was', 'package'],
  ...['accounts.1', 'accounts.2', 'lists.1', 'lists.2', 'owners.1', 'owners.2'],
  ...['acls.1', 'acls.2', 'readable.json'],
  ...['done', 'launcher', 'log', 'pid', 'undoes', 'word'],
];

export interface Ran {
  readonly out: string;
  readonly err: string;
  readonly records: readonly HostRecord[];
  readonly result: string | null;
  readonly problems: readonly {
    readonly code: string;
    readonly params: Readonly<Record<string, unknown>>;
  }[];
}

function readRun(out: string, err: string): Ran {
  const records = out.split('\n').flatMap((line) => readRecord(line, NONCE) ?? []);
  const last = records.findLast((record) => record.type === 'result');
  return {
    out,
    err,
    records,
    result: last?.type === 'result' ? last.result : null,
    problems: records.flatMap((record) => (record.type === 'problem' ? [record.problem] : [])),
  };
}

/** Dies before the so many-th of the things that a run does one after the other, from its second action on. */
function withMoments(program: string): string {
  const end = program.lastIndexOf('exit unit_main(@ARGV);');
  return `${program.slice(0, end)}
{
  no strict 'refs'; no warnings;
  my ($count, $at, $from) = (0, $ENV{TEST_KILL_AT} || 0, $ENV{TEST_KILL_FROM} || 0);
  my $counts = !$from;
  my $moment = sub { kill 9, $$ if $counts && ++$count == $at };
  for my $name (split / /, $ENV{TEST_KILL_BEFORE} || 'note write_file move_to copy run_program said_by must_read own remove_tree make_directories') {
    my $sub = \\&$name;
    *$name = sub {
      $moment->();
      $counts = 1 if $name eq 'note' && $_[0] == $from && $_[1] eq 'begin';
      return $sub->(@_);
    } if ($ARGV[0] || '') eq ($ENV{TEST_KILL_VERB} || 'run');
  }
}
exit unit_main(@ARGV);
`;
}

/** A plan of these actions, with nothing to compare and nothing to prove but what a test says. */
export function planOf(
  actions: readonly Action[],
  over: Partial<Plan> & { readonly step?: StepId } = {},
): Plan {
  const { step = 'config', ...more } = over;
  const change: Change = {
    step,
    title: 'a test',
    before: null,
    after: null,
    diffs: [],
    actions,
    warnings: [],
    needs: 'nothing',
  };
  return {
    host: 'web-01',
    changes: actions.length === 0 ? [] : [change],
    warnings: [],
    problems: [],
    expect: [],
    listPath: '/etc/apt/sources.list.d/grafana.list',
    proof: {
      service: 'nothing',
      check: 'none',
      listen: { address: '127.0.0.1', port: 1 },
      components: { known: true, ids: [] },
      tolerate: [],
      version: null,
      watchS: 0,
      cluster: null,
      receiptFiles: [],
      delivery: { mode: 'off', seconds: 0 },
    },
    ...more,
  } as Plan;
}
