// What problems without params still need: text that names the host. Goes with WrittenProblem.
import type { Notice } from '../model/problem.ts';

type Written = Extract<Notice, { readonly message: string }>;

/** Without the host's name in front, which renderers print themselves. */
export const withoutHost = <T extends Written>(notice: T, name: string): T =>
  notice.message.startsWith(`${name}: `)
    ? { ...notice, message: notice.message.slice(name.length + 2) }
    : notice;

/** Equal for texts that differ only in the host's name, address or key. */
export const writtenKey = (notice: Written, name: string): string => {
  const alike = withoutKeys(notice);
  // a list of hosts to type holds all of their names, this one's included
  const hint = alike.hint.replace(/ -i \S+/, '');
  return JSON.stringify({ ...alike, hint })
    .replaceAll(name, 'HOST')
    .replace(ADDRESS, 'HOST');
};

export const withoutKeys = <T extends Written>(notice: T): T => ({
  ...notice,
  message: notice.message.replace(FINGERPRINT, 'SHA256:...'),
  hint: notice.hint.replace(FINGERPRINT, 'SHA256:...'),
});

/** Of a host's key, as OpenSSH writes it. */
const FINGERPRINT = /\bSHA256:[A-Za-z0-9+/]{43}/g;

/** IPv4, or IPv6 with at least two colons. */
const ADDRESS = /\b\d{1,3}(?:\.\d{1,3}){3}\b|\b[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}\b/gi;
