import {
  BUILTIN_NAMES,
  type BuiltinName,
  type BuiltinTemplate,
  builtinTemplate,
} from '../src/config/builtins.ts';
import { KEPT_FILTERS, KEPT_TAGS } from '../src/config/filters.ts';
import { builtinFragment, FRAGMENT_NAMES, type FragmentName } from '../src/config/fragments.ts';
import { toldNeeds } from '../src/config/host-needs.ts';
import { type Condition, GIVEN, type Joint, type Parameter } from '../src/config/template-model.ts';
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

A template can use each of \`config.vars\` by its name, and \`host.name\`, \`host.address\`, \`host.groups\` and
\`host.fragments\` (names). An undefined
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

Each parameter has \`type\` and \`meaning\`, and can have \`required\`, \`default\`, \`oneOf\` (the allowed values, or schemes of URLs), \`needs\`
(a parameter without which it has no effect), \`unless\` (a parameter that replaces it), \`requiredUnless\` (a parameter
beside which it is optional) and
\`when: { collect: [metrics] }\` (it applies only if \`collect\` is or contains one of these values).
\`offers\` names what it gives to fragments, see below. \`when: { scrape: given }\` asks only that the other one is set.

\`needs\` says what the host must have:

\`\`\`yaml
needs:
  memberOf: [docker]
  files: ["{{ password_file }}", /run/docker.sock]
  environment: "{{ password_env }}"
  alloy: ">=1.9"
  stability: public-preview
\`\`\`

The plan adds the groups by itself. A missing variable, an older version and a lower \`alloy.stability\` are errors.
\`{{ NAME }}\` stands for the value of a parameter, or for each item of a list; without a value the entry does not count. A list
of such maps, each with \`when: { collect: [docker] }\`, needs more for some values only.

\`setup\` is a list of sentences about what else is to do, for people.

A parameter of type \`entries\` is a map by name, whose entries have \`fields\`, parameters themselves; with \`short\`, an entry may
also be the plain value of that field, and with \`listed\` the whole may be a plain list. A \`record\` has \`fields\` once. The
template sees a list of maps with every field, and \`name\` first.

## Things by name

Log files, applications and second destinations are maps by name. Groups and hosts add entries, change fields of one, or
remove it with null:

\`\`\`yaml
defaults:
  config:
    template: linux-host
    vars:
      metrics_url: https://prometheus.example.com/api/v1/write
      logs_url: https://loki.example.com/loki/api/v1/push
      collect: { files: true }
      log_files: { syslog: /var/log/syslog }
groups:
  web:
    hosts: [web-01, web-02]
    config:
      vars:
        collect: { docker: true }
        log_files:
          nginx: { path: /var/log/nginx/access*.log, parser: nginx, label_fields: [status] }
        scrape: { shop: "127.0.0.1:8080" }
hosts:
  web-02: { config: { vars: { log_files: { syslog: null } } } }
\`\`\`

Components are called after the names (\`loki.source.file.file_nginx\`, \`prometheus.scrape.scrape_shop\`), so a new name reads a file
from its beginning. A plain list of \`log_files\` stays what it was, one component with the job "files"; a list replaces
what other sections have. Passwords and tokens come from variables (\`_env\`) or files on the host (\`_file\`).
`;

