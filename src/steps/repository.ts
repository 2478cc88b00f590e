import { entriesOf, type SourceEntry, without } from '../model/apt-sources.ts';
import type { Repository } from '../model/desired.ts';
import { KEYRING_PATH, LIST_PATH, PROXY_PATH } from '../model/desired.ts';
import type { Facts } from '../model/facts.ts';
import type { Action, Certificate, FileDiff, KeyringFacts, Step, Supplies } from '../model/plan.ts';
import type { Warning } from '../model/problem.ts';
import { change, type FileChange, fileChange } from './change.ts';
import { type Hide, unifiedDiff } from './textdiff.ts';

const DAY_MS = 86_400_000;
/** A key that expires within this many days is looked up again, and warned about. */
const EXPIRY_WARN_DAYS = 90;

/** The pinned certificates are all there, unrevoked and unexpired by the host's clock. */
function inForce(
  keyring: KeyringFacts | undefined,
  fingerprints: readonly string[],
  now: number,
): boolean {
  if (!keyring || keyring.problem !== null) return false;
  return fingerprints.every((fingerprint) =>
    keyring.certificates.some(
      (one) =>
        one.fingerprint === fingerprint &&
        !one.revoked &&
        (one.expiresAt === null || one.expiresAt > now),
    ),
  );
}

/** Milliseconds since the epoch when the first pinned certificate expires; null: none does. */
export function expiryOf(
  keyring: KeyringFacts | undefined,
  fingerprints: readonly string[],
): number | null {
  const times = (keyring?.certificates ?? [])
    .filter(({ fingerprint }) => fingerprints.includes(fingerprint))
    .flatMap(({ expiresAt }) => (expiresAt === null ? [] : [expiresAt]));
  return times.length === 0 ? null : Math.min(...times);
}

/** Every enabled entry of a host's apt sources that means this repository; its other suites are others. */
export const entriesFor = (repository: Repository, facts: Facts): readonly SourceEntry[] =>
  facts.apt.sources.flatMap(({ path, text }) => entriesOf(path, text, repository));

/**
 * The one entry that serves as it is, whoever wrote it: the right suite and components, signed by a
 * keyring with the pinned keys in force. undefined: ours has to be written.
 */
export function servingEntry(
  repository: Repository,
  facts: Facts,
  keyrings: Supplies['keyrings'],
): SourceEntry | undefined {
  const entries = entriesFor(repository, facts);
  const [entry] = entries;
  if (!entry || entries.length !== 1) return undefined;
  if (!repository.components.every((one) => entry.components.includes(one))) return undefined;
  if (entry.arches.length > 0 && !entry.arches.includes(facts.os.arch)) return undefined;
  const keyring = facts.apt.keyrings.find(({ path }) => path === entry.signedBy);
  if (keyring?.kind !== 'file' || !/[4-7]$/.test(keyring.mode)) return undefined;
  return inForce(keyrings.get(keyring.path), repository.fingerprints, facts.takenAt)
    ? entry
    : undefined;
}

/** What the keyring of the serving entry holds. */
export function servingKeyring(
  repository: Repository,
  facts: Facts,
  keyrings: Supplies['keyrings'],
): KeyringFacts | undefined {
  const serving = servingEntry(repository, facts, keyrings);
  return serving && keyrings.get(serving.signedBy);
}

/** The list that apt is asked about: the serving one, else ours. */
export const listPathOf = (
  repository: Repository,
  facts: Facts,
  keyrings: Supplies['keyrings'],
): string => servingEntry(repository, facts, keyrings)?.path ?? LIST_PATH;

/** Our line of apt sources. `arch=` keeps multi-arch hosts from asking for i386, which is not built. */
const listText = ({ url, suite, components }: Repository, arch: string): string =>
  `deb [arch=${arch} signed-by=${KEYRING_PATH}] ${url} ${suite} ${components.join(' ')}\n`;

const proxyText = ({ url, proxy }: Repository): string =>
  `// Written by alloyup: this repository alone goes through the proxy.\n` +
  ['http', 'https']
    .map((scheme) => `Acquire::${scheme}::Proxy::${new URL(url).hostname} "${proxy}";\n`)
    .join('');

/** Takes the repository's entries out of an apt source file; undefined when it has none. */
export function withoutEntries(
  { path, text }: Facts['apt']['sources'][number],
  repository: Repository,
  hide: Hide,
): FileChange | undefined {
  const rest = without(path, text, repository);
  if (rest === text) return undefined;
  const diff = unifiedDiff(text, rest, hide);
  return rest === ''
    ? { action: { do: 'delete', path }, diff: { path, kind: 'delete', text: diff } }
    : {
        action: { do: 'file', path, content: rest, ...root },
        diff: { path, kind: 'change', text: diff },
      };
}

const root = { user: 'root', group: 'root', mode: '0644' };

