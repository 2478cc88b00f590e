/** One thing that is looked for. docs/checks.md is made from these. */
export interface Rule {
  /** `family.word`, never renamed. */
  readonly code: string;
  /**
   * language: an error. knowledge: a warning, an error with --strict. note: Alloy runs it all the same; no
   * option makes more of it.
   */
  readonly kind: 'language' | 'knowledge' | 'note';
  /** The version of alloyup that first looks for it. */
  readonly since: string;
  /** What is found, one sentence. */
  readonly finds: string;
  /** What to do about it. */
  readonly fix: string;
}

type Texts = Readonly<Record<string, readonly [finds: string, fix: string, since?: string]>>;

/** Alloy cannot load it, in any version: an error. */
const LANGUAGE = {
  'block.argument-outside': [
    'an argument outside of any block',
    'Move it into the block it belongs to, e.g. level into logging { }',
  ],
  'label.missing': [
    'a component, declare, argument, export, import or foreach without a label',
    'Give it a name of your choice in quotes before the {',
  ],
  'label.forbidden': [
    'a label on http, remotecfg or livedebugging: with one, Alloy takes them for components and finds none',
    'Remove the label',
  ],
  'block.duplicate': [
    'two blocks with the same name and label anywhere in the configuration',
    'Give one of them another label, or remove it',
  ],
  'block.not-here': [
    'a block of the service (logging, http, ...) inside a declare or foreach, or an argument or export outside a declare',
    'Move the block to the top of the file, or into the declare',
  ],
  'block.unknown-root': [
    'a block without dot or label that is not a configuration block of Alloy',
    'Fix its name: component names look like prometheus.scrape, and components have a label',
  ],
  'reference.undefined': [
    'a reference to a component that does not exist, or is in another module',
    'Fix the name, or add the component',
  ],
  'reference.declared-export': [
    'a reference to an export that the declare does not have, or to a part of an argument other than value',
    'Add the export to the declare, or fix the name',
  ],
  'reference.cycle': [
    'components that depend on each other in a cycle',
    'Remove one of the references in the cycle',
  ],
  'reference.self': [
    'a component that refers to itself',
    'Name the component that should take the data',
  ],
  'argument.duplicate': ['an argument given twice in one block', 'Keep one of the two'],
  'argument.undeclared': [
    'an argument that the declare of the component does not have',
    'Fix the name, or add an argument block to the declare',
  ],
  'argument.declared-missing': [
    'an instance of a declare without an argument that is not optional',
    'Add the argument, or set optional = true in the declare',
  ],
  'http.locked-out': [
    'an http block with tls, or with auth on the paths used by the health checks: they could not tell whether Alloy is up; for a file alone, which nobody checks, a note',
    'Remove it, filter the paths, or set alloy.check: service to accept the weaker check',
  ],
} satisfies Texts;

