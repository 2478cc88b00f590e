import { checkConfig } from '../alloy/check/check.ts';
import type { CheckOptions } from '../alloy/check/model.ts';
import { allowsCommunity } from '../alloy/check/stability.ts';
import type { Diagnostic } from '../alloy/diagnostic.ts';
import type { Span } from '../alloy/position.ts';
import { framesOf } from '../alloy/source-frame.ts';
import { answersAlike, parseWatched, type Watched } from '../alloy/watched.ts';
import { CONFIG_PATH, type Desired } from '../model/desired.ts';
import type { Planned } from '../model/plan.ts';
import type { DiagnosticWarning, ProblemOf } from '../model/problem.ts';
import { targetVersion } from '../steps/package.ts';

interface Findings {
  readonly warnings: readonly DiagnosticWarning[];
  readonly problems: readonly ProblemOf<'config.check'>[];
}

const NONE: Findings = { warnings: [], problems: [] };

/**
 * What is wrong with the configuration in the version that the host will run, and not in the newest that
 * is known, for which it was checked before. A pinned version is checked before the first connection.
 */
export function versionFindings({ host, desired, facts, supplies }: Planned): Findings {
  if (desired.package.policy === 'exact') return NONE;
  const version = targetVersion(desired, facts, supplies.versions);
  if (version === null) return NONE;
  const versionIs = version === facts.package.version ? 'running' : 'coming';
  const found = findingsOf(desired, version, versionIs).map(({ start, ...one }) => ({
    ...one,
    ...desired.writtenAt(start),
  }));
  return {
    warnings: found
      .filter(({ severity }) => severity !== 'error')
      .map(({ severity, ...one }) => (severity === 'note' ? { ...one, severity } : one)),
    problems: found
      .filter(({ severity }) => severity === 'error')
      .map(({ severity: _, code, ...one }) => ({ ...one, code: 'config.check' as const, host })),
  };
}

type Found = ReturnType<typeof asFindings>;

/** A configuration in which nothing was found, and what was asked about the strings in which others may differ. */
interface Clean {
  readonly config: string;
  readonly holes: readonly Span[];
  readonly asked: NonNullable<ReturnType<Watched['asked']>>;
}

/** What hosts of a fleet share, which have configurations and versions in common. */
interface Known {
  readonly byConfig: Map<string, Found>;
  readonly clean: Clean[];
}

const known = new Map<string, Known>();
const [MOST_KNOWN, MOST_CLEAN] = [1000, 16];

function findingsOf(
  { config, configHoles, stability, check, args, listen }: Desired,
  version: string,
  versionIs: NonNullable<CheckOptions['versionIs']>,
): Found {
  const options: CheckOptions = {
    stability,
    check,
    listen,
    communityComponents: allowsCommunity(args),
    strict: false,
  };
  const key = JSON.stringify([options, version, versionIs]);
  const { byConfig, clean }: Known = known.get(key) ?? { byConfig: new Map(), clean: [] };
  known.set(key, { byConfig, clean });
  const before = byConfig.get(config);
  if (before) return before;
  if (clean.some((one) => isLike(one, config, configHoles))) return [];
  const { parsed, asked } = parseWatched(config, configHoles);
  const said = new Set(checkConfig(parsed, options).filter(wasReported).map(identity));
  const found = checkConfig(parsed, { ...options, version, versionIs }).filter(
    (one) => !said.has(identity(one)),
  );
  const findings = asFindings(config, found);
  const answers = asked();
  if (found.length === 0 && answers && configHoles.length > 0) {
    if (clean.length >= MOST_CLEAN) clean.shift();
    clean.push({ config, holes: configHoles, asked: answers });
  } else {
    if (byConfig.size >= MOST_KNOWN) byConfig.clear();
    byConfig.set(config, findings);
  }
  return findings;
}

/** The same would be found: it differs only in its holes, and there only in what nobody has asked about. */
function isLike({ config, holes, asked }: Clean, other: string, others: readonly Span[]): boolean {
  if (holes.length !== others.length) return false;
  const around = (text: string, of: readonly Span[], i: number): string =>
    text.slice(of[i - 1]?.end ?? 0, of[i]?.start ?? text.length);
  for (let i = 0; i <= holes.length; i += 1)
    if (around(config, holes, i) !== around(other, others, i)) return false;
  return answersAlike(asked, holes, other, others);
}

/** What depends on the version alone was left to the plan. */
const wasReported = ({ code }: Diagnostic): boolean => code !== 'version.removed';

const identity = ({ code, start, message }: Diagnostic): string => `${start} ${code} ${message}`;

/** The 80 columns of a terminal, less the indentation of a problem's detail. */
const FRAME_WIDTH = 78;

/** With the offset of each, and its place in the whole file. */
function asFindings(config: string, found: readonly Diagnostic[]) {
  const frame = framesOf(config, FRAME_WIDTH);
  return found.map(({ severity, code, message, hint, line, column, start, end }) => ({
    severity,
    code,
    params: { reason: 'diagnostic', rule: code, said: message, advice: hint } as const,
    at: { file: CONFIG_PATH, line, column },
    detail: frame(start, end),
    start,
  }));
}
