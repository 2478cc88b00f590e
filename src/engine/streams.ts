/** Collects bytes up to a limit and drops the rest. */
export function collector(limit: number): { push(bytes: Uint8Array): void; text(): string } {
  const parts: Uint8Array[] = [];
  let size = 0;
  return {
    push(bytes) {
      if (size >= limit) return;
      parts.push(Uint8Array.from(bytes.subarray(0, limit - size)));
      size += bytes.length;
    },
    text: () => new TextDecoder().decode(Buffer.concat(parts)),
  };
}

/** Finds the first `marker` in a stream, however it is cut into pieces, and passes on the bytes after it. */
export function afterMarker(
  marker: string,
  onRest: (bytes: Uint8Array) => void,
): { push(bytes: Uint8Array): void; readonly found: boolean; before(): string } {
  const before = collector(64 << 10);
  let found = false;
  let tail = '';
  return {
    push(bytes) {
      if (found) return onRest(bytes);
      const text = tail + Buffer.from(bytes).toString('latin1');
      const at = text.indexOf(marker);
      if (at < 0) {
        before.push(bytes);
        tail = text.slice(1 - marker.length);
        return;
      }
      found = true;
      const rest = Buffer.from(text.slice(at + marker.length), 'latin1');
      if (rest.length > 0) onRest(rest);
    },
    get found() {
      return found;
    },
    before: before.text,
  };
}
