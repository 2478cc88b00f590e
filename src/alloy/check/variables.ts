/** `${NAME}`, `${NAME:-default}`, `${env:NAME}`; names in upper case, as variables of the environment are. */
const VARIABLE = /\$\{(?:env:)?([A-Z_][A-Z0-9_]*)(?::?[-=+?][^}]*)?\}/;

/** The first variable in a text, which Alloy does not expand, and how to write what was meant. */
export function variableIn(
  text: string,
): { readonly written: string; readonly rewritten: string } | undefined {
  const found = VARIABLE.exec(text);
  if (!found) return undefined;
  const [written, name] = found;
  const read = `sys.env("${name}")`;
  if (text === written) return { written, rewritten: read };
  const [before, after] = [text.slice(0, found.index), text.slice(found.index + written.length)];
  // a text that may hold a password is not shown
  const hide = /[:@]/.test(before.replace('://', '')) || text.length > 80;
  const pieces = [before && `"${before}"`, read, after && `"${after}"`];
  return {
    written,
    rewritten: hide ? `"..." + ${read} + "..."` : pieces.filter(Boolean).join(' + '),
  };
}
