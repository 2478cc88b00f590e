import type { AlloyProblems } from '../../model/problems/alloy.ts';
import type { Texts } from './texts.ts';

export const alloyTexts: Texts<AlloyProblems> = {};
