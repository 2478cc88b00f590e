/** Where in an Alloy text a point stands: decides how a template value is written there. */
export type AlloyContext =
  /** Inside "...". */
  | 'string'
  /** Inside `...`. */
  | 'raw-string'
  | 'comment'
  /** Inside the quotes of a block's label: `prometheus.scrape "here" {`. */
  | 'label'
  /** Glued to a name: `prometheus.scrape.{{ x }}`, `{{ x }}_total`, a block or attribute name. */
  | 'name'
  /** Where an expression may begin. */
  | 'value';

/** Reads an Alloy text piece by piece and tells where its end stands. Cheap: no tree, no errors. */
export interface ContextScanner {
  feed(text: string): void;
  readonly context: AlloyContext;
}
