/** A text that somebody is to fill in: `<PROMETHEUS_URL>`, `https://<host>/push`. */
export const isPlaceholder = (text: string): boolean => /<[A-Za-z][A-Za-z0-9_. -]*>/.test(text);
