import { isUtf8 } from 'node:buffer';

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
    if (length !== undefined) {
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

/** Bytes of the well-formed character at `i`; undefined: there is none. */
const sequenceLength = (bytes: Uint8Array, i: number): number | undefined =>
  [1, 2, 3, 4].find((length) => isUtf8(bytes.subarray(i, i + length)));
