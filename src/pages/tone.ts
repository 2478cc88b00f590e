/** How good or bad something is. */
export const TONES = ['good', 'warn', 'bad', 'note', 'idle'] as const;
export type Tone = (typeof TONES)[number];

/** Stands beside each color, for those who do not see it. */
export const MARKS: Readonly<Record<Tone, string>> = {
  good: '✓',
  warn: '△',
  bad: '✗',
  note: '●',
  idle: '○',
};
