import type { Command } from '../args/invocation.ts';
import { findingsText } from '../doctor/findings-table.ts';
import { hostsFindings } from '../doctor/host-findings.ts';
import { inventoryFindings } from '../doctor/inventory-findings.ts';
import { machineFindings } from '../doctor/machine-findings.ts';
import { printJson } from '../terminal/terminal.ts';

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
