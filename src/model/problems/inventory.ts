/** A form that a value of the inventory must have; what each looks like is explained in report/. */
export type ValueFormat =
  | 'address'
  | 'alloy-argument'
  | 'alloy-version'
  | 'apt-component'
  | 'apt-suite'
  | 'component-id'
  | 'duration'
  | 'environment-value'
  | 'environment-variable'
  | 'file-mode'
  | 'fingerprint'
  | 'group-name'
  | 'host-key'
  | 'host-path'
  | 'jump-host'
  | 'listen-address'
  | 'local-file'
  | 'memory'
  | 'private-key-file'
  | 'proxy'
  | 'repository-key'
  | 'repository-url'
  | 'repository-url-without-credentials'
  | 'secret'
  | 'secret-age'
  | 'secret-variable'
  | 'sudo'
  | 'cpu-share'
  | 'template'
  | 'template-value'
  | 'template-variable'
  | 'text-or-list'
  | 'unix-name'
  | 'user-name';

export type ValueType = 'text' | 'list' | 'map' | 'number' | 'whole number' | 'boolean';

/** What does not match the schema at one place. */
export type SchemaMistake =
  | {
      readonly reason: 'unknown-key';
      readonly key: string;
      readonly known: readonly string[];
      /** The key that was probably meant, as a path from here. */
      readonly near: string | null;
    }
  | { readonly reason: 'planned-key'; readonly key: string }
  | {
      readonly reason: 'not-allowed';
      readonly written: string;
      readonly allowed: readonly string[];
      readonly near: string | null;
    }
  | {
      readonly reason: 'value';
      readonly expected: ValueType | ValueFormat;
      readonly found: ValueType | 'nothing';
      /** As it was typed; null for lists, maps, and whatever may be a secret. */
      readonly written: string | null;
    }
  | {
      readonly reason: 'too-small' | 'too-large';
      /** What has the size: a number, a text or a list. */
      readonly of: ValueType;
      readonly limit: number;
    };

/** What is wrong with `web-[01:20]`. */
export type RangeMistake =
  | { readonly reason: 'unclosed-bracket'; readonly pattern: string }
  | { readonly reason: 'not-a-range'; readonly pattern: string; readonly range: string }
  | { readonly reason: 'mixed-range'; readonly pattern: string; readonly range: string }
  | {
      readonly reason: 'backward-range' | 'uneven-range';
      readonly pattern: string;
      readonly begin: string;
      readonly end: string;
    }
  | {
      readonly reason: 'too-many-names';
      readonly pattern: string;
      readonly count: number;
      readonly limit: number;
    };

/** Paths that `config.files` must not write, by who owns them. */
export type FileOwner =
  | 'configuration'
  | 'alloy-directory'
  | 'environment'
  | 'unit'
  | 'apt-sources'
  | 'alloyup'
  | 'alloy-data'
  | 'package-manager'
  | 'volatile'
  | 'package'
  | 'system'
  | 'root-directory';

