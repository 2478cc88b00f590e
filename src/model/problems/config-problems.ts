import type { Asker } from '../asker.ts';
import type { FileFailure } from './file-problems.ts';
import type { Reasons } from './reasons.ts';

/** What a rule of the Alloy language says of a configuration: its own words, as a compiler's. */
export interface Diagnostic {
  readonly reason: 'diagnostic';
  /** "component.unknown". */
  readonly rule: string;
  readonly said: string;
  readonly advice: string;
  /** Of a built-in template: the parameter that the place was rendered from. */
  readonly parameter?: {
    readonly name: string;
    /** Of an address on all interfaces: the same port on the loopback interface. */
    readonly loopback: string | null;
  };
}

/** A value that a parameter does not take; `given` is JSON, cut to fit a line. */
export type ParameterFault =
  /** `type`: one of docs/templates.md. */
  | Readonly<{ kind: 'type'; type: string; given: string; example: string; meaning: string }>
  /** An entry's name that no component can have; `other`: an entry whose components would have the same names. */
  | Readonly<{ kind: 'entry'; given: string; other: string | null }>
  /** `list`: the parameter takes a list of them. */
  | Readonly<{
      kind: 'choice';
      choices: readonly string[];
      list: boolean;
      given: string;
      meant: string | null;
      meaning: string;
    }>
  /** A URL in a map of them begins with another scheme; `given` is that scheme. */
  | Readonly<{ kind: 'scheme'; choices: readonly string[]; given: string; meaning: string }>;

/** A name that there is not: the one that was probably meant, and all that there are. */
type Unknown = { meant: string | null; known: readonly string[] };

/** Where in an Alloy text a value of a template stands. */
type Where = 'string' | 'raw-string' | 'comment' | 'label' | 'name' | 'raw';

/** A value that cannot be written where the template has it. */
export type Misplacement =
  | Reasons<'no-value', { where: Where }>
  | Reasons<'misplaced-reference', { name: string; where: Where }>
  | Reasons<'misplaced-list' | 'misplaced-map', { where: Where }>
  | Reasons<'lone-surrogate' | 'not-a-value' | 'not-a-map' | 'not-a-text'>
  | Reasons<'not-finite', { value: string }>
  /** `character`: its name; null: what may end a comment. */
  | Reasons<'raw-string-character', { character: string }>
  | Reasons<'comment-character', { character: string | null }>
  | Reasons<'not-an-identifier', { value: string; where: Where }>
  | Reasons<'object-key', { key: string }>
  | Reasons<'not-a-reference', { value: string | null }>;

/** What is wrong with the YAML file that declares the parameters of a template. */
export type DeclarationFault =
  | Reasons<'yaml', { said: string }>
  | Reasons<'unknown-key', Unknown & { parameter: string | null; key: string }>
  | Reasons<'no-summary' | 'no-text'>
  | Reasons<'unknown-type', { parameter: string; types: readonly string[] }>
  | Reasons<'parameter-name', { parameter: string }>
  | Reasons<'no-meaning', { parameter: string }>
  | Reasons<'undeclared-parameter', { parameter: string; field: string; other: string }>
  | Reasons<'unknown-joint', { parameter: string; joint: string; joints: readonly string[] }>
  | Reasons<'default', { parameter: string; fault: ParameterFault }>
  /** `need`: what of `needs` is of the wrong form; null: all of it. */
  | Reasons<
      'need',
      { need: 'memberOf' | 'files' | 'environment' | 'alloy' | 'stability' | 'when' | null }
    >;

export interface ConfigProblems {
  'config.syntax': Diagnostic | { readonly reason: 'liquid-template' };
  'config.check': Diagnostic;
  'template.syntax':
    | Reasons<'unknown-filter', { filter: string; meant: string | null }>
    | Reasons<'unknown-tag', Unknown & { tag: string }>
    | Reasons<'stray-tag', { tag: string }>
    | Reasons<'unclosed-output' | 'trailing-text'>
    | Reasons<'unclosed-tag', { tag: string }>
    | Reasons<'unclosed-block', { tag: string | null }>
    | Reasons<'liquid', { said: string }>
    /** `template`: whose declarations they are, where that is not the file itself. */
    | ({ readonly template?: string } & DeclarationFault);
  'template.variable':
    | Misplacement
    | Reasons<'leading-dot', { name: string }>
    /** `declared`: the template declares its parameters. */
    | Reasons<'not-given', { name: string; meant: string | null; declared: boolean }>
    | Reasons<'reserved'>
    | Reasons<'reserved-in-fragments', { name: string }>
    /** `signal`: metrics, logs or traces; `parameters`: those of the base that give them a destination. */
    | Reasons<
        'no-destination',
        Record<'fragment' | 'signal' | 'base' | 'joint', string> & { parameters: readonly string[] }
      >
    | Reasons<'unused', { template: string; name: string; meant: string | null }>
    | Reasons<'undeclared', { name: string; meant: string | null }>
    | Reasons<'unknown-parameter', Unknown & { template: string; name: string }>
    /** `alternative`: another parameter; `flag`: there is no inventory file, --var sets it. */
    | Reasons<
        'required',
        Record<'template' | 'parameter' | 'meaning' | 'example', string> & {
          alternative: string | null;
          flag: boolean;
        }
      >
    | Reasons<'no-effect-beside' | 'no-effect-without', { parameter: string; other: string }>
    | Reasons<'no-effect-unless', { parameter: string; other: string; values: readonly string[] }>
    | Reasons<'value', { parameter: string; fault: ParameterFault }>;
  /** What a template or a fragment needs from its host and does not have there. */
  'template.needs':
    | Reasons<'environment', { by: Asker; variables: readonly string[] }>
    /** `versionIs`: why it is that version. */
    | Reasons<
        'alloy',
        {
          by: Asker;
          oldest: string;
          version: string;
          versionIs: 'pinned' | 'asked' | 'running' | 'coming';
        }
      >
    | Reasons<'stability', { by: Asker; level: string; set: string }>;
  'template.file':
    | Reasons<'unknown-builtin' | 'unknown-fragment', Unknown & { name: string }>
    | Reasons<'unreadable' | 'unreadable-declarations', { path: string; failure: FileFailure }>;
}
