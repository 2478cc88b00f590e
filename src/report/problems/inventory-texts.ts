import type { InventoryProblems } from '../../model/problems/inventory-problems.ts';
import { inventoryFileTexts } from './file-texts.ts';
import { environmentValue } from './secret-texts.ts';
import type { HostParams, Texts } from './texts.ts';

export const inventoryTexts: Texts<InventoryProblems> = {
  'inventory.file': inventoryFileTexts,
  'inventory.rule': { 'environment-value': environmentValue },
};

export const inventoryHostParams: HostParams<InventoryProblems> = {};
