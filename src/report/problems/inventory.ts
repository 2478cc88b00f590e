import type { InventoryProblems } from '../../model/problems/inventory.ts';
import type { Texts } from './texts.ts';

export const inventoryTexts: Texts<InventoryProblems> = {};
