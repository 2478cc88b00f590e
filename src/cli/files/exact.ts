import { availableParallelism } from 'node:os';
import process from 'node:process';
import { readAnswers } from '../../alloy/exact/answers.ts';
import { type Answer, type Findings, mergeFindings, ourFindings } from '../../alloy/exact/merge.ts';
import { DEFAULTS } from '../../inventory/schema.ts';
import type { HostSettings } from '../../inventory/settings.ts';
import { compareDebianVersions } from '../../model/debian-version.ts';
import { type Repository, validateFlags } from '../../model/desired.ts';
import { type Problem, type ProblemParams, ToolError, type Warning } from '../../model/problem.ts';
import { say } from '../../report/printable.ts';
import { type AlloyProgram, createAlloyPackages } from '../../sources/alloy-packages.ts';
import { askAlloy, type ConfigFile } from '../../sources/alloy-program.ts';
import { besideInventory, ownDirectories } from '../../sources/directories.ts';
import { anywhere } from '../../sources/may-read.ts';
import type { Invocation, Options } from '../args/option-table.ts';
import { type ChosenHosts, readHosts } from '../hosts/chosen-hosts.ts';

/** Which Alloy to ask, and how. */
interface Wanted {
  readonly repository: Repository;
  /** null: the newest of the repository. */
  readonly version: string | null;
  readonly flags: readonly string[];
}

/** A configuration and the Alloy that it is for. */
export interface Question {
  readonly wanted: Wanted;
  readonly files: readonly ConfigFile[];
}

/** What became of a question. */
type Told =
  | { readonly answer: Answer }
  | { readonly warning: Warning }
  | { readonly problems: readonly Problem[] };

/** Debian's names of the architectures that Alloy is packaged for and this can run on. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/** Since then there is `alloy validate`. */
const FIRST_VERSION = '1.9';

export type Exact = ReturnType<typeof createExact>;

/**
 * Asks Alloy itself. Close it in the end.
 *
 * @throws ToolError `exact.unsupported` where its packages cannot run
 */
export function createExact(
  { options, terminal }: Pick<Invocation, 'options' | 'terminal'>,
  { platform, arch }: { readonly platform: string; readonly arch: string } = process,
) {
  const architecture = platform === 'linux' ? ARCHITECTURES[arch] : undefined;
  if (architecture === undefined) {
    const params = { reason: 'platform', platform, arch } as const;
    throw new ToolError({ code: 'exact.unsupported', params });
  }
  const packages = createAlloyPackages({
    cacheDir: ownDirectories(terminal.env).cache,
    now: Date.now,
    onFetch: (version, bytes) => {
      const size = `${Math.ceil(bytes / 1_000_000)} MB`;
      if (!options.quiet) terminal.err(say`Fetching alloy ${version} (${size}), once ...\n`);
    },
  });
  const asked = new Set<string>();

  async function programOf({ repository, version }: Wanted): Promise<AlloyProgram> {
    refuseOld(version);
    const program = await packages.program(repository, version, architecture!);
    refuseOld(program.version);
    asked.add(nameOf(program));
    return program;
  }

  async function ask({ wanted, files }: Question): Promise<Told> {
    const program = await programOf(wanted);
    const { version } = program;
    const { failure, log, copies } = await askAlloy(program, 'validate', files, wanted.flags);
    const { found, panic, rest } = answersOf(log, copies);
    if (panic !== null) {
      const params = { reason: 'validate', version: upstream(version), said: panic } as const;
      const at = { file: files[0]!.name, line: 1, column: 1 };
      return { warning: { code: 'alloy.crashed', params, at } };
    }
    if (failure !== null && failure.kind !== 'exit')
      throw failed({ reason: 'not-run', version, failure }, rest);
    if (failure !== null && found.length === 0)
      throw failed({ reason: 'no-reason', version }, rest);
    const sources = new Map(files.map(({ name, text, written }) => [name, written?.text ?? text]));
    return { answer: { found, by: nameOf(program), sources } };
  }

  return {
    /** The versions that answered: `alloy 1.18.1`. */
    asked: (): readonly string[] => [...asked],

    /** Adds what Alloy says of each configuration; what keeps it from answering is a problem. */
    async judge(ours: Findings, questions: readonly Question[]): Promise<Findings> {
      const { default: pLimit } = await import('p-limit');
      const limit = pLimit(availableParallelism());
      const told = await Promise.all(
        questions.map((question) =>
          limit(() => ask(question)).catch((error): Told => {
            if (error instanceof ToolError) return { problems: error.problems };
            throw error;
          }),
        ),
      );
      let merged = ourFindings(ours);
      // the same for each configuration: a package that cannot be fetched is one problem
      const failures = new Map<string, Problem>();
      for (const one of told) {
        if ('answer' in one) merged = mergeFindings(merged, one.answer);
        else if ('warning' in one)
          merged = { ...merged, warnings: [...merged.warnings, one.warning] };
        else for (const problem of one.problems) failures.set(JSON.stringify(problem), problem);
      }
      return { ...merged, problems: [...merged.problems, ...failures.values()] };
    },

    /** What `alloy fmt` makes of a file; `text` null: it has errors. */
    async format(wanted: Wanted, file: ConfigFile) {
      const program = await programOf(wanted);
      const { failure, log, copies, stdout } = await askAlloy(program, 'fmt', [file]);
      const by = nameOf(program);
      const { found, rest } = answersOf(log, copies);
      const sources = new Map([[file.name, file.text]]);
      if (failure === null || found.length > 0)
        return { text: failure === null ? stdout : null, answer: { found, by, sources } };
      throw failed({ reason: 'not-run', version: program.version, failure }, rest);
    },

    close: (): void => packages.close(),
  };
}