export interface InventoryProblems {
  'inventory.syntax':
    | RangeMistake
    /** `error` is the YAML parser's code, `said` its message. */
    | { readonly reason: 'yaml'; readonly error: string; readonly said: string }
    | { readonly reason: 'unclosed-quote' | 'nested-too-deeply' | 'alias-bomb' | 'complex-key' }
    | { readonly reason: 'unknown-tag'; readonly tag: string }
    | { readonly reason: 'recursive-alias' | 'unknown-anchor'; readonly anchor: string }
    | { readonly reason: 'reserved-key'; readonly key: string }
    | { readonly reason: 'duplicate-key'; readonly key: string; readonly line: number }
    /** Ansible's INI format. */
    | { readonly reason: 'ini-section' | 'ini-header' | 'ini-child'; readonly written: string }
    | { readonly reason: 'ini-variable' | 'ini-host-variable'; readonly written: string }
    | { readonly reason: 'ini-quote' }
    | { readonly reason: 'undeclared-group' | 'vars-of-undeclared-group'; readonly group: string }
    /** Ansible's formats. */
    | { readonly reason: 'group-cycle' | 'group-form'; readonly group: string }
    | {
        readonly reason: 'group-section-form';
        readonly group: string;
        readonly section: 'hosts' | 'children';
      }
    | { readonly reason: 'group-priority' }
    | { readonly reason: 'variables-form'; readonly file: string };
  'inventory.schema':
    | (SchemaMistake & { readonly setting: string })
    | RangeMistake
    | { readonly reason: 'empty' }
    | { readonly reason: 'host-name'; readonly name: string }
    | { readonly reason: 'bracketed-address'; readonly address: string }
    /** Of a list of hosts: `-i web-01,web-02`. */
    | { readonly reason: 'list-item' | 'duplicate-list-item'; readonly item: string };
  'inventory.rule':
    | { readonly reason: 'no-hosts' | 'shared-address' }
    | { readonly reason: 'duplicate-host'; readonly host: string; readonly line: number }
    | { readonly reason: 'too-many-hosts'; readonly count: number; readonly limit: number }
    | { readonly reason: 'reserved-group'; readonly group: string }
    | { readonly reason: 'unknown-group'; readonly group: string; readonly near: string | null }
    | {
        readonly reason: 'groups-disagree';
        readonly host: string;
        readonly setting: string;
        readonly groups: readonly { readonly name: string; readonly line: number }[];
      }
    /** `machine` null: the one that alloyup runs on. */
    | {
        readonly reason: 'same-machine';
        readonly hosts: readonly [string, string];
        readonly machine: string | null;
      }
    | { readonly reason: 'reserved-variable' | 'zero-byte'; readonly variable: string }
    | { readonly reason: 'reserved-argument' | 'duplicate-argument'; readonly argument: string }
    | { readonly reason: 'secret-in-vars'; readonly setting: string; readonly variable: string }
    | { readonly reason: 'foreign-file'; readonly path: string; readonly owner: FileOwner }
    | { readonly reason: 'two-contents'; readonly path: string }
    | { readonly reason: 'no-content'; readonly path: string; readonly host: string }
    | { readonly reason: 'readable-secret'; readonly path: string; readonly mode: string }
    | { readonly reason: 'moved-api'; readonly host: string }
    | { readonly reason: 'ansible-template'; readonly variable: string };
  'inventory.file':
    | { readonly reason: 'variables-unreadable'; readonly file: string; readonly said: string }
    | { readonly reason: 'variables-encrypted'; readonly file: string };
  'inventory.limit':
    | { readonly reason: 'empty' | 'no-hosts-left'; readonly limit: string }
    | { readonly reason: 'empty-part' }
    | {
        readonly reason: 'index-out-of-range';
        readonly part: string;
        readonly name: string;
        readonly count: number;
      }
    | { readonly reason: 'open-range'; readonly part: string; readonly name: string }
    | {
        readonly reason: 'unknown-name';
        readonly name: string;
        readonly near: string | null;
        readonly groups: readonly string[];
      }
    | { readonly reason: 'regular-expression'; readonly part: string; readonly said: string }
    | { readonly reason: 'no-match'; readonly part: string };
}

/** Further lines of the same file that the warning is about. */
interface Repeated {
  readonly moreLines?: readonly number[];
}

export interface InventoryWarnings {
  'inventory.ambiguous': { readonly reason: 'host-and-group'; readonly name: string };
  'inventory.unused': { readonly reason: 'empty-group'; readonly group: string };
  'ansible.left': Repeated & {
    readonly reason: 'connection';
    readonly host: string;
    readonly connection: string;
  };
  'ansible.ignored': Repeated &
    (
      | { readonly reason: 'group-key'; readonly key: string; readonly group: string }
      | { readonly reason: 'ungrouped-host'; readonly host: string }
      | { readonly reason: 'older-name'; readonly variable: string; readonly current: string }
      | {
          readonly reason:
            | 'vault'
            | 'template'
            | 'become-off'
            | 'become-password'
            | 'host-key-checking-off'
            | 'alloy-version'
            | 'unclosed-quote'
            | 'own-variable'
            | 'no-counterpart';
          readonly variable: string;
        }
      | {
          readonly reason: 'become-user' | 'become-method';
          readonly variable: string;
          readonly value: string;
        }
      | {
          readonly reason: 'ssh-arguments';
          readonly variable: string;
          readonly args: readonly string[];
        }
    );
}
