import type { Stability } from '../../model/desired.ts';
import type { Attribute, Block, Body, Expression, Identifier } from '../ast.ts';
import type { Diagnostic } from '../diagnostic.ts';
import type { Parsed } from '../parser.ts';
import type { Span } from '../position.ts';
import type { BlockRule, ComponentRule, ComponentTable } from '../table/component-table.ts';
import type { Rule, RuleCode } from './rules.ts';

/** A stretch of one file. */
export interface FileSpan extends Span {
  readonly parsed: Parsed;
}

/** Notes one finding: what is wrong here, and how to fix it. */
export type Report = (
  code: RuleCode,
  at: FileSpan,
  message: string,
  hint: string,
  /** In place of the rule's own kind. */
  kind?: Rule['kind'],
) => void;

/** Looks at the whole configuration for one family of rules. */
export type Check = (config: Config, report: Report) => void;

export interface CheckOptions {
  /** --stability.level of the service. */
  readonly stability: Stability;
  /** Knowledge counts as error. */
  readonly strict: boolean;
  /** How hosts are checked: `http` must not be locked out. null: the file is for no host. */
  readonly check: 'http' | 'service' | null;
  /** The version that it is checked for, `1.18.1` or `1.18.1-1`; the newest that is known unless said. */
  readonly version?: string | null;
  /** Why it is that version; pinned unless said. */
  readonly versionIs?: 'pinned' | 'running' | 'coming' | 'asked';
  /** --feature.community-components.enabled. */
  readonly communityComponents?: boolean;
  /** Where Alloy itself listens; 127.0.0.1:12345 unless said. */
  readonly listen?: { readonly address: string; readonly port: number };
}

/** A file of a configuration and the name that its findings carry. */
export interface NamedFile {
  readonly name: string;
  readonly parsed: Parsed;
  /** `file:line:column` of an offset where the text was made of another file; absent: those of the text itself. */
  readonly shown?: (offset: number) => string;
}

/** A finding in one of several files. */
export interface FileDiagnostic extends Diagnostic {
  readonly file: string;
}

/** A configuration as Alloy sees it: modules of nodes that refer to each other. */
export interface Config {
  readonly files: readonly NamedFile[];
  /** The root first, then what stands inside it, in order. */
  readonly modules: readonly Module[];
  /** Every node of every module, in order. */
  readonly nodes: readonly Node[];
  /** What each reference of a node names; not in it: nothing of this configuration. */
  readonly resolved: ReadonlyMap<Reference, Resolved>;
  /** `file:line:column` of a place, as the user wrote it. */
  readonly where: (at: FileSpan) => string;
  readonly table: ComponentTable;
  /** The version is newer than all that the table knows. */
  readonly beyond: boolean;
  readonly options: CheckOptions;
  /** Some file did not parse: what is not there may have been lost. */
  readonly broken: boolean;
}

/** A body that components stand in: the root, a declare, the template of a foreach. */
export interface Module {
  readonly kind: 'root' | 'declare' | 'foreach';
  /** The module around it. */
  readonly parent: Module | null;
  readonly body: readonly { readonly parsed: Parsed; readonly body: Body }[];
  readonly nodes: Node[];
  /** The first node of each id. */
  readonly byId: Map<string, Node>;
  readonly declares: Map<string, Declared>;
  /** Labels of import blocks and what they bring; null: not known offline. */
  readonly imports: Map<string, ReadonlyMap<string, Declared> | null>;
  /** Name of the item in a foreach. */
  readonly variable: string | null;
}

/** A component that the configuration declares itself. */
export interface Declared {
  readonly module: Module;
  readonly arguments: ReadonlyMap<string, { readonly required: boolean }>;
  readonly exports: ReadonlyMap<string, Attribute | null>;
}

/** A component or configuration block. */
export interface Node {
  /** `prometheus.scrape.web`, `logging` */
  readonly id: string;
  readonly name: string;
  readonly block: Block;
  readonly parsed: Parsed;
  readonly module: Module;
  readonly component: boolean;
  /** What the table says of it; undefined when it does not know it. */
  readonly rule: ComponentRule | undefined;
  /** What it is an instance of; 'imported': of a module that is fetched when Alloy runs. */
  readonly custom: Declared | 'imported' | undefined;
  readonly references: readonly Reference[];
  /** The block itself and every block inside it that belongs to it, outermost first. */
  readonly parts: readonly Part[];
}

/** A block of a node and what may stand in it. */
export interface Part {
  readonly node: Node;
  readonly block: Block;
  /** undefined: not known. */
  readonly rule: BlockRule | undefined;
  /** Names from the node's block down; [] for the node's own block. */
  readonly path: readonly string[];
  readonly parent: Part | null;
}

/** A chain of names in an expression, `prometheus.remote_write.default.receiver`, and where it is used. */
export interface Reference extends Span {
  readonly names: readonly Identifier[];
  /** It is called: `sys.env(...)`. */
  readonly called: readonly Expression[] | null;
  /** It is indexed: `x["key"]`. */
  readonly indexed: boolean;
  /** The argument that it stands in, and the names of the blocks around that, from the node's block down. */
  readonly attribute: Attribute;
  readonly path: readonly string[];
}

/** What a reference points to, and the names that are left: `["receiver"]`. */
export interface Resolved {
  readonly node: Node;
  readonly rest: readonly Identifier[];
}
