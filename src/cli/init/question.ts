/** What was answered so far, by the question's id. A secret never is among it. */
export type Answers = Readonly<Record<string, Answer>>;
export type Answer = string | boolean | readonly string[];

/** Parts of an inventory that `init --edit` may be asked to go through. */
export const SECTIONS = ['hosts', 'login', 'sudo', 'template', 'packages', 'version'] as const;
export type Section = (typeof SECTIONS)[number];

/** What the wizard finds on this machine, and learns on the way. */
export interface Known {
  /** Names of ~/.ssh/config that can be logged in on. */
  readonly sshHosts: readonly { readonly name: string; readonly jump: boolean }[];
  /** Inventories of Ansible that lie here, `./hosts` first; null: none may be asked for. */
  readonly ansible: readonly string[] | null;
  /** The inventory that the hosts come from names a user for every one. */
  readonly namesUser: boolean;
  /** Keys in ~/.ssh, as `~/.ssh/id_ed25519`, or `~/.ssh/work.pub` where the agent alone has the other half. */
  readonly keys: readonly { readonly path: string; readonly held: boolean }[];
  /** Keys that the agent holds, by what they are called there. */
  readonly agentKeys: readonly string[];
  /** What a login found: how root is reached. null: no host has let us in yet. */
  readonly root: 'none' | 'passwordless' | 'password' | null;
  /** `--from HOST`: what to collect is what that host collects. */
  readonly from: string | null;
  /** `--edit`: an inventory is there. */
  readonly edit: boolean;
}

export interface Choice {
  readonly value: string;
  readonly name: string;
  readonly description?: string;
  /** Of `checks`: chosen unless it is taken out. */
  readonly checked?: boolean;
}

/** One question, as data: the terminal, an answers file and the tests read the same. */
export interface Question {
  /** Key in an answers file. */
  readonly id: string;
  readonly section: Section;
  /** `lines`: one or more texts, a line each; `checks`: some of the choices. */
  readonly kind: 'text' | 'lines' | 'choice' | 'checks' | 'yes';
  readonly message: string;
  readonly choices?: readonly Choice[];
  /** What an empty answer means; undefined: there must be one. */
  readonly fallback?: Answer;
  /** Of `checks`: one at least, though there is a fallback. */
  readonly some?: boolean;
  /** What is wrong with an answer, for people; null: nothing. A list is handed in item by item. */
  readonly wrong?: (text: string) => string | null;
  /** A right answer, for hints. */
  readonly example: string;
  /** Answers are long: they have a line of their own, and the example is shown. */
  readonly long?: boolean;
}

/** No item at all is no answer. */
export const mustNameOne = ({ fallback, some }: Question): boolean =>
  fallback === undefined || some === true;

/** Why `answer` cannot be one to this question; null: it can. */
export function wrongAnswer(question: Question, answer: unknown): string | null {
  const { kind, choices = [], wrong } = question;
  const values = choices.map(({ value }) => value);
  switch (kind) {
    case 'yes':
      return typeof answer === 'boolean' ? null : 'say true or false';
    case 'text':
      return typeof answer === 'string' ? wrongText(question, answer) : 'write a text';
    case 'choice':
      if (typeof answer !== 'string') return `write one of: ${values.join(', ')}`;
      // an answers file may name what no list can offer, such as a key elsewhere
      if (values.includes(answer)) return null;
      return wrong ? wrong(answer) : `write one of: ${values.join(', ')}`;
    case 'checks':
    case 'lines': {
      if (!Array.isArray(answer)) return 'write a list';
      if (answer.length === 0 && mustNameOne(question)) return 'name one at least';
      for (const item of answer) {
        if (typeof item !== 'string') return 'write a list of texts';
        const found =
          kind === 'checks'
            ? values.includes(item)
              ? null
              : `"${item}" is none of: ${values.join(', ')}`
            : (wrong?.(item) ?? null);
        if (found !== null) return found;
      }
      return null;
    }
  }
}

function wrongText({ fallback, wrong }: Question, text: string): string | null {
  if (text === '')
    return fallback === undefined
      ? 'there must be an answer'
      : fallback === ''
        ? null
        : (wrong?.('') ?? null);
  return wrong?.(text) ?? null;
}
