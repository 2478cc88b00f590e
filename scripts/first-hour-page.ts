/** The part of a screen that one question takes, the answer before it included. */
export interface Question {
  readonly screen: string;
}

/** What a terminal of 80 columns showed, by what was typed. */
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
  '## The wizard\n\nQuestion by question, each under the answer before it, and what it ends with.\n',
  ...init.map((question) => screen(question.screen)),
  screen(ending),
];

/** docs/first-hour.md. */
export const firstHourPage = (shown: FirstHour): string =>
  [
    `# The first hour, screen by screen

What a terminal of 80 columns shows of the commands that people meet first. They ran on bare lab hosts
(\`node build.mjs run scripts/first-hour.ts\` takes them again, and fails where a line is too wide); the Alloy there is a
stand-in that behaves as the real one was recorded to. How to go on: [the guide](guide.md).
`,
    '## Help\n',
    screen(shown.help),
    screen(shown.helpOfCommand),
    '## First contact\n\nHosts that nobody has met are refused, and one command settles it for all of them.\n',
    screen(shown.unmet),
    screen(shown.trust),
    ...(shown.init.length === 0 ? [] : wizard(shown)),
    '## Plan\n',
    screen(shown.plan),
    '## Apply\n\nThe plan and the question:\n',
    screen(shown.apply.asked),
    'While it goes:\n',
    screen(shown.apply.going),
    'At the end, and the second time:\n',
    screen(shown.apply.done),
    screen(shown.again),
    '## Status\n',
    screen(shown.status),
    '## When something is wrong\n\nA login that does not work:\n',
    screen(shown.login),
    'A mistake in the inventory:\n',
    screen(shown.wrongInventory),
    'A mistake in a template:\n',
    screen(shown.wrongTemplate),
  ].join('\n');
