import type { AlloyProblems } from '../../model/problems/alloy-problems.ts';
import type { HostParams, Texts } from './texts.ts';

export const alloyTexts: Texts<AlloyProblems> = {};

export const alloyHostParams: HostParams<AlloyProblems> = {};
