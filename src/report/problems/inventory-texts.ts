import type { InventoryProblems } from '../../model/problems/inventory-problems.ts';
import type { HostParams, Texts } from './texts.ts';

export const inventoryTexts: Texts<InventoryProblems> = {};

export const inventoryHostParams: HostParams<InventoryProblems> = {};
