import { inventoryJsonSchema } from '../src/inventory/schema.ts';

/** The part of JSON Schema that our own schema uses. */
interface Schema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
}

/** In the order in which a reader meets them; each is a table of the page. */
const SECTIONS = [
  'defaults',
  'group',
  'host',
  'ssh',
  'repository',
  'alloy',
  'service',
  'config',
  'file',
];

const WHERE: Readonly<Record<string, string>> = {
  defaults: 'What holds for every host. The same keys may stand in `groups.NAME` and `hosts.NAME`.',
  group:
    'Settings that hosts share. A host may be in several groups; two groups that give one key different values are an error, unless the host says it.',
  host: 'A host, named or with ranges as `web-[01:20].example.com`. `null` (nothing behind the colon) is a host with nothing of its own.',
  ssh: 'How to log in. `~/.ssh/config` counts.',
  repository: 'Where the package comes from, and who may sign it.',
  alloy: 'The package, the service and how it is checked.',
  service:
    'Under `alloy.service`: what goes into a drop-in of the unit. Without any key there is no drop-in.',
  config: 'The configuration and what it needs beside it.',
  file: 'Under `config.files`, by path on the host.',
};

const SECRETS = `## Secrets

Wherever a secret may stand, its place stands instead:

| Place | Read from |
|---|---|
| \`{ secret: env:NAME }\` | the environment variable NAME of alloyup |
| \`{ secret: file:PATH }\` | a file, relative to the inventory; a newline at its end is cut off |
| \`{ secret: { exec: [command, argument] } }\` | what a command prints; it is run without a shell |

\`alloyup validate\` reads none of them and runs nothing. A template variable cannot be a secret: put it under
\`alloy.environment\` and use \`sys.env("NAME")\` in the template.
`;

const HEAD = `# Inventory

<!-- Made by scripts/schema.ts from src/inventory/schema.ts: edit the descriptions there. -->

YAML 1.2 (or JSON). A key that is not in these tables is an error. A host takes what it says itself, then what its groups
say, then the defaults of the file, then the defaults below; maps merge key by key, everything else replaces. A file in
\`config.files\` has one content: \`secret\` said later takes the place of \`source\`, and the other way round.
[inventory.example.yaml](../inventory.example.yaml) uses every key; \`schema/inventory.schema.json\` serves editors:

\`\`\`yaml
# yaml-language-server: $schema=./node_modules/alloyup/schema/inventory.schema.json
hosts:
  web-01.example.com:
\`\`\`
`;

/** docs/inventory.md. */
export function inventoryPage(): string {
  const schema = inventoryJsonSchema() as Schema;
  const definitions = schema.$defs ?? {};
  const tables = SECTIONS.map((name) => {
    const { title = name, properties = {} } = definitions[name] ?? {};
    const shown = Object.entries(properties).filter(
      ([key]) =>
        (name !== 'group' && name !== 'host') || !(key in (definitions.defaults?.properties ?? {})),
    );
    const more = name === 'group' || name === 'host' ? '\nAnd every key of `defaults`.\n' : '';
    return `## ${title}\n\n${WHERE[name]}\n\n${table(shown, definitions)}${more}`;
  });
  const top = `## The file\n\n${table(Object.entries(schema.properties ?? {}), definitions)}`;
  return [HEAD, top, ...tables, SECRETS].join('\n');
}

const table = (
  rows: readonly (readonly [string, Schema])[],
  definitions: Readonly<Record<string, Schema>>,
): string =>
  [
    '| Key | Type | Default | Meaning |',
    '|---|---|---|---|',
    ...rows.map(
      ([key, schema]) =>
        `| \`${key}\` | ${typeOf(schema, definitions)} | ${defaultOf(schema)} | ${cell(schema.description ?? '')} |`,
    ),
    '',
  ].join('\n');

const defaultOf = ({ default: value }: Schema): string => {
  if (value === undefined) return '';
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
};

const PLURAL: Readonly<Record<string, string>> = { text: 'texts', 'whole number': 'whole numbers' };

function typeOf(schema: Schema, definitions: Readonly<Record<string, Schema>>): string {
  const name = schema.$ref?.replace('#/$defs/', '');
  if (name === 'secret') return '[secret](#secrets)';
  if (name === 'templateValue') return 'any value';
  if (name && name !== 'sudo') {
    const { title = name } = definitions[name] ?? {};
    return `[${title}](#${title.toLowerCase().replace(/[^\w-]/g, '')})`;
  }
  const known = name ? (definitions[name] ?? schema) : schema;
  if (known.enum) return known.enum.map((word) => `\`${word}\``).join(', ');
  if (known.anyOf) {
    const types = known.anyOf
      .filter(({ type }) => type !== 'null')
      .map((one) => typeOf(one, definitions));
    return [...new Set(types)].join(', or ');
  }
  switch (known.type) {
    case 'string':
      return 'text';
    case 'integer': {
      const { minimum, maximum } = known;
      const bounded =
        minimum !== undefined && maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER;
      return bounded ? `number from ${minimum} to ${maximum}` : 'number';
    }
    case 'array': {
      const items = typeOf(known.items ?? {}, definitions);
      return `list of ${PLURAL[items] ?? items}`;
    }
    case 'object': {
      const [first] = Object.keys(known.properties ?? {});
      if (first) return `\`{ ${first}: ... }\``;
      const values =
        typeof known.additionalProperties === 'object' ? known.additionalProperties : {};
      return `map of ${typeOf(values, definitions)}`;
    }
    default:
      return 'any value';
  }
}

const cell = (text: string): string => text.replace(/\|/g, '\\|');
