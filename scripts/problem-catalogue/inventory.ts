import type { InventoryProblems } from '../../src/model/problems/inventory-problems.ts';
import type { Catalogue } from './catalogue.ts';

export const inventoryCatalogue: Catalogue<InventoryProblems> = {};
