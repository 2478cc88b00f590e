import { setMaxListeners } from 'node:events';
import { type Examination, examineHost } from '../../src/engine/examine.ts';
import { runFleet } from '../../src/engine/fleet.ts';
import type { RunOptions, World } from '../../src/engine/world.ts';
import type { HostRecord } from '../../src/host/records.ts';
import { LAUNCHED } from '../../src/host/run.ts';
import type { Target } from '../../src/model/desired.ts';
import type { Happening } from '../../src/model/event.ts';
import type { DeliveryReading, Facts } from '../../src/model/facts.ts';
import type { Channel, Connection, Exit, StartOptions, Transport } from '../../src/model/ports.ts';
import { type Problem, ToolError } from '../../src/model/problem.ts';
import { factsOf, keyringOf, NOW, targetOf } from '../builders.ts';
import { type Asked, rawFacts } from '../host/raw-facts.ts';
import { type Launched, requestOf, type Sent, wireOf } from '../host/wire.ts';

// --- time ---------------------------------------------------------------------------------------

/** A clock that jumps to the next thing that happens. */
export function createClock() {
  let now = NOW;
  let timers: { readonly at: number; readonly run: () => void }[] = [];
  const after = (ms: number, run: () => void): (() => void) => {
    const timer = { at: now + ms, run };
    timers = [...timers, timer].sort((a, b) => a.at - b.at);
    return () => {
      timers = timers.filter((one) => one !== timer);
    };
  };
  return {
    now: () => now,
    after,
    sleep: (ms: number, signal: AbortSignal) =>
      new Promise<void>((resolve) => {
        if (signal.aborted) return resolve();
        const cancel = after(ms, resolve);
        signal.addEventListener('abort', () => {
          cancel();
          resolve();
        });
      }),
    /** Lets everything happen until the promise settles. */
    async drive<T>(promise: Promise<T>): Promise<T> {
      let settled = false;
      const over = promise.finally(() => {
        settled = true;
      });
      over.catch(() => undefined);
      for (;;) {
        await new Promise((resolve) => setImmediate(resolve));
        if (settled) return promise;
        const next = timers.shift();
        if (!next) throw new Error('everybody waits, and nothing will happen any more');
        if (next.at > NOW + 86_400_000) throw new Error('a day is over');
        now = Math.max(now, next.at);
        next.run();
      }
    },
  };
}
export type Clock = ReturnType<typeof createClock>;

// --- hosts --------------------------------------------------------------------------------------

/** What a run does, in order: prints a record or a line, takes milliseconds, or has a side effect. */
export type Entry = HostRecord | string | number | (() => void) | Waits;

/** The run waits for its word for so many milliseconds, prints readings meanwhile, and goes on with what follows from it. */
interface Waits {
  readonly type: 'awaits';
  readonly limitMs: number;
  /** By the number of milliseconds since the wait began; null: none. */
  readonly reading: (ms: number) => DeliveryReading | null;
  readonly ending: (word: string | null) => readonly Entry[];
}

/** Milliseconds between two readings. */
const READING_MS = 3000;

type Kind = 'facts' | 'launch' | 'follow' | 'watch';

/** What goes wrong with one command. */
export type Fault =
  /** The connection breaks after so many bytes of output. */
  | { readonly cutAfter: number }
  /** The connection breaks before the host receives anything. */
  | { readonly cutBefore: true }
  /** The host says this instead. */
  | { readonly exit: number | null; readonly out?: string; readonly err?: string }
  /** Its report ends after so many characters. */
  | { readonly torn: number }
  /** The answer takes so long. */
  | { readonly delay: number };

export interface HostScript {
  /** The state of the host; the default differs from its target in the configuration. */
  readonly facts?: Facts;
  /** Its state after a run that ends well, as the run reports it; the default is as its target. */
  readonly after?: Facts;
  /** What a launched run does; the default carries out the plan. `n` counts from 1. */
  readonly run?: (sent: Launched, n: number, host: ScriptedHost) => readonly Entry[];
  /** `n` counts the commands of this kind, from 1. */
  readonly fault?: (kind: Kind, n: number) => Fault | undefined;
  /** `n` counts logins, from 1: a refusal, or how many milliseconds it takes. */
  readonly login?: (n: number) => Problem | number | undefined;
  /** What its login shell prints before anything else. */
  readonly motd?: string;
  /** What its login does in place of running a command. */
  readonly shell?: (io: ProcessIo) => Promise<number | null>;
  /** sudo asks for this one. */
  readonly password?: string;
  /** What it reports beyond its facts. */
  readonly asked?: Asked;
  /** What its metrics say while it is watched, by the number of milliseconds since the watch began. */
  readonly reading?: (ms: number) => DeliveryReading;
}

