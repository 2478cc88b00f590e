import memcached from '../../templates/fragments/memcached.alloy';
import memcachedYaml from '../../templates/fragments/memcached.yaml';
import mysql from '../../templates/fragments/mysql.alloy';
import mysqlYaml from '../../templates/fragments/mysql.yaml';
import postgres from '../../templates/fragments/postgres.alloy';
import postgresYaml from '../../templates/fragments/postgres.yaml';
import process from '../../templates/fragments/process.alloy';
import processYaml from '../../templates/fragments/process.yaml';
import redis from '../../templates/fragments/redis.alloy';
import redisYaml from '../../templates/fragments/redis.yaml';
import { memo } from '../model/memo.ts';
import { declaredTemplate } from './builtins.ts';

const TEXTS = {
  memcached: [memcached, memcachedYaml],
  mysql: [mysql, mysqlYaml],
  postgres: [postgres, postgresYaml],
  process: [process, processYaml],
  redis: [redis, redisYaml],
} as const;

export type FragmentName = keyof typeof TEXTS;

/** Names of the built-in fragments. */
export const FRAGMENT_NAMES = Object.keys(TEXTS) as readonly FragmentName[];

export const isFragment = (name: string): name is FragmentName => Object.hasOwn(TEXTS, name);

/** A built-in fragment with its summary and parameters; read on first use. */
export const builtinFragment = memo((name: FragmentName) =>
  declaredTemplate(name, `templates/fragments/${name}`, TEXTS[name]),
);
