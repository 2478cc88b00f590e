import { wrongHosts } from './host-entries.ts';
import { wrongPlace } from './template-questions.ts';
import type { Answers, Choice, Known, Question } from './question.ts';

/** Where the hosts are named, and which. */
export function hostQuestions(answers: Answers, known: Known): readonly Question[] {
  const { sshHosts, ansible, from } = known;
  if (from !== null) return [];
  const sources: readonly Choice[] = [
    { value: 'typed', name: 'I type or paste them' },
    ...(sshHosts.length > 0
      ? [{ value: 'ssh', name: `~/.ssh/config, which names ${sshHosts.length}` }]
      : []),
    ...(ansible ? [{ value: 'ansible', name: 'An inventory of Ansible' }] : []),
  ];
  const source: Question = {
    id: 'source',
    section: 'hosts',
    kind: 'choice',
    message: 'Where do the names of the hosts come from?',
    choices: sources,
    fallback: 'typed',
    example: 'typed',
  };
  const asked = sources.length > 1 ? [source] : [];
  if (answers.source === 'ansible') return [...asked, ansibleQuestion(ansible ?? [])];
  const some = answers.source === 'ssh';
  return [
    ...asked,
    ...(some ? [sshHostsQuestion(known)] : []),
    {
      id: 'hosts',
      section: 'hosts',
      kind: 'lines',
      message: some ? 'More hosts' : 'Hosts, as web-[01:20] or ops@10.0.0.7:2222',
      ...(some ? { fallback: [] } : {}),
      wrong: wrongHosts,
      example: '["web-[01:03].example.com"]',
    },
  ];
}

const sshHostsQuestion = ({ sshHosts }: Known): Question => ({
  id: 'sshHosts',
  section: 'hosts',
  kind: 'checks',
  message: 'Which of them?',
  choices: sshHosts.map(({ name, jump }) => ({
    value: name,
    name: jump ? `${name} (a jump host of others)` : name,
  })),
  example: `[${sshHosts[0]?.name}]`,
});

const ansibleQuestion = ([first]: readonly string[]): Question => ({
  id: 'ansible',
  section: 'hosts',
  kind: 'text',
  message: 'Path of the inventory of Ansible',
  ...(first === undefined ? {} : { fallback: first }),
  example: './hosts.ini',
});

/** Who logs in, and with which key. */
export const loginQuestions = (
  { source }: Answers,
  { keys, agentKeys, namesUser }: Known,
): readonly Question[] => [
  ...(namesUser ? [] : [userQuestion(source === 'ansible')]),
  {
    id: 'identity',
    section: 'login',
    kind: 'choice',
    message: 'Which key?',
    choices: [
      {
        value: 'auto',
        name:
          agentKeys.length > 0
            ? `As ssh would: ${agentKeys.length === 1 ? 'the key' : `the ${agentKeys.length} keys`} of the agent, then files`
            : 'As ssh would: ~/.ssh/config, then the usual files',
        ...(agentKeys.length > 0 ? { description: `The agent has ${named(agentKeys)}.` } : {}),
      },
      ...keys.map(({ path, held }) => ({
        value: path,
        name: held ? `${path} (in the agent)` : path,
      })),
    ],
    fallback: 'auto',
    wrong: (text) =>
      /^(~\/|\/|\.)\S+$/.test(text) ? null : 'write auto, or the path of a private key',
    example: '~/.ssh/id_ed25519',
  },
];

const userQuestion = (others: boolean): Question => ({
  id: 'user',
  section: 'login',
  kind: 'text',
  message: others
    ? 'User to log in as, where the inventory names none (empty: as ssh)'
    : 'User to log in as (empty: as ssh would)',
  fallback: '',
  wrong: (text) =>
    text === '' || /^[A-Za-z_][\w.-]*\$?$/.test(text)
      ? null
      : 'write the name of a user, such as ops',
  example: 'ops',
});

/** As many as fit on a line of 80 columns. */
function named(names: readonly string[]): string {
  let fit = names.length;
  while (fit > 1 && names.slice(0, fit).join(', ').length > 50) fit -= 1;
  const more = names.length - fit;
  return `${names.slice(0, fit).join(', ').slice(0, 60)}${more > 0 ? ` and ${more} more` : ''}`;
}

/** How root is reached, where no login has shown it. */
export function sudoQuestions({ sudo, user }: Answers, { root }: Known): readonly Question[] {
  if (root === 'none' || root === 'passwordless') return [];
  if (user === 'root') return [];
  return [
    {
      id: 'sudo',
      section: 'sudo',
      kind: 'choice',
      message: root === 'password' ? 'sudo asks for a password there' : 'How is root reached?',
      choices: [
        { value: 'ask', name: 'Ask me for the password at the start of each run' },
        { value: 'secret', name: 'Read the password from a variable or a file' },
        { value: 'passwordless', name: 'It needs none, or soon will need none' },
      ],
      fallback: root === 'password' ? 'ask' : 'passwordless',
      example: 'ask',
    },
    ...(sudo === 'secret'
      ? [
          {
            id: 'sudoPassword',
            section: 'sudo',
            kind: 'text',
            message: 'Where the sudo password is kept: env:NAME, or file:PATH',
            fallback: 'env:SUDO_PASSWORD',
            wrong: wrongPlace,
            example: 'env:SUDO_PASSWORD',
          } satisfies Question,
        ]
      : []),
  ];
}
