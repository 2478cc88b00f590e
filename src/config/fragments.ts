import apache from '../../templates/fragments/apache.alloy';
import apacheYaml from '../../templates/fragments/apache.yaml';
import blackbox from '../../templates/fragments/blackbox.alloy';
import blackboxYaml from '../../templates/fragments/blackbox.yaml';
import cadvisor from '../../templates/fragments/cadvisor.alloy';
import cadvisorYaml from '../../templates/fragments/cadvisor.yaml';
import memcached from '../../templates/fragments/memcached.alloy';
import memcachedYaml from '../../templates/fragments/memcached.yaml';
import mysql from '../../templates/fragments/mysql.alloy';
import mysqlYaml from '../../templates/fragments/mysql.yaml';
import nginx from '../../templates/fragments/nginx.alloy';
import nginxYaml from '../../templates/fragments/nginx.yaml';
import postgres from '../../templates/fragments/postgres.alloy';
import postgresYaml from '../../templates/fragments/postgres.yaml';
import process from '../../templates/fragments/process.alloy';
import processYaml from '../../templates/fragments/process.yaml';
import pyroscope from '../../templates/fragments/pyroscope.alloy';
import pyroscopeYaml from '../../templates/fragments/pyroscope.yaml';
import redis from '../../templates/fragments/redis.alloy';
import redisYaml from '../../templates/fragments/redis.yaml';
import remotecfg from '../../templates/fragments/remotecfg.alloy';
import remotecfgYaml from '../../templates/fragments/remotecfg.yaml';
import snmp from '../../templates/fragments/snmp.alloy';
import snmpYaml from '../../templates/fragments/snmp.yaml';
import syslog from '../../templates/fragments/syslog.alloy';
import syslogYaml from '../../templates/fragments/syslog.yaml';
import { memo } from '../model/memo.ts';
import { declaredTemplate } from './builtins.ts';

const TEXTS = {
  apache: [apache, apacheYaml],
  blackbox: [blackbox, blackboxYaml],
  cadvisor: [cadvisor, cadvisorYaml],
  memcached: [memcached, memcachedYaml],
  mysql: [mysql, mysqlYaml],
  nginx: [nginx, nginxYaml],
  postgres: [postgres, postgresYaml],
  process: [process, processYaml],
  pyroscope: [pyroscope, pyroscopeYaml],
  redis: [redis, redisYaml],
  remotecfg: [remotecfg, remotecfgYaml],
  snmp: [snmp, snmpYaml],
  syslog: [syslog, syslogYaml],
} as const;

export type FragmentName = keyof typeof TEXTS;

/** Names of the built-in fragments. */
export const FRAGMENT_NAMES = Object.keys(TEXTS) as readonly FragmentName[];

export const isFragment = (name: string): name is FragmentName => Object.hasOwn(TEXTS, name);

/** A built-in fragment with its summary and parameters; read on first use. */
export const builtinFragment = memo((name: FragmentName) =>
  declaredTemplate(name, `templates/fragments/${name}`, TEXTS[name]),
);