/** What is known of Alloy's components says so: a warning, an error with --strict. */
const KNOWLEDGE = {
  'component.unknown': [
    'a component that Alloy does not have and that no declare or import of the configuration brings',
    'Fix its name, or declare or import it',
  ],
  'reference.export': [
    'a reference to an export that the component does not have; alloy validate does not notice',
    'Name one of the exports that the hint lists',
  ],
  'reference.shadows': [
    'a component whose first name hides a part of the standard library; alloy validate exits with 1',
    'Rename the declare or the label of the import',
  ],
  'function.unknown': [
    'a function that the standard library does not have; alloy validate does not notice',
    'Fix the name',
  ],
  'function.deprecated': [
    'a function by its name from before 1.4: it works, but alloy validate exits with 1',
    'Write the new name, e.g. sys.env for env',
  ],
  'function.arguments': [
    'a function called with more or fewer arguments than it takes',
    'Pass the arguments it takes',
  ],
  'function.version': [
    'a function that the version of Alloy does not have yet',
    'Pin a newer version, or do without the function',
  ],
  'function.stability': [
    'a function that the stability level of the service does not allow',
    'Raise alloy.stability (--stability.level), or do without the function',
  ],
  'argument.unknown': [
    'an argument that the block does not take',
    'Fix its name, or move it to the block that the hint names',
  ],
  'block.unknown': [
    'a block that the component does not take here',
    'Fix its name, or move it to the block that the hint names',
  ],
  'argument.missing': ['a block without an argument that it needs', 'Add the argument'],
  'block.missing': ['a block without an inner block that it needs', 'Add the block'],
  'block.as-argument': [
    'a block written as an argument: tls_config = { ... }',
    'Remove the = and the commas between its arguments',
  ],
  'argument.as-block': ['an argument written as a block: headers { ... }', 'Put a = before the {'],
  'block.repeated': [
    'a block given twice that may be given only once',
    'Put everything into one of them',
  ],
  'value.type': [
    'a value of the wrong type: "yes" for true, a string for a list',
    'Write the value as the hint shows it',
  ],
  'reference.kind': [
    'a reference to something of the wrong kind: a Loki receiver where metrics are sent; alloy validate does not notice',
    'Put a converting component in between, or name the right one',
  ],
  'value.secret-as-text': [
    'a secret where plain text is expected: Alloy refuses to start',
    'Write convert.nonsensitive(...) around it, if everybody may see it in the UI',
  ],
  'value.duration': [
    'a duration that Go cannot parse: "15 seconds", "7d"',
    'Write numbers with the units ns us ms s m h: "15s", "168h", "1h30m"',
  ],
  'value.size': [
    'a size that Alloy cannot parse: "512Mi", "1mb", a bare number',
    'Write a number with B, KiB, MiB or GiB: "512MiB"',
  ],
  'value.template': [
    'a Go template of stage.template or stage.replace that does not parse, or calls a function that is not there',
    'Close what is open, or name a function that exists',
  ],
  'value.selector': [
    'a selector of stage.match that does not parse; on a bad pattern in it Alloy panics, on a reload too (an error)',
    'Write {name="value"} and the like; it knows less than LogQL',
  ],
  'value.jmespath': [
    'a JMESPath expression that does not compile: "@timestamp" without quotes of its own',
    'Quote the key inside the string',
  ],
  'value.pattern': [
    'a pattern of stage.pattern without a capture, with two captures in a row, or with one twice',
    'Put text between the captures, and name each once',
  ],
  'value.time-zone': [
    'a time zone that the IANA database does not have, case included',
    'Use a name such as Europe/Berlin',
  ],
  'value.yaml': [
    'YAML inside a string (blackbox, snmp, mssql) that does not parse, or has fields that do not exist',
    'Fix the YAML inside the string',
  ],
  'fields.demand': [
    'values that a component refuses when it is built: below a limit, empty, or missing another argument',
    'Follow the hint; the list of these demands names the Go file of each',
  ],
  'value.enum': [
    'a word that the argument does not accept: level = "verbose"',
    'Use one of the words listed in the hint',
  ],
  'value.regex': [
    'a regular expression that RE2 refuses: unclosed groups, lookarounds, backreferences; on some Alloy panics, on a reload too (an error)',
    'Fix the pattern; backslashes are doubled in "..." and single in `...`',
  ],
  'value.url': [
    'a URL that Go cannot parse, or without http:// or https:// where one is needed; alloy validate does not notice',
    'Write the whole URL: https://host:port/path',
  ],
  'fields.scrape-timeout': [
    'a scrape_timeout longer than the scrape_interval, defaults (10s, 60s) included; alloy validate does not notice, Alloy fails to start',
    'Lower scrape_timeout or raise scrape_interval',
  ],
  'fields.auth': [
    'two ways to authenticate in one place, or one credential given twice; Alloy fails to start',
    'Keep one of them',
  ],
  'fields.relabel': [
    'a relabel rule without what its action needs; Alloy fails to start',
    'Add the argument that the hint names',
  ],
  'fields.memory-limit': [
    'an otelcol.processor.memory_limiter without limit and limit_percentage; Alloy fails to start',
    'Set limit = "512MiB", or both limit_percentage = 80 and spike_limit_percentage = 20',
  ],
  'stability.component': [
    'a component or block (foreach) that the stability level of the service does not allow',
    'Raise alloy.stability (--stability.level), or use another component',
  ],
  'stability.argument': [
    'a single argument that is experimental; alloy validate does not notice, Alloy fails to start',
    'Raise alloy.stability (--stability.level), or remove the argument',
  ],
  'stability.community': [
    'a community component without the flag that allows them',
    'Add --feature.community-components.enabled to alloy.args',
  ],
  'stability.version': [
    'a component, block, argument or export that the version of Alloy does not have yet',
    'Pin a newer version, or remove it',
  ],
  'version.removed': [
    'a component, block, argument or export that the version of Alloy no longer has; an error where the version is known',
    'Use what the hint names, or remove it',
  ],
  'text.ottl': [
    'an OTTL statement that cannot be read: brackets, quotes, converters in lower case; alloy validate does not notice, Alloy fails to start',
    'Fix the statement',
  ],
  'listen.port': [
    'two components on one port, or one on the port of Alloy itself; alloy validate does not notice, one of them cannot start',
    'Give one of them another port',
  ],
} satisfies Texts;

