import { ToolError } from '../../model/problem.ts';
import { paintWith } from '../../report/paint.ts';
import { count } from '../../report/plain.ts';
import { problemsText } from '../../report/problem.ts';
import type { Met } from '../../transport/host-keys.ts';
import { askYes, NoAnswer } from '../terminal/ask.ts';
import { readHosts } from '../hosts/chosen-hosts.ts';
import type { Command, Invocation } from '../args/invocation.ts';
import { makeTargets } from '../hosts/make-targets.ts';
import { meetAll } from '../trust/record-keys.ts';
import { keyTable } from '../trust/key-table.ts';
import { usageError } from '../usage.ts';

/** `alloyup trust [HOST...]`: 0 when every host's key is known at the end, 1 where one is not, 130 after a no. */
export const trust: Command = async (invocation) => {
  const { args, options, terminal } = invocation;
  if (args.length > 0 && options.limit !== null)
    throw usageError('hosts are named twice: as words and by --limit', 'keep one of the two');
  if (!options.yes && !terminal.interactive)
    throw usageError(
      'nobody is there to be asked whether these keys are right',
      'compare them on a terminal, or take what the hosts show: the same command with --yes',
    );
  const limit = args.length > 0 ? args.join(',') : options.limit;
  const chosen = await readHosts({ ...invocation, options: { ...options, limit } });
  const { targets, problems } = await makeTargets(reachOnly(chosen), {
    secrets: null,
    sudoPassword: null,
    strict: false,
  });
  if (problems.length > 0) throw new ToolError(problems[0]!, ...problems.slice(1));

  const text = options.output === 'text';
  const paint = paintWith(options.color && terminal.errColour);
  const met = await meetAll(
    targets.map(({ host }) => host),
    {
      terminal,
      timeoutMs: options.connectTimeout * 1000,
      forks: options.forks,
      agree: async (found) => {
        if (text)
          terminal.err(keyTable(found, { paint, width: terminal.width, home: terminal.home }));
        return options.yes || (await agreed(`Record ${count(found.length, 'key')}?`));
      },
    },
  );
  return conclude(met, invocation);
};

/** Nothing but the way to a host counts here: a template that is broken today must not stand in it. */
const reachOnly = (chosen: Awaited<ReturnType<typeof readHosts>>) => ({
  ...chosen,
  settings: chosen.settings.map((host) => ({
    ...host,
    alloy: { ...host.alloy, environment: new Map(), memberOf: [] },
    config: { template: 'minimal', vars: {}, inherited: [], files: [] },
  })),
});

async function agreed(question: string): Promise<boolean> {
  try {
    return await askYes(question);
  } catch (error) {
    if (error instanceof NoAnswer) return false;
    throw error;
  }
}

function conclude(
  { agreed, met, recorded }: Awaited<ReturnType<typeof meetAll>>,
  { options, terminal }: Invocation,
): number {
  const problems = met.flatMap(({ meeting }) =>
    meeting.kind === 'trouble' ? [meeting.problem] : [],
  );
  const waiting = met.filter(({ meeting }) => meeting.kind === 'later');
  const exitCode = !agreed ? 130 : problems.length + waiting.length > 0 ? 1 : 0;
  if (options.output !== 'text') {
    const hosts = met.map(rowOf);
    terminal.out(`${JSON.stringify({ schema: 1, exitCode, hosts })}\n`);
    return exitCode;
  }
  const style = { paint: paintWith(options.color && terminal.errColour), width: terminal.width };
  terminal.err(problemsText(problems, [], style));
  const known = met.filter(({ meeting }) => meeting.kind === 'known').length;
  const sums = [
    ...(agreed ? [`${count(recorded, 'key')} recorded`] : ['nothing recorded']),
    ...(known > 0 ? [`${known} known before`] : []),
    ...(waiting.length > 0 ? [`${waiting.length} behind a jump host not met`] : []),
    ...(problems.length > 0 ? [`${problems.length} in trouble`] : []),
  ];
  if (!options.quiet || exitCode !== 0) terminal.out(`${sums.join(', ')}\n`);
  return exitCode;
}

const rowOf = ({ server, meeting }: Met) => ({
  name: server.name,
  address: server.address,
  port: server.port,
  jump: server.jump,
  state: meeting.kind,
  ...(meeting.kind === 'new'
    ? { type: meeting.key.type, fingerprint: meeting.key.fingerprint, file: meeting.key.file }
    : {}),
  ...(meeting.kind === 'trouble' ? { problem: meeting.problem } : {}),
});
