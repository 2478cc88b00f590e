/** What the address of the page says after `#`: which host is shown, which hosts are in the table, in which order. */
export type Address = Readonly<Record<string, string>>;

const KEYS = [
  'host',
  'q',
  'outcome',
  'sort',
  'finding',
  'change',
  'wave',
  'said',
  'configuration',
  'tone',
  'key',
  'all',
];

/** null: it names a section, or nothing. */
export function readAddress(hash: string): Address | null {
  const text = hash.replace(/^#/, '');
  if (!text.includes('=')) return null;
  const found: Record<string, string> = {};
  for (const part of text.split('&')) {
    const at = part.indexOf('=');
    const key = part.slice(0, at);
    if (at > 0 && KEYS.includes(key)) found[key] = decoded(part.slice(at + 1));
  }
  return found;
}

/** An address that somebody has cut may end within a character. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** `#q=web&outcome=failed`; `#hosts` without anything. */
export function addressText(address: Address): string {
  const parts = KEYS.flatMap((key) => {
    const value = address[key];
    return value ? [`${key}=${encodeURIComponent(value)}`] : [];
  });
  return parts.length === 0 ? '#hosts' : `#${parts.join('&')}`;
}