const FRAGMENTS = `## Fragments

\`config.fragments\` adds pieces to the template, by name. Defaults, groups and hosts each add their own, and null removes one:

\`\`\`yaml
defaults:
  config:
    template: linux-host
    vars:
      metrics_url: https://prometheus.example.com/api/v1/write
      logs_url: https://loki.example.com/loki/api/v1/push
groups:
  web:
    hosts: [web-01, web-02, web-03]
    config:
      fragments:
        nginx: ./nginx.alloy
        cache: { template: redis, vars: { address: "127.0.0.1:6379" } }
hosts:
  web-03: { config: { fragments: { cache: null } } }
\`\`\`

A fragment is a template like any other, with its own variables. It is rendered and put behind the template, in the order of
the names, and the host still gets one \`config.alloy\`. Components must not have the same name in two of them, and there is
one \`logging\` block: a clash names both places. \`fragment\` is the fragment's own name, for labels that are free.

A fragment does not need to know where data goes. It writes to what the template offers, whatever the destination:

| variable | takes | offered by |
|---|---|---|
| \`metrics_to\` | Prometheus metrics, as in \`forward_to = [{{ metrics_to }}]\` | OFFERS-metrics_to |
| \`logs_to\` | lines of Loki | OFFERS-logs_to |
| \`traces_to\` | OpenTelemetry traces, as in \`traces = [{{ traces_to }}]\` | OFFERS-traces_to |

\`\`\`alloy
// nginx.alloy
local.file_match "nginx" {
	path_targets = [{__path__ = "/var/log/nginx/access.log", job = "nginx"}]
}

loki.source.file "nginx" {
	targets    = local.file_match.nginx.targets
	forward_to = [{{ logs_to }}]
}
\`\`\`

A template of your own offers what it assigns: \`{% assign metrics_to = "prometheus.remote_write.mine.receiver" | reference %}\`.
In the built-in templates these components keep their names: \`prometheus.remote_write.default\`, \`loki.write.default\`,
\`prometheus.scrape.host\`, \`loki.source.journal.journal\`, \`loki.source.docker.containers\`, \`loki.source.file.files\`, \`otelcol.receiver.otlp.default\`. Data and
positions on the host belong to these names.

A fragment can declare in its \`.yaml\` what its host must have, see \`needs\` above: the plan adds groups, and what else is
missing is an error that names the fragment.
`;

const MIXIN = 'https://github.com/grafana/alloy/tree/main/operations/alloy-mixin';
const OF_ALLOY = `of [Alloy's mixin](${MIXIN}). They are rendered for Kubernetes: on hosts, render them with
  \`enableK8sCluster: false\` in its \`config.libsonnet\``;

/** Dashboards and queries that fit what a template sends. */
const VIEWS: Readonly<Record<BuiltinName, string>> = {
  minimal: 'Dashboards: none, since nothing is sent.',
  'linux-host': `Dashboards and queries:

- Metrics: [Node Exporter Full](https://grafana.com/grafana/dashboards/1860), number 1860. Choose \`integrations/unix\` as its
  job. Its panels about systemd and processes need \`enable_collectors: [systemd, processes]\`.
- The journal: \`{job="systemd-journal", unit="ssh.service", level=~"error|warning"}\`. Units whose names differ on each run
  (logins, \`systemd-run\`, connections, containers) share one value of \`unit\`.
- Log files: \`{job="nginx"}\` by name, or \`{job="files", filename="/var/log/nginx/access.log"}\` for a plain list.
- Containers: \`{job="docker", compose_project="shop", stream="stderr"}\`.
- Applications with metrics: \`up{job="shop", instance="web-01:8080"}\`.
- Applications: Loki has \`service_name\` as a label, and the other resource attributes as structured metadata:
  \`{service_name="shop"} | host_name="web-01"\`. In Tempo: \`{resource.host.name="web-01"}\`.
- Alloy: \`increase(loki_write_dropped_entries_total[1h])\`, \`increase(prometheus_remote_storage_samples_failed_total[1h])\`
  and \`increase(otelcol_exporter_send_failed_spans_total[1h])\` show losses. With \`self_metrics: all\`:
  \`alloy-controller\`, \`alloy-resources\`, \`alloy-prometheus-remote-write\` and \`alloy-loki\` ${OF_ALLOY}.`,
  'otlp-gateway': `Dashboards and queries:

- Applications: \`{service_name="shop"} | env="prod"\` in Loki, \`{resource.service.name="shop"}\` in Tempo, and in Prometheus
  \`{job="shop"}\`, or the attributes in \`target_info\`.
- Alloy: \`increase(otelcol_receiver_refused_spans_total[1h])\` and
  \`increase(otelcol_exporter_send_failed_spans_total[1h])\` show losses. With \`self_metrics: all\`:
  \`alloy-opentelemetry\`, \`alloy-resources\` and \`alloy-controller\` ${OF_ALLOY}.`,
  'self-monitoring': `Dashboards: \`alloy-controller\`, \`alloy-resources\`, \`alloy-prometheus-remote-write\` and \`alloy-loki\`
  ${OF_ALLOY}.`,
};

