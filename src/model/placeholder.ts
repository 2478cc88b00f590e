/**
 * What somebody has yet to fill in: `<LOKI_HOST>`, `<your-password>`; or a variable that nothing replaces:
 * `$LOKI_HOST`, `${LOKI_HOST}`, in upper case, as variables of the environment are.
 */
const PLACEHOLDER =
  /(?<!\?P?)<[A-Za-z][A-Za-z0-9_. -]*>|\$(?:[A-Z][A-Z0-9_]+\b|\{[A-Z][A-Z0-9_]+\})/;

/** The first placeholder anywhere in a text, as it is written. */
export const placeholderIn = (text: string): string | undefined => PLACEHOLDER.exec(text)?.[0];