function answersOf(log: string, copies: ReadonlyMap<string, ConfigFile>) {
  const names = new Map([...copies].map(([copy, { name }]) => [copy, name]));
  return readAnswers(log, names, (copy, at) => copies.get(copy)?.written?.place(at) ?? at);
}

const upstream = (version: string): string => version.replace(/-[^-]*$/, '');
const nameOf = ({ version }: AlloyProgram): string => `alloy ${upstream(version)}`;

function refuseOld(version: string | null): void {
  if (version === null || compareDebianVersions(version, FIRST_VERSION) >= 0) return;
  throw new ToolError({ code: 'exact.unsupported', params: { reason: 'too-old', version } });
}

function failed(params: ProblemParams['exact.failed'], printed: readonly string[]): ToolError {
  return new ToolError({ code: 'exact.failed', params, detail: printed.slice(0, 20).join('\n') });
}

/**
 * The Alloy of a host. `present` and `latest` stand for `--alloy-version`, otherwise for the newest of its
 * repository.
 */
export function wantedBy(
  { repository, alloy }: HostSettings,
  { base, mayRead = anywhere }: Pick<ChosenHosts, 'base' | 'mayRead'>,
  { alloyVersion }: Pick<Options, 'alloyVersion'>,
): Wanted {
  const { key } = repository;
  const path = /^https?:\/\//.test(key) ? null : besideInventory(key, base);
  if (path !== null && mayRead(path) !== null) {
    const params = {
      reason: 'unreadable',
      source: key,
      said: 'it is outside of the repository',
    } as const;
    throw new ToolError({ code: 'repository.key', params });
  }
  return {
    repository: {
      ...repository,
      key: path ?? key,
    },
    version: alloy.version.policy === 'exact' ? alloy.version.version : bare(alloyVersion),
    flags: validateFlags([`--stability.level=${alloy.stability}`, ...alloy.args]),
  };
}

/** `v1.18.1` is how Alloy's tags are named. */
const bare = (version: string | null): string | null => version?.replace(/^v/, '') ?? null;

/** The Alloy for files alone: that of `--alloy-version`, of the first host with -i, or the newest there is. */
export async function wantedForFiles(invocation: Invocation): Promise<Wanted> {
  const { options } = invocation;
  const named = bare(options.alloyVersion);
  if (options.inventory === null)
    return { repository: DEFAULTS.repository, version: named, flags: [] };
  const chosen = await readHosts(invocation, { mayRun: false, confined: true });
  const wanted = wantedBy(chosen.settings[0]!, chosen, options);
  return { ...wanted, version: named ?? wanted.version };
}
