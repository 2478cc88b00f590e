import type { Facts } from '../model/facts.ts';
import { globOf } from '../model/glob.ts';

/** A stanza of apt's preferences that makes apt choose something else. */
export interface AptPin {
  readonly path: string;
  /** "version 1.17.*". */
  readonly pin: string;
  readonly priority: number;
}

/** Of a version in a repository that nobody has pinned. */
const USUAL = 500;

/**
 * Pins of the package alloy against this version: a negative one of it, or a higher one of other versions
 * (apt_preferences(5)). What is written as a regular expression, and what is pinned by a release for every package, is
 * passed over.
 */
export const pinsAgainst = (
  version: string,
  repository: string,
  preferences: Facts['apt']['preferences'],
): readonly AptPin[] =>
  preferences.flatMap(({ path, text }) =>
    text.split(/\n(?:[ \t]*\n)+/).flatMap((stanza): readonly AptPin[] => {
      const field = (name: string): string =>
        new RegExp(`^${name}:(.*)$`, 'im').exec(stanza)?.[1]?.trim() ?? '';
      const packages = field('Package').split(/\s+/);
      const pin = field('Pin');
      const priority = Number.parseInt(field('Pin-Priority'), 10);
      const [kind = '', ...rest] = pin.split(/\s+/);
      const value = rest.join(' ').replaceAll('"', '');
      const named = packages.some((name) => name !== '*' && matches(name, 'alloy'));
      const isOfVersion = kind === 'version' && matches(value, version);
      const isOfRepository =
        (kind === 'origin' && value === repository) || (kind === 'release' && named);
      const prevents = priority < 0 && (isOfVersion || isOfRepository);
      const prefers = priority > USUAL && kind === 'version' && !isRegExp(value) && !isOfVersion;
      const concerns = named || packages.includes('*');
      return concerns && (prevents || prefers) ? [{ path, pin, priority }] : [];
    }),
  );

const isRegExp = (pattern: string): boolean => pattern.startsWith('/');

const matches = (pattern: string, text: string): boolean =>
  !isRegExp(pattern) && globOf(pattern, { sets: true }).test(text);
