import { type ChildProcess, fork } from 'node:child_process';
import ssh2 from 'ssh2';
import { freePort } from '../../lab/free-port.ts';
import type { Facts } from '../../src/model/facts.ts';
import { rawFacts } from '../../test/host/raw-facts.ts';
import { addressOf, MOST_HOSTS } from './addresses.ts';
import { buildProgram } from './build-program.ts';
import type { Fault } from './faults.ts';
import type { HostNote, Pace } from './host.ts';
import type { FromWorker, Setup, ToWorker } from './protocol.ts';
import type { Link } from './ssh-server.ts';

export interface SimulatorOptions {
  /** One for each host: what it is at first. Equal ones may be the same object. */
  readonly facts: readonly Facts[];
  /** One for each host; the default: nothing is wrong with any. */
  readonly faults?: readonly (Fault | null)[];
  /** By default at once. */
  readonly pace?: Partial<Pace>;
  /** Of all hosts; by default without a delay. */
  readonly link?: Partial<Link>;
  /** Processes; default 1. */
  readonly workers?: number;
  /** The second part of all addresses, 127.N.x.y; default 1. */
  readonly network?: number;
}

export interface SimulatedHostAddress {
  readonly address: string;
  readonly port: number;
}

/** A fleet of SSH servers on this machine, in processes of its own. */
export interface Simulator {
  readonly hosts: readonly SimulatedHostAddress[];
  readonly port: number;
  /** `ssh-ed25519 AAAA...`: of all hosts, but those with the fault `wrong-host-key`. */
  readonly hostKey: string;
  /** The private key that logs in everywhere, as OpenSSH writes it. */
  readonly loginKey: string;
  /** What each host was asked for and has really done so far, by its number; and the CPU time of all workers. */
  notes(): Promise<{ readonly hosts: readonly HostNote[]; readonly cpuMs: number }>;
  /** Takes away the faults of these hosts, or of all. */
  repair(hosts?: readonly number[]): Promise<void>;
  /** Ends all hosts. Safe to call twice. They also end with the process that started them. */
  stop(): Promise<void>;
}

export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { facts, faults = [], workers: count = 1, network = 1 } = options;
  if (facts.length > MOST_HOSTS) throw new Error(`at most ${MOST_HOSTS} hosts`);
  const states = new Map<Facts, number>();
  for (const one of facts) if (!states.has(one)) states.set(one, states.size);
  const hosts = facts.map((one, n) => ({
    n,
    address: addressOf(network, n),
    name: one.os.hostname,
    facts: states.get(one)!,
    fault: faults[n] ?? null,
  }));
  // in all likelihood it is free at the addresses beside this one
  const port = await freePort(addressOf(network, 0));
  const [host, other, login] = [makeKey(), makeKey(), makeKey()];
  const common = {
    port,
    facts: [...states.keys()].map((one) => JSON.stringify(rawFacts(one))),
    hostKey: host.private,
    otherHostKey: other.private,
    accepts: login.public.split(' ')[1]!,
    pace: { factsMs: 0, stepMs: 0, readingMs: 1000, ...options.pace },
    link: { rttMs: 0, bytesPerS: null, ...options.link },
  };

  const { program, remove } = await buildProgram('worker');
  const workers: ChildProcess[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(workers.splice(0).map(end));
    remove();
  };
  try {
    for (let i = 0; i < count; i += 1) {
      const worker = fork(program, {
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
        execArgv: [],
      });
      workers.push(worker);
      const setup: Setup = { ...common, hosts: hosts.filter(({ n }) => n % count === i) };
      tell(worker, { type: 'setup', setup });
    }
    await Promise.all(workers.map((worker) => answerOf(worker, 'ready')));
  } catch (error) {
    await stop();
    throw error;
  }
  const notes: Simulator['notes'] = async () => {
    const answers = workers.map((worker) => {
      tell(worker, { type: 'notes' });
      return answerOf(worker, 'notes');
    });
    const all = await Promise.all(answers);
    const found = new Map(all.flatMap((one) => one.hosts));
    return {
      hosts: hosts.map(({ n }) => found.get(n)!),
      cpuMs: all.reduce((sum, { cpuMs }) => sum + cpuMs, 0),
    };
  };
  return {
    hosts: hosts.map(({ address }) => ({ address, port })),
    port,
    hostKey: host.public.split(' ').slice(0, 2).join(' '),
    loginKey: login.private,
    notes,
    async repair(which) {
      for (const worker of workers) tell(worker, { type: 'repair', hosts: which ?? null });
      // each worker takes its messages in their order
      await notes();
    },
    stop,
  };
}

const tell = (worker: ChildProcess, message: ToWorker): void => void worker.send(message);

/** The next message of this type. Rejects when the worker fails or ends first. */
function answerOf<T extends FromWorker['type']>(
  worker: ChildProcess,
  type: T,
): Promise<Extract<FromWorker, { type: T }>> {
  return new Promise((resolve, reject) => {
    const done = (): void => {
      worker.off('message', onMessage);
      worker.off('exit', onExit);
    };
    const onMessage = (message: FromWorker): void => {
      if (message.type === 'failed') {
        done();
        reject(new Error(`the simulator could not start: ${message.why}`));
      } else if (message.type === type) {
        done();
        resolve(message as Extract<FromWorker, { type: T }>);
      }
    };
    const onExit = (): void => {
      done();
      reject(new Error('a worker of the simulator has ended'));
    };
    worker.on('message', onMessage);
    worker.on('exit', onExit);
  });
}

function end(worker: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (worker.exitCode !== null || worker.signalCode !== null) return resolve();
    worker.once('exit', () => resolve());
    if (worker.connected) worker.disconnect();
    else worker.kill('SIGKILL');
  });
}

function makeKey(): { readonly private: string; readonly public: string } {
  for (;;) {
    const made = ssh2.utils.generateKeyPairSync('ed25519');
    // about one in 256 ed25519 keys of ssh2 1.17.0 cannot be parsed
    if (!(ssh2.utils.parseKey(made.private) instanceof Error)) return made;
  }
}
