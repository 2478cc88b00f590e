import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Written } from '../../lab/inventory.ts';
import type { CommandEnded, Lab } from '../../lab/lab.ts';
import type { RunReport } from '../../src/model/event.ts';
import type { LabHost } from './lab-fixture.ts';

/** A pipeline that scrapes Alloy itself: four components when `second` is set, else two. */
export const pipeline = (
  more: { readonly interval?: string; readonly name?: string } = {},
): string => `prometheus.scrape "${more.name ?? 'self'}" {
	targets         = [{__address__ = "127.0.0.1:12345"}]
	forward_to      = [prometheus.remote_write.metrics.receiver]
	scrape_interval = "${more.interval ?? '30s'}"
}

prometheus.remote_write "metrics" {
	endpoint {
		url = "http://127.0.0.1:9009/api/v1/push"
	}
}
`;

/** Writes an inventory for `hosts` whose template is `config`, and returns its path. */
export function inventory(
  lab: Lab,
  hosts: readonly LabHost[],
  config: string,
  options: {
    readonly alloy?: Written;
    readonly defaults?: Written;
    readonly readable?: readonly string[];
    readonly file?: string;
    readonly groups?: Written;
    readonly perHost?: Readonly<Record<string, Written>>;
    readonly trust?: 'pin' | 'known-hosts';
  } = {},
): string {
  const file = options.file ?? 'inventory.yaml';
  const template = `${file.replace(/\.yaml$/, '')}-template.alloy`;
  writeFileSync(join(lab.home, template), config);
  return lab.inventory({
    file,
    hosts: hosts.map(({ name }) => name),
    ...(options.groups ? { groups: options.groups } : {}),
    ...(options.perHost ? { perHost: options.perHost } : {}),
    ...(options.trust ? { trust: options.trust } : {}),
    defaults: {
      alloy: { version: '1.18.1', ...options.alloy },
      config: {
        template: `./${template}`,
        ...(options.readable ? { readable: [...options.readable] } : {}),
      },
      ...options.defaults,
    },
  });
}

/** Nobody receives what the hosts of this inventory send. */
export function unwatched(file: string): void {
  const text = readFileSync(file, 'utf8');
  const [before, after] = text.split(/^defaults:\n/m);
  if (after === undefined) throw new Error(`${file} has no defaults`);
  writeFileSync(file, `${before}defaults:\n  rollout: { delivery: off }\n${after}`);
}

/** Runs a verb with `--output json`; the report is null when it printed none. */
export async function report(
  lab: Lab,
  args: readonly string[],
  options: Parameters<Lab['alloyup']>[1] = {},
): Promise<{ readonly ended: CommandEnded; readonly report: RunReport }> {
  const ended = await lab.alloyup([...args, '--output', 'json'], options);
  if (!ended.stdout.startsWith('{'))
    throw new Error(`no report: exit ${ended.exitCode}\n${ended.stdout}\n${ended.stderr}`);
  return { ended, report: JSON.parse(ended.stdout) as RunReport };
}

/** "h1: changed" and the code of a problem, for each host. */
export const outcomes = ({ hosts }: RunReport): readonly string[] =>
  Object.entries(hosts).map(
    ([name, { outcome, problem }]) => `${name}: ${outcome}${problem ? ` (${problem.code})` : ''}`,
  );

/** A property of the unit alloy. */
export const unitProperty = async (host: LabHost, name: string): Promise<string> =>
  (await host.root(`systemctl show alloy -p ${name} --value`)).stdout;

/** How often systemd has started the unit since the host was booted. */
export const starts = async (host: LabHost): Promise<number> =>
  Number((await host.root("journalctl -u alloy -o cat | grep -c '^Started ' || true")).stdout);