/** Grafana's key and list: adopted where they serve, mended where not, one entry at the end. */
export const repositoryStep: Step = {
  id: 'repository',

  diff({ desired, facts, supplies, hide }) {
    const { repository } = desired;
    const actions: Action[] = [];
    const diffs: FileDiff[] = [];
    const add = (made: FileChange | undefined) => {
      if (!made) return;
      actions.push(made.action);
      diffs.push(made.diff);
    };

    const serving = servingEntry(repository, facts, supplies.keyrings);
    const keyringPath = serving?.signedBy ?? KEYRING_PATH;
    const held = supplies.keyrings.get(keyringPath);
    const renewed = supplies.key && laterThan(supplies.key, held, repository.fingerprints);
    if (supplies.key && (!serving || renewed)) {
      const fact = facts.apt.keyrings.find(({ path }) => path === KEYRING_PATH);
      if (fact?.kind !== 'file' || !sameBytes(fact.content, supplies.key.armored)) {
        actions.push(
          { do: 'directory', path: '/etc/apt/keyrings', ...root, mode: '0755' },
          { do: 'file', path: KEYRING_PATH, content: supplies.key.armored, ...root },
        );
        diffs.push({
          path: KEYRING_PATH,
          kind: fact?.kind === 'file' ? 'change' : 'create',
          text: supplies.key.certificates.map(keyLine).join('\n'),
        });
      } else if (fact.mode !== root.mode) {
        add({
          action: { do: 'mode', path: KEYRING_PATH, ...root },
          diff: { path: KEYRING_PATH, kind: 'mode', text: `@@ ${fact.mode} -> 0644 @@` },
        });
      }
    }
    // status fetches no key
    if (!serving && !supplies.key) diffs.push({ path: KEYRING_PATH, kind: 'change', text: null });
    if (!serving || (renewed && serving.signedBy !== KEYRING_PATH)) {
      const text = listText(repository, facts.os.arch);
      const ours = facts.apt.sources.find(({ path }) => path === LIST_PATH);
      if (ours?.text !== text) {
        actions.push({ do: 'file', path: LIST_PATH, content: text, ...root });
        diffs.push({
          path: LIST_PATH,
          kind: ours ? 'change' : 'create',
          text: unifiedDiff(ours?.text ?? '', text, hide),
        });
      }
      for (const source of facts.apt.sources)
        if (source.path !== LIST_PATH) add(withoutEntries(source, repository, hide));
    }
    const proxyFact = facts.files[PROXY_PATH];
    if (repository.proxy !== null)
      add(
        fileChange({ path: PROXY_PATH, content: proxyText(repository), ...root }, proxyFact, hide),
      );
    else if (proxyFact?.kind === 'file') {
      actions.push({ do: 'delete', path: PROXY_PATH });
      diffs.push({ path: PROXY_PATH, kind: 'delete', text: null });
    }

    if (diffs.length === 0) return undefined;
    const warnings = supplies.key ? expiryWarning(supplies.key, repository, facts.takenAt) : [];
    const known = entriesFor(repository, facts).length > 0;
    return change('repository', `${known ? 'mend' : 'add'} ${repository.url}`, {
      actions: [...actions, checkSources(actions, repository.url), { do: 'refresh' }],
      diffs,
      warnings,
      after: repository.url,
    });
  },

  warnings({ desired: { repository }, facts, supplies, changes }) {
    const keyring = servingKeyring(repository, facts, supplies.keyrings);
    const renewed = changes.some(({ step }) => step === 'repository');
    return keyring && !renewed ? expiryWarning(keyring, repository, facts.takenAt) : [];
  },
};

/** apt stops at the first source it cannot read: a fault of ours would stop every update of the host. */
export const checkSources = (actions: readonly Action[], url: string): Action => ({
  do: 'check-sources',
  paths: actions.flatMap((action) => ('path' in action ? [action.path] : [])),
  url,
});

/** "+B53A... expires 2027-08-22": what is trusted from now on, and until when. */
const keyLine = ({ fingerprint, expiresAt }: Certificate): string =>
  `+${fingerprint}${expiresAt === null ? '' : ` expires ${dayOf(expiresAt)}`}`;

const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

const laterThan = (
  fetched: Pick<KeyringFacts, 'certificates'>,
  held: KeyringFacts | undefined,
  fingerprints: readonly string[],
): boolean => {
  const there = expiryOf(held, fingerprints);
  const new_ = expiryOf({ ...fetched, problem: null }, fingerprints);
  return there !== null && (new_ === null || new_ > there);
};

/** Said at most once a plan: when the key that is (or will be) on the host expires soon. */
export function expiryWarning(
  keyring: Pick<KeyringFacts, 'certificates'>,
  repository: Repository,
  now: number,
): readonly Warning[] {
  const at = expiryOf({ ...keyring, problem: null }, repository.fingerprints);
  if (at === null || at - now > EXPIRY_WARN_DAYS * DAY_MS) return [];
  const days = Math.floor((at - now) / DAY_MS);
  return [{ code: 'key.expires', params: { reason: 'soon', days, date: dayOf(at) } }];
}

const sameBytes = (bytes: Uint8Array | null, text: string): boolean =>
  bytes !== null && Buffer.from(bytes).equals(Buffer.from(text, 'utf8'));
