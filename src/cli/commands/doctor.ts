import { randomBytes } from 'node:crypto';
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { examineHost } from '../../engine/examine.ts';
import { eachOf } from '../../engine/pool.ts';
import type { World } from '../../engine/world.ts';
import { secretRefs } from '../../inventory/refs.ts';
import type { Target } from '../../model/desired.ts';
import type { Finding } from '../../model/finding.ts';
import { type Problem, ToolError } from '../../model/problem.ts';
import { hostFindings } from '../../plan/findings.ts';
import { paintWith } from '../../report/paint.ts';
import { count } from '../../report/plain.ts';
import { createMask } from '../../report/redact.ts';
import { besideInventory, ownFolders } from '../../sources/folders.ts';
import { createRepositorySource } from '../../sources/repository.ts';
import { createTransport } from '../../transport/create.ts';
import { machineFindings } from '../doctor/machine-findings.ts';
import { findingsText } from '../doctor/findings-table.ts';
import { type ChosenHosts, DEFAULT_INVENTORY, readHosts } from '../hosts/chosen-hosts.ts';
import type { Command, Invocation } from '../args/invocation.ts';
import { makeTargets, readTargets, type Targets } from '../hosts/make-targets.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { sshOptionsOf } from '../trust/record-keys.ts';

/** `alloyup doctor`: 0 when nothing would trip a run, 1 when something would. Changes nothing. */
export const doctor: Command = async (invocation) => {
  const { options, terminal } = invocation;
  const machine = machineFindings(terminal);
  const { findings, chosen } = await inventoryFindings(invocation);
  const hosts = chosen === null || !options.hosts ? [] : await hostsFindings(chosen, invocation);
  const all = [...machine, ...findings, ...hosts];
  const exitCode = all.some(({ state }) => state === 'trip') ? 1 : 0;
  if (options.output === 'json')
    terminal.out(`${JSON.stringify({ schema: 1, exitCode, findings: all }, null, 2)}\n`);
  else if (options.output === 'ndjson')
    terminal.out(all.map((one) => `${JSON.stringify(one)}\n`).join(''));
  else {
    const paint = paintWith(options.color && terminal.outColour);
    terminal.out(findingsText(all, { paint, width: terminal.width, quiet: options.quiet }));
  }
  return exitCode;
};

const trip = (
  part: Finding['part'],
  { code, message, hint, at }: Problem,
  host?: string,
): Finding => ({
  part,
  check: code,
  state: 'trip',
  message: at ? `${at.file}:${at.line}: ${message}` : message,
  hint,
  ...(host === undefined ? {} : { host }),
});

/** Rules, templates, secrets that are not set; `chosen` null: hosts cannot be asked. */
async function inventoryFindings(
  invocation: Invocation,
): Promise<{ readonly findings: readonly Finding[]; readonly chosen: ChosenHosts | null }> {
  const { options, terminal } = invocation;
  if (options.inventory === null && !existsSync(DEFAULT_INVENTORY)) {
    const message = `there is no ${DEFAULT_INVENTORY} here: hosts were not looked at`;
    const hint = 'name it with -i, or write one: alloyup init';
    return {
      findings: [{ part: 'inventory', check: 'inventory', state: 'note', message, hint }],
      chosen: null,
    };
  }
  let chosen: ChosenHosts;
  try {
    chosen = await readHosts(invocation);
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    return { findings: error.problems.map((one) => trip('inventory', one)), chosen: null };
  }
  const made = await makeTargets(chosen, { secrets: null, sudoPassword: null, strict: false });
  const trips = [
    ...made.problems.map((one) => trip('inventory', one)),
    ...unsetSecrets(chosen, terminal.env),
  ];
  const notes = [
    ...openKeys(chosen),
    ...[...chosen.warnings, ...made.warnings].map(
      ({ code, message, hint }): Finding => ({
        part: 'inventory',
        check: code,
        state: 'note',
        message,
        hint,
      }),
    ),
  ];
  const read = count(chosen.settings.length, 'host');
  const findings: readonly Finding[] = [
    ...trips,
    ...notes,
    ...(trips.length > 0
      ? []
      : ([
          {
            part: 'inventory',
            check: 'inventory',
            state: 'ok',
            message: `${read}, whose configurations render`,
            hint: null,
          },
        ] as const)),
  ];
  return { findings, chosen: trips.length > 0 ? null : chosen };
}

