import { count } from '../../report/plain.ts';
import { say, toJson } from '../../report/printable.ts';
import { withText } from '../../report/text-of.ts';
import type { Scanned } from '../../transport/host-key-scan.ts';
import type { Command, Invocation } from '../args/option-table.ts';
import { readHosts } from '../hosts/chosen-hosts.ts';
import { makeTargets, reachOnly } from '../hosts/make-targets.ts';
import { confirmed } from '../terminal/ask.ts';
import { printProblems } from '../terminal/terminal.ts';
import { printKeys, recordKeys } from '../trust/record-keys.ts';
import { throwAll, usageError } from '../usage.ts';

/** Exits 1 if a host's key is not known in the end, 130 after a no. */
export const trust: Command = async (invocation) => {
  const { args, options, terminal } = invocation;
  if (args.length > 0 && options.limit !== null) throw usageError({ reason: 'hosts-named-twice' });
  if (!options.yes && !terminal.interactive)
    throw usageError({ reason: 'trust-confirmation-needed' });
  const limit = args.length > 0 ? args.join(',') : options.limit;
  const chosen = await readHosts({ ...invocation, options: { ...options, limit } });
  const { targets, problems } = await makeTargets(reachOnly(chosen));
  throwAll(problems);

  const recorded = await recordKeys(
    targets.map(({ host }) => host),
    {
      terminal,
      timeoutMs: options.connectTimeout * 1000,
      forks: options.forks,
      agree: async (found) => {
        if (options.output === 'text') printKeys(found, terminal);
        return options.yes || (await confirmed(say`Record ${count(found.length, 'key')}?`));
      },
    },
  );
  return conclude(recorded, invocation);
};

function conclude(
  { agreed, servers, recorded }: Awaited<ReturnType<typeof recordKeys>>,
  { options, terminal }: Invocation,
): number {
  const problems = servers.flatMap(({ result }) =>
    result.kind === 'trouble' ? [result.problem] : [],
  );
  const countOf = (kind: Scanned['result']['kind']): number =>
    servers.filter(({ result }) => result.kind === kind).length;
  const [known, waiting] = [countOf('known'), countOf('later')];
  const exitCode = !agreed ? 130 : problems.length + waiting > 0 ? 1 : 0;
  if (options.output !== 'text') {
    const hosts = servers.map(rowOf);
    terminal.document(toJson({ schema: 1, exitCode, hosts }));
    return exitCode;
  }
  printProblems(terminal, problems, []);
  const summary = [
    agreed ? `${count(recorded, 'key')} recorded` : 'nothing recorded',
    ...(known > 0 ? [`${known} already known`] : []),
    ...(waiting > 0 ? [`${waiting} behind a jump host not contacted`] : []),
    ...(problems.length > 0 ? [`${problems.length} failed`] : []),
  ];
  if (!options.quiet || exitCode !== 0) terminal.out(say`${summary.join(', ')}\n`);
  return exitCode;
}

const rowOf = ({ server, result }: Scanned) => ({
  name: server.name,
  address: server.address,
  port: server.port,
  jump: server.jump,
  state: result.kind,
  ...(result.kind === 'new'
    ? { type: result.key.type, fingerprint: result.key.fingerprint, file: result.key.file }
    : {}),
  ...(result.kind === 'trouble' ? { problem: withText(result.problem) } : {}),
});
