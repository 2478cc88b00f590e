/** Whose wish something is: the template's, or a fragment's. */
export interface Asker {
  readonly of: 'template' | 'fragment';
  readonly name: string;
}
