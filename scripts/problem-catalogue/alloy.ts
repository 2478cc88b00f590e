import type { AlloyProblems } from '../../src/model/problems/alloy-problems.ts';
import type { Catalogue } from './catalogue.ts';

export const alloyCatalogue: Catalogue<AlloyProblems> = {};
