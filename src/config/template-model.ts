import type { Stability } from '../model/desired.ts';
import type { Position, Problem } from '../model/problem.ts';
import type { Reference } from './encode.ts';
import type { ParameterType } from './parameter-types.ts';

/** Where fragments send what they collect: a variable in Liquid that the base assigns. */
export const JOINTS = ['metrics_to', 'logs_to', 'traces_to'] as const;
export type Joint = (typeof JOINTS)[number];
/** The receivers that a base has assigned. */
export type Joints = Readonly<Partial<Record<Joint, Reference>>>;

/** Something that another parameter must hold. */
export interface Condition {
  readonly name: string;
  /** `GIVEN`, or words that it is or, of a list, holds. */
  readonly words: readonly string[];
}

/** Stands for any value. */
export const GIVEN = 'given';

/** One value that a template takes from `config.vars`. */
export interface Parameter {
  readonly name: string;
  readonly type: ParameterType;
  /** One or two sentences, for the reference page and for hints. */
  readonly meaning: string;
  /** Where it counts; or only where `when` finds one of these words. */
  readonly required: boolean | readonly string[];
  /** null: none; the template sees null. */
  readonly default: unknown;
  /** The only values allowed, of a list its items; empty: any of the type. */
  readonly oneOf: readonly string[];
  /** Another parameter, without which this one does nothing; null: none. */
  readonly needs: string | null;
  /** Other parameters, beside any of which this one does nothing and is not required. */
  readonly unless: readonly string[];
  /** Another parameter, beside which this one counts but is not required; null: none. */
  readonly requiredUnless: string | null;
  /** What a base offers to fragments when this one is given: it then counts wherever there are any. */
  readonly offers: readonly Joint[];
  /** It counts only where one of these holds; empty: always. */
  readonly when: readonly Condition[];
  /** Of `record`, and of each of `entries`: what it consists of. */
  readonly fields: readonly Parameter[];
  /** Of `entries`: the field that a plain value stands for; null: there is no such short form. */
  readonly short: string | null;
  /** Of `entries`: they may also be a list of plain values, without names. */
  readonly listed: boolean;
}

/**
 * What a template needs from its host. `{{ NAME }}` in a text stands for the value of a parameter, for each item of a
 * list, or for each path of a map of log files; without a value the text is left out.
 */
export interface DeclaredNeeds {
  /** As of a parameter: the rest counts only then; null: always. */
  readonly when: Parameter['when'];
  readonly memberOf: readonly string[];
  /** Absolute paths that Alloy reads; patterns allowed. */
  readonly files: readonly string[];
  /** Variables of `alloy.environment`. */
  readonly environment: readonly string[];
  /** The oldest version of Alloy that will do, `1.5` or `1.5.2`; null: any. */
  readonly alloy: string | null;
  readonly stability: Stability | null;
}

export interface Template {
  readonly name: string;
  /** Named in problems. */
  readonly file: string;
  /** Liquid. */
  readonly text: string;
  /** null: nothing is declared, so any variable may be given. */
  readonly parameters: readonly Parameter[] | null;
  /** Absent: nothing is declared. */
  readonly needs?: readonly DeclaredNeeds[];
}

/** How places in the text that a template became are named; equal texts share the name of one host. */
export const renderedFile = ({ file }: Template, host: string, fragment?: string): string =>
  `${file} (${fragment === undefined ? '' : `fragment ${fragment}, `}rendered for ${host})`;

/** What a template may read: each of `vars` by its name, and `host`. */
export interface TemplateValues {
  readonly vars: Readonly<Record<string, unknown>>;
  /** Names of `vars` that were written for another template, and go where this one has no use for them. */
  readonly inherited?: readonly string[];
  readonly host: {
    readonly name: string;
    readonly address: string;
    readonly groups: readonly string[];
    /** Names of its fragments. */
    readonly fragments?: readonly string[];
  };
  /** The template is a fragment of this name, on top of a base. */
  readonly fragment?: {
    readonly name: string;
    readonly base: Template;
    readonly joints: Joints;
  };
  /** Where one of `vars` was written (null: where the template was chosen), with the lines around it. */
  readonly locate: (name: string | null) => Pick<Problem, 'at' | 'detail'>;
}

/** A place in a template's text, with the lines around it. */
export interface TemplatePlace {
  readonly at: Position;
  readonly detail: string;
}
