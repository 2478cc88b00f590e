import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A public configuration for Linux hosts, and the inventory that does the same. */
interface Covered {
  /** Of docs/covered/NAME.yaml. */
  readonly name: string;
  /** Repository on GitHub, and the file there. */
  readonly source: string;
  readonly what: string;
  /** What the inventory does not do, and why. Empty: it does all of it. */
  readonly missing: readonly string[];
  /** What it does in another way. */
  readonly differences: readonly string[];
}

const R = 'roles/alloy/templates/config.alloy.j2';
const G = 'roles/grafana_alloy/templates/config.alloy.j2';

const LEVEL = 'the level of the journal is the label `level`, under its own name there';

export const COVERED: readonly Covered[] = [
  {
    name: 'ceph',
    source: `ceph/ceph-cm-ansible ${R}`,
    what: 'an installed node_exporter with labels that dashboards rely on, the journal, auditd, more files; a CA, a password file and a token file',
    missing: [],
    differences: [
      'the label `journal_host` is `hostname`',
      '`instance` of node_exporter is the name with the port',
    ],
  },
  {
    name: 'securitybits',
    source: `Securitybits-io/homelab ansible/${R}`,
    what: 'the journal and log files everywhere, logs of Nomad and of Docker by group',
    missing: [],
    differences: ['the label `container_name` is `container`'],
  },
  {
    name: 'adurham',
    source: `adurham/homelab ansible/${R}`,
    what: 'metrics with the states of services, the journal with a list of units on some hosts and not at all on others',
    missing: [],
    differences: [LEVEL],
  },
  {
    name: 'plexus',
    source: `plexus-ms/platform ansible/${R}`,
    what: 'metrics of host, containers and applications, logs of containers and the journal',
    missing: [],
    differences: ['cadvisor needs more rights than the package gives, see the fragment'],
  },
  {
    name: 'mgcdrd',
    source: `mgcdrd/infrasvc ${G}`,
    what: 'access and error logs of nginx in a format of their own, parsed, and metrics',
    missing: [],
    differences: [
      'metrics of nginx come from its exporter: the component that the original names does not exist in Alloy',
      'one expression reads the error log instead of two',
    ],
  },
  {
    name: 'gno',
    source: `samouraiworld/gno-validator-tools ${R}`,
    what: 'chosen containers and applications, with a bearer token',
    missing: [],
    differences: ['the token comes from a variable, not from the configuration'],
  },
  {
    name: 'straightchlorine',
    source: `straightchlorine/cloud ${R}`,
    what: 'a list of units of the journal, empty lines dropped, metrics; passwords in variables',
    missing: [],
    differences: ['names of users stand in the inventory'],
  },
  {
    name: 'gevulot',
    source: `gevulotnetwork/ansible ${R}`,
    what: 'one application without some of its series, services of the journal, Alloy itself',
    missing: [],
    differences: ["the metrics of Alloy itself are alloyup's choice", 'Alloy logs in logfmt'],
  },
  {
    name: 'eugene-panin',
    source: `eugene-panin/ansible-collection-observability ${R}`,
    what: 'metrics, the journal, and traces of applications',
    missing: [],
    differences: ['traces go to Tempo by HTTP instead of gRPC'],
  },
  {
    name: 'startechnica',
    source: `startechnica/ansible-collection-infra ${G}`,
    what: 'metrics, the journal with a tenant, and traces, each with a password in a variable',
    missing: [],
    differences: ['Alloy runs on the host, so the paths into a container are not needed'],
  },
  {
    name: 'sentinel',
    source: `Sentinel-PoC/sentinel-iac ansible/${R}`,
    what: 'the journal to VictoriaLogs',
    missing: [],
    differences: [],
  },
  {
    name: 'joelstoddard',
    source: `joelstoddard/homelab ansible/${R}`,
    what: 'metrics with job and instance as a dashboard expects them, and the journal',
    missing: [],
    differences: ["file systems are left out by alloyup's list", LEVEL],
  },
  {
    name: 'sunet',
    source: 'SUNET/puppet-sunet templates/otel/config.alloy',
    what: 'all through OTLP: applications, the host, and targets in files that other software writes',
    missing: [],
    differences: ['by HTTP instead of gRPC'],
  },
  {
    name: 'sib',
    source: `matijazezelj/sib ansible/${R}`,
    what: 'journal, Docker and chosen collectors, with labels for each host',
    missing: [],
    differences: ['the label `container_name` is `container`'],
  },
  {
    name: 'spirittech',
    source: `SpiritTechDevelopment/Infrastructure ${R}`,
    what: 'logs of one Compose project, and an installed node_exporter',
    missing: [],
    differences: [],
  },
  {
    name: 'kafka',
    source: `jasoet/kafka-ansible ${R}`,
    what: 'several exporters on the host, and the logs of Kafka',
    missing: [],
    differences: ['`instance` names the host instead of 127.0.0.1'],
  },
  {
    name: 'm1dnight',
    source: `m1dnight/ansible-infra ${R}`,
    what: "files, the journal and Alloy's own log without some lines, two applications, metrics",
    missing: [],
    differences: ['Alloy logs in logfmt', '`os` is a label of everything'],
  },
  {
    name: 'domenik1023',
    source: `domenik1023/vps-deploy ${R}`,
    what: 'the widest: metrics, containers, applications, the journal, parsed access logs, traces, profiles',
    missing: [
      'the label `compose_version` of containers: versions as labels make new streams',
      'profiles that programs push: the fragment pyroscope asks them for theirs',
    ],
    differences: [
      'names of fields are the labels, such as `RequestMethod`',
      'the name of the machine is set in traces without `resourcedetection`',
    ],
  },
  {
    name: 'jae-labs',
    source: `jae-labs/ansible ${G}`,
    what: 'metrics, fourteen files, containers, the journal, and applications to Grafana Cloud and Honeycomb',
    missing: [
      'Honeycomb: its key is a header, and secrets do not stand in headers; its own rules for metrics',
      'tail sampling of traces: what to keep is a decision about one application',
      'labels of Nomad on containers',
    ],
    differences: [
      'files have names as jobs, not their last part',
      'units are included, not excluded',
    ],
  },
  {
    name: 'mq',
    source: `logical-minds-foundry/mq-resiliency-lab-for-linux ansible/${R}`,
    what: 'the journal without the shippers of logs, and one more file',
    missing: [
      'the copy to OpenSearch by OTLP: second destinations take pushes of Loki',
      'a unit that is taken from the syslog identifier even where there is one',
    ],
    differences: [],
  },
];

