import { BUILTIN_NAMES, builtinTemplate } from '../src/config/builtins.ts';
import { KEPT_FILTERS, KEPT_TAGS } from '../src/config/filters.ts';
import type { Parameter } from '../src/config/template-model.ts';
import { parameterType } from '../src/report/problems/config-texts.ts';

const INTRODUCTION = `# Templates

\`config.template\` names one of the templates below, or a file of yours (\`./site.alloy\`, relative to the
inventory). \`config.vars\` gives it values. This page is made from the templates' own declarations.

## How a value is written

Templates are [Liquid](https://shopify.github.io/liquid/). A value is written as its place in the Alloy text asks, so no
value can end a string, a comment or a block that it stands in:

| where | template | with \`x\` | becomes |
|---|---|---|---|
| where an expression stands | \`url = {{ x }}\` | \`a"b\` | \`url = "a\\"b"\` |
| | \`labels = {{ x }}\` | \`{ env: prod }\` | an Alloy object |
| inside double quotes | \`"http://{{ x }}:80"\` | \`web-01\` | \`"http://web-01:80"\` |
| inside backticks | \`\\\`{{ x }}\\\`\` | text | the text; a backtick in it is refused |
| in a label or a name | \`prometheus.scrape "{{ x }}"\` | \`web_01\` | as it is; what is no identifier is refused |
| in a comment | \`// {{ x }}\` | text | the text; a newline in it is refused |

\`{{ x | raw }}\` writes the text as it is, and is warned about. Text in double braces that is meant for Alloy itself
(\`stage.template\`) stands between \`{% raw %}\` and \`{% endraw %}\`.

A template reads each of \`config.vars\` by its name, and \`host.name\`, \`host.address\` and \`host.groups\`. A variable that is
not given is an error, except in \`{% if x %}\` and before \`| default: ...\`; a variable that is given and not used is one too.

A file \`site.yaml\` beside \`site.alloy\` may declare the parameters, and \`vars\` are then held against it:

\`\`\`yaml
summary: What it is for.
parameters:
  metrics_url:
    type: url
    meaning: Where Prometheus takes remote write.
    required: true
\`\`\`

Each has \`type\` and \`meaning\`, and may have \`required\`, \`default\`, \`oneOf\` (the values allowed), \`needs\` (another
parameter, without which it does nothing), \`unless\` (another one, beside which it does nothing and is not required) and
\`when: { collect: [metrics] }\` (it counts only where \`collect\` is, or holds, one of these words).
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
    ...(unless === null ? [] : [` Not beside \`${unless}\`.`]),
    ...(typeof required === 'boolean' ? [] : [` Required for ${or(required)}.`]),
  ].join('');
}

/** docs/templates.md, from the declarations beside the templates. */
export function templatesPage(): string {
  const sections = BUILTIN_NAMES.map((name) => {
    const { summary, parameters } = builtinTemplate(name);
    const rows = (parameters ?? []).map(row).join('\n');
    return `## ${name}\n\n${summary}\n\n| parameter | value | default | meaning |\n|---|---|---|---|\n${rows}\n`;
  });
  const language = `## Tags and filters

Tags: ${list(KEPT_TAGS)}.

Filters of Liquid: ${list([...KEPT_FILTERS].sort())}. Those that depend on the clock or on chance are left out: a plan must
come out the same twice.

Filters of alloyup:

| filter | gives |
|---|---|
| \`identifier\` | a name that Alloy takes as a label: \`web-01.example.com\` becomes \`web_01_example_com\` |
| \`reference\` | an Alloy name where a value stands: \`{{ "constants.hostname" \\| reference }}\` |
| \`with_default: key, value\` | the map with this key in front, unless it has it |
`;
  return [INTRODUCTION, language, ...sections].join('\n');
}