/** The built-in client takes a key that others may read; the ssh of the system does not. */
export function openKeys({
  settings,
  base,
}: Pick<ChosenHosts, 'settings' | 'base'>): readonly Finding[] {
  const paths = new Set(settings.flatMap(({ ssh }) => ssh.identity));
  return [...paths]
    .map((path) => besideInventory(path, base))
    .filter((path) => ((statSync(path, { throwIfNoEntry: false })?.mode ?? 0) & 0o077) !== 0)
    .map((path) => ({
      part: 'inventory',
      check: 'identity',
      state: 'note',
      message: `the key ${path} is open to other users of this machine: OpenSSH refuses it`,
      hint: `chmod 600 ${path}`,
    }));
}

/** Only names are looked at: no secret is read, no program run. */
export function unsetSecrets(
  { settings, base }: Pick<ChosenHosts, 'settings' | 'base'>,
  env: Terminal['env'],
): readonly Finding[] {
  const found = new Map<string, Finding>();
  for (const ref of settings.flatMap(secretRefs)) {
    const add = (message: string, hint: string): void => {
      found.set(message, { part: 'inventory', check: 'secret', state: 'trip', message, hint });
    };
    if (ref.kind === 'env' && !env[ref.name])
      add(
        `the variable ${ref.name} is not set, and a secret comes from it`,
        `set it: export ${ref.name}=...`,
      );
    if (ref.kind === 'file') {
      const path = besideInventory(ref.path, base);
      try {
        accessSync(path, constants.R_OK);
      } catch {
        add(`the file ${path} of a secret cannot be read`, 'mend its path or its mode');
      }
    }
  }
  return [...found.values()];
}

async function hostsFindings(
  chosen: ChosenHosts,
  invocation: Invocation,
): Promise<readonly Finding[]> {
  const { options, terminal } = invocation;
  let read: Targets;
  try {
    read = await readTargets(chosen, invocation, 'status');
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    return error.problems.map((one) => trip('inventory', one));
  }
  const transport = createTransport(sshOptionsOf(terminal));
  const never = new AbortController().signal;
  const world: World = {
    transport,
    repository: createRepositorySource({ cacheDir: ownFolders(terminal.env).cache, now: Date.now }),
    emit: () => {},
    mask: createMask(read.secrets),
    now: Date.now,
    nonce: () => randomBytes(16).toString('hex'),
    stop: never,
    abandon: never,
  };
  try {
    const findings = new Map<Target, readonly Finding[]>();
    await eachOf(read.targets, options.forks, async (target) => {
      findings.set(target, await findingsOf(target, world, options.connectTimeout));
    });
    return read.targets.flatMap((target) => findings.get(target) ?? []);
  } finally {
    await transport.close();
  }
}

async function findingsOf(
  target: Target,
  world: World,
  connectTimeoutS: number,
): Promise<readonly Finding[]> {
  const host = target.host.name;
  const seen = await examineHost(target, world, { connectTimeoutS });
  if (!seen.ok) {
    const message = world.mask(seen.problem.message.replace(`${host}: `, ''));
    return [trip('host', { ...seen.problem, message }, host)];
  }
  const { facts, supplies, aheadMs, extras, repository } = seen;
  const found = [
    ...(repository ? [trip('host', repository, host)] : []),
    ...hostFindings({ target, facts, supplies, aheadMs, ...extras }),
  ];
  return found.length > 0
    ? found
    : [
        {
          part: 'host',
          check: 'host',
          state: 'ok',
          message: 'nothing in the way',
          hint: null,
          host,
        },
      ];
}
