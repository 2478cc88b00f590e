import type { RepositoryProblems } from '../../src/model/problems/repository.ts';
import type { Catalogue } from './catalogue.ts';

export const repositoryCatalogue: Catalogue<RepositoryProblems> = {};
