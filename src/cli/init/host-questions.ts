import { whyInvalidHosts } from './host-entries.ts';
import type { Answers, Choice, Known, Question } from './question.ts';
import { whyInvalidPlace } from './secret-places.ts';

/** Where the hosts are listed, and which ones. */
export function hostQuestions(answers: Answers, known: Known): readonly Question[] {
  const { sshHosts, ansible, from } = known;
  if (from !== null) return [];
  const sources: readonly Choice[] = [
    { value: 'typed', name: 'Type or paste them' },
    ...(sshHosts.length > 0
      ? [{ value: 'ssh', name: `~/.ssh/config (${sshHosts.length} hosts)` }]
      : []),
    ...(ansible ? [{ value: 'ansible', name: 'An Ansible inventory' }] : []),
  ];
  const source: Question = {
    id: 'source',
    section: 'hosts',
    kind: 'choice',
    message: 'Where are your hosts listed?',
    choices: sources,
    fallback: 'typed',
    example: 'typed',
  };
  const asked = sources.length > 1 ? [source] : [];
  if (answers.source === 'ansible') return [...asked, ansibleQuestion(ansible ?? [])];
  const more = answers.source === 'ssh';
  return [
    ...asked,
    ...(more ? [sshHostsQuestion(known)] : []),
    {
      id: 'hosts',
      section: 'hosts',
      kind: 'lines',
      message: more ? 'More hosts' : 'Hosts, such as web-[01:20] or ops@10.0.0.7:2222',
      ...(more ? { fallback: [] } : {}),
      invalid: whyInvalidHosts,
      example: '["web-[01:03].example.com"]',
    },
  ];
}

const sshHostsQuestion = ({ sshHosts }: Known): Question => ({
  id: 'sshHosts',
  section: 'hosts',
  kind: 'checks',
  message: 'Which hosts?',
  choices: sshHosts.map(({ name, jump }) => ({
    value: name,
    name: jump ? `${name} (a jump host)` : name,
  })),
  example: `[${sshHosts[0]?.name}]`,
});

const ansibleQuestion = ([first]: readonly string[]): Question => ({
  id: 'ansible',
  section: 'hosts',
  kind: 'text',
  message: 'Path of the Ansible inventory',
  ...(first === undefined ? {} : { fallback: first }),
  example: './hosts.ini',
});

/** Which user logs in, and with which key. */
export const loginQuestions = (
  { source }: Answers,
  { keys, agentKeys, namesUser }: Known,
): readonly Question[] => [
  ...(namesUser ? [] : [userQuestion(source === 'ansible')]),
  {
    id: 'identity',
    section: 'login',
    kind: 'choice',
    message: 'SSH key',
    choices: [
      {
        value: 'auto',
        name:
          agentKeys.length > 0
            ? `Same as ssh: ${agentKeys.length === 1 ? 'the key' : `the ${agentKeys.length} keys`} in your agent, then key files`
            : 'Same as ssh: ~/.ssh/config, then the default key files',
        ...(agentKeys.length > 0 ? { description: `Your agent has ${shortened(agentKeys)}.` } : {}),
      },
      ...keys.map(({ path, held }) => ({
        value: path,
        name: held ? `${path} (in your agent)` : path,
      })),
    ],
    fallback: 'auto',
    invalid: (text) =>
      /^(~\/|\/|\.)\S+$/.test(text) ? null : 'enter auto, or the path of a private key',
    example: '~/.ssh/id_ed25519',
  },
];

const userQuestion = (someNamed: boolean): Question => ({
  id: 'user',
  section: 'login',
  kind: 'text',
  message: someNamed
    ? 'SSH user for hosts without one (empty: same as ssh)'
    : 'SSH user (empty: same as ssh)',
  fallback: '',
  invalid: (text) =>
    text === '' || /^[A-Za-z_][\w.-]*\$?$/.test(text) ? null : 'enter a user name, such as ops',
  example: 'ops',
});

/** As many names as fit on a line of 80 columns. */
function shortened(names: readonly string[]): string {
  let shown = names.length;
  while (shown > 1 && names.slice(0, shown).join(', ').length > 50) shown -= 1;
  const more = names.length - shown;
  return `${names.slice(0, shown).join(', ').slice(0, 60)}${more > 0 ? ` and ${more} more` : ''}`;
}

/** How root is reached, unless a login has shown it. */
export function sudoQuestions({ sudo, user }: Answers, { root }: Known): readonly Question[] {
  if (root === 'none' || root === 'passwordless' || user === 'root') return [];
  return [
    {
      id: 'sudo',
      section: 'sudo',
      kind: 'choice',
      message: root === 'password' ? 'sudo needs a password' : 'How does sudo work there?',
      choices: [
        { value: 'ask', name: 'Ask for the password at the start of each run' },
        { value: 'secret', name: 'Read the password from a variable or a file' },
        { value: 'passwordless', name: 'No password is needed, or soon will not be' },
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
            message: 'Where is the sudo password stored? (env:NAME or file:PATH)',
            fallback: 'env:SUDO_PASSWORD',
            invalid: whyInvalidPlace,
            example: 'env:SUDO_PASSWORD',
          } satisfies Question,
        ]
      : []),
  ];
}
