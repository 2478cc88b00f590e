import type { SecretProblems } from '../../src/model/problems/secret-problems.ts';
import type { Catalogue } from './catalogue.ts';

export const secretCatalogue: Catalogue<SecretProblems> = {};
