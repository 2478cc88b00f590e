import type { HostProblems } from '../../model/problems/host.ts';
import type { Texts } from './texts.ts';

export const hostTexts: Texts<HostProblems> = {};
