import { BUILTIN_NAMES } from '../../config/builtins.ts';
import { hostQuestions, loginQuestions, sudoQuestions } from './host-questions.ts';
import { parameterQuestions } from './template-questions.ts';
import { type Answers, type Known, type Question, SECTIONS } from './question.ts';

/** The question whose turn it is; undefined: all is answered. Pure, so that every way through can be tried. */
export const nextQuestion = (answers: Answers, known: Known): Question | undefined =>
  questionsOf(answers, known).find(({ id }) => answers[id] === undefined);

/** Every question that these answers lead to, in order; more may come with more answers. */
export function questionsOf(answers: Answers, known: Known): readonly Question[] {
  const all = [
    ...hostQuestions(answers, known),
    ...loginQuestions(answers, known),
    ...sudoQuestions(answers, known),
    ...(known.from === null
      ? [templateQuestion, ...ownTemplate(answers), ...parameterQuestions(answers)]
      : []),
    ...packageQuestions(answers),
    ...(known.from === null ? versionQuestions(answers) : []),
  ];
  if (!known.edit) return all;
  const chosen = answers.edit;
  return [
    editQuestion,
    ...all.filter(({ section }) => Array.isArray(chosen) && chosen.includes(section)),
  ];
}

const editQuestion: Question = {
  id: 'edit',
  section: 'hosts',
  kind: 'checks',
  message: 'What shall change?',
  choices: SECTIONS.map((value) => ({ value, name: SECTION_NAMES()[value] })),
  example: '[hosts, version]',
};

function SECTION_NAMES(): Readonly<Record<(typeof SECTIONS)[number], string>> {
  return {
    hosts: 'Hosts: add some',
    login: 'User and key of the logins',
    sudo: 'How root is reached',
    template: 'What is collected, and where it goes',
    packages: 'Where packages come from',
    version: 'Version of Alloy',
  };
}

const TEMPLATE_NAMES: Readonly<Record<string, string>> = {
  'linux-host': 'Of each host: metrics, journal, log files, its applications',
  'otlp-gateway': 'OTLP from applications alone: metrics, traces, logs',
  'self-monitoring': "Alloy's own metrics and log",
  minimal: 'Nothing yet: Alloy runs, and the rest comes later',
};

const templateQuestion: Question = {
  id: 'template',
  section: 'template',
  kind: 'choice',
  message: 'What to collect?',
  choices: [
    ...Object.keys(TEMPLATE_NAMES).map((value) => ({ value, name: TEMPLATE_NAMES[value]! })),
    { value: 'own', name: 'What my own configuration says (a file)' },
  ],
  wrong: (text) =>
    text.includes('/') || (BUILTIN_NAMES as readonly string[]).includes(text)
      ? null
      : `write one of ${BUILTIN_NAMES.join(', ')}, or a path such as ./host.alloy`,
  example: 'linux-host',
};

const ownTemplate = ({ template }: Answers): readonly Question[] =>
  template === 'own'
    ? [
        {
          id: 'templateFile',
          section: 'template',
          kind: 'text',
          message: 'Path of the configuration, beside the inventory',
          wrong: (text) => (text.includes('/') ? null : `write it with a slash: ./${text}`),
          example: './host.alloy',
        },
      ]
    : [];

const packageQuestions = ({ packages, mirror }: Answers): readonly Question[] => [
  {
    id: 'packages',
    section: 'packages',
    kind: 'choice',
    message: 'Where do the packages come from?',
    choices: [
      { value: 'grafana', name: 'apt.grafana.com' },
      { value: 'mirror', name: 'A mirror, or a repository with a key of its own' },
    ],
    fallback: 'grafana',
    example: 'grafana',
  },
  ...(packages === 'mirror'
    ? ([
        {
          id: 'mirror',
          section: 'packages',
          kind: 'text',
          message: 'URL of the repository',
          fallback: 'https://apt.grafana.com',
          wrong: (text) =>
            /^https?:\/\/[^\s/]+\S*$/.test(text) ? null : 'write a URL of http or https',
          example: 'https://apt.example.com/grafana',
        },
        {
          id: 'mirrorKey',
          section: 'packages',
          kind: 'text',
          message: 'URL or file of its signing key',
          fallback: `${String(mirror ?? 'https://apt.grafana.com').replace(/\/$/, '')}/gpg-full.key`,
          example: './grafana.asc',
        },
        {
          id: 'mirrorFingerprint',
          section: 'packages',
          kind: 'text',
          message: 'Fingerprint of that key',
          fallback: 'B53AE77BADB630A683046005963FA27710458545',
          wrong: (text) =>
            /^[0-9A-Fa-f]{40}$/.test(text.replaceAll(' ', ''))
              ? null
              : 'write its 40 hex digits: gpg --show-keys FILE',
          example: 'B53AE77BADB630A683046005963FA27710458545',
        },
      ] satisfies readonly Question[])
    : []),
];

const versionQuestions = ({ version }: Answers): readonly Question[] => [
  {
    id: 'version',
    section: 'version',
    kind: 'choice',
    message: 'Which version of Alloy?',
    choices: [
      { value: 'present', name: 'The newest where none is installed; others stay as they are' },
      { value: 'latest', name: 'The newest, always: an apply upgrades' },
      { value: 'pinned', name: 'One that I name: installed, up or down, and held' },
    ],
    wrong: wrongVersion,
    fallback: 'present',
    example: 'present',
  },
  ...(version === 'pinned'
    ? [
        {
          id: 'pinned',
          section: 'version',
          kind: 'text',
          message: 'Version',
          wrong: wrongVersion,
          example: '1.18.1',
        } satisfies Question,
      ]
    : []),
];

function wrongVersion(text: string): string | null {
  return /^\d+\.\d+\.\d+([.~+-][\w.~+-]*)?$/.test(text) ? null : 'write a version such as 1.18.1';
}
