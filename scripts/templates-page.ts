import { BUILTIN_NAMES, builtinTemplate } from '../src/config/builtins.ts';
import { KEPT_FILTERS, KEPT_TAGS } from '../src/config/filters.ts';
import type { Parameter } from '../src/config/template-model.ts';
import { parameterType } from '../src/report/problems/config-texts.ts';

const INTRODUCTION = `# Templates

\`config.template\` names one of the templates below, or your own file (\`./site.alloy\`, relative to the inventory).
\`config.vars\` gives it values. This page is generated from the templates' declarations.

## How values are encoded

Templates use [Liquid](https://shopify.github.io/liquid/). A value is encoded for its place in the Alloy text, so it
cannot break out of a string, a comment or a block:

| where | template | with \`x\` | becomes |
|---|---|---|---|
| as an expression | \`url = {{ x }}\` | \`a"b\` | \`url = "a\\"b"\` |
| | \`labels = {{ x }}\` | \`{ env: prod }\` | an Alloy object |
| inside double quotes | \`"http://{{ x }}:80"\` | \`web-01\` | \`"http://web-01:80"\` |
| inside backticks | \`\\\`{{ x }}\\\`\` | text | the text; a backtick is refused |
| in a label or a name | \`prometheus.scrape "{{ x }}"\` | \`web_01\` | the same; anything but an identifier is refused |
| in a comment | \`// {{ x }}\` | text | the text; a newline is refused |

\`{{ x | raw }}\` writes the text unchanged, with a warning. Put double braces that are meant for Alloy itself
(\`stage.template\`) between \`{% raw %}\` and \`{% endraw %}\`.

A template can use each of \`config.vars\` by its name, and \`host.name\`, \`host.address\` and \`host.groups\`. An undefined
variable is an error, except in \`{% if x %}\` and before \`| default: ...\`. A variable that is set but not used is an error
too.

A file \`site.yaml\` beside \`site.alloy\` can declare the parameters. \`vars\` are then checked against it:

\`\`\`yaml
summary: What the template is for.
parameters:
  metrics_url:
    type: url
    meaning: The remote write endpoint of Prometheus.
    required: true
\`\`\`

Each parameter has \`type\` and \`meaning\`, and can have \`required\`, \`default\`, \`oneOf\` (the allowed values), \`needs\`
(a parameter without which it has no effect), \`unless\` (a parameter that replaces it) and
\`when: { collect: [metrics] }\` (it applies only if \`collect\` is or contains one of these values).
`;

const list = (words: readonly string[]): string => words.map((word) => `\`${word}\``).join(', ');

const cell = (text: string): string => text.replaceAll('|', '\\|').replace(/\s+/g, ' ').trim();

function row(parameter: Parameter): string {
  const { name, type, oneOf, required, default: value, meaning } = parameter;
  const words = oneOf.map((word) => `\`${word}\``).join(' ');
  const kind =
    oneOf.length === 0 ? parameterType(type) : type === 'list' ? `some of ${words}` : words;
  const otherwise = required
    ? '**required**'
    : value === null
      ? ''
      : `\`${JSON.stringify(value)}\``;
  return `| \`${name}\` | ${cell(kind)} | ${cell(otherwise)} | ${cell(meaning + conditions(parameter))} |`;
}

function conditions({ required, needs, unless, when }: Parameter): string {
  const or = (words: readonly string[]): string => words.map((word) => `\`${word}\``).join(' or ');
  return [
    ...(needs === null ? [] : [` Only with \`${needs}\`.`]),
    ...(when === null ? [] : [` Only with ${or(when.words)} in \`${when.name}\`.`]),
    ...(unless === null ? [] : [` Not together with \`${unless}\`.`]),
    ...(typeof required === 'boolean' ? [] : [` Required for ${or(required)}.`]),
  ].join('');
}

/** docs/templates.md, generated from the templates' declarations. */
export function templatesPage(): string {
  const sections = BUILTIN_NAMES.map((name) => {
    const { summary, parameters } = builtinTemplate(name);
    const rows = (parameters ?? []).map(row).join('\n');
    return `## ${name}\n\n${summary}\n\n| parameter | value | default | meaning |\n|---|---|---|---|\n${rows}\n`;
  });
  const language = `## Tags and filters

Tags: ${list(KEPT_TAGS)}.

Liquid filters: ${list([...KEPT_FILTERS].sort())}. Filters that depend on
the time or on random numbers are left out, so that planning twice gives the same plan.

Filters added by alloyup:

| filter | result |
|---|---|
| \`identifier\` | a valid Alloy label: \`web-01.example.com\` becomes \`web_01_example_com\` |
| \`reference\` | an Alloy reference instead of a string: \`{{ "constants.hostname" \\| reference }}\` |
| \`with_default: key, value\` | the map with this key first, unless it already has it |
`;
  return [INTRODUCTION, language, ...sections].join('\n');
}
