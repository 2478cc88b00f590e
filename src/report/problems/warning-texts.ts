import type { WarningProblems } from '../../model/problems/warnings.ts';
import type { HostParams, Texts } from './texts.ts';

export const warningTexts: Texts<WarningProblems> = {};

export const warningHostParams: HostParams<WarningProblems> = {};
