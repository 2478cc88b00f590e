import { hideSecrets } from '../alloy/secret-spans.ts';
import { keyringsOf, without } from '../model/apt-sources.ts';
import type { Repository, Target } from '../model/desired.ts';
import {
  CONFIG_PATH,
  DROP_IN_PATH,
  ENVIRONMENT_PATH,
  LIST_PATH,
  PROXY_PATH,
} from '../model/desired.ts';
import type { Facts } from '../model/facts.ts';
import type { Action, Change, FileDiff, Plan } from '../model/plan.ts';
import type { Warning } from '../model/problem.ts';
import { change } from '../steps/change.ts';
import { withdrawals } from '../steps/readable.ts';
import { checkSources, entriesFor, withoutEntries } from '../steps/repository.ts';
import { placeProblems } from './places.ts';
import { expectations } from './planner.ts';

/**
 * Takes Alloy off a host: service, package, and the repository unless another installed package comes
 * from it (`othersInstalled`). `purge` also removes configuration, data and user.
 */
export function planRemoval(
  { host, desired }: Target,
  facts: Facts,
  options: { readonly purge: boolean; readonly othersInstalled: readonly string[] },
): Plan {
  const changes = [
    serviceGone(facts),
    unitGone(facts),
    accessGone(facts),
    packageGone(facts, options.purge),
    options.othersInstalled.length === 0 ? repositoryGone(desired.repository, facts) : undefined,
  ].filter((one): one is Change => one !== undefined);
  return {
    host: host.name,
    changes,
    warnings:
      options.othersInstalled.length > 0
        ? [
            {
              code: 'repository.kept',
              host: host.name,
              params: { reason: 'in-use', packages: options.othersInstalled },
            },
          ]
        : [],
    problems: changes.length > 0 ? placeProblems({ host: host.name, facts, changes }) : [],
    expect: expectations(facts, changes, 'restart'),
    listPath: LIST_PATH,
    proof: {
      service: 'nothing',
      check: 'none',
      listen: desired.listen,
      components: { known: true, ids: [] },
      tolerate: [],
      version: null,
      cluster: null,
      watchS: 0,
      receiptFiles: [],
      delivery: { mode: 'off', seconds: 0 },
    },
  };
}

/** First of all, and in its own change: nothing else may pull the files from under a running Alloy. */
function serviceGone({ unit, process }: Facts): Change | undefined {
  const actions: Action[] = [];
  if (process) actions.push({ do: 'stop' });
  // a purge would leave the wants-link behind: there is no postrm (recorded)
  if (unit.enabled === 'enabled') actions.push({ do: 'disable' });
  if (actions.length === 0) return undefined;
  const title = actions.map((action) => action.do).join(' and ');
  const before = process ? 'running' : 'stopped';
  return change('service', `${title} alloy`, { actions, before, after: 'stopped' });
}

function unitGone(facts: Facts): Change | undefined {
  if (facts.files[DROP_IN_PATH]?.kind !== 'file') return undefined;
  return change('unit', `delete ${DROP_IN_PATH}`, {
    actions: [{ do: 'delete', path: DROP_IN_PATH }, { do: 'daemon-reload' }],
    diffs: [{ path: DROP_IN_PATH, kind: 'delete', text: null }],
  });
}

/** What alloyup has let the user read is nobody's without it. */
function accessGone(facts: Facts): Change | undefined {
  const taken = withdrawals(facts, []);
  if (taken.length === 0) return undefined;
  const actions = taken.map(({ action }) => action);
  return change('access', taken.map(({ title }) => title).join('; '), { actions });
}

const DATA = '/var/lib/alloy';

/** The package's scripts make a system user with this home; a person's account may have the same name. */
const isOfPackage = ({ account: { exists, uid, home } }: Facts): boolean =>
  !exists || (uid !== null && uid < 1000 && home === DATA);

function packageGone(facts: Facts, purge: boolean): Change | undefined {
  const { status, version } = facts.package;
  const actions: Action[] = [];
  const warnings: Warning[] = purge ? [{ code: 'data.lost', params: { reason: 'purge' } }] : [];
  const installed = status !== 'absent' && status !== 'config-files';
  if (facts.package.held) actions.push({ do: 'hold', held: false });
  if (installed || (purge && status === 'config-files')) actions.push({ do: 'uninstall', purge });
  if (purge) {
    for (const path of [CONFIG_PATH, ENVIRONMENT_PATH])
      if (facts.files[path]?.kind === 'file' && status === 'absent')
        actions.push({ do: 'delete', path });
    const isOurs = isOfPackage(facts);
    if (facts.mounted.includes(DATA))
      warnings.push({ code: 'data.kept', params: { reason: 'mounted', path: DATA } });
    else if (
      facts.directories[DATA]?.kind === 'directory' &&
      (isOurs || facts.account.home !== DATA)
    )
      actions.push({ do: 'delete-tree', path: DATA });
    if (isOurs && (facts.account.exists || facts.account.groupExists))
      actions.push({ do: 'delete-account' });
    if (!isOurs) warnings.push({ code: 'account.kept', params: { reason: 'not-of-package' } });
  }
  if (actions.length > 0) actions.push({ do: 'daemon-reload', ifNeeded: true });
  const kept = facts.alloyup.runs.length > 0 || facts.receipt !== null;
  if (purge && (kept || actions.length > 0)) actions.push({ do: 'forget-runs' });
  if (actions.length === 0) return undefined;
  return change('package', `${purge ? 'purge' : 'remove'} alloy${version ? ` ${version}` : ''}`, {
    before: version,
    actions,
    warnings,
  });
}

function repositoryGone(repository: Repository, facts: Facts): Change | undefined {
  const actions: Action[] = [];
  const diffs: FileDiff[] = [];
  const inUse = new Set<string>();
  for (const source of facts.apt.sources) {
    const { path, text } = source;
    for (const keyring of keyringsOf(path, without(path, text, repository))) inUse.add(keyring);
    const made = withoutEntries(source, repository, hideSecrets);
    if (!made) continue;
    actions.push(made.action);
    diffs.push(made.diff);
  }
  const keyrings = entriesFor(repository, facts).map(({ signedBy }) => signedBy);
  for (const { path, kind } of facts.apt.keyrings) {
    if (kind !== 'file' || !keyrings.includes(path)) continue;
    if (inUse.has(path) || !isOnlyGrafanas(path)) continue;
    actions.push({ do: 'delete', path });
    diffs.push({ path, kind: 'delete', text: null });
  }
  if (facts.files[PROXY_PATH]?.kind === 'file') actions.push({ do: 'delete', path: PROXY_PATH });
  return actions.length === 0
    ? undefined
    : change('repository', `forget ${repository.url}`, {
        actions: [...actions, checkSources(actions, repository.url)],
        diffs,
      });
}

/** A keyring of another name may serve sources that the facts do not hold. */
const isOnlyGrafanas = (path: string): boolean => /grafana[^/]*$/i.test(path);
