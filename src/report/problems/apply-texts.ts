import type { ApplyProblems } from '../../model/problems/apply-problems.ts';
import type { HostParams, Texts } from './texts.ts';

export const applyTexts: Texts<ApplyProblems> = {};

export const applyHostParams: HostParams<ApplyProblems> = {};
