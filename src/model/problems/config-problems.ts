/** What a rule of the Alloy language says of a configuration: its own words, as a compiler's. */
export interface Diagnostic {
  readonly reason: 'diagnostic';
  /** "component.unknown". */
  readonly rule: string;
  readonly said: string;
  readonly advice: string;
}

/** Params of the problems `template.*` and `config.*`. */
export interface ConfigProblems {
  'config.syntax': Diagnostic | { readonly reason: 'liquid-template' };
  'config.check': Diagnostic;
}
