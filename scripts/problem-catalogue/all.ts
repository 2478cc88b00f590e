import type { ProblemParams } from '../../src/model/problem.ts';
import type { WarningProblems } from '../../src/model/problems/warnings.ts';
import { alloyCatalogue } from './alloy.ts';
import { applyCatalogue } from './apply.ts';
import type { Catalogue } from './catalogue.ts';
import { configCatalogue } from './config.ts';
import { connectionCatalogue } from './connection.ts';
import { hostCatalogue } from './host.ts';
import { inventoryCatalogue } from './inventory.ts';
import { repositoryCatalogue } from './repository.ts';
import { secretCatalogue } from './secret.ts';
import { usageCatalogue } from './usage.ts';
import { warningCatalogue } from './warning.ts';

export const PROBLEMS: Catalogue<ProblemParams> = {
  ...usageCatalogue,
  ...inventoryCatalogue,
  ...configCatalogue,
  ...secretCatalogue,
  ...repositoryCatalogue,
  ...connectionCatalogue,
  ...hostCatalogue,
  ...applyCatalogue,
  ...alloyCatalogue,
};

export const WARNINGS: Catalogue<WarningProblems> = warningCatalogue;

interface Entry {
  readonly means: string;
  readonly examples: Readonly<Record<string, object>>;
}

/** Every code with what is said of it. */
export const entriesOf = (
  catalogue: Catalogue<ProblemParams> | Catalogue<WarningProblems>,
): readonly (readonly [string, Entry])[] => Object.entries(catalogue as Record<string, Entry>);
