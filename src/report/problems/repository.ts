import type { RepositoryProblems } from '../../model/problems/repository.ts';
import type { Texts } from './texts.ts';

export const repositoryTexts: Texts<RepositoryProblems> = {};
