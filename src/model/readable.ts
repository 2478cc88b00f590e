/** Why user alloy is not let read a path by an ACL. */
export type UnreadableBecause = 'system' | 'secrets' | 'volatile' | 'alloyup';

/** The first pattern that matches decides. */
const REFUSED: readonly (readonly [RegExp, UnreadableBecause])[] = [
  [
    /^\/(etc|var|var\/(lib|cache|spool)|usr|home|opt|srv|mnt|media|boot|bin|sbin|lib\w*)$/,
    'system',
  ],
  [/^\/(usr|boot|bin|sbin|lib\w*)\//, 'system'],
  [/^\/(proc|sys|dev|run|tmp|var\/(run|tmp))(\/|$)/, 'volatile'],
  [/^\/root(\/|$)/, 'secrets'],
  [/\/\.(ssh|gnupg|aws|kube|docker)(\/|$)/, 'secrets'],
  [/^\/etc\/(shadow|gshadow)/, 'secrets'],
  [
    /^\/etc\/(sudoers|sudoers\.d|ssh|pam\.d|security|cron[\w.]*|systemd|apt|passwd|group)(\/|$)/,
    'system',
  ],
  [/^\/var\/lib\/(dpkg|apt|sudo|systemd)(\/|$)/, 'system'],
  [/^\/(var\/lib|var\/log)\/private(\/|$)/, 'secrets'],
  [/^\/var\/lib\/alloyup(\/|$)/, 'alloyup'],
];

/** Why a path cannot be in `config.readable`; undefined: it can. */
export const refusedReadable = (path: string): UnreadableBecause | undefined =>
  REFUSED.find(([pattern]) => pattern.test(path))?.[1];

/** Without those that lie in another. */
export const outermost = (paths: readonly string[]): readonly string[] =>
  paths.filter((path) => !paths.some((other) => path.startsWith(`${other}/`)));
