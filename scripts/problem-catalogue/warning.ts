import type { WarningProblems } from '../../src/model/problems/warnings.ts';
import type { Catalogue } from './catalogue.ts';

export const warningCatalogue: Catalogue<WarningProblems> = {};
