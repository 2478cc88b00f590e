import type { WarningProblems } from '../../model/problems/warnings.ts';
import { configWarnings, unusedSettings } from './config-texts.ts';
import { secretWarnings } from './secret-texts.ts';
import type { HostParams, Texts } from './texts.ts';

export const warningTexts: Texts<WarningProblems> = {
  ...configWarnings,
  ...secretWarnings,
  'inventory.unused': unusedSettings,
};

export const warningHostParams: HostParams<WarningProblems> = {};
