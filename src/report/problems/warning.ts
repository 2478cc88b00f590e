import type { WarningProblems } from '../../model/problems/warning.ts';
import { inventoryWarnings } from './inventory.ts';
import type { Texts } from './texts.ts';

export const warningTexts: Texts<WarningProblems> = { ...inventoryWarnings };
