import type { Terminal } from '../../src/cli/terminal/terminal.ts';

/** A terminal of 80 columns whose output is kept. */
export function memoryTerminal(
  more: Partial<Terminal> = {},
): Terminal & { printed(): { readonly out: string; readonly err: string } } {
  let out = '';
  let err = '';
  return {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    document: (text) => {
      out += text;
    },
    content: (text) => {
      out += text;
    },
    commands: (text) => {
      err += text;
    },
    outColour: false,
    errColour: false,
    width: 80,
    aside: (ask) => ask(),
    interactive: false,
    cwd: '/',
    home: '/nonexistent',
    who: 'ops@laptop',
    ...more,
    env: { HOME: '/nonexistent', ...more.env },
    printed: () => ({ out, err }),
  };
}
