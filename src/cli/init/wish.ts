import type { Settings, Wish } from '../../inventory/compose.ts';
import { hostWords } from './host-entries.ts';
import { parameterValues } from './template-questions.ts';
import type { Answers, Known } from './question.ts';

/** What the answers ask an inventory to say. Pure. */
export function wishOf(answers: Answers, { root }: Pick<Known, 'root'>): Wish {
  const text = (id: string): string => (typeof answers[id] === 'string' ? answers[id] : '');
  const list = (id: string): readonly string[] =>
    Array.isArray(answers[id]) ? (answers[id] as readonly string[]) : [];
  const { vars, environment } = parameterValues(answers);
  const template = text('template') === 'own' ? text('templateFile') : text('template');
  const version = text('version') === 'pinned' ? text('pinned') : text('version');
  const identity = text('identity');
  const defaults: (readonly [readonly string[], unknown])[] = [
    ...when(text('user') !== '', ['ssh', 'user'], text('user')),
    ...when(identity !== '' && identity !== 'auto', ['ssh', 'identity'], identity),
    ...sudoOf(answers, root),
    ...when(text('packages') === 'mirror', ['repository', 'url'], text('mirror')),
    ...when(text('packages') === 'mirror', ['repository', 'key'], text('mirrorKey')),
    ...when(
      text('packages') === 'mirror',
      ['repository', 'fingerprints'],
      [text('mirrorFingerprint').replaceAll(' ', '').toUpperCase()],
    ),
    ...when(version !== '', ['alloy', 'version'], version),
    ...Object.entries(environment).map(
      ([name, place]) => [['alloy', 'environment', name], place] as const,
    ),
    ...when(template !== '', ['config', 'template'], template),
    ...Object.entries(vars).map(([name, value]) => [['config', 'vars', name], value] as const),
  ];
  const words = hostWords([...list('sshHosts'), ...list('hosts')]);
  return {
    defaults,
    hosts: words.map(({ name, user, port }) => ({
      name,
      settings: [
        ...when(user !== null, ['ssh', 'user'], user),
        ...when(port !== null, ['ssh', 'port'], port),
      ],
    })),
  };
}

const when = (asked: boolean, path: readonly string[], value: unknown): Settings =>
  asked ? [[path, value]] : [];

function sudoOf({ sudo, sudoPassword, user }: Answers, root: Known['root']): Settings {
  if (sudo === 'secret') return [[['sudo'], { password: { secret: sudoPassword } }]];
  if (sudo === 'ask') return [[['sudo'], 'ask']];
  // the login is root though nobody named it so: ~/.ssh/config did
  if (root === 'none' && user !== 'root') return [[['sudo'], 'none']];
  return [];
}
