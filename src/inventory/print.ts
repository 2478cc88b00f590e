import { Document } from 'yaml';
import type { Written } from './schema.ts';

/** An inventory as a file: what it was made from on top, a host with nothing of its own as `name:`. */
export function inventoryText(written: Written, from: string): string {
  const document = new Document(JSON.parse(JSON.stringify(written)));
  document.commentBefore = ` Made from ${from.replace(/[^\x20-\x7e]/g, '?')} by: alloyup inventory import`;
  return document.toString({ nullStr: '', lineWidth: 100, flowCollectionPadding: false });
}
