import accounts from './program/accounts.pl';
import acl from './program/acl.pl';
import alloy from './program/alloy.pl';
import base from './program/base.pl';
import checks from './program/checks.pl';
import cluster from './program/cluster.pl';
import delivery from './program/delivery.pl';
import facts from './program/facts.pl';
import files from './program/files.pl';
import follow from './program/follow.pl';
import journal from './program/journal.pl';
import json from './program/json.pl';
import launch from './program/launch.pl';
import lock from './program/lock.pl';
import main from './program/main.pl';
import packages from './program/packages.pl';
import proof from './program/proof.pl';
import reads from './program/reads.pl';
import run from './program/run.pl';
import software from './program/software.pl';
import unit from './program/unit.pl';
import unitMain from './program/unit-main.pl';

/** The last line is the only one that does something: a program that was cut short does nothing. */
const joined = (...parts: readonly string[]): string => `${parts.join('\n')}\n`;

/** Everything that a run needs. It lies on the host as a file, next to its request. */
export const RUN_PROGRAM = `${joined(
  base,
  json,
  alloy,
  unit,
  lock,
  facts,
  reads,
  journal,
  files,
  accounts,
  acl,
  packages,
  checks,
  cluster,
  proof,
  delivery,
  run,
  unitMain,
  main,
)}exit unit_main(@ARGV);\n`;

/** For `perl -`, with a request behind it. */
const program = (...parts: readonly string[]): string =>
  `${joined(...parts, main)}exit main();\n__END__\n`;

/** A program with its request behind it, and whatever the request names behind that. */
const withRequest = (parts: readonly string[], request: unknown): string =>
  `${program(...parts)}${JSON.stringify(request)}\n`;

/** What reads facts, by what it can read: the same bytes for every host. */
const factsPrograms = new Map<string, Buffer>();

/**
 * What reads the facts of a host and changes nothing. `reads`: also what user alloy can read; `peers`: also whom Alloy
 * sees in its cluster; `others`: also what else runs there.
 */
export const factsProgram = (
  request: unknown,
  {
    reads: asked = false,
    peers = false,
    others = false,
  }: { readonly reads?: boolean; readonly peers?: boolean; readonly others?: boolean } = {},
): Buffer => {
  const kind = `${asked} ${peers} ${others}`;
  let bytes = factsPrograms.get(kind);
  if (!bytes) {
    const more = [
      ...(asked ? [reads, acl] : []),
      ...(peers ? [cluster] : []),
      ...(others ? [software] : []),
    ];
    bytes = Buffer.from(program(base, json, alloy, unit, lock, facts, delivery, ...more));
    factsPrograms.set(kind, bytes);
  }
  return Buffer.concat([bytes, Buffer.from(`${JSON.stringify(request)}\n`)]);
};

/** What reads how the data of a host fares, until nobody listens. */
export const watchProgram = (request: unknown): string =>
  withRequest([base, json, alloy, unit, delivery], request);

/** What sends the log of a run that goes on, or is over. */
export const followProgram = (request: unknown): string =>
  withRequest([base, json, follow], request);

/** What starts a run. The run's program and its request have to follow. */
export const launchProgram = (request: unknown): string =>
  withRequest([base, json, launch, follow], request);
