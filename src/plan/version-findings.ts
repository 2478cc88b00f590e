import { checkConfig } from '../alloy/check/check.ts';
import type { CheckOptions } from '../alloy/check/model.ts';
import { allowsCommunity } from '../alloy/check/stability.ts';
import type { Diagnostic } from '../alloy/diagnostic.ts';
import { type Parsed, parse } from '../alloy/parser.ts';
import { framesOf } from '../alloy/source-frame.ts';
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

/** Hosts of a fleet share configurations and versions. */
const known = new Map<string, ReturnType<typeof asFindings>>();
const MOST_KNOWN = 1000;

function findingsOf(
  { config, stability, check, args, listen }: Desired,
  version: string,
  versionIs: NonNullable<CheckOptions['versionIs']>,
): ReturnType<typeof asFindings> {
  const options: CheckOptions = {
    stability,
    check,
    listen,
    communityComponents: allowsCommunity(args),
    strict: false,
  };
  const key = JSON.stringify([config, options, version, versionIs]);
  const before = known.get(key);
  if (before) return before;
  const parsed = parse(config);
  const said = new Set(checkConfig(parsed, options).filter(wasReported).map(identity));
  const found = checkConfig(parsed, { ...options, version, versionIs }).filter(
    (one) => !said.has(identity(one)),
  );
  const findings = asFindings(parsed, found);
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(key, findings);
  return findings;
}

/** What depends on the version alone was left to the plan. */
const wasReported = ({ code }: Diagnostic): boolean => code !== 'version.removed';

const identity = ({ code, start, message }: Diagnostic): string => `${start} ${code} ${message}`;

/** The 80 columns of a terminal, less the indentation of a problem's detail. */
const FRAME_WIDTH = 78;

/** With the offset of each, and its place in the whole file. */
function asFindings(parsed: Parsed, found: readonly Diagnostic[]) {
  const frame = framesOf(parsed.source, FRAME_WIDTH);
  return found.map(({ severity, code, message, hint, line, column, start, end }) => ({
    severity,
    code,
    params: { reason: 'diagnostic', rule: code, said: message, advice: hint } as const,
    at: { file: CONFIG_PATH, line, column },
    detail: frame(start, end),
    start,
  }));
}
