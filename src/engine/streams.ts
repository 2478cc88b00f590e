import { byteBuffer } from '../model/byte-buffer.ts';

/** Collects bytes up to a limit and drops the rest. */
export function collector(limit: number): {
  push(bytes: Uint8Array): void;
  text(): string;
  readonly full: boolean;
} {
  const kept = byteBuffer(limit);
  return {
    push: kept.push,
    text: () => new TextDecoder().decode(kept.bytes()),
    get full() {
      return kept.full;
    },
  };
}

/** What a host may send before it is hung up on. */
export interface Allowance {
  /** Counts bytes, or work that costs as much; true once it is too much. */
  spend(bytes: number): boolean;
  readonly spent: boolean;
  readonly limitMb: number;
}

export function allowanceOf(limitMb: number): Allowance {
  let left = limitMb * 2 ** 20;
  return {
    limitMb,
    spend(more) {
      left -= more;
      return left < 0;
    },
    get spent() {
      return left < 0;
    },
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
      const text =
        tail + Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
      const at = text.indexOf(marker);
      if (at < 0) {
        before.push(bytes);
        tail = text.slice(1 - marker.length);
        return;
      }
      found = true;
      before.push(bytes.subarray(0, Math.max(0, at - tail.length)));
      const rest = Buffer.from(text.slice(at + marker.length), 'latin1');
      if (rest.length > 0) onRest(rest);
    },
    get found() {
      return found;
    },
    before: before.text,
  };
}