/** Dashboards and queries that fit what a fragment sends. */
const FRAGMENT_VIEWS: Readonly<Record<FragmentName, string>> = {
  apache: `Dashboard: [Apache](https://grafana.com/grafana/dashboards/3894), number 3894, for its status. Logs:
\`{job="integrations/apache", log="access", status_class="5xx"}\` and \`{job="integrations/apache", log="error", level="error"}\`.`,
  blackbox: `Dashboard: [Blackbox Exporter (HTTP prober)](https://grafana.com/grafana/dashboards/13659), number 13659; job
\`integrations/blackbox\`, what is probed as \`instance\`, its name as \`target\`. Certificates:
\`(probe_ssl_earliest_cert_expiry - time()) / 86400\` is the days that are left.`,
  cadvisor:
    'Dashboard: [Cadvisor exporter](https://grafana.com/grafana/dashboards/14282), number 14282.',
  memcached:
    'Dashboard: [Prometheus memcached](https://grafana.com/grafana/dashboards/37), number 37.',
  mysql:
    'Dashboard: [MySQL Exporter Quickstart and Dashboard](https://grafana.com/grafana/dashboards/14057), number 14057.',
  nginx: `Dashboard: [NGINX exporter](https://grafana.com/grafana/dashboards/12708), number 12708, for \`exporter\`. Logs:
\`{job="integrations/nginx", log="access", status_class="5xx"}\` and \`{job="integrations/nginx", log="error", level="error"}\`.`,
  postgres:
    'Dashboard: [PostgreSQL Database](https://grafana.com/grafana/dashboards/9628), number 9628.',
  process: 'Dashboard: [Named processes](https://grafana.com/grafana/dashboards/249), number 249.',
  pyroscope:
    'Profiles: Explore Profiles of Grafana, by `service_name`; `host` and `instance` tell hosts apart.',
  redis:
    'Dashboard: [Redis Dashboard for Prometheus Redis Exporter 1.x](https://grafana.com/grafana/dashboards/763), number 763.',
  remotecfg: 'Dashboards: those of Fleet Management; what is collected is decided there.',
  snmp: `Dashboard: [SNMP Stats](https://grafana.com/grafana/dashboards/11169), number 11169, for \`if_mib\`. The device is
\`instance\`, its name \`target\`, and \`host\` the machine that asked it.`,
  syslog: `Logs: \`{job="syslog", instance="core-switch", level=~"error|critical"}\`, with the labels \`level\`, \`facility\`, \`app\`,
\`listener\`, and the sender as \`instance\`; \`host\` is the machine that took them.`,
};

const LIMITS = `## What the tests of the templates cannot show

Each template's metrics, logs and traces are followed through the rendered configuration to where they are sent, on lab hosts
too, and their labels and resource attributes are compared. The lab runs a stand-in for Alloy, which collects and sends
nothing. Only a real Alloy shows

- that it evaluates relabel rules and OTTL as its documentation says, in every version;
- how many series and streams a host makes, and what they cost;
- that Loki accepts logs at the OTLP address derived from \`logs_url\`;
- the types of metrics sent to \`otlp_url\`;
- that a queue on disk outlives a restart;
- that \`__path_exclude__\` leaves out the rotated copies, and that positions outlive a change of labels;
- what parsers, multi-line entries and times make of real lines;
- which labels Docker gives to the lines of a container;
- that servers accept the certificates, tokens and headers, and that the ports of the gateway refuse senders without them.
`;

const HEAD = `# Built-in fragments

\`config.fragments: { NAME: redis }\`, or with variables: \`{ NAME: { template: redis, vars: { ... } } }\`. Components are called
after NAME, so one fragment can be used several times. \`alloyup templates show redis\` prints an example.
`;

const list = (words: readonly string[]): string => words.map((word) => `\`${word}\``).join(', ');

