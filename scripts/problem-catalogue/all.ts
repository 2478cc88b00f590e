import type { ProblemParams } from '../../src/model/problem.ts';
import type { WarningProblems } from '../../src/model/problems/warnings.ts';
import type { Catalogue } from './catalogue.ts';
import { commandLineCatalogue } from './command-line.ts';
import { configCatalogue } from './config.ts';
import { connectionCatalogue } from './connection.ts';
import { alloyCatalogue, applyCatalogue, hostCatalogue } from './host.ts';
import { inventoryCatalogue } from './inventory.ts';
import { queueCatalogue, queueWarningCatalogue } from './queue.ts';
import { exactCatalogue, repositoryCatalogue, secretCatalogue } from './source.ts';
import { warningCatalogue } from './warning.ts';

const { usage, ...afterRuns } = commandLineCatalogue;

/** By the moment in which they are met. */
export const PROBLEMS: Catalogue<ProblemParams> = {
  usage,
  ...inventoryCatalogue,
  ...configCatalogue,
  ...secretCatalogue,
  ...repositoryCatalogue,
  ...exactCatalogue,
  ...connectionCatalogue,
  ...hostCatalogue,
  ...applyCatalogue,
  ...alloyCatalogue,
  ...queueCatalogue,
  ...afterRuns,
};

export const WARNINGS: Catalogue<WarningProblems> = {
  ...warningCatalogue,
  ...queueWarningCatalogue,
};

interface Entry {
  readonly means: string;
  readonly examples: Readonly<Record<string, object>>;
}

/** Every code with what is said of it. */
export const entriesOf = (
  catalogue: Catalogue<ProblemParams> | Catalogue<WarningProblems>,
): readonly (readonly [string, Entry])[] => Object.entries(catalogue as Record<string, Entry>);
