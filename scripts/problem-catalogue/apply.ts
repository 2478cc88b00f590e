import type { ApplyProblems } from '../../src/model/problems/apply.ts';
import type { Catalogue } from './catalogue.ts';

export const applyCatalogue: Catalogue<ApplyProblems> = {};
