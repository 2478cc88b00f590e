import { BUILTIN_NAMES } from '../../config/builtins.ts';
import { hostQuestions, loginQuestions, sudoQuestions } from './host-questions.ts';
import { type Answers, type Known, type Question, SECTIONS, type Section } from './question.ts';
import { parameterQuestions } from './template-questions.ts';

/** The next question; undefined: every one is answered. Pure, so that every path can be tested. */
export const nextQuestion = (answers: Answers, known: Known): Question | undefined =>
  questionsOf(answers, known).find(({ id }) => answers[id] === undefined);

/** Every question that these answers lead to, in order; more answers may lead to more. */
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

const SECTION_NAMES: Readonly<Record<Section, string>> = {
  hosts: 'Hosts: add some',
  login: 'SSH user and key',
  sudo: 'sudo',
  template: 'What to collect, and where to send it',
  packages: 'Package repository',
  version: 'Alloy version',
};

const editQuestion: Question = {
  id: 'edit',
  section: 'hosts',
  kind: 'checks',
  message: 'What do you want to change?',
  choices: SECTIONS.map((value) => ({ value, name: SECTION_NAMES[value] })),
  example: '[hosts, version]',
};

const templateQuestion: Question = {
  id: 'template',
  section: 'template',
  kind: 'choice',
  message: 'What do you want to collect?',
  choices: [
    { value: 'linux-host', name: 'Host metrics, the journal, log files, and application data' },
    { value: 'otlp-gateway', name: 'Application data only: OTLP metrics, traces and logs' },
    { value: 'self-monitoring', name: "Alloy's own metrics and logs" },
    { value: 'minimal', name: 'Nothing yet: just run Alloy' },
    { value: 'own', name: 'Use my own configuration file' },
  ],
  invalid: (text) =>
    text.includes('/') || (BUILTIN_NAMES as readonly string[]).includes(text)
      ? null
      : `enter one of ${BUILTIN_NAMES.join(', ')}, or a path such as ./host.alloy`,
  example: 'linux-host',
};

const ownTemplate = ({ template }: Answers): readonly Question[] =>
  template === 'own'
    ? [
        {
          id: 'templateFile',
          section: 'template',
          kind: 'text',
          message: 'Path of the configuration file, relative to the inventory',
          invalid: (text) => (text.includes('/') ? null : `enter it with a slash: ./${text}`),
          example: './host.alloy',
        },
      ]
    : [];

const packageQuestions = ({ packages, mirror }: Answers): readonly Question[] => [
  {
    id: 'packages',
    section: 'packages',
    kind: 'choice',
    message: 'Where do packages come from?',
    choices: [
      { value: 'grafana', name: 'apt.grafana.com' },
      { value: 'mirror', name: 'A mirror, or a repository with its own key' },
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
          message: 'Repository URL',
          fallback: 'https://apt.grafana.com',
          invalid: (text) =>
            /^https?:\/\/[^\s/]+\S*$/.test(text) ? null : 'enter an http or https URL',
          example: 'https://apt.example.com/grafana',
        },
        {
          id: 'mirrorKey',
          section: 'packages',
          kind: 'text',
          message: 'URL or path of the signing key',
          fallback: `${String(mirror ?? 'https://apt.grafana.com').replace(/\/$/, '')}/gpg-full.key`,
          example: './grafana.asc',
        },
        {
          id: 'mirrorFingerprint',
          section: 'packages',
          kind: 'text',
          message: 'Fingerprint of the signing key',
          fallback: 'B53AE77BADB630A683046005963FA27710458545',
          invalid: (text) =>
            /^[0-9A-Fa-f]{40}$/.test(text.replaceAll(' ', ''))
              ? null
              : 'enter its 40 hex digits: gpg --show-keys FILE',
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
    message: 'Which Alloy version?',
    choices: [
      { value: 'present', name: 'The latest for new installs; never upgrade' },
      { value: 'latest', name: 'Always the latest: apply upgrades' },
      { value: 'pinned', name: 'A fixed version, held' },
    ],
    invalid: whyInvalidVersion,
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
          invalid: whyInvalidVersion,
          example: '1.18.1',
        } satisfies Question,
      ]
    : []),
];

function whyInvalidVersion(text: string): string | null {
  return /^\d+\.\d+\.\d+([.~+-][\w.~+-]*)?$/.test(text) ? null : 'enter a version, such as 1.18.1';
}
