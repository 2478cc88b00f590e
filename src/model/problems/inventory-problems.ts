import type { UnreadableBecause } from '../readable.ts';
import type { EnvironmentValue, FileFailure, InventoryFileProblem } from './file-problems.ts';
import type { Reasons } from './reasons.ts';

/** A form that a value of the inventory must have; what each looks like is explained in report/. */
export type ValueFormat =
  | 'address'
  | 'alloy-argument'
  | 'alloy-version'
  | 'apt-component'
  | 'apt-suite'
  | 'cluster-name'
  | 'component-id'
  | 'duration'
  | 'environment-value'
  | 'environment-variable'
  | 'file-mode'
  | 'fingerprint'
  | 'fragment'
  | 'fragment-name'
  | 'group-name'
  | 'host-key'
  | 'host-path'
  | 'ip-address'
  | 'jump-host'
  | 'host-count'
  | 'listen-address'
  | 'local-file'
  | 'memory'
  | 'percentage'
  | 'private-key-file'
  | 'proxy'
  | 'readable'
  | 'repository-key'
  | 'repository-url'
  | 'repository-url-without-credentials'
  | 'secret'
  | 'secret-age'
  | 'secret-variable'
  | 'sudo'
  | 'wave-sizes'
  | 'cpu-share'
  | 'template'
  | 'template-value'
  | 'template-variable'
  | 'string-or-list'
  | 'unix-name'
  | 'user-name';

export type ValueType = 'string' | 'list' | 'map' | 'number' | 'whole number' | 'boolean';
export type Expected = ValueType | ValueFormat;

/** What does not match the schema at one place. `near` is what was probably meant. */
export type SchemaMistake =
  | Reasons<'unknown-key', { key: string; known: readonly string[]; near: string | null }>
  | Reasons<'not-allowed', { written: string; allowed: readonly string[]; near: string | null }>
  /** `written` is null for lists, maps, and whatever may be a secret. */
  | Reasons<'value', { expected: Expected; found: ValueType | 'nothing'; written: string | null }>
  /** `of` has the size: a number, a string or a list. */
  | Reasons<'too-small' | 'too-large', { of: ValueType; limit: number }>;

/** What is wrong with `web-[01:20]`. */
export type RangeMistake =
  | Reasons<'unclosed-bracket', { pattern: string }>
  | Reasons<'not-a-range' | 'mixed-range', { pattern: string; range: string }>
  | Reasons<'backward-range' | 'uneven-range', { pattern: string; begin: string; end: string }>
  | Reasons<'too-many-names', { pattern: string; count: number; limit: number }>;

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

/** Where a group sets a value. */
type GroupLine = { readonly name: string; readonly line: number; readonly file?: string };

