import { secretSpans } from '../../alloy/secret-spans.ts';
import type { Mask } from '../../model/ports.ts';
import type { ToldText } from '../../queue/protocol.ts';
import { plain } from '../../report/plain.ts';
import { HIDDEN } from '../../report/redact.ts';

/**
 * What passes through Redis of a text that a configuration replaces, so that pictures of both can be drawn elsewhere.
 * What may be secret in it is named where the configuration has the same, and hidden where it has not.
 */
export function toldText(before: string, config: string, mask: Mask): ToldText {
  const known = new Map(maybeSecret(config).map((text, i) => [text, i]));
  const told: (string | number)[] = [];
  const text = mask(plain(before));
  let from = 0;
  for (const { start, end } of secretSpans(text)) {
    const secret = text.slice(start, end);
    const [quote = ''] = /^["'`]/.exec(secret) ?? [];
    told.push(text.slice(from, start), known.get(secret) ?? `${quote}${HIDDEN}${quote}`);
    from = end;
  }
  return [...told, text.slice(from)];
}

/** The text again, for whoever has the configuration. */
export function heardText(told: ToldText, config: string): string {
  const known = maybeSecret(config);
  return told.map((part) => (typeof part === 'number' ? (known[part] ?? HIDDEN) : part)).join('');
}

function maybeSecret(config: string): readonly string[] {
  const text = plain(config);
  return secretSpans(text).map(({ start, end }) => text.slice(start, end));
}
