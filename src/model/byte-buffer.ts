/** Bytes put together, up to a limit; the rest is dropped. */
export interface ByteBuffer {
  push(bytes: Uint8Array): void;
  /** What was kept, valid until the next `push` or `clear`. */
  bytes(): Uint8Array;
  clear(): void;
  readonly size: number;
  readonly full: boolean;
}

const FIRST_SIZE = 4096;

/** Grows by doubling: a million pieces of one byte cost no more than one piece. */
export function byteBuffer(limit: number): ByteBuffer {
  let store = new Uint8Array(0);
  let size = 0;
  return {
    push(bytes) {
      const part = bytes.subarray(0, limit - size);
      if (size + part.length > store.length) {
        const room = Math.max(FIRST_SIZE, store.length * 2, size + part.length);
        const grown = new Uint8Array(Math.min(limit, room));
        grown.set(store.subarray(0, size));
        store = grown;
      }
      store.set(part, size);
      size += part.length;
    },
    bytes: () => store.subarray(0, size),
    clear() {
      size = 0;
      // one long line must not be paid for until the end
      if (store.length > 1 << 20) store = new Uint8Array(0);
    },
    get size() {
      return size;
    },
    get full() {
      return size >= limit;
    },
  };
}