export interface ScriptedHost {
  readonly target: Target;
  facts: Facts;
  readonly logins: number;
  readonly openLogins: number;
  /** Everything that it was sent, in order. */
  readonly sent: readonly Sent[];
  /** The commands that were started, as arguments. */
  readonly commands: readonly (readonly string[])[];
  /** What a run does unless the script says otherwise. */
  usual(sent: Launched): readonly Entry[];
  /** A record with facts. */
  factsRecord(facts: Facts): HostRecord;
  /** Breaks its connections. */
  drop(): void;
  /** Goes down and comes up: connections and logs are gone, the verdicts are left. */
  reboot(verdicts: Readonly<Record<string, string>>): void;
}

interface Log {
  bytes: Buffer;
  done: boolean;
  readonly listeners: Set<() => void>;
  tellWord?: (word: string) => void;
}

export const lost = (): ToolError =>
  new ToolError({
    code: 'ssh.lost',
    params: { reason: 'dropped', endpoint: 'ops@host', said: 'reset' },
    transient: true,
  });
const late = (): ToolError =>
  new ToolError({
    code: 'ssh.timeout',
    params: { reason: 'command', endpoint: 'ops@host', seconds: 60, limit: null },
    transient: true,
  });

/** An outdated configuration stands on the host. */
export const outdated = (target: Target): Facts =>
  factsOf(targetOf({ ...target.desired, config: '// old\n' }, target.host), {
    receipt: {
      schema: 1,
      unhealthy: {},
      run: 'r0',
      invocation: 'a'.repeat(32),
      files: {},
      groups: [],
      at: NOW,
    },
  });

