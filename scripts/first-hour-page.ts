/** The part of the screen with one question and the previous answer. */
export interface Question {
  readonly screen: string;
}

/** Captured screens of 80 columns, by command. */
export interface FirstHour {
  readonly help: string;
  readonly helpOfCommand: string;
  readonly unmet: string;
  readonly trust: string;
  readonly login: string;
  readonly wrongInventory: string;
  readonly wrongTemplate: string;
  readonly init: readonly Question[];
  readonly ending: string;
  readonly plan: string;
  readonly apply: { readonly asked: string; readonly going: string; readonly done: string };
  readonly again: string;
  readonly status: string;
}

const screen = (text: string): string => `\`\`\`text\n${text}\n\`\`\`\n`;

const wizard = ({ init, ending }: FirstHour): readonly string[] => [
  '## The wizard\n\nEach question below the previous answer, and the result.\n',
  ...init.map((question) => screen(question.screen)),
  screen(ending),
];

/** docs/first-hour.md. */
export const firstHourPage = (shown: FirstHour): string =>
  [
    `# The first hour, screen by screen

What the first commands show in a terminal of 80 columns. They ran on bare lab hosts, where Alloy is a stand-in that
behaves as the real one was recorded to behave. \`node build.mjs run scripts/first-hour.ts\` captures the screens again,
and fails if a line is too wide. To continue, read [the guide](guide.md).
`,
    '## Help\n',
    screen(shown.help),
    screen(shown.helpOfCommand),
    '## First contact\n\nHosts with unknown keys are refused. One command records the keys of all of them.\n',
    screen(shown.unmet),
    screen(shown.trust),
    ...(shown.init.length === 0 ? [] : wizard(shown)),
    '## Plan\n',
    screen(shown.plan),
    '## Apply\n\nThe plan and the question:\n',
    screen(shown.apply.asked),
    'During the run:\n',
    screen(shown.apply.going),
    'At the end, and on a second run:\n',
    screen(shown.apply.done),
    screen(shown.again),
    '## Status\n',
    screen(shown.status),
    '## When something is wrong\n\nA login that fails:\n',
    screen(shown.login),
    'A mistake in the inventory:\n',
    screen(shown.wrongInventory),
    'A mistake in a template:\n',
    screen(shown.wrongTemplate),
  ].join('\n');
