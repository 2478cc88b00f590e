import type { RepositoryProblems } from '../../src/model/problems/repository-problems.ts';
import type { Catalogue } from './catalogue.ts';

export const repositoryCatalogue: Catalogue<RepositoryProblems> = {};