/** Alloy runs it, and it is probably not what was meant, or it is an opinion: always a note. */
const NOTES = {
  'version.newer': [
    'a name that alloyup does not know, in a configuration for a version of Alloy that is newer than what it knows',
    'Nothing, if that version has it; a newer alloyup may know it',
  ],
  'silence.unused': [
    'a comment `// alloyup: allow RULE` that silences nothing on its line, or the next where it stands alone',
    'Delete the comment, or correct the rule',
  ],
  'label.ignored': [
    'a label on logging or tracing, which exist only once',
    'Remove the label: Alloy does not read it',
  ],
  'value.duplicate-key': [
    'a key given twice in one object: the last one wins, silently',
    'Keep one of the two',
  ],
  'value.unusable': [
    'a value that Alloy takes and that the component cannot use: a scheme other than http, a target with a URL for an address, a type of policy that does not exist',
    'Use a value that the hint names',
  ],
  'value.url-scheme': [
    'an empty URL, or one without http:// or https://: Alloy starts, and nothing is ever sent',
    'Write the whole URL: https://host:port/path',
  ],
  'fields.glob': [
    'a pattern in __path__ of a loki.source.file, which opens paths literally',
    'Add file_match { enabled = true }, or put a local.file_match before it',
  ],
  'flow.signal': [
    'a signal sent to an otelcol component that does not pass it on: clients get an error and nothing arrives, yet Alloy reports healthy',
    'Name the signal in the output of the component too, or send it elsewhere',
  ],
  'flow.never': ['an output for a signal that the component never sends', 'Remove the line'],
  'flow.dead-end': [
    'a component that sends its data nowhere: forward_to = [], an empty output, no endpoint',
    'Name a receiver, or remove the component',
  ],
  'flow.unused': [
    'a component that only serves others, but that nothing refers to',
    'Refer to one of its exports, or remove it',
  ],
  'text.variable': [
    '"${NAME}" in a string: Alloy does not expand it',
    'Write "..." + sys.env("NAME") + "..."',
  ],
  'text.placeholder': [
    'a placeholder from an example that was never filled in: "<PROMETHEUS_URL>"',
    'Replace it with the value',
  ],
  'exposure.listen': [
    'a receiver that listens on all interfaces without authentication',
    'Bind it to 127.0.0.1 or to an address in your own network, or add auth and tls',
  ],
  'exposure.secret': [
    'a password, token or key in the text of the configuration',
    'Read it with sys.env("NAME") from alloy.environment, or from a file',
  ],
} satisfies Texts;

export type RuleCode = keyof typeof LANGUAGE | keyof typeof KNOWLEDGE | keyof typeof NOTES;

/** Of rules that are older than the first release. */
const FIRST_RELEASE = '0.1.0';

const rulesOf = (kind: Rule['kind'], texts: Texts): readonly Rule[] =>
  Object.entries(texts).map(([code, [finds, fix, since = FIRST_RELEASE]]) => ({
    code,
    kind,
    since,
    finds,
    fix,
  }));

export const RULES: readonly Rule[] = [
  ...rulesOf('language', LANGUAGE),
  ...rulesOf('knowledge', KNOWLEDGE),
  ...rulesOf('note', NOTES),
];
