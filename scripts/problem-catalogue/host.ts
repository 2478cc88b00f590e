import type { HostProblems } from '../../src/model/problems/host-problems.ts';
import type { Catalogue } from './catalogue.ts';

export const hostCatalogue: Catalogue<HostProblems> = {};