const page = (root: string, { name, source, what, missing, differences }: Covered): string => {
  const [repository, path] = source.split(' ');
  const list = (lines: readonly string[]): string => lines.map((one) => `- ${one}\n`).join('');
  const inventory = readFileSync(join(root, 'docs/covered', `${name}.yaml`), 'utf8').trimEnd();
  return [
    `## ${repository}`,
    `\`${path}\`: ${what}.`,
    missing.length === 0 ? 'All of it is covered.' : `Not covered:\n\n${list(missing)}`.trimEnd(),
    ...(differences.length === 0 ? [] : [`Different:\n\n${list(differences)}`.trimEnd()]),
    `\`\`\`yaml\n${inventory}\n\`\`\``,
  ].join('\n\n');
};

const HEAD = `# What the built-in templates cover

Twenty public configurations of Alloy for Linux hosts, of different kinds, and for each an inventory that does the same
with built-in templates and fragments alone. FULL of them are covered whole. A test validates every inventory; addresses are
examples. "Covered" is about what is collected, kept, dropped, labelled and sent. It was read from the files, and not
compared on running hosts.

This page is generated from \`docs/covered\`.
`;

/** docs/templates-coverage.md. */
export function coveragePage(root: string): string {
  const full = COVERED.filter(({ missing }) => missing.length === 0).length;
  const rows = COVERED.map(({ source, what, missing }) => {
    const [repository] = source.split(' ');
    return `| ${repository} | ${what.replaceAll('|', '\\|')} | ${missing.length === 0 ? 'all' : `all but ${missing.length}`} |`;
  });
  const table = ['| configuration | what it does | covered |', '|---|---|---|', ...rows].join('\n');
  const sections = COVERED.map((one) => page(root, one));
  return `${[HEAD.replace('FULL', String(full)), table, ...sections].join('\n\n').replace(/\n{3,}/g, '\n\n')}\n`;
}
