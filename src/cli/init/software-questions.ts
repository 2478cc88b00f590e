import type { Joint } from '../../config/template-model.ts';
import type { InventoryEdit, SettingsToWrite } from '../../inventory/edit.ts';
import { parseInventory } from '../../inventory/parse-inventory.ts';
import { SOFTWARE, type Software } from '../../model/software.ts';
import { count, someNames } from '../../report/plain.ts';
import { orThrow } from '../usage.ts';
import { type Answers, type Findings, place, type Question } from './question.ts';

/** What can be collected from a piece of software, and what that takes. */
interface Offer {
  readonly name: string;
  /** What its data needs from the template. */
  readonly joint: Joint;
  /** Where its logs lie: there is no offer for files that are collected already. */
  readonly logs?: string;
  /** It costs something, so it is offered and not selected. */
  readonly price?: 'dsn' | 'root';
}

const OFFERS: Readonly<Record<Software, Offer>> = {
  nginx: { name: 'nginx: its logs, parsed', joint: 'logs_to', logs: '/var/log/nginx/' },
  apache: { name: 'Apache httpd: its logs, parsed', joint: 'logs_to', logs: '/var/log/apache2/' },
  redis: { name: 'Redis or Valkey: metrics', joint: 'metrics_to' },
  memcached: { name: 'memcached: metrics', joint: 'metrics_to' },
  postgres: {
    name: 'PostgreSQL: metrics (needs a user in it)',
    joint: 'metrics_to',
    price: 'dsn',
  },
  mysql: {
    name: 'MySQL or MariaDB: metrics (needs a user in it)',
    joint: 'metrics_to',
    price: 'dsn',
  },
  docker: {
    name: 'Docker: logs of containers (needs group docker, which equals root)',
    joint: 'logs_to',
    price: 'root',
  },
};

/** What the template of the answers can take. */
export interface Takes {
  /** Signals that have a destination. */
  readonly joints: readonly Joint[];
  /** Parts of `collect` that are not chosen yet. */
  readonly parts: readonly string[];
}

/** What was found and can be collected beside the answers that were given. */
const offered = (
  { log_files: files = [] }: Answers,
  findings: Findings | null,
  { joints, parts }: Takes,
): readonly Software[] =>
  SOFTWARE.filter((one) => {
    const { joint, logs } = OFFERS[one];
    if (!findings?.on.has(one) || !joints.includes(joint)) return false;
    if (one === 'docker' && !parts.includes(one)) return false;
    return ![files].flat().some((path) => logs !== undefined && path.startsWith(logs));
  });

/** Whether to collect from what runs on the hosts, and where the addresses of databases are stored, with their passwords. */
export function* softwareQuestions(
  answers: Answers,
  findings: Findings | null,
  takes: Takes,
): Iterable<Question> {
  const found = offered(answers, findings, takes);
  if (findings === null || found.length === 0) return;
  yield {
    id: 'software',
    kind: 'checks',
    message: `Found on ${findings.where}. Collect from it?`,
    choices: found.map((value) => {
      const hosts = findings.on.get(value);
      const description = hosts && { description: `It runs on ${someNames(hosts, 60)}.` };
      return { value, name: OFFERS[value].name, ...description };
    }),
    selected: found.filter((one) => OFFERS[one].price === undefined),
    fallback: [],
    example: '[redis]',
  };
  for (const one of found)
    if (answers.software?.includes(one) && OFFERS[one].price === 'dsn')
      yield place(dsnOf(one), `DSN of ${one}`, dsnOf(one).toUpperCase());
}

const dsnOf = (one: Software): string => `${one}_dsn`;

/** What was chosen, as settings: for all hosts, and for a group each of those that only some have. */
export function softwareSettings(
  answers: Answers,
  findings: Findings | null,
  takes: Takes,
): Required<Pick<InventoryEdit, 'defaults' | 'groups'>> {
  const chosen = offered(answers, findings, takes)
    .filter((one) => answers.software?.includes(one))
    .map((one) => ({ one, hosts: findings?.on.get(one) ?? null }));
  return {
    defaults: chosen.flatMap(({ one, hosts }) => (hosts ? [] : settingsFor(one, answers))),
    groups: chosen.flatMap(({ one, hosts }) =>
      hosts ? [{ name: groupOf(one), hosts, settings: settingsFor(one, answers) }] : [],
    ),
  };
}

/** Of no group that somebody has: an inventory of Ansible may well have `redis`. */
const groupOf = (one: Software): string => `with-${one}`;

function settingsFor(one: Software, answers: Answers): SettingsToWrite {
  if (one === 'docker')
    return [[['config', 'vars', 'collect'], [answers.collect ?? [], one].flat()]];
  const stored = answers[dsnOf(one)];
  const fragment = [['config', 'fragments', one], one] as const;
  return OFFERS[one].price === 'dsn' && stored !== undefined
    ? [[['alloy', 'environment', dsnOf(one).toUpperCase()], { secret: stored }], fragment]
    : [fragment];
}

/** Chosen software in which somebody must create a user first. */
export const softwareWithUsers = ({ software = [] }: Answers): readonly Software[] =>
  SOFTWARE.filter((one) => software.includes(one) && OFFERS[one].price === 'dsn');

/**
 * What was found, without what the text of an inventory has already.
 *
 * @param looked what runs on each host that could be looked at
 * @param hosts how many hosts there are
 */
export function findingsOf(
  looked: ReadonlyMap<string, readonly Software[]>,
  hosts: number,
  existing: string | null,
): Findings {
  const taken = takenIn(existing);
  const on = SOFTWARE.flatMap((one) => {
    const names = [...looked].flatMap(([name, found]) => (found.includes(one) ? [name] : []));
    if (names.length === 0 || taken.has(one)) return [];
    return [[one, names.length === hosts ? null : names] as const];
  });
  const [only] = looked.keys();
  return {
    where: hosts === 1 && only !== undefined ? only : `your ${count(hosts, 'host')}`,
    on: new Map(on),
  };
}

/** What an answers file may name: it says by itself what runs on all hosts. */
export const anySoftware = (existing: string | null): Findings =>
  findingsOf(new Map([['your hosts', SOFTWARE]]), 1, existing);

/** Software that has a fragment for all hosts, or the group that it would get. */
function takenIn(existing: string | null): ReadonlySet<string | undefined> {
  if (existing === null) return new Set();
  const { defaults, groups } = orThrow(parseInventory(existing, 'inventory.yaml')).input;
  const fragments = Object.entries(defaults?.config?.fragments ?? {}).flatMap(([name, given]) => [
    name,
    typeof given === 'string' ? given : given?.template,
  ]);
  const names = Object.keys(groups ?? {});
  return new Set([...fragments, ...SOFTWARE.filter((one) => names.includes(groupOf(one)))]);
}
