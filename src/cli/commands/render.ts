import { CONFIG_PATH, DROP_IN_PATH, ENVIRONMENT_PATH } from '../../model/desired.ts';
import { nearest } from '../../model/frame.ts';
import { paintWith } from '../../report/paint.ts';
import { toJson, toPrintable } from '../../report/printable.ts';
import type { Command } from '../args/option-table.ts';
import { readHosts } from '../hosts/chosen-hosts.ts';
import { makeTargets } from '../hosts/make-targets.ts';
import { printProblems } from '../terminal/terminal.ts';
import { throwAll, usageError } from '../usage.ts';

/** The files of one host. Reads no secrets, so it can show none. */
export const render: Command = async (invocation) => {
  const { args, options, terminal } = invocation;
  const [name = ''] = args;
  const chosen = await readHosts(invocation, { confined: true });
  const host = chosen.settings.find((one) => one.name === name);
  if (!host) {
    const names = chosen.settings.map((one) => one.name);
    throw usageError({ reason: 'unknown-host', name, nearest: nearest(name, names) ?? null });
  }
  const { targets, problems, warnings } = await makeTargets({ ...chosen, settings: [host] });
  throwAll(problems);

  const { config, environment, dropIn, files, components } = targets[0]!.desired;
  // a Secret prints as [secret]
  const variables = [...environment].map(([key, value]) => [key, String(value)] as const);
  if (options.output !== 'text') {
    const document = {
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
    };
    terminal.document(toJson(document));
    return 0;
  }
  const paint = paintWith(terminal.outColour);
  const sections: readonly (readonly [path: string, text: string])[] = [
    [CONFIG_PATH, config],
    [ENVIRONMENT_PATH, variables.map(([key, value]) => `${key}=${value}\n`).join('')],
    ...(dropIn === null ? [] : ([[DROP_IN_PATH, dropIn]] as const)),
    ...files.map(({ path, content }) => [path, String(content)] as const),
  ];
  const shown = sections.map(
    ([path, text]) => `${paint.bold(`==> ${path} <==`)}\n${text.replace(/\n?$/, '\n')}`,
  );
  terminal.out(toPrintable(shown.join('\n')));
  if (!options.quiet) printProblems(terminal, [], warnings);
  return 0;
};
