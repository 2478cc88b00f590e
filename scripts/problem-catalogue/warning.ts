import type { WarningProblems } from '../../src/model/problems/warning.ts';
import type { Catalogue } from './catalogue.ts';
import { inventoryWarningCatalogue } from './inventory.ts';

export const warningCatalogue: Catalogue<WarningProblems> = { ...inventoryWarningCatalogue };
