import { attributeOf, blocksOf } from '../../ast-lookup.ts';
import { amountIn, wordIn } from '../constants.ts';
import { at, type Demand, most, own, positive, words } from '../demand.ts';
import { mysqlDsnProblem } from '../grammar/mysql-dsn.ts';

const cloudProvider = (component: string): readonly Demand[] =>
  at(
    component,
    'cloud_provider',
    `internal/component/${component.replace('.', '/')}/component.go`,
    most(
      ['aws', 'azure', 'gcp'],
      'cloud_provider: at most one of aws, azure, or gcp must be specified',
    ),
  );

/** Components of Pyroscope and for databases. */
export const PROFILES_DEMANDS: readonly Demand[] = [
  ...at(
    'pyroscope.scrape',
    '',
    'internal/component/pyroscope/scrape/scrape.go',
    positive('scrape_timeout'),
    own(
      (part) => {
        const interval = amountIn(part, 'scrape_interval');
        return interval !== undefined &&
          interval < 2000 &&
          blocksOf(part.block.body, 'profiling_config').length === 0
          ? 'scrape_interval'
          : undefined;
      },
      'scrape_interval must be at least 2 seconds when using delta profiling',
      'Set "15s", the default',
    ),
    own(
      (part) => {
        const [interval, delta] = [
          amountIn(part, 'scrape_interval'),
          amountIn(part, 'delta_profiling_duration'),
        ];
        if (
          interval === undefined ||
          delta === undefined ||
          blocksOf(part.block.body, 'profiling_config').length > 0
        )
          return undefined;
        if (delta <= 1000 || delta <= interval - 1000) return undefined;
        return attributeOf(part.block.body, 'delta_profiling_duration')
          ? 'delta_profiling_duration'
          : 'scrape_interval';
      },
      'delta_profiling_duration must be at least 1 second smaller than scrape_interval when using delta profiling',
      'Set delta_profiling_duration to a second less than scrape_interval',
    ),
  ),
  ...at(
    'pyroscope.ebpf',
    '',
    'internal/component/pyroscope/ebpf/reporter/args/comm.go',
    words('comm', ' none label stackframe both', 'invalid comm mode "VALUE"'),
  ),
  ...[
    'database_observability.mysql',
    'database_observability.postgres',
    'database_observability.sql_server',
  ].flatMap((component) => [
    ...cloudProvider(component),
    ...at(
      component,
      '',
      `internal/component/${component.replace('.', '/')}/component.go`,
      most(
        ['prometheus_exporter', 'targets'],
        'prometheus_exporter and targets are mutually exclusive',
        'Keep prometheus_exporter, or targets',
      ),
    ),
  ]),
  ...at(
    'database_observability.mysql',
    '',
    'internal/component/database_observability/mysql/component.go',
    own(
      (part) => {
        const name =
          attributeOf(part.block.body, 'data_source_name') && wordIn(part, 'data_source_name');
        return name && mysqlDsnProblem(name) ? 'data_source_name' : undefined;
      },
      'data_source_name is no DSN of MySQL',
      'Write user:password@(host:3306)/, without mysql://',
    ),
  ),
];
