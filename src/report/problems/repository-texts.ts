import type { RepositoryProblems } from '../../model/problems/repository-problems.ts';
import type { HostParams, Texts } from './texts.ts';

export const repositoryTexts: Texts<RepositoryProblems> = {};

export const repositoryHostParams: HostParams<RepositoryProblems> = {};