export interface InventoryProblems {
  'inventory.syntax':
    | RangeMistake
    /** `error` is the YAML parser's code, `said` its message. */
    | Reasons<'yaml', { error: string; said: string }>
    | Reasons<'unclosed-quote' | 'nested-too-deeply' | 'alias-bomb' | 'complex-key'>
    | Reasons<'unknown-tag', { tag: string }>
    | Reasons<'recursive-alias' | 'unknown-anchor', { anchor: string }>
    | Reasons<'reserved-key', { key: string }>
    | Reasons<'duplicate-key', { key: string; line: number }>
    /** Ansible's INI format. */
    | Reasons<'ini-section' | 'ini-header' | 'ini-child', { written: string }>
    | Reasons<'ini-variable' | 'ini-host-variable', { written: string }>
    | Reasons<'ini-quote' | 'group-priority'>
    /** Ansible's formats. */
    | Reasons<'undeclared-group' | 'vars-of-undeclared-group', { group: string }>
    | Reasons<'group-cycle' | 'group-form' | 'ungrouped-child', { group: string }>
    | Reasons<
        'group-section-form' | 'group-list-form',
        { group: string; section: 'hosts' | 'vars' | 'children' }
      >
    | Reasons<'host-form', { host: string }>
    | Reasons<'reserved-host', { name: string }>
    | Reasons<'host-with-user', { user: string; host: string }>
    | Reasons<'not-groups' | 'meta-form'>
    | Reasons<'plugin-config', { plugin: string; file: string }>
    | Reasons<'variables-form', { file: string }>;
  'inventory.schema':
    | (SchemaMistake & { readonly setting: string })
    | RangeMistake
    | Reasons<'empty'>
    | Reasons<'host-name', { name: string }>
    | Reasons<'bracketed-address', { address: string }>
    /** Of a list of hosts: `-i web-01,web-02`. */
    | Reasons<'list-item' | 'duplicate-list-item', { item: string }>;
  'inventory.rule':
    | EnvironmentValue
    | Reasons<'no-hosts' | 'shared-address'>
    /** `file`: where it is another one than that of the problem. */
    | Reasons<'duplicate-host', { host: string; line: number; file?: string }>
    | Reasons<
        'files-disagree',
        { setting: string; places: readonly Readonly<{ file: string; line: number }>[] }
      >
    | Reasons<'too-many-hosts', { count: number; limit: number }>
    | Reasons<'reserved-group', { group: string }>
    | Reasons<'unknown-group', { group: string; near: string | null }>
    | Reasons<'groups-disagree', { host: string; setting: string; groups: readonly GroupLine[] }>
    /** `machine` null: the one that alloyup runs on. */
    | Reasons<'same-machine', { hosts: readonly [string, string]; machine: string | null }>
    | Reasons<'reserved-variable' | 'zero-byte', { variable: string }>
    | Reasons<'reserved-argument' | 'duplicate-argument', { argument: string }>
    | Reasons<'secret-in-vars', { setting: string; variable: string }>
    | Reasons<'foreign-file', { path: string; owner: FileOwner }>
    | Reasons<'file-place', { path: string; places: readonly string[] }>
    | Reasons<'two-contents', { path: string }>
    | Reasons<'no-content', { path: string; host: string }>
    | Reasons<'no-template', { fragment: string; host: string }>
    | Reasons<'no-fragment', { fragment: string; near: string | null }>
    | Reasons<'not-readable', { path: string; because: UnreadableBecause }>
    | Reasons<'readable-secret', { path: string; mode: string }>
    | Reasons<'moved-api', { host: string }>
    | Reasons<'unseen-delivery', { host: string }>
    /** Of `alloy.cluster`. */
    | Reasons<'cluster-without-name', { host: string }>
    | Reasons<'cluster-listen', { host: string; listen: string }>
    /** `loopback`: only the host itself reaches it. */
    | Reasons<
        'cluster-address',
        { host: string; address: string; fault: 'loopback' | 'unresolved' }
      >
    | Reasons<'cluster-same-address', { hosts: readonly [string, string]; address: string }>
    | Reasons<'cluster-argument', { argument: string }>
    | Reasons<'cluster-too-small', { cluster: string; size: number; members: number }>
    | Reasons<'cluster-version', { version: string; since: string }>
    /** `host` is one that has the variable, `file` the inventory. */
    | Reasons<
        'ansible-template' | 'ansible-vault',
        { variable: string; host: string; file: string }
      >
    | Reasons<'ansible-value', { variable: string; found: string }>
    | Reasons<'ssh-argument', { variable: string; argument: string }>
    | Reasons<'jump-key', { variable: string; key: string }>
    /** `more`: hosts besides the first. */
    | Reasons<'all-left-out', { host: string; connection: string; more: number }>;
  'inventory.file':
    | InventoryFileProblem
    | Reasons<'variables-encrypted', { file: string }>
    /** `path` as the inventory writes it. */
    | Reasons<'unreadable-vars-file', { path: string; failure: FileFailure }>
    | Reasons<'vars-file-form', { path: string }>
    | Reasons<'no-inventories', { path: string }>
    /** Of an Ansible inventory. */
    | Reasons<'program-not-json' | 'program-without-meta' | 'toml', { path: string }>;
  'inventory.limit':
    | Reasons<'empty' | 'no-hosts-left', { limit: string }>
    | Reasons<'empty-part'>
    | Reasons<'index-out-of-range', { part: string; name: string; count: number }>
    | Reasons<'open-range', { part: string; name: string }>
    | Reasons<'unknown-name', { name: string; near: string | null; groups: readonly string[] }>
    | Reasons<'regular-expression', { part: string; said: string }>
    | Reasons<'no-match', { part: string }>;
}

/** A key of an Ansible inventory that Ansible ignores as well. */
export type SkippedKey =
  | Reasons<'group-key', { key: string; group: string }>
  | Reasons<'not-a-group', { group: string }>
  | Reasons<'ungrouped-host', { host: string }>
  | Reasons<'later-port', { host: string; port: number }>;
