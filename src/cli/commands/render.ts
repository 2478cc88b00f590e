import { CONFIG_PATH, DROP_IN_PATH, ENVIRONMENT_PATH } from '../../model/desired.ts';
import { nearest } from '../../model/frame.ts';
import { ToolError } from '../../model/problem.ts';
import { paintWith } from '../../report/paint.ts';
import { problemsText } from '../../report/problem.ts';
import { readHosts } from '../hosts/chosen-hosts.ts';
import type { Command } from '../args/invocation.ts';
import { makeTargets } from '../hosts/make-targets.ts';
import { usageError } from '../usage.ts';

/** `alloyup render HOST`: the files a host would get. Reads no secret, so it can show none. */
export const render: Command = async (invocation) => {
  const { args, options, terminal } = invocation;
  const [name = ''] = args;
  const chosen = await readHosts(invocation);
  const host = chosen.settings.find((one) => one.name === name);
  if (!host) {
    const near = nearest(
      name,
      chosen.settings.map((one) => one.name),
    );
    throw usageError(
      `the inventory has no host "${name}"`,
      near ? `did you mean "${near}"?` : 'see which hosts there are: alloyup hosts',
    );
  }
  const { targets, problems, warnings } = await makeTargets(
    { ...chosen, settings: [host] },
    { secrets: null, sudoPassword: null, strict: false },
  );
  const [first, ...others] = problems;
  const [target] = targets;
  if (first || !target) throw new ToolError(first!, ...others);

  const { config, environment, dropIn, files, components } = target.desired;
  // a Secret prints as [secret]
  const variables = [...environment].map(([key, value]) => [key, String(value)] as const);
  if (options.output !== 'text') {
    terminal.out(
      `${JSON.stringify({
        schema: 1,
        host: name,
        config,
        environment: Object.fromEntries(variables),
        dropIn,
        files: files.map(({ path, content, mode, user, group }) => ({
          path,
          content: String(content),
          mode,
          user,
          group,
        })),
        components,
      })}\n`,
    );
    return 0;
  }
  const paint = paintWith(options.color && terminal.outColour);
  const sections = [
    [CONFIG_PATH, config],
    [ENVIRONMENT_PATH, variables.map(([key, value]) => `${key}=${value}\n`).join('')],
    ...(dropIn === null ? [] : [[DROP_IN_PATH, dropIn]]),
    ...files.map(({ path, content }) => [path, String(content)]),
  ];
  terminal.out(
    sections
      .map(([path, text]) => `${paint.bold(`==> ${path} <==`)}\n${text!.replace(/\n?$/, '\n')}`)
      .join('\n'),
  );
  if (!options.quiet) {
    const style = { paint: paintWith(options.color && terminal.errColour), width: terminal.width };
    terminal.err(problemsText([], warnings, style));
  }
  return 0;
};
