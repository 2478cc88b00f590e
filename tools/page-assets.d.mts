/** A program of src/pages/browser, with all that it imports, as one script. */
export function browserCode(path: string): string;
/** A style sheet without blanks. */
export function styleSheet(path: string): string;
