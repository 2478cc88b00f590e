import { createHmac, createSecretKey, hkdfSync, timingSafeEqual } from 'node:crypto';

/** What a signature is for: one of a job proves nothing of an event. */
export type Purpose = 'run' | 'scope' | 'job' | 'events' | 'worker';

/** Signs and checks what passes through Redis, so that who may write there can make nobody do or believe anything. */
export interface Signer {
  /** Hex. */
  sign(purpose: Purpose, content: string | Uint8Array): string;
  verify(purpose: Purpose, content: string | Uint8Array, signature: unknown): boolean;
  /** 128 bits as hex that whoever has the key, and nobody else, can make of a text. */
  nonce(of: string): string;
}

/** Shorter keys can be guessed. */
export const LEAST_KEY = 32;

/** @param key what dispatcher and workers share: at least 32 characters */
export function signerOf(key: string): Signer {
  const secret = createSecretKey(
    Buffer.from(hkdfSync('sha256', key, '', 'alloyup queue, protocol 1', 32)),
  );
  const mac = (purpose: string, content: string | Uint8Array): Buffer =>
    createHmac('sha256', secret).update(`${purpose}\0`).update(content).digest();
  return {
    sign: (purpose, content) => mac(purpose, content).toString('hex'),
    verify(purpose, content, signature) {
      if (typeof signature !== 'string' || !/^[0-9a-f]{64}$/.test(signature)) return false;
      return timingSafeEqual(mac(purpose, content), Buffer.from(signature, 'hex'));
    },
    nonce: (of) => mac('nonce', of).toString('hex').slice(0, 32),
  };
}

/** A value with its signature, as it is kept in Redis. */
export const sealed = (purpose: Purpose, value: unknown, signer: Signer): string => {
  const text = JSON.stringify(value);
  return `${signer.sign(purpose, text)} ${text}`;
};

/** undefined: nobody with the key has written it. What has a signature is what this version wrote. */
export function opened<T>(purpose: Purpose, text: unknown, signer: Signer): T | undefined {
  if (typeof text !== 'string' || text[64] !== ' ') return undefined;
  const content = text.slice(65);
  return signer.verify(purpose, content, text.slice(0, 64))
    ? (JSON.parse(content) as T)
    : undefined;
}
