import type { ApplyProblems } from '../../src/model/problems/apply-problems.ts';
import type { Catalogue } from './catalogue.ts';

export const applyCatalogue: Catalogue<ApplyProblems> = {};
