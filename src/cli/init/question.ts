/** The answers so far, by question ID. Never contains a secret. */
export type Answers = Readonly<Record<string, Answer>>;
export type Answer = string | readonly string[];

/** Parts of an inventory that `init --edit` can change. */
export const SECTIONS = ['hosts', 'login', 'sudo', 'template', 'packages', 'version'] as const;
export type Section = (typeof SECTIONS)[number];

/** What the wizard finds on this machine, and learns on the way. */
export interface Known {
  /** Hosts in ~/.ssh/config that can be logged in to. */
  readonly sshHosts: readonly { readonly name: string; readonly jump: boolean }[];
  /** Ansible inventories found here, `./hosts` first; null: none may be asked for. */
  readonly ansible: readonly string[] | null;
  /** The imported inventory names a user for every host. */
  readonly namesUser: boolean;
  /** Keys in ~/.ssh: `~/.ssh/id_ed25519`, or `~/.ssh/work.pub` where only the agent has the private key. */
  readonly keys: readonly { readonly path: string; readonly held: boolean }[];
  /** Names of the keys that the agent holds. */
  readonly agentKeys: readonly string[];
  /** How root is reached, as a login found out; null: no login has succeeded yet. */
  readonly root: 'none' | 'passwordless' | 'password' | null;
  /** `--from HOST`: collect what that host collects. */
  readonly from: string | null;
  /** `--edit`: there is an inventory. */
  readonly edit: boolean;
}

export interface Choice {
  readonly value: string;
  readonly name: string;
  readonly description?: string;
  /** Of `checks`: selected by default. */
  readonly checked?: boolean;
}

/** A question as data: the terminal, an answers file and the tests read the same. */
export interface Question {
  /** Key in an answers file. */
  readonly id: string;
  readonly section: Section;
  /** `lines`: one or more texts, one per line; `checks`: some of the choices. */
  readonly kind: 'text' | 'lines' | 'choice' | 'checks';
  readonly message: string;
  readonly choices?: readonly Choice[];
  /** What an empty answer means; undefined: an answer is required. */
  readonly fallback?: Answer;
  /** Of `checks`: at least one, even though there is a fallback. */
  readonly some?: boolean;
  /** What is wrong with an answer, for people; null: nothing. Called for each item of a list. */
  readonly invalid?: (text: string) => string | null;
  /** A valid answer, for hints. */
  readonly example: string;
  /** Answers are long: they get a line of their own, and the example is shown. */
  readonly long?: boolean;
}

/** An empty list is no answer. */
export const needsOne = ({ fallback, some }: Question): boolean =>
  fallback === undefined || some === true;

/** Why `answer` is not valid; null: it is. */
export function whyInvalid(question: Question, answer: unknown): string | null {
  const { kind, choices = [], invalid } = question;
  const values = choices.map(({ value }) => value);
  const oneOf = `choose one of: ${values.join(', ')}`;
  switch (kind) {
    case 'text':
      return typeof answer === 'string' ? whyInvalidText(question, answer) : 'enter text';
    case 'choice':
      if (typeof answer !== 'string') return oneOf;
      // an answers file may name what is not listed, such as a key elsewhere
      return values.includes(answer) ? null : invalid ? invalid(answer) : oneOf;
    case 'checks':
    case 'lines': {
      if (!Array.isArray(answer)) return 'enter a list';
      if (answer.length === 0 && needsOne(question)) return 'enter at least one';
      const whyItem = (item: unknown): string | null => {
        if (typeof item !== 'string') return 'enter a list of texts';
        if (kind === 'lines') return invalid?.(item) ?? null;
        return values.includes(item) ? null : `"${item}" is not one of: ${values.join(', ')}`;
      };
      return answer.map(whyItem).find((why) => why !== null) ?? null;
    }
  }
}

function whyInvalidText({ fallback, invalid }: Question, text: string): string | null {
  if (text === '' && fallback === undefined) return 'an answer is required';
  if (text === '' && fallback === '') return null;
  return invalid?.(text) ?? null;
}
