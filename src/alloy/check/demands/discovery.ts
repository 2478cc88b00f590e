import { attributeOf } from '../../ast-lookup.ts';
import { amountIn, wordIn } from '../constants.ts';
import { at, type Demand, filled, folded, most, one, own, positive, words } from '../demand.ts';
import { listIn, set } from './given.ts';

const OTEL = 'internal/component/otelcol/';

const DISCOVERY = 'internal/component/discovery/';

const refresh = (component: string): readonly Demand[] =>
  at(component, '', `${DISCOVERY}${component.split('.')[1]}`, positive('refresh_interval'));

/** Discovery of targets. */
export const DISCOVERY_DEMANDS: readonly Demand[] = [
  ...[
    'discovery.consul',
    'discovery.consulagent',
    'discovery.docker',
    'discovery.dockerswarm',
    'discovery.ionos',
    'discovery.kuma',
    'discovery.linode',
    'discovery.marathon',
    'discovery.triton',
  ].flatMap(refresh),
  ...at('discovery.kuma', '', `${DISCOVERY}kuma/kuma.go`, positive('fetch_timeout')),
  ...at('discovery.nerve', '', `${DISCOVERY}nerve/nerve.go`, positive('timeout')),
  ...at(
    'discovery.aws',
    '',
    `${DISCOVERY}aws/aws.go`,
    words('role', 'ec2 ecs elasticache lightsail msk rds', 'unsupported role "VALUE"'),
  ),
  ...['discovery.ec2', 'discovery.aws'].flatMap((component) =>
    at(
      component,
      'filter',
      `${DISCOVERY}aws/ec2.go`,
      filled(['values'], 'EC2 SD configuration filter values cannot be empty'),
    ),
  ),
  ...at(
    'discovery.azure',
    '',
    `${DISCOVERY}azure/azure.go`,
    one(
      ['oauth', 'managed_identity', 'sdk_auth', 'workload_identity'],
      'exactly one of oauth, managed_identity, sdk_auth, or workload_identity must be specified',
    ),
  ),
  ...at(
    'discovery.digitalocean',
    '',
    `${DISCOVERY}digitalocean/digitalocean.go`,
    one(
      ['bearer_token', 'bearer_token_file'],
      'exactly one of bearer_token or bearer_token_file must be specified',
    ),
  ),
  ...at(
    'discovery.dns',
    '',
    `${DISCOVERY}dns/dns.go`,
    folded('type', 'srv a aaaa mx ns', 'invalid DNS-SD records type VALUE'),
    own(
      (part) => {
        const type = wordIn(part, 'type')?.toUpperCase();
        const fixed = type !== undefined && ['A', 'AAAA', 'MX', 'NS'].includes(type);
        return fixed && amountIn(part, 'port') === 0 ? 'type' : undefined;
      },
      'a port is required in DNS-SD configs for all record types except SRV',
      'Add port = 9100',
    ),
  ),
  ...at(
    'discovery.docker',
    '',
    `${DISCOVERY}docker/docker.go`,
    filled(['host'], 'host attribute must not be empty'),
  ),
  ...['discovery.docker', 'discovery.dockerswarm', 'loki.source.docker'].flatMap((component) =>
    at(
      component,
      '',
      'github.com/moby/moby/client ParseHostURL',
      own(
        (part) => {
          const host = attributeOf(part.block.body, 'host') && wordIn(part, 'host');
          return host && !/^[^:]*:\/\/./s.test(host) ? 'host' : undefined;
        },
        'unable to parse docker host: it has no protocol',
        'Write unix:///var/run/docker.sock, or tcp://host:2375',
      ),
    ),
  ),
  ...at(
    'discovery.dockerswarm',
    '',
    `${DISCOVERY}dockerswarm/dockerswarm.go`,
    words('role', 'services nodes tasks', 'invalid role VALUE, expected tasks, services, or nodes'),
  ),
  ...at(
    'discovery.hetzner',
    '',
    `${DISCOVERY}hetzner/hetzner.go`,
    words('role', 'robot hcloud', 'unknown role VALUE, must be one of robot or hcloud'),
  ),
  ...at(
    'discovery.ionos',
    '',
    `${DISCOVERY}ionos/ionos.go`,
    filled(['datacenter_id'], "datacenter_id can't be empty"),
  ),
  ...at(
    'discovery.marathon',
    '',
    `${DISCOVERY}marathon/marathon.go`,
    filled(['servers'], 'at least one Marathon server must be specified'),
    most(
      ['auth_token', 'auth_token_file'],
      'at most one of auth_token and auth_token_file must be configured',
    ),
  ),
  ...at(
    'discovery.nomad',
    '',
    `${DISCOVERY}nomad/nomad.go`,
    filled(['server'], 'nomad SD configuration requires a server address'),
  ),
  ...at(
    'discovery.openstack',
    '',
    `${DISCOVERY}openstack/openstack.go`,
    words(
      'availability',
      'public internal admin',
      'unknown availability VALUE, must be one of admin, internal or public',
    ),
    words(
      'role',
      'instance hypervisor',
      'unknown availability VALUE, must be one of instance or hypervisor',
    ),
  ),
  ...at(
    'discovery.ovhcloud',
    '',
    `${DISCOVERY}ovhcloud/ovhcloud.go`,
    filled(
      ['endpoint', 'application_key', 'application_secret', 'consumer_key'],
      'NAME cannot be empty',
    ),
    words('service', 'dedicated_server vps', 'unknown service: VALUE'),
  ),
  ...['discovery.puppetdb', 'discovery.eureka', 'otelcol.receiver.vcenter'].flatMap((component) =>
    at(
      component,
      '',
      component === 'otelcol.receiver.vcenter'
        ? `${OTEL}receiver/vcenter/vcenter.go`
        : `${DISCOVERY}${component.slice(10)}`,
      own(
        (part) => {
          const name = ['url', 'server', 'endpoint'].find((one) =>
            attributeOf(part.block.body, one),
          );
          const text = name && wordIn(part, name);
          if (!name || text === undefined) return undefined;
          const scheme = component === 'discovery.eureka' ? '[a-z][a-z0-9+.-]*' : 'https?';
          const host = component === 'otelcol.receiver.vcenter' ? '' : '[^/?#]';
          return new RegExp(`^${scheme}://${host}`, 'i').test(text) ? undefined : name;
        },
        'the URL needs http:// or https:// and a host',
        'Write the whole URL: https://host:port',
      ),
    ),
  ),
  ...at(
    'discovery.scaleway',
    '',
    `${DISCOVERY}scaleway/scaleway.go`,
    filled(['project_id', 'access_key']),
    words('role', 'baremetal instance', 'invalid role "VALUE"'),
    one(
      ['secret_key', 'secret_key_file'],
      'exactly one of secret_key or secret_key_file must be configured',
    ),
  ),
  ...at(
    'discovery.serverset',
    '',
    `${DISCOVERY}serverset/serverset.go`,
    filled(['servers'], 'discovery.serverset config must contain at least one Zookeeper server'),
    filled(['paths'], 'discovery.serverset config must contain at least one path'),
    own(
      (part) =>
        listIn(part, 'paths')?.some((path) => !path.startsWith('/')) ? 'paths' : undefined,
      "discovery.serverset config paths must begin with '/'",
      'Begin each path with /',
    ),
  ),
  ...[
    'discovery.kubernetes',
    'loki.source.podlogs',
    'loki.source.kubernetes',
    'loki.source.kubernetes_events',
    'remote.kubernetes.secret',
    'remote.kubernetes.configmap',
    'prometheus.operator.podmonitors',
    'prometheus.operator.servicemonitors',
    'prometheus.operator.probes',
    'mimir.alerts.kubernetes',
  ].flatMap((component) =>
    ['', 'client'].flatMap((block) =>
      at(
        component,
        block,
        'internal/component/common/kubernetes/kubernetes.go',
        own(
          (part) =>
            set(part, 'api_server') && set(part, 'kubeconfig_file') ? 'kubeconfig_file' : undefined,
          'only one of api_server and kubeconfig_file can be set',
          'Keep one of them',
        ),
      ),
    ),
  ),
];
