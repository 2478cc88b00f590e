import { inventoryJsonSchema } from '../src/inventory/schema.ts';

/** The part of JSON Schema that the inventory's schema uses. */
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

/** In reading order; each is a table of the page. */
const SECTIONS = [
  'defaults',
  'group',
  'host',
  'ssh',
  'repository',
  'alloy',
  'cluster',
  'service',
  'config',
  'fragment',
  'file',
  'rollout',
];

const INTRODUCTIONS: Readonly<Record<string, string>> = {
  defaults: 'Settings for every host. `groups.NAME` and `hosts.NAME` accept the same keys.',
  group:
    'Settings that hosts share. A host may belong to several groups. If two of them set one key to different values, that is an error, unless the host sets it as well.',
  host: 'A host, or a range such as `web-[01:20].example.com`. `null` (nothing after the colon) is a host without settings of its own.',
  ssh: 'How to log in. `~/.ssh/config` applies as well.',
  repository: 'Where the package comes from, and who may sign it.',
  alloy: 'The package, the service, and how to check it.',
  cluster: 'Hosts whose Alloys share their work. See [clusters.md](clusters.md).',
  service:
    '`alloy.service` is written to a drop-in for the unit. Without any of these keys there is no drop-in.',
  config: 'The configuration, and the files it refers to.',
  rollout:
    'In which waves `apply` changes hosts, and when it stops. The flags `--canary`, `--serial`, `--max-fail` and `--pause` override it. The guide has [an example](guide.md#roll-out-in-waves).',
  fragment:
    'Entries of `config.fragments`, by name. A path alone is short for a map with this `template`. An entry that names a template replaces an inherited one, an entry with `vars` alone adds to it, and null removes it. See [templates.md](templates.md#fragments).',
  file: 'Entries of `config.files`, by path on the host.',
};

const SECRETS = `## Secrets

A secret is never written in the inventory, only a reference to it:

| Reference | Read from |
|---|---|
| \`{ secret: env:NAME }\` | the environment variable NAME of alloyup |
| \`{ secret: file:PATH }\` | a file, relative to the inventory; a newline at its end is removed |
| \`{ secret: { exec: [command, argument] } }\` | the output of a command, which is run without a shell |

\`alloyup validate\` does not read secrets and does not run commands. A template variable cannot be a secret: set it
in \`alloy.environment\`, and use \`sys.env("NAME")\` in the template.
`;

const HEAD = `# Inventory

<!-- Made by scripts/schema.ts from src/inventory/schema.ts: edit the descriptions there. -->

An inventory is YAML 1.2 (or JSON). Unknown keys are errors. The settings of a host override those of its groups, which
override the defaults in the file, which override the defaults below. Maps are merged key by key; everything else is
replaced. A file in \`config.files\` has one content: setting \`secret\` replaces an inherited \`source\`, and vice versa.
[inventory.example.yaml](../inventory.example.yaml) is one to copy, [inventory.full.yaml](inventory.full.yaml) uses every key. Editors can use \`schema/inventory.schema.json\`:

\`\`\`yaml
# yaml-language-server: $schema=./node_modules/alloyup/schema/inventory.schema.json
hosts:
  web-01.example.com:
\`\`\`

An inventory can consist of several files, such as a generated list of hosts and settings by hand: repeat \`-i\`, or name a
directory, whose files are read in the order of their names. Hidden files, backups (\`~\`), files of variables, and the
declarations beside a template are left out. The files are one inventory: maps are merged key by key, lists of members add up, and
anything else that two files set must be equal. Ansible inventories and lists of hosts can be among them. Relative paths start at
the directory of the file that has them. \`alloyup hosts --output json\` shows the file and line of each value.
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
    const more =
      name === 'group' || name === 'host' ? '\nAll keys of `defaults` are allowed as well.\n' : '';
    return `## ${title}\n\n${INTRODUCTIONS[name]}\n\n${table(shown, definitions)}${more}`;
  });
  const top = `## The file\n\n${table(Object.entries(schema.properties ?? {}), definitions)}`;
  return [HEAD, top, ...tables, SECRETS].join('\n');
}

const table = (
  rows: readonly (readonly [string, Schema])[],
  definitions: Readonly<Record<string, Schema>>,
): string =>
  [
    '| Key | Type | Default | Description |',
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

const PLURAL: Readonly<Record<string, string>> = { string: 'strings' };

function typeOf(schema: Schema, definitions: Readonly<Record<string, Schema>>): string {
  const name = schema.$ref?.replace('#/$defs/', '');
  if (name === 'secret') return '[secret](#secrets)';
  if (name === 'templateValue' || name === 'listedValue') return 'any value';
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
      return 'string';
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
