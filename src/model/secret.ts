import { hash } from 'node:crypto';

/** Text that no log, plan file or report can show by accident. */
export class Secret {
  readonly #text: string;

  constructor(...parts: readonly (string | Secret)[]) {
    this.#text = parts.map((part) => (part instanceof Secret ? part.#text : part)).join('');
  }

  /**
   * The only way out. Called where the apply script is written, where a login needs a passphrase or
   * password, and where the redactor learns what to mask; test/secret-exits.test.ts holds the list.
   */
  reveal(): string {
    return this.#text;
  }

  /** Hex sha256 of the UTF-8 bytes; compares without revealing. Never shown: a short password falls to it. */
  sha256(): string {
    return hash('sha256', this.#text);
  }

  toJSON(): string {
    return '[secret]';
  }

  toString(): string {
    return '[secret]';
  }

  /** What console.log and util.inspect print. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[secret]';
  }
}

/** Hex sha256 of text (UTF-8) or bytes. */
export const sha256 = (content: string | Uint8Array): string => hash('sha256', content);