function scriptedHost(
  target: Target,
  clock: Clock,
  script: HostScript,
): ScriptedHost & { connect(options: { signal: AbortSignal }): Promise<Connection> } {
  const logs = new Map<string, Log>();
  const blocked = new Set<string>();
  let verdicts: Readonly<Record<string, string>> = {};
  const open = new Set<() => void>();
  const sent: Sent[] = [];
  const commands: (readonly string[])[] = [];
  const counts: Record<Kind | 'login', number> = {
    facts: 0,
    launch: 0,
    follow: 0,
    watch: 0,
    login: 0,
  };
  const host = {
    target,
    facts: script.facts ?? outdated(target),
    get logins() {
      return counts.login;
    },
    get openLogins() {
      return open.size;
    },
    sent,
    commands,
    usual,
    factsRecord: (facts: Facts): HostRecord => ({
      type: 'facts',
      facts: rawFacts(facts, script.asked),
    }),
    drop() {
      for (const lose of [...open]) lose();
    },
    reboot(left: Readonly<Record<string, string>>) {
      verdicts = { ...verdicts, ...left };
      logs.clear();
      host.drop();
    },
    connect,
  };

  function usual(of: Launched): readonly Entry[] {
    if (of.do === 'settle') return [{ type: 'result', result: 'ok' }];
    const after = script.after ?? factsOf(target);
    const settle = () => {
      host.facts = after;
    };
    const facts = host.factsRecord(after);
    if (of.do === 'rollback') return [settle, { type: 'result', result: 'rolled-back' }, facts];
    return [
      ...[...new Set(of.actions.map(({ step }) => step))].flatMap((step): readonly Entry[] => [
        { type: 'begin', step },
        100,
        { type: 'end', step },
      ]),
      settle,
      { type: 'result', result: 'ok' },
      facts,
    ];
  }

  const begin = (of: Launched): Log => {
    const log: Log = { bytes: Buffer.alloc(0), done: false, listeners: new Set() };
    logs.set(of.run, log);
    const tell = () => {
      for (const listener of [...log.listeners]) listener();
    };
    const advance = (entries: readonly Entry[]): void => {
      for (const [i, entry] of entries.entries()) {
        if (logs.get(of.run) !== log) return;
        if (typeof entry === 'number') {
          clock.after(entry, () => advance(entries.slice(i + 1)));
          return;
        }
        if (typeof entry === 'function') entry();
        else if (typeof entry === 'object' && entry.type === 'awaits') {
          const rest = entries.slice(i + 1);
          const since = clock.now();
          let cancel = (): void => undefined;
          const end = (word: string | null): void => {
            cancel();
            advance([...entry.ending(word), ...rest]);
          };
          const tick = (): void => {
            const ms = clock.now() - since;
            if (logs.get(of.run) !== log) return;
            if (ms >= entry.limitMs) {
              end(null);
              return;
            }
            const reading = entry.reading(ms);
            if (reading) {
              const line = `${of.nonce} ${wireOf({ type: 'reading', reading })}\n`;
              log.bytes = Buffer.concat([log.bytes, Buffer.from(line)]);
            }
            cancel = clock.after(READING_MS, tick);
            tell();
          };
          log.tellWord = end;
          tick();
          return;
        } else {
          const line = typeof entry === 'string' ? entry : `${of.nonce} ${wireOf(entry)}`;
          log.bytes = Buffer.concat([log.bytes, Buffer.from(`${line}\n`)]);
          tell();
        }
      }
      log.done = true;
      tell();
    };
    advance(script.run ? script.run(of, counts.launch, host) : usual(of));
    return log;
  };

  /** One command's process: reads its stdin, writes its output, resolves with its exit code. */
  async function work(argv: readonly string[], io: ProcessIo): Promise<number | null> {
    const [program, ...args] = argv;
    if (program === 'sudo') {
      if (args[0] === '-n') {
        if (script.password === undefined) return work(args.slice(1), io);
        io.err('sudo: a password is required\n');
        return 1;
      }
      for (let tries = 0; script.password !== undefined; tries += 1) {
        if (tries === 3) return 1;
        io.err(args[2]!.replace('%p', 'ops'));
        const line = await io.line();
        if (line === null) {
          io.err('sudo: no password was provided\n');
          return 1;
        }
        if (line === script.password) break;
        io.err('Sorry, try again.\n');
      }
      return work(args.slice(3), io);
    }
    if (program === 'sh') {
      if (args[1]!.includes(': shell;') && script.shell) return script.shell(io);
      io.out(`${/echo (alloyup: \w+);/.exec(args[1]!)![1]}\n`);
      return work(args.slice(3), io);
    }
    const input = requestOf(await io.rest());
    const kind: Kind =
      input.do === 'facts' || input.do === 'follow' || input.do === 'watch' ? input.do : 'launch';
    counts[kind] += 1;
    const fault = script.fault?.(kind, counts[kind]);
    if (fault && 'cutBefore' in fault) {
      io.cutAfter(0);
      return null;
    }
    if (fault && 'exit' in fault) {
      if (fault.out) io.out(fault.out);
      if (fault.err) io.err(fault.err);
      return fault.exit;
    }
    sent.push(input);
    if (fault && 'delay' in fault) await io.sleep(fault.delay);
    if (fault && 'cutAfter' in fault) io.cutAfter(fault.cutAfter);
    switch (input.do) {
      case 'facts':
        io.out(
          `${script.motd ?? 'motd\n'}${input.nonce} ${JSON.stringify(host.factsRecord(host.facts))}\n`.slice(
            0,
            fault && 'torn' in fault ? fault.torn : undefined,
          ),
        );
        return 0;
      case 'watch': {
        const since = clock.now();
        for (let ms = 0; ms <= input.seconds * 1000; ms = clock.now() - since) {
          if (!script.reading) return 0;
          const reading: HostRecord = { type: 'reading', reading: script.reading(ms) };
          io.out(`${input.nonce} ${wireOf(reading)}\n`);
          await io.sleep(READING_MS);
        }
        return 0;
      }
      case 'follow': {
        const log = logs.get(input.run);
        if (log && input.word !== undefined) {
          log.tellWord?.(input.word);
          delete log.tellWord;
        }
        if (log) return stream(log, input.from, io);
        const verdict = verdicts[input.run];
        if (verdict !== undefined) {
          io.out(`alloyup: verdict ${verdict}\n`);
          return 76;
        }
        blocked.add(input.run);
        return 72;
      }
      default: {
        if (blocked.has(input.run) || logs.has(input.run)) return 70;
        const log = begin(input);
        io.out(LAUNCHED);
        return stream(log, 0, io);
      }
    }
  }

  function stream(log: Log, from: number, io: ProcessIo): Promise<number> {
    let at = from;
    return new Promise((resolve) => {
      const look = () => {
        const fresh = log.bytes.subarray(at);
        at = log.bytes.length;
        if (fresh.length > 0) io.out(fresh);
        if (!log.done) return;
        log.listeners.delete(look);
        resolve(0);
      };
      log.listeners.add(look);
      look();
    });
  }

  async function connect({ signal }: { signal: AbortSignal }): Promise<Connection> {
    counts.login += 1;
    const answer = script.login?.(counts.login) ?? 20;
    if (typeof answer !== 'number') throw new ToolError(answer);
    await clock.sleep(answer, signal);
    if (signal.aborted) throw late();
    let current: { fail(error: ToolError): void; readonly settled: boolean } | undefined;
    let gone = false;
    const lose = () => {
      gone = true;
      open.delete(lose);
      current?.fail(lost());
    };
    open.add(lose);
    return {
      via: 'ssh',
      description: `ssh ${target.host.name}`,
      why: null,
      start(argv, options) {
        if (current && !current.settled) throw new Error('a second command on one connection');
        commands.push(argv);
        const process = createProcess(clock, options, lose);
        current = process;
        if (gone) process.fail(lost());
        else
          clock.after(0, () => {
            if (process.settled) return;
            void work(argv, process.io).then((code) =>
              process.end({ code, signal: code === null ? 'KILL' : null }),
            );
          });
        return process.channel;
      },
      close: lose,
    };
  }

  return host;
}

