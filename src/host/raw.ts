/** JSON as the probe prints it: every value a string, a list, a map or null. */
export type Raw = string | null | readonly Raw[] | { readonly [key: string]: Raw };

export const text = (raw: Raw | undefined): string => (typeof raw === 'string' ? raw : '');
export const number = (raw: Raw | undefined): number => {
  const value = Number(text(raw));
  return Number.isFinite(value) ? value : 0;
};
export const list = (raw: Raw | undefined): readonly Raw[] => (Array.isArray(raw) ? raw : []);
export const map = (raw: Raw | undefined): { readonly [key: string]: Raw } =>
  typeof raw === 'object' && raw !== null && !Array.isArray(raw)
    ? (raw as { readonly [key: string]: Raw })
    : {};
export const strings = (raw: Raw | undefined): readonly string[] => list(raw).map(text).map(utf8);

/** The probe prints bytes as characters up to U+00FF. */
export const bytesOf = (raw: Raw | undefined): Buffer => Buffer.from(text(raw), 'latin1');
export const utf8 = (latin1: string): string =>
  // most of what a host reports is ASCII, and needs no copies
  /[^\0-\x7f]/.test(latin1) ? Buffer.from(latin1, 'latin1').toString() : latin1;

/** `t` and the text, or `b` and base64. */
export function content(raw: Raw | undefined): Buffer | null {
  if (typeof raw !== 'string') return null;
  return raw.startsWith('b')
    ? Buffer.from(raw.slice(1), 'base64')
    : Buffer.from(raw.slice(1), 'latin1');
}

export const texts = (raw: Raw | undefined): readonly { path: string; text: string }[] =>
  list(raw).map((entry) => {
    const [path, body] = list(entry);
    return { path: utf8(text(path)), text: bytesOf(body).toString() };
  });