const cell = (text: string): string => text.replaceAll('|', '\\|').replace(/\s+/g, ' ').trim();

function row(parameter: Parameter): string {
  const { name, type, oneOf, required, default: value, meaning } = parameter;
  const words = oneOf.map((word) => `\`${word}\``).join(' ');
  const kind =
    oneOf.length === 0
      ? parameterType(type)
      : /^(list|switches)$/.test(type)
        ? `some of ${words}`
        : type === 'urls'
          ? `${parameterType(type)}: ${words}`
          : words;
  const otherwise = required
    ? '**required**'
    : value === null
      ? ''
      : `\`${JSON.stringify(value)}\``;
  return `| \`${name}\` | ${cell(kind)} | ${cell(otherwise)} | ${cell(meaning + conditions(parameter))} |`;
}

function conditions({ required, needs, unless, requiredUnless, when }: Parameter): string {
  const or = (words: readonly string[]): string => words.map((word) => `\`${word}\``).join(' or ');
  return [
    ...(needs === null ? [] : [` Only with \`${needs}\`.`]),
    ...(when.length === 0 ? [] : [` Only with ${when.map(condition).join(', or ')}.`]),
    ...(unless.length === 0 ? [] : [` Not together with ${or(unless)}.`]),
    ...(requiredUnless === null ? [] : [` Optional with \`${requiredUnless}\`.`]),
    ...(typeof required === 'boolean' ? [] : [` Required for ${or(required)}.`]),
  ].join('');
}

function condition({ name, words }: Condition): string {
  if (words.includes(GIVEN)) return `\`${name}\``;
  return `${words.map((word) => `\`${word}\``).join(' or ')} in \`${name}\``;
}

/** A parameter, and what each of its entries has. */
const rowsOf = (parameter: Parameter, above = ''): readonly string[] => {
  const named = { ...parameter, name: `${above}${parameter.name}` };
  const inside = parameter.type === 'entries' ? `${named.name}.NAME.` : `${named.name}.`;
  return [row(named), ...parameter.fields.flatMap((field) => rowsOf(field, inside))];
};

/** The templates whose parameters give this destination to fragments. */
function offering(joint: Joint): string {
  const names = BUILTIN_NAMES.flatMap((name) => {
    const own = builtinTemplate(name).parameters.filter(({ offers }) => offers.includes(joint));
    return own.length === 0
      ? []
      : [`\`${name}\` with ${own.map((one) => `\`${one.name}\``).join(' or ')}`];
  });
  return names.join('; ');
}

function section({ name, summary, parameters, needs, setup }: BuiltinTemplate, views = ''): string {
  const listed = (title: string, lines: readonly string[]): string =>
    lines.length === 0 ? '' : `${title}:\n\n${lines.map((one) => `- ${one}\n`).join('')}\n`;
  const wanted = listed('It needs from the host', toldNeeds(needs)) + listed('Set it up', setup);
  const rows = parameters.flatMap((one) => rowsOf(one)).join('\n');
  return `## ${name}\n\n${summary}\n\n${wanted}${views}| parameter | value | default | meaning |\n|---|---|---|---|\n${rows}\n`;
}

/** docs/templates.md, generated from the templates' declarations. */
export function templatesPage(): string {
  const sections = BUILTIN_NAMES.map((name) =>
    section(builtinTemplate(name), `${VIEWS[name]}\n\n`),
  );
  const fragments = FRAGMENTS.replace(/OFFERS-(\w+)/g, (_, joint: Joint) => offering(joint));
  const builtin = FRAGMENT_NAMES.map((name) =>
    section(builtinFragment(name), `${FRAGMENT_VIEWS[name]}\n\n`),
  );
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
| \`fields\`, \`fields: "json"\` | of a list of fields, a map from a label's name to the field, or to its expression of JMESPath |
| \`field_labels\` | the same list as labels: \`{ http_status: "http_status" }\` |
`;
  return [INTRODUCTION, fragments, language, ...sections, HEAD, ...builtin, LIMITS].join('\n');
}