export interface ProcessIo {
  out(bytes: string | Uint8Array): void;
  err(text: string): void;
  /** The next line of stdin; null at its end. */
  line(): Promise<string | null>;
  /** The rest of stdin. */
  rest(): Promise<string>;
  sleep(ms: number): Promise<void>;
  cutAfter(bytes: number): void;
}

function createProcess(clock: Clock, options: StartOptions, cut: () => void) {
  let settled = false;
  let settle!: { resolve(exit: Exit): void; reject(error: ToolError): void };
  const exit = new Promise<Exit>((resolve, reject) => {
    settle = { resolve, reject };
  });
  exit.catch(() => undefined);
  let stdin = '';
  let ended = false;
  let left = Number.POSITIVE_INFINITY;
  let wake: () => void = () => undefined;
  const input = () =>
    new Promise<void>((resolve) => {
      wake = resolve;
    });
  const end = (how: Exit) => {
    if (settled) return;
    settled = true;
    stopTimer();
    settle.resolve(how);
  };
  const fail = (error: ToolError) => {
    if (settled) return;
    settled = true;
    stopTimer();
    settle.reject(error);
  };
  const stopTimer = clock.after(options.timeoutMs, () => fail(late()));
  options.signal.addEventListener('abort', () => fail(late()));
  if (options.signal.aborted) fail(late());
  const io: ProcessIo = {
    out(data) {
      if (settled) return;
      const bytes = Buffer.from(data as string);
      const part = bytes.subarray(0, left);
      left -= bytes.length;
      if (part.length > 0) options.onOut(part);
      if (left <= 0) cut();
    },
    err(text) {
      if (!settled) options.onErr(Buffer.from(text));
    },
    async line() {
      for (;;) {
        const at = stdin.indexOf('\n');
        if (at >= 0) {
          const found = stdin.slice(0, at);
          stdin = stdin.slice(at + 1);
          return found;
        }
        if (ended) return null;
        await input();
      }
    },
    async rest() {
      while (!ended) await input();
      return stdin;
    },
    sleep: (ms) => clock.sleep(ms, new AbortController().signal),
    cutAfter(bytes) {
      left = bytes;
      if (bytes === 0) cut();
    },
  };
  const channel: Channel = {
    write(data) {
      if (ended) return;
      stdin += `${data}`;
      wake();
    },
    end(data) {
      if (ended) return;
      stdin += `${data ?? ''}`;
      ended = true;
      wake();
    },
    close: () => fail(lost()),
    exit,
  };
  return {
    channel,
    io,
    end,
    fail,
    get settled() {
      return settled;
    },
  };
}

// --- runs ---------------------------------------------------------------------------------------

