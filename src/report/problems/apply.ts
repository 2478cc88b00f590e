import type { ApplyProblems } from '../../model/problems/apply.ts';
import type { Texts } from './texts.ts';

export const applyTexts: Texts<ApplyProblems> = {};
