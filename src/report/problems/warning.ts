import type { WarningProblems } from '../../model/problems/warning.ts';
import type { Texts } from './texts.ts';

export const warningTexts: Texts<WarningProblems> = {};
