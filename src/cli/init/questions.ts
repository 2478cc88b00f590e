import { someNames } from '../../report/plain.ts';
import { whyInvalidHosts } from './host-entries.ts';
import { type Answers, choice, type Known, place, type Question, text } from './question.ts';
import { templateQuestions } from './template-questions.ts';

/** The next question; undefined: every one is answered. Pure, so that every path can be tested. */
export const nextQuestion = (answers: Answers, known: Known): Question | undefined =>
  questionsOf(answers, known).find(({ id }) => answers[id] === undefined);

/** Every question that these answers lead to, in order; more answers may lead to more. */
export function questionsOf(answers: Answers, known: Known): readonly Question[] {
  const { edit = [] } = answers;
  const asked = Object.entries(SECTIONS)
    .filter(([section]) => !known.edit || edit.includes(section))
    .flatMap(([, [, questions]]) => [...questions(answers, known)]);
  return known.edit ? [editQuestion, ...asked] : asked;
}

type Questions = (answers: Answers, known: Known) => Iterable<Question>;

/** Parts of an inventory that `init --edit` can change. */
const SECTIONS: Readonly<Record<string, readonly [name: string, questions: Questions]>> = {
  hosts: ['Hosts: add some', hostQuestions],
  login: ['SSH user and key', loginQuestions],
  sudo: ['sudo', sudoQuestions],
  template: ['What to collect, and where to send it', templateQuestions],
  packages: ['Package repository', packageQuestions],
  version: ['Alloy version', versionQuestions],
};

const editQuestion: Question = {
  id: 'edit',
  kind: 'checks',
  message: 'What do you want to change?',
  choices: Object.entries(SECTIONS).map(([value, [name]]) => ({ value, name })),
  example: '[hosts, version]',
};

/** Where the hosts are listed, and which ones. */
function* hostQuestions({ source }: Answers, known: Known): Iterable<Question> {
  const { sshHosts, ansible, from } = known;
  if (from !== null) return;
  const sources = [
    { value: 'typed', name: 'Type or paste them' },
    ...(sshHosts.length > 0
      ? [{ value: 'ssh', name: `~/.ssh/config (${sshHosts.length} hosts)` }]
      : []),
    ...(ansible ? [{ value: 'ansible', name: 'An Ansible inventory' }] : []),
  ];
  if (sources.length > 1)
    yield choice('source', 'Where are your hosts listed?', sources, { fallback: 'typed' });
  if (source === 'ansible') {
    yield text('ansible', 'Path of the Ansible inventory', {
      fallback: ansible?.[0],
      example: './hosts.ini',
    });
    return;
  }
  const more = source === 'ssh';
  if (more)
    yield {
      id: 'sshHosts',
      kind: 'checks',
      message: 'Which hosts?',
      choices: sshHosts.map(({ name, jump }) => ({
        value: name,
        name: jump ? `${name} (a jump host)` : name,
      })),
      example: `[${sshHosts[0]?.name}]`,
    };
  yield {
    id: 'hosts',
    kind: 'lines',
    message: more ? 'More hosts' : 'Hosts, such as web-[01:20] or ops@10.0.0.7:2222',
    fallback: more ? [] : undefined,
    invalid: whyInvalidHosts,
    example: '["web-[01:03].example.com"]',
  };
}

/** Which user logs in, and with which key. */
function* loginQuestions({ source }: Answers, known: Known): Iterable<Question> {
  const { keys, agentKeys, namesUser } = known;
  if (!namesUser)
    yield text(
      'user',
      `SSH user${source === 'ansible' ? ' for hosts without one' : ''} (empty: same as ssh)`,
      {
        fallback: '',
        invalid: (answer) =>
          /^[A-Za-z_][\w.-]*\$?$/.test(answer) ? null : 'enter a user name, such as ops',
        example: 'ops',
      },
    );
  const held = agentKeys.length === 1 ? 'the key' : `the ${agentKeys.length} keys`;
  const auto =
    agentKeys.length === 0
      ? { name: 'Same as ssh: ~/.ssh/config, then the default key files' }
      : {
          name: `Same as ssh: ${held} in your agent, then key files`,
          description: `Your agent has ${someNames(agentKeys, 50)}.`,
        };
  yield choice(
    'identity',
    'SSH key',
    [
      { value: 'auto', ...auto },
      ...keys.map((key) => ({
        value: key.path,
        name: key.held ? `${key.path} (in your agent)` : key.path,
      })),
    ],
    {
      fallback: 'auto',
      invalid: (answer) =>
        /^(~\/|\/|\.)\S+$/.test(answer) ? null : 'enter auto, or the path of a private key',
      example: '~/.ssh/id_ed25519',
    },
  );
}

/** How root is reached, unless a login has shown it. */
function* sudoQuestions({ sudo, user }: Answers, { root }: Known): Iterable<Question> {
  if (root === 'none' || root === 'passwordless' || user === 'root') return;
  yield choice(
    'sudo',
    root === 'password' ? 'sudo needs a password' : 'How does sudo work there?',
    [
      { value: 'ask', name: 'Ask for the password at the start of each run' },
      { value: 'secret', name: 'Read the password from a variable or a file' },
      { value: 'passwordless', name: 'No password is needed, or soon will not be' },
    ],
    { fallback: root === 'password' ? 'ask' : 'passwordless' },
  );
  if (sudo === 'secret') yield place('sudoPassword', 'sudo password', 'SUDO_PASSWORD');
}

function* packageQuestions({ packages, mirror }: Answers): Iterable<Question> {
  yield choice(
    'packages',
    'Where do packages come from?',
    [
      { value: 'grafana', name: 'apt.grafana.com' },
      { value: 'mirror', name: 'A mirror, or a repository with its own key' },
    ],
    { fallback: 'grafana' },
  );
  if (packages !== 'mirror') return;
  const usual = 'https://apt.grafana.com';
  yield text('mirror', 'Repository URL', {
    fallback: usual,
    invalid: (answer) =>
      /^https?:\/\/[^\s/]\S*$/.test(answer) ? null : 'enter an http or https URL',
  });
  yield text('mirrorKey', 'URL or path of the signing key', {
    fallback: `${String(mirror ?? usual).replace(/\/$/, '')}/gpg-full.key`,
  });
  yield text('mirrorFingerprint', 'Fingerprint of the signing key', {
    fallback: 'B53AE77BADB630A683046005963FA27710458545',
    invalid: (answer) =>
      /^[0-9A-Fa-f]{40}$/.test(answer.replaceAll(' ', ''))
        ? null
        : 'enter its 40 hex digits: gpg --show-keys FILE',
  });
}

function* versionQuestions({ version }: Answers, { from }: Known): Iterable<Question> {
  if (from !== null) return;
  const invalid = (answer: string): string | null =>
    /^\d+\.\d+\.\d+([.~+-][\w.~+-]*)?$/.test(answer) ? null : 'enter a version, such as 1.18.1';
  yield choice(
    'version',
    'Which Alloy version?',
    [
      { value: 'present', name: 'The latest for new installs; never upgrade' },
      { value: 'latest', name: 'Always the latest: apply upgrades' },
      { value: 'pinned', name: 'A fixed version, held' },
    ],
    { fallback: 'present', invalid },
  );
  if (version === 'pinned') yield text('pinned', 'Version', { invalid, example: '1.18.1' });
}
