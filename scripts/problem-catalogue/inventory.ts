import type { InventoryProblems } from '../../src/model/problems/inventory.ts';
import type { Catalogue } from './catalogue.ts';

export const inventoryCatalogue: Catalogue<InventoryProblems> = {};
