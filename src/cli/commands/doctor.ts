import type { Finding } from '../../model/finding.ts';
import { paintWith } from '../../report/paint.ts';
import { count, oneLine, someNames, wrap } from '../../report/plain.ts';
import { type Printable, toPrintable } from '../../report/printable.ts';
import type { Command } from '../args/option-table.ts';
import { hostsFindings } from '../doctor/host-findings.ts';
import { inventoryFindings } from '../doctor/inventory-findings.ts';
import { machineFindings } from '../doctor/machine-findings.ts';
import { printJson, type Terminal } from '../terminal/terminal.ts';

/** Exits 1 if something would make a run fail. Changes nothing. */
export const doctor: Command = async (invocation) => {
  const { options, terminal } = invocation;
  const machine = await machineFindings(terminal);
  const { findings, chosen } = await inventoryFindings(invocation);
  const hosts = chosen === null || !options.hosts ? [] : await hostsFindings(chosen, invocation);
  const all = [...machine, ...findings, ...hosts];
  const exitCode = all.some(({ state }) => state === 'trip') ? 1 : 0;
  if (options.output !== 'text')
    printJson(options.output, { exitCode, findings: all }, all, terminal);
  else terminal.out(findingsText(all, terminal, options.quiet));
  return exitCode;
};

const TITLES = { machine: 'This machine', inventory: 'Inventory', host: 'Hosts' } as const;

/** Findings by what they are about, failures first; the same finding of many hosts is one row. */
export function findingsText(
  findings: readonly Finding[],
  { outColour, width }: Terminal,
  quiet: boolean,
): Printable {
  const paint = paintWith(outColour);
  const marks = { ok: paint.green('ok  '), note: paint.yellow('note'), trip: paint.red('fail') };
  const parts = (['machine', 'inventory', 'host'] as const).flatMap((part) => {
    const here = grouped(findings.filter((one) => one.part === part)).filter(
      ({ finding }) => !quiet || finding.state === 'trip',
    );
    if (here.length === 0) return [];
    const lines = here.map(({ finding, hosts }) => {
      const { state } = finding;
      const message = oneLine(finding.message);
      const hint = finding.hint && oneLine(finding.hint);
      const on =
        hosts.length === 0 ? '' : `        on ${someNames(hosts.map(oneLine), width - 12)}\n`;
      const help =
        hint === null || state === 'ok' ? '' : `        ${wrap(`help: ${hint}`, width, 10, 8)}\n`;
      return `  ${marks[state]}  ${wrap(message, width, 8, 8)}\n${on}${help}`;
    });
    return [`${paint.bold(TITLES[part])}\n${lines.join('')}`];
  });
  const failures = findings.filter(({ state }) => state === 'trip').length;
  const summary =
    failures === 0
      ? paint.green('No problems found.')
      : paint.red(`${count(failures, 'problem')} would make a run fail.`);
  return toPrintable([...parts, `${summary}\n`].join('\n'));
}

const ORDER = { trip: 0, note: 1, ok: 2 } as const;

function grouped(
  findings: readonly Finding[],
): readonly { readonly finding: Finding; readonly hosts: readonly string[] }[] {
  const groups = new Map<string, { finding: Finding; hosts: string[] }>();
  for (const finding of findings) {
    const { host, check, state, message } = finding;
    // the hint may name the host
    const key = JSON.stringify([check, state, message]);
    const group = groups.get(key) ?? { finding, hosts: [] };
    groups.set(key, group);
    if (host !== undefined) group.hosts.push(host);
  }
  return [...groups.values()].sort((a, b) => ORDER[a.finding.state] - ORDER[b.finding.state]);
}
