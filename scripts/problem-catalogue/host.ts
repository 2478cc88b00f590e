import type { HostProblems } from '../../src/model/problems/host.ts';
import type { Catalogue } from './catalogue.ts';

export const hostCatalogue: Catalogue<HostProblems> = {};
