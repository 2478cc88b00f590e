/** The page of broken files: which there are, what each shows, and how the page is laid out. */

/** File under docs/broken/, options that it is checked with, and what is wrong in it. */
export const BROKEN = [
  ['comma', '', 'Two lines of a map without a comma, a `#` comment, single quotes.'],
  ['password', '', 'Faults beside passwords: the lines are shown, the passwords are not.'],
  [
    'typo',
    '--strict',
    'A misspelt component, argument, export and reference, and a duration in words. What only our table of components knows is a warning, with `--strict` an error.',
  ],
  [
    'pipeline',
    '',
    'Metrics into a processor that passes on only traces. Alloy starts with this (once the reference is mended), calls itself healthy, and answers every client 503.',
  ],
  [
    'lockout',
    '',
    'An `http` block behind which nobody could see whether Alloy came up, and a block one level too high.',
  ],
] as const;

export const commandOf = ([name, options]: (typeof BROKEN)[number]): readonly string[] => [
  'validate',
  ...(options === '' ? [] : [options]),
  `docs/broken/${name}.alloy`,
];

/** `screens`: what a terminal of 80 columns showed for each, in order. */
export function validatePage(screens: readonly string[]): string {
  const sections = BROKEN.map((broken, index) => {
    const [name, , meaning] = broken;
    const shown = screens[index]!.trimEnd();
    return `## ${name}.alloy\n\n${meaning}\n\n\`\`\`text\n$ alloyup ${commandOf(broken).join(' ')}\n${shown}\n\`\`\`\n`;
  });
  return `# What alloyup says of broken files

<!-- Made by scripts/validate-screens.ts from docs/broken/*.alloy, in a terminal of 80 columns. -->

Five configurations as people break them ([docs/broken/](broken/)). Every command ends with 64, reads no secret and
asks no host. Colours are left out here; [one of them with colours](validate.svg). What the checks know: [checks.md](checks.md).

${sections.join('\n')}`;
}