export interface Fleet {
  readonly clock: Clock;
  readonly hosts: Readonly<Record<string, ScriptedHost>>;
  readonly world: World;
  readonly targets: readonly Target[];
  readonly events: (Happening & { readonly ms: number })[];
  readonly stop: AbortController;
  readonly abandon: AbortController;
  /** What the user was asked. */
  readonly questions: object[];
}

/** A fleet of scripted hosts, by name. `more` changes the world that the engine sees. */
export function fleetOf(
  scripts: Readonly<Record<string, HostScript & { readonly target?: Target }>>,
  more: Partial<World> = {},
): Fleet {
  const clock = createClock();
  const hosts: Record<string, ReturnType<typeof scriptedHost>> = {};
  for (const [name, { target = targetOf({ config: '// new\n' }), ...script }] of Object.entries(
    scripts,
  )) {
    const named = { ...target, host: { ...target.host, name, address: name } };
    hosts[name] = scriptedHost(named, clock, script);
  }
  const transport: Transport = {
    connect: (host, options) => hosts[host.name]!.connect(options),
    async close() {},
  };
  const events: Fleet['events'] = [];
  const stop = new AbortController();
  const abandon = new AbortController();
  // as the transport does: every command and every pause of a run listens
  setMaxListeners(0, stop.signal, abandon.signal);
  const questions: object[] = [];
  let nonces = 0;
  const world: World = {
    transport,
    repository: {
      signingKey: async () => ({ armored: 'key', certificates: keyringOf().certificates }),
      versions: async () => ['1.18.1-1'],
      inspectKeyring: async () => keyringOf(),
    },
    emit: (happening) => events.push({ ...happening, ms: clock.now() - NOW }),
    mask: (text) => text.replaceAll('s3cret', '(secret)'),
    now: clock.now,
    sleep: clock.sleep,
    turn: async () => undefined,
    graphChanges: async () => null,
    nonce: () => {
      nonces += 1;
      return `nonce${nonces}`;
    },
    stop: stop.signal,
    abandon: abandon.signal,
    async confirm(summary) {
      questions.push(summary);
      return true;
    },
    ...more,
  };
  const targets = Object.values(hosts).map(({ target }) => target);
  return { clock, hosts, world, targets, events, stop, abandon, questions };
}

export const optionsOf = (more: Partial<RunOptions> = {}): RunOptions => ({
  run: 'r1',
  verb: 'apply',
  forks: 10,
  connectTimeoutS: 10,
  timeoutS: 600,
  watchS: 15,
  lockTimeoutS: 300,
  adopt: false,
  rollback: true,
  unattended: false,
  who: 'ops@laptop',
  ...more,
});

/** Runs the fleet to the end, and gives how each host ended. */
export async function run(fleet: Fleet, more: Partial<RunOptions> = {}) {
  await fleet.clock.drive(runFleet(fleet.targets, fleet.world, optionsOf(more)));
  const ended = fleet.events.filter((event) => event.type === 'host.finished');
  const outcomes: Record<string, string> = {};
  const problems: Record<string, Problem> = {};
  for (const { host, outcome, problem } of ended) {
    // where others failed, a host that was changed is rolled back
    if (!['changed', 'drift', undefined].includes(outcomes[host]))
      throw new Error(`${host} ended twice`);
    outcomes[host] = outcome;
    if (problem) problems[host] = problem;
  }
  for (const [name, host] of Object.entries(fleet.hosts))
    if (host.openLogins > 0) throw new Error(`${name} still has a login`);
  return { outcomes, problems, outcome: ended[0]?.outcome, problem: ended[0]?.problem };
}

/** Examines the first host. */
export const examine = ({ clock, targets, world }: Fleet): Promise<Examination> =>
  clock.drive(examineHost(targets[0]!, world, { connectTimeoutS: 10 }));

/** What a host was sent, in short: "facts", "apply r1", "follow r1 120". */
export const sentTo = (host: ScriptedHost | undefined): readonly string[] =>
  host!.sent.map((one) => {
    if (one.do === 'facts' || one.do === 'watch') return one.do;
    if (one.do !== 'follow') return `${one.do} ${one.run}`;
    const word = one.word === undefined ? '' : ` ${one.word}`;
    return `follow ${one.run} ${one.from}${word}`;
  });

/** The types of a host's events, in order. */
export const eventsOf = (fleet: Fleet, host: string): readonly string[] =>
  fleet.events.flatMap((event) => ('host' in event && event.host === host ? [event.type] : []));
