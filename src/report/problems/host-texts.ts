import type { HostProblems } from '../../model/problems/host-problems.ts';
import type { HostParams, Texts } from './texts.ts';

export const hostTexts: Texts<HostProblems> = {};

export const hostHostParams: HostParams<HostProblems> = {};
