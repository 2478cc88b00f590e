import type { Position } from '../model/problem.ts';
import type { SecretRef } from '../model/secret-ref.ts';
import type { HostSettings } from './settings.ts';

/** A file on this machine that a host's settings name. */
export interface FileRef {
  /** As written: relative to the inventory's folder, `~/` allowed. */
  readonly path: string;
  readonly at: Position;
}

/** Which template a host takes, and where that was said. */
export type TemplateRef =
  | { readonly kind: 'builtin'; readonly name: string; readonly at: Position }
  | ({ readonly kind: 'file' } & FileRef);

/** Every secret that a host needs, as often as it is named. */
export function secretRefs({ sudo, alloy, config }: HostSettings): readonly SecretRef[] {
  return [
    ...(sudo.kind === 'password' ? [sudo.password] : []),
    ...[...alloy.environment.values()].filter((value) => typeof value !== 'string'),
    ...config.files.flatMap(({ from }) => ('secret' in from ? [from.secret] : [])),
  ];
}

/** The files that `config.files` copies. */
export const fileRefs = ({ config, origins }: HostSettings): readonly FileRef[] =>
  config.files.flatMap(({ path, from, at }) =>
    'source' in from
      ? [{ path: from.source, at: origins.get(`config.files.${path}.source`) ?? at }]
      : [],
  );

/** A name with a `/` in it, or that ends in `.alloy`, is a file; any other is a built-in template. */
export const templateRef = ({ config, origins, at }: HostSettings): TemplateRef => {
  const { template } = config;
  const where = origins.get('config.template') ?? at;
  return template.includes('/') || /\.alloy$/.test(template)
    ? { kind: 'file', path: template, at: where }
    : { kind: 'builtin', name: template, at: where };
};
