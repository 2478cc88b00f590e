/** Scripts and templates are imported as their text; build.mjs and vitest.config.ts load them so. */
declare module '*.sh' {
  const text: string;
  export default text;
}
declare module '*.pl' {
  const text: string;
  export default text;
}
declare module '*.alloy' {
  const text: string;
  export default text;
}
declare module '*.css' {
  const text: string;
  export default text;
}
/** A program for browsers with all that it imports, as one script. */
declare module '*?bundled' {
  const text: string;
  export default text;
}
/** YAML is imported as what it says. */
declare module '*.yaml' {
  const data: unknown;
  export default data;
}
