import { attributeOf, blocksOf } from '../../ast-lookup.ts';
import { wordIn } from '../constants.ts';
import { above, at, type Demand, most, order, own, positive, range, words } from '../demand.ts';
import { empty, firstSet } from './given.ts';

/** The service itself, and what is fetched from elsewhere. */
export const SERVICE_DEMANDS: readonly Demand[] = [
  // the service
  ...at(
    'logging',
    '',
    'internal/runtime/logging/options.go',
    words('level', ' debug info warn error', 'unrecognized log level "VALUE"'),
    words('format', ' logfmt json', 'unrecognized log format "VALUE"'),
    words('destination', 'stderr windows_event_log', 'unrecognized log destination "VALUE"'),
  ),
  ...at(
    'http',
    'tls',
    'internal/service/http/tls.go',
    words(
      'client_auth_type',
      'NoClientCert RequestClientCert RequireAnyClientCert VerifyClientCertIfGiven RequireAndVerifyClientCert',
      'unknown client auth type "VALUE"',
    ),
    words('min_version', 'TLS10 TLS11 TLS12 TLS13', 'unknown TLS version "VALUE"'),
    words('max_version', 'TLS10 TLS11 TLS12 TLS13', 'unknown TLS version "VALUE"'),
    words('curve_preferences', 'CurveP256 CurveP384 CurveP521 X25519', 'unknown curve "VALUE"'),
    most(
      ['client_ca_pem', 'client_ca_file'],
      'cannot specify both client_ca_pem and client_ca_file',
    ),
    own(
      (part) =>
        blocksOf(part.block.body, 'windows_certificate_filter').length === 0 &&
        empty(part, 'cert_pem') &&
        empty(part, 'cert_file')
          ? ''
          : undefined,
      'must specify either cert_pem or cert_file',
      'Add cert_file = "..."',
    ),
    own(
      (part) =>
        blocksOf(part.block.body, 'windows_certificate_filter').length === 0 &&
        empty(part, 'key_pem') &&
        empty(part, 'key_file')
          ? ''
          : undefined,
      'must specify either key_pem or key_file',
      'Add key_file = "..."',
    ),
    own(
      (part) =>
        wordIn(part, 'client_auth_type') === 'NoClientCert'
          ? firstSet(part, 'client_ca_pem', 'client_ca_file')
          : undefined,
      'cannot specify client_ca_pem or client_ca_file when client_auth_type is NoClientCert',
      'Add client_auth_type = "RequireAndVerifyClientCert"',
    ),
  ),
  ...at(
    'remotecfg',
    '',
    'internal/service/remotecfg/arguments.go',
    range(
      'poll_frequency',
      [10_000, undefined],
      'poll_frequency must be at least "10s"',
      'Set poll_frequency = "1m", the default',
    ),
  ),
  ...['local.file', 'import.file'].flatMap((component) =>
    at(
      component,
      '',
      'internal/filedetector/detector.go',
      words(
        'detector',
        ' fsnotify poll',
        'unrecognized detector "VALUE", expected fsnotify or poll',
      ),
    ),
  ),
  ...at(
    'import.git',
    '',
    'internal/nodeconf/importsource/import_git.go',
    own(
      (part) => {
        const revision = attributeOf(part.block.body, 'revision') && wordIn(part, 'revision');
        return revision && /^(?:|FETCH_|ORIG_|MERGE_|CHERRY_PICK_)HEAD$/.test(revision)
          ? 'revision'
          : undefined;
      },
      'revision cannot be a special git reference such as HEAD',
      'Name a branch, a tag or a commit',
    ),
  ),

  // remote
  ...['remote.http', 'import.http'].flatMap((component) =>
    at(
      component,
      '',
      'internal/component/remote/http/http.go',
      positive('poll_frequency', 'poll_timeout'),
      order(
        'poll_timeout',
        'poll_frequency',
        { strict: true },
        'poll_timeout must be less than poll_frequency',
        'Raise poll_frequency, or lower poll_timeout',
      ),
    ),
  ),
  ...['remote.kubernetes.secret', 'remote.kubernetes.configmap'].flatMap((component) =>
    at(
      component,
      '',
      'internal/component/remote/kubernetes/kubernetes.go',
      positive('poll_frequency', 'poll_timeout'),
    ),
  ),
  ...at(
    'remote.s3',
    '',
    'internal/component/remote/s3/types.go',
    above(
      30_000,
      ['poll_frequency'],
      'poll_frequency must be greater than 30s',
      'Set "10m", the default',
    ),
  ),
  ...at(
    'remote.vault',
    '',
    'internal/component/remote/vault/vault.go',
    own(
      (part) => {
        const found = part.block.body.filter(
          (one) => one.kind === 'block' && one.name[0]?.name === 'auth',
        );
        return found.length === 1 ? undefined : '';
      },
      'exactly one auth.* block must be specified',
      'Keep one auth block, such as auth.token { token = ... }',
    ),
  ),
  ...at(
    'remote.vault',
    'auth.aws',
    'internal/component/remote/vault/auth.go',
    words('type', 'ec2 iam', 'unrecognized type "VALUE", expected one of ec2,iam'),
    words('ec2_signature_type', 'pkcs7 identity', 'unrecognized ec2_signature_type "VALUE"'),
  ),
  ...at(
    'remote.vault',
    'auth.gcp',
    'internal/component/remote/vault/auth.go',
    words('type', 'gce iam', 'unrecognized type "VALUE", expected one of gce,iam'),
    own(
      (part) =>
        wordIn(part, 'type') === 'iam' && empty(part, 'iam_service_account') ? 'type' : undefined,
      'iam_service_account must be provided when type is iam',
      'Add iam_service_account = "..."',
    ),
  ),
];
