/**
 * Text of bytes. A byte that is no UTF-8 becomes a lone U+DC80..U+DCFF (its value + 0xDC00), so that
 * the scanner can name its place and columns stay right; nothing else yields a lone surrogate.
 */
export function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return decodeBroken(bytes);
  }
}

function decodeBroken(bytes: Uint8Array): string {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const parts: string[] = [];
  let good = 0;
  for (let i = 0; i < bytes.length; ) {
    const length = sequenceLength(bytes, i);
    if (length > 0) {
      i += length;
      continue;
    }
    if (good < i) parts.push(decoder.decode(bytes.subarray(good, i)));
    parts.push(String.fromCharCode(0xdc00 + bytes[i]!));
    good = ++i;
  }
  if (good < bytes.length) parts.push(decoder.decode(bytes.subarray(good)));
  return parts.join('');
}

/** Bytes of the well-formed character at `i`; 0: there is none. Bounds of Unicode, table 3-7. */
function sequenceLength(bytes: Uint8Array, i: number): number {
  const lead = bytes[i]!;
  if (lead < 0x80) return 1;
  const second = bytes[i + 1] ?? 0;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  if (lead < 0xe0) return continues(second) ? 2 : 0;
  const low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  if (second < low || second > high || !continues(bytes[i + 2] ?? 0)) return 0;
  if (lead < 0xf0) return 3;
  return continues(bytes[i + 3] ?? 0) ? 4 : 0;
}

const continues = (byte: number): boolean => byte >= 0x80 && byte <= 0xbf;
